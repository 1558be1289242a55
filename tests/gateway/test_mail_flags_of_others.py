"""Flags that other clients have set stay visible when a phone sets another one before they were noticed."""

from __future__ import annotations

import time

import msgspec

from gateway.test_mail_effects import token
from gateway.test_mail_liars import filled
from gateway.test_mail_pulling import as_it_is, as_mirrored, every_server, message_of
from overair.mailboxes.gateway.backend import Known
from support.asynchronous import run
from support.dovecot import Dovecot, dovecot_fixture, needs_dovecot
from support.mirrored_mail import SERVERS, house

pytestmark = needs_dovecot
DOVECOT = dovecot_fixture(extra=SERVERS)


@every_server
def test_a_flag_that_another_client_has_set_meanwhile_is_shown(dovecot: Dovecot, host: str) -> None:
    user = filled(dovecot, 1)
    now = time.time()

    async def work() -> None:
        nonlocal now
        async with house(dovecot, user, host=host, clock=lambda: now) as there:
            [held] = await there.bring(whole=True)
            with dovecot.client(user, "INBOX") as client:
                client.add_flags(client.search(), ["\\Flagged", "Work"])
                old = message_of(held)
                new = msgspec.structs.replace(old, read=True)
                stood = await there.backend.change(there.folders["INBOX"], held.known, old, new, token())
                held.known, held.item = Known(stood.key, stood.tag), stood.item or new
                now += 3_600
                assert as_mirrored(await there.bring()) == as_it_is(client)

    run(work())

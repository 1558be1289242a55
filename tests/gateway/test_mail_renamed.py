"""A mailbox that was renamed, and another one made by its name, while a connection has it selected."""

from __future__ import annotations

import msgspec
import pytest

from gateway.test_mail_effects import stored, token
from gateway.test_mail_pulling import message_of, subjects
from overair.mailboxes.gateway.backend import Stale
from support.asynchronous import run
from support.dovecot import Dovecot, dovecot_fixture, needs_dovecot
from support.mirrored_mail import House, house, simple

pytestmark = needs_dovecot
DOVECOT = dovecot_fixture()


async def renamed(dovecot: Dovecot, there: House) -> None:
    """Have a mailbox with one message in it selected, and another in its place then."""
    with dovecot.client(there.user) as client:
        client.create_folder("Work")
        client.append("Work", simple("old"))
        await there.bring("Work", whole=True)
        client.rename_folder("Work", "Old")
        client.create_folder("Work")
    await there.look()


def test_what_is_added_stands_in_the_new_one_once(dovecot: Dovecot) -> None:
    async def work() -> None:
        async with house(dovecot, dovecot.user()) as there:
            await renamed(dovecot, there)
            message, name = stored(there, simple("new")), token()
            stood = await there.backend.add(there.folders["Work"], message, name)
            again = await there.backend.add(there.folders["Work"], message, name)
            assert stood.key == again.key
            assert subjects(await there.bring("Work", whole=True)) == ["new"]
            assert subjects(await there.bring("Old", whole=True)) == ["old"]

    run(work())


def test_what_is_edited_is_stale(dovecot: Dovecot) -> None:
    async def work() -> None:
        async with house(dovecot, dovecot.user()) as there:
            await renamed(dovecot, there)
            [held] = there.mirror.of(there.folders["Work"])
            other = stored(there, simple("edited"))
            with pytest.raises(Stale):
                await there.backend.change(
                    there.folders["Work"],
                    held.known,
                    message_of(held),
                    msgspec.structs.replace(message_of(held), blob=other.blob, index=other.index),
                    token(),
                )
            assert subjects(await there.bring("Work", whole=True)) == []
            assert subjects(await there.bring("Old", whole=True)) == ["old"]

    run(work())

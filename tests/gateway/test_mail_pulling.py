"""The mirror of a mailbox is as the mailbox, whatever other clients do to it."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import imapclient
import pytest

from overair.items import Message
from overair.items.mail.flag import FlagStatus
from overair.mailboxes.gateway.mail import pull
from overair.mailboxes.gateway.mail.message_key import read_key
from overair.mailboxes.gateway.mail.place import read_place
from overair.mailboxes.interface import NoSuchFolder
from support.asynchronous import run
from support.dovecot import Dovecot, dovecot_fixture, needs_dovecot
from support.mirrored_mail import FULL, NO_QRESYNC, OLD, SERVERS, WHEN, House, Mirrored, house, simple

pytestmark = needs_dovecot
DOVECOT = dovecot_fixture(extra=SERVERS)
every_server = pytest.mark.parametrize("host", [FULL, NO_QRESYNC, OLD])


def message_of(held: Mirrored) -> Message:
    assert isinstance(held.item, Message)
    return held.item


def subjects(held: list[Mirrored]) -> list[str | None]:
    return [message_of(one).subject for one in held]


@every_server
def test_messages_come_and_go_and_change(dovecot: Dovecot, host: str) -> None:
    user = dovecot.user()

    async def work() -> None:
        async with house(dovecot, user, host=host) as there:
            with dovecot.client(user, "INBOX") as client:
                for number in range(3):
                    client.append("INBOX", simple(f"m{number}"), msg_time=WHEN)
                held = await there.bring(whole=True)
                assert subjects(held) == ["m0", "m1", "m2"]
                assert (message_of(held[0]).date_received, message_of(held[0]).read) == (WHEN, False)
                assert await there.backend.changed([there.folders["INBOX"]]) == []
                uids = client.search()
                client.add_flags(uids[0], ["\\Seen", "\\Flagged", "Work"])
                client.delete_messages(uids[1])
                client.expunge()
                client.append("INBOX", simple("m3"), ["\\Answered"])
                assert await there.backend.changed([there.folders["INBOX"]]) != []
                held = await there.bring()
                assert subjects(held) == ["m0", "m2", "m3"]
                first = message_of(held[0])
                assert first.read
                assert first.flag is not None
                assert first.flag.status is FlagStatus.ACTIVE
                assert first.categories == ("Work",)
                assert message_of(held[2]).last_verb_executed == 1

    run(work())


def as_it_is(client: imapclient.IMAPClient) -> dict[int, tuple[bool, bool, bool, frozenset[str]]]:
    """What phones should see of the selected mailbox, by UID."""
    client.noop()
    found = {}
    said: dict[int, Any] = client.fetch(client.search("UNDELETED"), ["FLAGS"]) if client.search() else {}
    for uid, data in said.items():
        flags = {flag.decode() for flag in data[b"FLAGS"]}
        categories = frozenset(flag for flag in flags if flag[0] not in "\\$")
        found[uid] = ("\\Seen" in flags, "\\Flagged" in flags, "\\Answered" in flags, categories)
    return found


def as_mirrored(held: list[Mirrored]) -> dict[int, tuple[bool, bool, bool, frozenset[str]]]:
    found = {}
    for one in held:
        message = message_of(one)
        flagged = message.flag is not None and message.flag.status is FlagStatus.ACTIVE
        answered = message.last_verb_executed == 1
        found[read_key(one.known.key).uid] = (
            bool(message.read),
            flagged,
            answered,
            frozenset(message.categories or ()),
        )
    return found


def something(client: imapclient.IMAPClient, chance: random.Random) -> None:
    """One of the things that mail programs do."""
    uids = client.search()
    some = chance.sample(uids, min(len(uids), chance.randrange(1, 4))) if uids else []
    flags = chance.sample(["\\Seen", "\\Flagged", "\\Answered", "Work", "Home", "$MDNSent"], 2)
    kind = chance.randrange(8)
    if kind <= 2 or not some:
        client.append("INBOX", simple(f"m{chance.randrange(10**9)}"), flags)
    elif kind == 3:
        client.add_flags(some, flags)
    elif kind == 4:
        client.remove_flags(some, flags)
    elif kind == 5:
        client.set_flags(some, ["\\Deleted"])
    elif kind == 6:
        client.remove_flags(uids, ["\\Deleted"])
    else:
        client.add_flags(some, ["\\Deleted"])
        client.expunge()


@every_server
def test_whatever_others_do_the_mirror_is_as_the_mailbox(
    dovecot: Dovecot, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pull, "CHUNK", 4)
    monkeypatch.setattr(pull, "HANDFUL", 1)
    monkeypatch.setattr(pull, "FEW", 2)
    user = dovecot.user()
    chance = random.Random(11)

    async def work() -> None:
        async with house(dovecot, user, host=host) as there:
            with dovecot.client(user, "INBOX") as client:
                for _ in range(15):
                    something(client, chance)
                for _ in range(25):
                    for _ in range(chance.randrange(1, 6)):
                        something(client, chance)
                    held = await there.bring()
                    assert as_mirrored(held) == as_it_is(client)

    run(work())


def test_a_first_population_comes_in_chunks_the_newest_first(
    dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pull, "CHUNK", 10)
    user = dovecot.user()
    with dovecot.client(user, "INBOX") as client:
        for number in range(25):
            client.append("INBOX", simple(f"m{number}"))
        client.delete_messages(client.search()[3:6])
        client.expunge()

    async def work() -> None:
        async with house(dovecot, user) as there:
            await there.look()
            folder = there.folders["INBOX"]
            delta = await there.backend.pull(folder, there.mirror)
            assert [read_key(one.key).uid for one in delta.upserts] == list(range(25, 15, -1))
            assert delta.more
            with dovecot.client(user, "INBOX") as client:
                client.append("INBOX", simple("news"))
            held = await there.bring()
            assert len(held) == 23
            with dovecot.client(user, "INBOX") as client:
                assert as_mirrored(held) == as_it_is(client)
            place = read_place(there.folders["INBOX"].state)
            assert place is not None
            assert (place.floor, place.skew) == (1, 0)

    run(work())


def test_changes_cost_no_comparison_where_the_server_tells_them(dovecot: Dovecot) -> None:
    user = dovecot.user()

    async def work() -> None:
        async with house(dovecot, user) as there:
            with dovecot.client(user, "INBOX") as client:
                for number in range(20):
                    client.append("INBOX", simple(f"m{number}"))
                await there.bring()
                before = there.mirror.compared
                client.add_flags(client.search()[:4], ["\\Seen"])
                client.delete_messages(client.search()[5:8])
                await there.bring()
                client.expunge()
                client.append("INBOX", simple("last"))
                held = await there.bring()
                assert as_mirrored(held) == as_it_is(client)
            assert there.mirror.compared == before

    run(work())


@every_server
def test_a_changed_uidvalidity_keeps_the_items(dovecot: Dovecot, host: str) -> None:
    user = dovecot.user()

    async def work() -> None:
        async with house(dovecot, user, host=host) as there:
            with dovecot.client(user) as client:
                client.create_folder("Work")
                for number in range(6):
                    client.append("Work", simple(f"m{number}"), msg_time=WHEN)
                held = await there.bring("Work", whole=True)
                ids = {message_of(one).subject: one.item_id for one in held}
                client.rename_folder("Work", "Old")
                client.create_folder("Work")
                client.select_folder("Old")
                for subject in ("m5", "m3", "m1", "m0"):
                    client.copy(client.search(["SUBJECT", subject]), "Work")
                client.append("Work", simple("new"))
            assert await there.backend.changed([there.folders["Work"]]) != []
            held = await there.bring("Work", whole=True)
            assert subjects(held) == ["m5", "m3", "m1", "m0", "new"]
            for one in held[:4]:
                assert one.item_id == ids[message_of(one).subject]
            assert held[4].item_id not in ids.values()
            place = read_place(there.folders["Work"].state)
            assert place is not None
            assert not place.former

    run(work())


@every_server
def test_a_changed_uidvalidity_keeps_what_nobody_has_read(dovecot: Dovecot, host: str) -> None:
    user = dovecot.user()

    async def work() -> None:
        async with house(dovecot, user, host=host) as there:
            with dovecot.client(user) as client:
                for number in range(pull.HANDFUL + 3):
                    client.append(
                        "Archive", simple(f"m{number}"), msg_time=WHEN + timedelta(seconds=max(number, 1))
                    )
                before = await there.bring("Archive")
                assert all(message_of(one).index is None for one in before)
                client.select_folder("Archive")
                client.delete_messages([5])
                client.expunge()
                client.unselect_folder()
            dovecot.doveadm("mailbox", "update", "-u", user, "--uid-validity", "1234567890", "Archive")
            after = await there.bring("Archive")
            assert all(one.known.key.startswith("1234567890.") for one in after)
            del before[4]
            # m0 and m1 came in one second, so nobody can say which is which.
            assert [one.item_id for one in after[2:]] == [one.item_id for one in before[2:]]
            assert not {one.item_id for one in after[:2]} & {one.item_id for one in before}

    run(work())


@every_server
@pytest.mark.parametrize("removed_first", [True, False])
def test_a_draft_that_another_client_edits_is_the_same_item(
    dovecot: Dovecot, host: str, removed_first: bool
) -> None:
    user = dovecot.user()

    async def work() -> None:
        async with house(dovecot, user, host=host) as there:
            with dovecot.client(user, "Drafts") as client:
                client.append("Drafts", simple("one", To="a@example.net"), ["\\Draft"])
                client.append("Drafts", simple("other"), ["\\Draft"])
                [first, other] = await there.bring("Drafts", whole=True)
                assert message_of(first).is_draft
                if removed_first:
                    client.delete_messages(client.search()[:1])
                    client.expunge()
                client.append("Drafts", simple("one", To="b@example.net"), ["\\Draft"])
                if not removed_first:
                    held = await there.bring("Drafts", whole=True)
                    assert {one.item_id for one in held} == {first.item_id, other.item_id}
                    client.delete_messages(client.search()[:1])
                    client.expunge()
                held = await there.bring("Drafts", whole=True)
                assert [one.item_id for one in held] == [other.item_id, first.item_id]
                assert message_of(held[1]).to == "b@example.net"

    run(work())


def test_a_folder_that_is_gone_is_said_to_be_gone(dovecot: Dovecot) -> None:
    user = dovecot.user()

    async def work(there: House) -> None:
        with dovecot.client(user) as client:
            client.create_folder("Gone")
            await there.bring("Gone")
            client.delete_folder("Gone")
        assert await there.backend.changed([there.folders["Gone"]]) != []
        with pytest.raises(NoSuchFolder):
            await there.bring("Gone")

    async def main() -> None:
        async with house(dovecot, user) as there:
            await work(there)

    run(main())

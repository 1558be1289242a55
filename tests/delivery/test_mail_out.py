"""Mail to other servers: who gets what, retries, reports, and servers that misbehave."""

from __future__ import annotations

import asyncio
from pathlib import Path

from overair.delivery.queue import RecipientState
from overair.mailboxes.interface import FolderType
from support.asynchronous import run
from support.mail_server import MailServer, mail_server
from support.outgoing import Office, office, statuses

OTTO, OLGA, OSKAR, OVE = (f"{name}@example.net" for name in ("otto", "olga", "oskar", "ove"))


def test_local_recipients_get_it_at_once_and_others_through_the_server(tmp_path: Path) -> None:
    async def work() -> None:
        async with mail_server() as server, office(tmp_path, server.port) as there:
            await there.send("ben@example.org", OTTO, Bcc=f"{OLGA}, anna@example.org")
            assert [one["Subject"] for one in await there.inbox("ben")] == ["Greetings"]
            assert not server.taken
            await there.attempt()
            [taken] = server.taken
            assert (taken.sender, taken.recipients) == ("anna@example.org", (OTTO, OLGA))
            assert b"bcc" not in taken.content.lower()
            assert OLGA.encode() not in taken.content
            assert taken.content.startswith(b"Received: by example.org (Overair) with ActiveSync id ")
            assert not taken.content.lower().count(b"return-path")
            [kept] = await there.inbox(folder=FolderType.SENT_ITEMS)
            assert OLGA in str(kept["Bcc"])
            [at_home] = await there.inbox("ben")
            assert at_home["Message-ID"].encode() in taken.content
            assert kept["Received"] is None
            assert await there.queued() == []
            assert [one["Subject"] for one in await there.inbox()] == ["Greetings"]

    run(work())


def test_each_recipient_has_an_end_of_its_own(tmp_path: Path) -> None:
    async def work() -> None:
        answers = {
            OLGA: "550 5.1.1 <olga@example.net>: no such user",
            OSKAR: "451 4.2.0 greylisted",
            OVE: "552 mailbox full",
        }
        async with mail_server(MailServer(answers)) as server, office(tmp_path, server.port) as there:
            await there.send(OTTO, OLGA, OSKAR, OVE)
            await there.attempt()
            assert server.recipients == [OTTO]
            [report] = await there.inbox()
            about, *failures = statuses(report)
            assert about == {"Reporting-MTA": "dns; example.org"}
            for failure, who, status, said in zip(
                failures, (OLGA, OVE), ("5.1.1", "5.0.0"), (answers[OLGA], answers[OVE]), strict=True
            ):
                assert failure["Final-Recipient"] == f"rfc822; {who}"
                assert failure["Action"] == "failed"
                assert failure["Status"] == status
                assert failure["Remote-MTA"] == "dns; 127.0.0.1"
                assert failure["Diagnostic-Code"] == f"smtp; {said}"
            assert report["Return-Path"] == "<>"
            assert report["Auto-Submitted"] == "auto-replied"
            [(_, recipients)] = await there.queued()
            assert [one.state for one in recipients] == [
                RecipientState.DELIVERED,
                RecipientState.FAILED,
                RecipientState.WAITING,
                RecipientState.FAILED,
            ]
            del server.answers[OSKAR]
            await there.attempt()
            assert server.recipients == [OTTO]  # not before its time
            await there.attempt(minutes=1)
            assert server.recipients == [OTTO, OSKAR]
            assert await there.queued() == []
            assert len(await there.inbox()) == 1

    run(work())


ANSWERS = [
    ("MAIL", "550 5.7.1 not from you", "5.7.1", False),
    ("MAIL", "451 4.3.2 later", "4.3.2", True),
    ("MAIL", "530 5.7.0 log in first", "4.0.0", True),
    ("DATA", "554 5.6.0 bad content", "5.6.0", False),
    ("DATA", "552 too large", "5.0.0", False),
    ("DATA", "452 4.3.1 disk full", "4.3.1", True),
    ("DATA", "421 4.3.2 going down", "4.3.2", True),
    ("DATA", "554 4.0.0 in two minds", "5.0.0", False),
]


def test_what_is_said_of_the_message_holds_for_everybody(tmp_path: Path) -> None:
    async def work() -> None:
        async with mail_server() as server, office(tmp_path, server.port) as there:
            reports = 0
            for command, answer, status, waits in ANSWERS:
                server.answers[command] = answer
                await there.send(OTTO, OLGA)
                await there.attempt()
                assert not server.taken, answer
                if waits:
                    [(_, recipients)] = await there.queued()
                    assert [(one.status, one.answer) for one in recipients] == [(status, answer)] * 2
                else:
                    reports += 1
                    assert await there.queued() == []
                    report = (await there.inbox())[-1]
                    assert [group["Status"] for group in statuses(report)[1:]] == [status] * 2
                assert len(await there.inbox()) == reports
                server.answers.clear()
                await there.attempt(minutes=1)
                assert server.recipients == [OTTO, OLGA] * waits
                server.taken.clear()

    run(work())


def test_attempts_become_rarer_and_end_with_a_report(tmp_path: Path) -> None:
    async def work() -> None:
        server = MailServer({OTTO: "450 4.7.1 try later"})
        async with mail_server(server), office(tmp_path, server.port) as there:
            await there.send(OTTO)
            times: list[float] = []
            begun = there.clock.now
            await there.attempt()
            while queued := await there.queued():
                [(one, _)] = queued
                times.append(one.attempts)
                before = there.clock.now
                due = one.due / 1_000_000 - before.timestamp()
                await there.attempt(seconds=due - 1)
                assert [entry.attempts for entry, _ in await there.queued()] == [one.attempts]
                times[-1] = due / 60
                await there.attempt(seconds=1)
            assert times[:8] == [1, 5, 15, 30, 60, 120, 120, 120]
            assert set(times[8:]) == {120}
            hours = (there.clock.now - begun).total_seconds() / 3600
            assert 48 <= hours < 50
            delayed, failed = await there.inbox()
            assert delayed["Subject"] == "Mail is delayed"
            group = statuses(delayed)[1]
            assert (group["Action"], group["Status"]) == ("delayed", "4.7.1")
            assert "Will-Retry-Until" in group
            group = statuses(failed)[1]
            assert (group["Action"], group["Status"]) == ("failed", "4.4.7")
            assert group["Diagnostic-Code"] == "smtp; 450 4.7.1 try later"

    run(work())


def test_what_has_no_return_path_is_reported_to_nobody(tmp_path: Path) -> None:
    async def work() -> None:
        async with (
            mail_server(MailServer({OTTO: "550 no"})) as server,
            office(tmp_path, server.port) as there,
        ):
            await queue_without_return_path(there, (OTTO, OLGA))
            await there.attempt()
            assert [(one.sender, one.recipients) for one in server.taken] == [("", (OLGA,))]
            assert await there.queued() == []
            assert not await there.inbox()

    run(work())


async def queue_without_return_path(there: Office, recipients: tuple[str, ...]) -> None:
    """As an automatic reply is."""
    blob = there.there.storage.blobs.put(b"From: anna@example.org\r\nSubject: Away\r\n\r\nAway\r\n")
    await there.there.storage.database.write(
        lambda transaction: there.transport.enqueue_within(
            transaction,
            account_id=there.there.users["anna"].account_id,
            sender="",
            recipients=recipients,
            blob=blob,
        )
    )
    await there.transport.deliver_waiting()


def test_many_recipients_and_a_server_that_takes_few(tmp_path: Path) -> None:
    people = [f"p{number}@example.net" for number in range(230)]

    class Few(MailServer):
        async def handle_RCPT(self, server, session, envelope, address, options):  # type: ignore[no-untyped-def]  # noqa: N802
            if len(envelope.rcpt_tos) >= 40:
                return "452 4.5.3 too many recipients"
            return await super().handle_RCPT(server, session, envelope, address, options)

    async def work() -> None:
        async with mail_server(Few()) as server, office(tmp_path, server.port) as there:
            await there.send(*people)
            await there.attempt()
            assert sorted(server.recipients) == sorted(people)
            assert max(len(one.recipients) for one in server.taken) == 40
            assert await there.queued() == []

    run(work())


def test_messages_go_in_parallel_on_few_connections(tmp_path: Path) -> None:
    async def work() -> None:
        server = MailServer(pause=0.05)
        async with mail_server(server), office(tmp_path, server.port, connections=3) as there:
            for number in range(12):
                await there.send(OTTO, Subject=f"Number {number}")
            await there.attempt()
            assert len(server.taken) == 12
            assert len({one.content for one in server.taken}) == 12
            assert server.most_at_once == server.connections == 3

    run(work())


def test_a_server_that_is_down_holds_up_nobody_here(tmp_path: Path) -> None:
    async def work() -> None:
        async with mail_server() as server:
            port = server.port
        async with office(tmp_path, port) as there:
            for _ in range(20):
                await there.send("ben@example.org", OTTO)
                await there.attempt()
            assert len(await there.inbox("ben")) == 20
            assert [one.attempts for one, _ in await there.queued()] == [1] * 20
            async with mail_server(server, port=port):
                await there.attempt(minutes=1)
                assert server.recipients == [OTTO] * 20

    run(work())


def test_a_message_that_runs_in_a_circle_is_reported(tmp_path: Path) -> None:
    async def work() -> None:
        async with mail_server() as server, office(tmp_path, server.port) as there:
            hops = "Received: from a by b; Sun, 22 Nov 2026 10:00:00 +0000\r\n" * 51
            await there.send(mime=f"{hops}From: anna@example.org\r\nTo: {OTTO}\r\n\r\nx\r\n".encode())
            await there.attempt()
            assert not server.taken
            [report] = await there.inbox()
            assert statuses(report)[1]["Status"] == "5.4.6"

    run(work())


def test_the_dispatcher_goes_on_by_itself(tmp_path: Path) -> None:
    async def work() -> None:
        async with mail_server() as server, office(tmp_path, server.port) as there:
            await there.transport.start()
            await there.send(OTTO)
            for _ in range(500):
                if not await there.queued():
                    break
                await asyncio.sleep(0.02)
            assert server.recipients == [OTTO]

    run(work())

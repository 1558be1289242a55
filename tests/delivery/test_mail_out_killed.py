"""A server that is killed with mail for others in its queue, and the queue's commands."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path

from overair.cli.control import ControlClient
from overair.protocol.http import Command
from overair.protocol.send_mail import SendMailRequest
from overair.server.administration import ListQueue, Queue, Queued
from support.asynchronous import run
from support.command import done, overair
from support.house import House, add_accounts
from support.mail_server import MailServer, mail_server
from support.phone import Phone, letter
from support.server import ANNA, PASSWORD

OTTO = "otto@example.net"


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def send(house: House, number: int) -> None:
    message = letter(f"Number {number}", OTTO, From=ANNA)
    request = SendMailRequest(client_id=str(number), mime=message.as_bytes())
    answer = Phone(house).post(Command.SEND_MAIL, request)
    assert (answer.status, answer.body) == (200, b"")


def test_nothing_is_lost_when_the_server_is_killed(tmp_path: Path) -> None:
    """At the worst moment, when the other server has a message whole and has not answered yet."""
    data = tmp_path / "data"
    add_accounts(data, {ANNA: "Anna"}, PASSWORD)
    queue = ("--data-dir", data, "--json")

    async def work() -> None:
        server = MailServer(answers={OTTO: "451 4.2.0 not now"})
        async with mail_server(server):
            settings = f'[smtp]\nhost = "127.0.0.1"\nport = {server.port}\ntls = "none"\n'
            await asyncio.to_thread(story, House(data, settings=settings), server)

    def story(house: House, server: MailServer) -> None:
        with house:
            for number in range(3):
                send(house, number)
            until(lambda: all(one.attempts == 1 and not one.sending for one in listed()))
            assert len(listed()) == 3
            shown = json.loads(done("queue", "show", str(listed()[0].number), *queue))
            assert shown["account"] == shown["sender"] == ANNA
            assert shown["recipients"] == [
                {"address": OTTO, "state": "waiting", "status": "4.2.0", "answer": "451 4.2.0 not now"}
            ]
            server.answers.clear()
            server.pause = 60.0
            assert json.loads(done("queue", "retry", "--all", *queue)) == {"retried": 3}
            until(lambda: server.at_once >= 1 and any(one.sending for one in listed()))
            house.kill()
            server.pause = 0.0
            # No server runs: the commands open the store themselves.
            numbers = [one["number"] for one in json.loads(done("queue", "list", *queue))]
            assert len(numbers) == 3
            done("queue", "remove", str(numbers[2]), "--yes", "--data-dir", data)
            house.start()
            until(lambda: not listed())
            subjects = [
                line for one in server.taken for line in one.content.split(b"\r\n") if b"Subject" in line
            ]
            assert set(subjects) == {b"Subject: Number 0", b"Subject: Number 1"}
            assert house.events("attempts were interrupted, recipients may get a message twice")
            assert house.terminate() < 10

    def listed() -> tuple[Queued, ...]:
        async def ask() -> tuple[Queued, ...]:
            client = await ControlClient.connect(data)
            try:
                answer = await client.perform(ListQueue())
            finally:
                await client.close()
            assert isinstance(answer, Queue)
            return answer.messages

        return run(ask())

    run(work())


def test_the_queue_has_to_be_asked_rightly(tmp_path: Path) -> None:
    add_accounts(tmp_path / "data", {}, PASSWORD)
    where = ("--data-dir", tmp_path / "data")
    for arguments, code in (
        (("retry",), 2),
        (("remove", "1", "--yes"), 1),
    ):
        result = overair("queue", *arguments, *where)
        assert (result.returncode, result.stdout) == (code, ""), arguments
        assert result.stderr.startswith("overair: ")
    assert json.loads(done("queue", "list", "--json", *where)) == []

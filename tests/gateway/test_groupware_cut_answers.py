"""Answers of DAV servers that leave something out: what they do not tell of is not taken for gone."""

from __future__ import annotations

import pytest

from gateway.test_groupware_odd_servers import FOLDER, ics, server, subjects
from overair.mailboxes.interface import MailboxUnavailable
from support.asynchronous import run
from support.scripted_dav import calendar, response

ALL = {"a": "a", "b": "b", "c": "c"}


@pytest.mark.parametrize("status", [423, 500, 503, 507])
def test_a_member_that_a_listing_cannot_tell_of_stays(status: int) -> None:
    async def work() -> None:
        async with server() as (small, mirror):
            small.tokens = False
            for name in ALL:
                small.put(name, ics(name, name))
            await mirror.pull(FOLDER)
            small.fails_at = {"b": status}
            small.put("a", ics("a", "A"))
            await mirror.pull(FOLDER)
            assert subjects(mirror) == ALL | {"a": "A"}
            small.fails_at = {}
            small.remove("b")
            await mirror.pull(FOLDER)
            assert subjects(mirror) == {"a": "A", "c": "c"}

    run(work())


def test_a_listing_that_is_cut_is_not_the_whole() -> None:
    async def work() -> None:
        async with server() as (small, mirror):
            small.tokens = False
            for name in ALL:
                small.put(name, ics(name, name))
            await mirror.pull(FOLDER)
            kept = dict(small.objects)
            small.remove("c")
            small.fails_at = {"": 507}
            with pytest.raises(MailboxUnavailable):
                await mirror.pull(FOLDER)
            assert subjects(mirror) == ALL
            small.fails_at = {}
            small.put("c", kept["c"])
            await mirror.pull(FOLDER)
            assert subjects(mirror) == ALL

    run(work())


def test_changes_that_are_cut_without_a_way_on_are_found_all_the_same() -> None:
    async def work() -> None:
        async with server() as (small, mirror):
            await mirror.pull(FOLDER)
            small.most, small.stuck = 1, True
            for name in ALL:
                small.put(name, ics(name, name))
            await mirror.pull(FOLDER)
            assert subjects(mirror) == ALL

    run(work())


def test_a_calendar_that_the_home_cannot_tell_of_is_not_gone() -> None:
    async def work() -> None:
        async with server() as (small, mirror):
            small.server.says(
                "PROPFIND",
                "/home/",
                response("/home/", ""),
                calendar("/home/other/"),
                response("/home/work/", "", 500),
            )
            with pytest.raises(MailboxUnavailable):
                await mirror.backend.tree()

    run(work())


def test_reports_that_are_too_much_for_a_server_are_done_without() -> None:
    async def work() -> None:
        async with server() as (small, mirror):
            for name in ALL:
                small.put(name, ics(name, name))
            await mirror.pull(FOLDER)
            small.limits_reports = True
            small.put("a", ics("a", "A"))
            small.remove("b")
            await mirror.pull(FOLDER)
            assert subjects(mirror) == {"a": "A", "c": "c"}

    run(work())

"""A calendar's replica whose answers get lost stays what the server has."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from overair.client import Calendar, Client, ConnectionFailed, Outcome
from overair.items import Event
from overair.items.calendar.event import EventException
from overair.items.recurrence.pattern import Recurrence, RecurrenceType
from overair.versions import Version
from support.asynchronous import run
from support.lossy import LossyRelay, lossy_relay
from support.server import BEN, PASSWORD, RunningServer, running_server

CALENDAR = 8
START = datetime(2027, 3, 15, 8, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def plain_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server without TLS, which the relay can stand in front of."""
    with running_server(tmp_path_factory.mktemp("lossy-events")) as running:
        yield running


async def insist(calendar: Calendar, relay: LossyRelay, losses: int) -> Outcome:
    """Sync until an answer comes, after so many that get lost."""
    relay.lose = losses
    while True:
        try:
            return await calendar.sync()
        except ConnectionFailed:
            continue


def seen(calendar: Calendar) -> list[tuple[str, datetime, str | None]]:
    """What the calendar shows: which event, when, and what it is called."""
    return sorted(
        (
            server_id,
            occurrence.start,
            (occurrence.exception and occurrence.exception.subject) or event.subject,
        )
        for server_id, event, occurrence in calendar.occurrences(START - 9 * DAY, START + 9 * DAY)
    )


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "update", "change", "delete", "revert", "move", "remove"]),
        st.integers(0, 4),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=10,
)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, version=st.sampled_from([Version.V12_1, Version.V14_1, Version.V16_1]))
def test_a_calendar_is_what_the_server_has(
    plain_server: RunningServer, steps: list[tuple[str, int, int]], version: Version
) -> None:
    async def work() -> None:
        async with lossy_relay(plain_server.port) as relay:
            url = f"http://localhost:{relay.port}"
            client = Client(url, BEN, PASSWORD, device_id="lossy", version=version, timeout=10.0)
            other = Client(plain_server.url, BEN, PASSWORD, device_id="steady", version=Version.V14_1)
            async with client, other:
                await client.folder_sync()
                folder = client.folder_of_type(CALENDAR).server_id
                mine = client.calendar(folder, time_zone="UTC")
                await insist(mine, relay, 0)
                gone: dict[str, set[datetime]] = {}
                for number, (step, place, losses) in enumerate(steps):
                    if step == "add" or not gone:
                        made = await mine.add(series(number))
                        outcome = await insist(mine, relay, losses)
                        gone[outcome.created[made]] = set()
                    else:
                        await edit(mine, step, START + place * DAY, number, gone)
                        outcome = await insist(mine, relay, losses)
                    assert not outcome.refused
                    assert (outcome.added, outcome.deleted) == ([], [])
                    assert relay.lose == 0
                theirs = other.calendar(folder, time_zone="UTC")
                await theirs.sync()
                assert set(theirs.elements) == set(gone)
                assert seen(theirs) == seen(mine)
                for key in theirs.elements:
                    theirs.delete(key)
                await theirs.sync()

    run(work())


def series(number: int) -> Event:
    """A daily series of five."""
    return Event(
        subject=f"Series {number}",
        zone="UTC",
        start_time=START,
        end_time=START + timedelta(hours=1),
        recurrence=Recurrence(type=RecurrenceType.DAILY, interval=1, occurrences=5),
    )


async def edit(
    calendar: Calendar, step: str, start: datetime, number: int, gone: dict[str, set[datetime]]
) -> None:
    """Edit the first event; ``gone`` are the events with the occurrences that were deleted."""
    server_id = next(iter(gone))
    if step == "remove":
        calendar.delete(server_id)
        del gone[server_id]
    elif step == "update":
        await calendar.update(server_id, Event(subject=f"Update {number}"))
    elif start in gone[server_id]:
        return  # from 16.0 on it is none any more
    elif step == "delete":
        await calendar.delete_occurrence(server_id, start)
        gone[server_id].add(start)
    elif step == "revert":
        await calendar.revert_occurrence(server_id, start)
    else:
        changed = EventException(exception_start_time=start, subject=f"Change {number}")
        if step == "move":
            changed.start_time, changed.end_time = start + timedelta(hours=2), start + timedelta(hours=3)
        await calendar.change_occurrence(server_id, changed)

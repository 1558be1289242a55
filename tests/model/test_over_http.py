"""Nothing lost, nothing doubled: the model against a real server over HTTP, killed between any two steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from model import stories
from model.over_http import OverHttp
from model.served import Served, served
from model.steps import Story, Trouble
from overair.items.mail.message import Message
from support.asynchronous import run
from support.databases import DEFAULT, POSTGRESQL
from support.postgresql import needs_postgresql

FIRST_SEED = 2026
SEEDS = 3
SEED_ON_POSTGRESQL = 2030
"""Its story has kills, lost answers and a cut connection."""
SEEDS_ON_POSTGRESQL = 10
MORE_SEEDS = 40


@pytest.fixture(scope="module")
def over_http() -> Iterator[Served]:
    with served() as found:
        yield found


def told(over_http: Served, seeds: range) -> Counter[str]:
    counts: Counter[str] = Counter()
    for seed in seeds:
        counts += over_http.seed(seed).counts
    assert counts["fruitless pings"] == 0
    return counts


def test_a_server_that_is_killed_breaks_no_law(over_http: Served) -> None:
    counts = told(over_http, range(FIRST_SEED, FIRST_SEED + SEEDS))
    # A model in which nothing happens proves nothing.
    assert counts["fault: kill"] + counts["fate: killed meanwhile"] > 2
    assert counts["answers lost"] > 8
    assert counts["pings answered"] > 0
    assert counts["acknowledged"] > 50


@pytest.fixture(scope="module")
def on_postgresql() -> Iterator[Served]:
    with served(POSTGRESQL) as found:
        yield found


@needs_postgresql
@pytest.mark.timeout(300)
@pytest.mark.skipif(DEFAULT == POSTGRESQL, reason="the test above has it")
def test_a_server_on_postgresql_breaks_no_law_either(on_postgresql: Served) -> None:
    counts = told(on_postgresql, range(SEED_ON_POSTGRESQL, SEED_ON_POSTGRESQL + 1))
    assert counts["fault: kill"] + counts["fate: killed meanwhile"] > 0
    assert counts["answers lost"] > 3
    assert counts["acknowledged"] > 20


@pytest.mark.full
@needs_postgresql
def test_a_server_on_postgresql_breaks_no_law_for_long(on_postgresql: Served) -> None:
    counts = told(on_postgresql, range(FIRST_SEED, FIRST_SEED + SEEDS_ON_POSTGRESQL))
    assert counts["fault: cut"] > 3
    assert counts["fault: kill"] + counts["fate: killed meanwhile"] > 10


def test_its_clock_jumps_and_its_disk_fills(over_http: Served) -> None:
    # What is no fault at all would break no law.
    story = Story(0, (), (Trouble("jump"),))

    async def work(drive: OverHttp) -> None:
        async with drive:
            faults = [] if "full" not in drive.faults else ["full"]
            for fault in (*faults, "jump"):
                await drive.trouble(fault, 99)
                assert await drive.deliver("anna", b"Subject: late\r\n\r\n") is (fault == "jump")
                await drive.relieve()
            [late] = (await drive.mailbox("anna"))["1"].items.values()
            assert isinstance(late, Message)
            assert late.date_received is not None
            assert abs(late.date_received - drive.now()) < timedelta(minutes=5)
            assert drive.now() - datetime.now(UTC) > timedelta(hours=48)

    run(work(OverHttp(over_http.workshop, story)))


@pytest.mark.full
def test_a_server_that_is_killed_often_breaks_no_law(over_http: Served) -> None:
    told(over_http, range(FIRST_SEED + SEEDS, FIRST_SEED + SEEDS + MORE_SEEDS))


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if name.endswith(stories.OVER_HTTP) else [pytest.mark.full])
        for name in stories.names()
    ],
)
def test_what_broke_a_law_once_does_not_again(over_http: Served, name: str) -> None:
    outcome = over_http.tell(stories.read(name))
    assert outcome.broken is None, outcome.broken

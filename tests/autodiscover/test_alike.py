"""Who has not logged in learns of no address whether it is somebody's; guesses are slowed down."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from autodiscover.asking import Asker
from autodiscover.conftest import SETTINGS
from overair.protocol.autodiscover.pox import Schema
from support.phone import Answer
from support.server import ANNA, BEN, DOMAIN, RunningServer, running_server

NOBODY = f"nobody@{DOMAIN}"
PATH = "/autodiscover/autodiscover.xml"
OWN = ("date", "request-id")
"""Headers that differ between any two answers."""


@pytest.fixture(scope="module", name="guarded")
def server_that_is_attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server of its own: guesses are counted."""
    with running_server(tmp_path_factory.mktemp("alike"), **SETTINGS) as running:
        yield running


def shown(answer: Answer) -> tuple[object, ...]:
    """What a stranger sees of an answer."""
    told = {name: value for name, value in answer.headers.items() if name not in OWN}
    return answer.status, told, answer.body


@pytest.mark.parametrize("schema", Schema)
def test_without_a_log_in(guarded: RunningServer, schema: Schema) -> None:
    ask = Asker(guarded)
    assert shown(ask.xml(ANNA, schema, user=None)) == shown(ask.xml(NOBODY, schema, user=None))
    query = "Protocol=ActiveSync&Email="
    assert shown(ask.json(query + ANNA)) == shown(ask.json(query + NOBODY))
    config = "/mail/config-v1.1.xml?emailaddress="
    assert shown(ask.get(config + ANNA)) == shown(ask.get(config + NOBODY))
    assert shown(ask.get(f"/account/{ANNA}")) == shown(ask.get(f"/account/{NOBODY}"))


def test_with_somebody_elses_log_in(guarded: RunningServer) -> None:
    """Who has an account learns no more of the addresses of others."""
    ask = Asker(guarded)
    for schema in Schema:
        bodies = [ask.xml(one, schema).body.partition(b"Id=")[2] for one in (BEN, NOBODY, "x@else.example")]
        assert bodies[0] == bodies[1] == bodies[2] != b""


def test_guesses_are_slowed_down_alike_and_cost_alike(
    guarded: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    passwords = guarded.application.directory._passwords
    verify, hashed = passwords.verify, []

    async def counted(kept: str | None, password: bytes) -> bool:
        hashed.append(kept is not None)
        return await verify(kept, password)

    monkeypatch.setattr(passwords, "verify", counted)
    ask = Asker(guarded)
    series: dict[str, list[Any]] = {}
    for user in (BEN, NOBODY):
        hashed.clear()
        answers = [ask.xml(user, user=user, password=f"guess {number}") for number in range(8)]
        series[user] = [
            [answer.status for answer in answers],
            len(hashed),
            [shown(one)[2] for one in answers],
        ]
        assert answers[-1].status == 503
        assert int(answers[-1].headers["retry-after"]) > 0
        # The endpoint, the page and a GET count with it.
        for path in (PATH, "/account"):
            assert ask.get(path, user=user).status == 503
    assert series[BEN] == series[NOBODY]
    assert series[BEN][1] == 5

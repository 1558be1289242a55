"""Who has not logged in does not learn who is here."""

from __future__ import annotations

import http.client
import itertools
from base64 import b64encode
from collections.abc import Iterator

import pytest

from access.worlds import HEADERS
from overair.protocol.http import PATH
from support.server import DOMAIN, RunningServer, running_server

FORMS = ("{}", "{}@" + DOMAIN, "EXAMPLE\\{}", "{}@EXAMPLE.ORG", "x\\{}", "{}@elsewhere.net", " {} ")
"""The ways in which somebody can be named."""
PAIRS = (("anna", "nemo"), ("ben", "nobody"))
"""Somebody who is here, and somebody who is not."""
SERIES = tuple((f"user{number}", f"nemo{number}") for number in range(5))
"""Others, at whom nobody has guessed yet."""
GUESSES = 12

_addresses = itertools.count(2)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    names = [known for known, _ in (*PAIRS, *SERIES)]
    users = {f"{name}@{DOMAIN}": name for name in names}
    with running_server(tmp_path_factory.mktemp("logins"), users) as running:
        yield running


def answer(
    server: RunningServer, login: str, password: str, source: str, method: str = "POST", query: str = ""
) -> tuple[object, ...]:
    """What somebody sees who tries a password from an address of this machine."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60, source_address=(source, 0))
    token = b64encode(f"{login}:{password}".encode()).decode()
    try:
        connection.request(
            method,
            f"{PATH}?{query or 'Cmd=Sync&User=x&DeviceId=d&DeviceType=t'}",
            b"",
            {"Authorization": f"Basic {token}", "MS-ASProtocolVersion": "14.1"},
        )
        found = connection.getresponse()
        headers = sorted((name.lower(), value) for name, value in found.getheaders())
        told = tuple(pair for pair in headers if pair[0] not in HEADERS)
        return found.status, told, found.read()
    finally:
        connection.close()


def address() -> str:
    """An address in a network from which nobody has guessed yet."""
    return f"127.{next(_addresses)}.0.1"


@pytest.mark.parametrize("form", FORMS)
def test_one_wrong_password(server: RunningServer, form: str) -> None:
    for known, unknown in PAIRS:
        source = address()
        assert answer(server, form.format(known), "wrong", source) == answer(
            server, form.format(unknown), "wrong", source
        )


@pytest.mark.parametrize("method", ["OPTIONS", "GET", "HEAD", "POST", "PUT"])
@pytest.mark.parametrize(
    "query", ["Cmd=Sync&User=anna&DeviceId=d&DeviceType=t", "Cmd=Nothing", "%%%", "Cmd=Ping"]
)
def test_whatever_is_asked(server: RunningServer, method: str, query: str) -> None:
    source = address()
    assert answer(server, "anna", "wrong", source, method, query) == answer(
        server, "nemo", "wrong", source, method, query
    )


@pytest.mark.parametrize(
    ("pair", "forms"),
    list(
        zip(
            SERIES,
            (FORMS[:1], FORMS[:2], FORMS[:4], (FORMS[0], FORMS[4]), (FORMS[0], FORMS[5])),
            strict=True,
        )
    ),
)
def test_a_series_of_wrong_passwords(
    server: RunningServer, pair: tuple[str, str], forms: tuple[str, ...]
) -> None:
    """However somebody is named, and in however many ways: held up after as many guesses."""
    statuses = []
    for name in pair:
        source = address()
        statuses.append(
            [
                answer(server, form.format(name), f"wrong {guess}", source)[0]
                for guess, form in zip(range(GUESSES), itertools.cycle(forms), strict=False)
            ]
        )
    assert statuses[0] == statuses[1]
    assert statuses[0][0] == 401
    assert 503 in statuses[0]

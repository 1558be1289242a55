"""The log-in: how often it is tried, and what a refusal says."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from multidict import CIMultiDict, CIMultiDictProxy

from overair.doctor.attempts import MAXIMUM_REFUSALS, Login
from overair.doctor.autodiscovering import challenges_of
from overair.doctor.checks import login
from overair.doctor.checks.login import log_in, versions
from overair.doctor.complaint import Complaint
from overair.doctor.facts.login import LoggedIn, Spoken
from overair.doctor.network.web import Answer
from overair.doctor.secret import Secret
from overair.doctor.step import State
from overair.protocol.http.credentials import parse_authorization
from overair.versions import Version
from overair.ward.case import Start
from overair.ward.ward import PASSWORD, Changes, Handler, Ward
from support.bedside import bedside_of, looked_at
from support.practice import Practice, found, practising, scripted, step_of

UMLAUT = "Grün-7"


@pytest.fixture(scope="module")
def practice() -> Iterator[Practice]:
    yield from practising()


def _at(handler: Handler, changes: Changes | None = None) -> Start:
    @asynccontextmanager
    async def start(ward: Ward) -> AsyncIterator[Complaint]:
        async with scripted(ward, handler):
            yield ward.complaint(**(changes or {}))

    return start


class Gate:
    """Refuses everybody, and remembers the names; OPTIONS may be open to all."""

    def __init__(self, *, options_open: bool = False) -> None:
        self.tried: list[tuple[str, bytes]] = []
        self.refused: Counter[tuple[str, bytes]] = Counter()
        self._open = options_open

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        said = parse_authorization(request.headers["Authorization"].encode())
        assert said is not None
        one = said.login, said.password
        if one not in self.tried:
            self.tried.append(one)
        if request.method == "OPTIONS" and self._open:
            return web.Response()
        self.refused[one] += 1
        return web.Response(status=401, headers={"WWW-Authenticate": "Basic"})


@pytest.mark.parametrize("options_open", [False, True])
@pytest.mark.parametrize(
    ("changes", "password", "names"),
    [
        ({"address": "anna@ward.test"}, PASSWORD, ["anna@ward.test", "anna", "WARD\\anna"]),
        ({"address": "anna@ward.test", "user": "a.keller"}, PASSWORD, ["a.keller"]),
        ({"address": "anna@ward.test", "domain": "HQ"}, PASSWORD, ["HQ\\anna", "anna@ward.test"]),
        ({"address": "anna@ward.test", "user": "ak", "domain": "HQ"}, PASSWORD, ["HQ\\ak", "ak"]),
        (
            {"address": "anna@ward.test"},
            UMLAUT,
            ["anna@ward.test", "anna@ward.test", "anna", "WARD\\anna"],
        ),
    ],
)
def test_each_form_of_the_name_is_tried_once(
    practice: Practice, changes: Changes, password: str, names: list[str], options_open: bool
) -> None:
    gate = Gate(options_open=options_open)

    examined = practice.examine(_at(gate, changes), login.CHECKS, password=password)

    assert [name for name, _ in gate.tried] == names
    assert set(gate.refused.values()) == {1}
    assert gate.refused.total() <= MAXIMUM_REFUSALS
    assert found(examined) == ["password-wrong"]
    assert step_of(examined, versions.CHECK).state is State.NOT_REACHED


def test_a_password_of_letters_with_accents_goes_in_both_encodings(practice: Practice) -> None:
    gate = Gate()

    practice.examine(_at(gate, {"address": "anna@ward.test"}), login.CHECKS, password=UMLAUT)

    assert [password for _, password in gate.tried[:2]] == [UMLAUT.encode(), UMLAUT.encode("latin-1")]
    assert all(password == UMLAUT.encode() for _, password in gate.tried[2:])


def _answering(status: int, text: str = "") -> Start:
    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        await request.read()
        return web.Response(status=status, text=text, headers={"WWW-Authenticate": "Basic"})

    return _at(answer, {"user": "anna"})


@pytest.mark.parametrize(
    ("status", "text", "illness"),
    [
        (401, "Please log in.", "password-wrong"),
        (401, "<a href=/reset>Forgotten your password?</a> Lock your account after use.", "password-wrong"),
        (401, "Your account has been locked out.", "account-locked"),
        (401, "The referenced account is currently locked out and may not be used.", "account-locked"),
        (401, "AADSTS50055: The password is expired.", "password-expired"),
        (401, "Please use an application-specific password.", "app-password-needed"),
        (401, "Enable two-factor authentication first", "app-password-needed"),
        (401, "Basic auth is disabled", "oauth-demanded"),
        (403, "", "eas-disabled-for-user"),
        (456, "", "account-locked"),
        (457, "", "password-expired"),
        (500, "", "server-fails-after-log-in"),
        (503, "", "server-fails-after-log-in"),
    ],
)
def test_what_a_refusal_says(practice: Practice, status: int, text: str, illness: str) -> None:
    examined = practice.examine(_answering(status, text), login.CHECKS)

    assert found(examined) == [illness]


def test_without_a_password_nobody_is_asked(practice: Practice) -> None:
    gate = Gate()

    examined = practice.examine(_at(gate, {"password": None}), login.CHECKS)

    assert gate.tried == []
    assert step_of(examined, log_in.CHECK).state is State.NOT_REACHED
    assert step_of(examined, log_in.CHECK).reason == "no password was given"


def test_the_password_stays_with_the_domain(practice: Practice) -> None:
    gate = Gate()

    examined = practice.examine(_at(gate, {"address": "anna@elsewhere.test"}), login.CHECKS)

    assert gate.tried == []
    assert found(examined) == []


@pytest.mark.parametrize(
    ("offered", "illness", "spoken"),
    [
        ("2.5,12.0,12.1,14.0,14.1,16.0,16.1", [], Version.V16_1),
        ("2.5, 12.0, 12.1, 14.0, 14.1", [], Version.V14_1),
        ("1.0,2.0,2.1,2.5", ["versions-too-old"], None),
        ("1.0,2.0", ["versions-too-old"], None),
        ("2.5,12.0,12.1", ["versions-old"], Version.V12_1),
        ("16.0,16.1", ["versions-too-new"], Version.V16_1),
        ("", ["options-without-versions"], None),
        ("x" * 5000, ["versions-too-old"], None),
    ],
)
def test_versions(offered: str, illness: list[str], spoken: Version | None) -> None:
    listed = tuple(one.strip() for one in offered.split(",") if one.strip())
    known = LoggedIn(Login("anna", Secret("x")), listed, (), CIMultiDict())
    bedside = bedside_of(versions.CHECK, known)

    fact, findings = looked_at(versions.CHECK, bedside)

    assert findings == illness
    assert fact == (Spoken(spoken) if spoken is not None else None)
    assert all(len(one.says) < 400 for one in bedside.findings)


def test_commands_that_phones_cannot_do_without() -> None:
    known = LoggedIn(
        Login("anna", Secret("x")), ("14.1",), ("FolderSync", "Sync", "Provision"), CIMultiDict()
    )
    bedside = bedside_of(versions.CHECK, known)

    _, findings = looked_at(versions.CHECK, bedside)

    assert findings == ["commands-missing"]
    assert "Ping" in bedside.findings[0].says
    assert "FolderSync" not in bedside.findings[0].says


def _refusal(*challenges: str) -> Answer:
    headers = CIMultiDict([("WWW-Authenticate", challenge) for challenge in challenges])
    return Answer(401, CIMultiDictProxy(headers), b"", 0.0)


def test_a_question_for_a_log_in_is_the_same_with_another_nonce() -> None:
    one, other = ('Digest realm="mail", nonce="1", opaque="2"', 'Digest realm="mail", nonce="3", opaque="4"')

    assert challenges_of(_refusal("Basic", one)) == challenges_of(_refusal(other, "Basic"))
    assert challenges_of(_refusal('Basic realm="a"')) != challenges_of(_refusal('Basic realm="b"'))

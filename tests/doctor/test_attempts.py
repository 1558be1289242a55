"""Whom the doctor tells the password: real servers that record all they get."""

from __future__ import annotations

import asyncio
import base64
import logging
import pickle
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from io import StringIO
from typing import Unpack
from urllib.parse import quote

import msgspec
import pytest
import structlog
from aiohttp import web
from cryptography.hazmat.primitives.hashes import SHA256

from overair.cli import logs
from overair.doctor import answering
from overair.doctor.answering import answer
from overair.doctor.attempts import MAXIMUM_REFUSALS, REFUSALS_OF_AUTODISCOVER, Login
from overair.doctor.autodiscovering import login_of
from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, Scope, Section
from overair.doctor.checks import CHECKS
from overair.doctor.complaint import Complaint
from overair.doctor.host import Host
from overair.doctor.network.web import Unanswered, ask
from overair.doctor.reporting.report import Report
from overair.doctor.secret import Secret
from overair.protocol.autodiscover.site import AUTODISCOVER_PATH
from overair.protocol.http import PATH
from overair.protocol.http.responses import LOCATION, PROTOCOL_VERSIONS
from overair.ward.site import AUTODISCOVER, MAIL, NAMES
from overair.ward.ward import DOMAIN, OTHER_DOMAIN, PASSWORD, Changes, Ward
from support.recording import ASKING, Answering, Recorder, asking, leading, serving_mail, tells

World = Callable[[Ward, Recorder], AbstractAsyncContextManager[Complaint]]
USUAL = f"https://{MAIL}{PATH}"
OUTSIDE = f"eas.{OTHER_DOMAIN}"
OWN = {("https", MAIL), ("https", AUTODISCOVER)}
"""Who may be told in all of these worlds, where it is trusted."""


def examined(world: World) -> tuple[Recorder, Report]:
    """Examine what a world complains of."""

    async def examine() -> tuple[Recorder, Report]:
        async with Ward() as ward:
            recorder = Recorder(ward)
            async with world(ward, recorder) as complaint:
                return recorder, await answer(complaint)

    return asyncio.run(examine())


def of(answering: Answering, outside: Answering | None = None, **changes: Unpack[Changes]) -> World:
    """A world with the domain's server and, where it is given, one outside that wants the password."""

    @asynccontextmanager
    async def world(ward: Ward, recorder: Recorder) -> AsyncIterator[Complaint]:
        async with recorder.serving((OUTSIDE,), outside or asking), recorder.serving(NAMES, answering):
            yield ward.complaint(**changes)

    return world


def moved(location: str, status: int = 451) -> Answering:
    """Takes the log-in, and sends whoever has it elsewhere."""
    return serving_mail(
        USUAL, web.Response(status=status, headers={LOCATION: location, "Location": location})
    )


@asynccontextmanager
async def _http_leads_outside(ward: Ward, recorder: Recorder) -> AsyncIterator[Complaint]:
    to_outside = leading(f"https://{OUTSIDE}{{path}}")
    async with (
        recorder.serving((OUTSIDE,), asking),
        recorder.serving((AUTODISCOVER,), to_outside, https=False),
        recorder.serving((MAIL,), asking),
    ):
        yield ward.complaint()


@asynccontextmanager
async def _srv_outside(ward: Ward, recorder: Recorder) -> AsyncIterator[Complaint]:
    ward.zone.add(f"_autodiscover._tcp.{DOMAIN}", "SRV", f"0 0 443 {OUTSIDE}.")
    async with recorder.serving((OUTSIDE,), asking):
        yield ward.complaint()


@asynccontextmanager
async def _alias_outside(ward: Ward, recorder: Recorder) -> AsyncIterator[Complaint]:
    """A name of the domain that is the host of somebody else, who has no certificate for it."""
    async with recorder.serving((OUTSIDE,), asking):
        for name in NAMES:
            ward.zone.add(name, "CNAME", f"{OUTSIDE}.")
        yield ward.complaint()


CLEAR = f"http://{MAIL}{AUTODISCOVER_PATH}?clear"
WORLDS: dict[str, tuple[World, set[tuple[str, str]]]] = {
    "served": (of(serving_mail(USUAL)), OWN),
    "redirected outside": (of(leading(f"https://{OUTSIDE}{{path}}")), set()),
    "redirected into the clear": (of(leading(CLEAR, 307)), set()),
    "led outside by HTTP": (_http_leads_outside, {("https", MAIL)}),
    "led outside by SRV": (_srv_outside, set()),
    "an alias of somebody else": (_alias_outside, set()),
    "named outside": (of(serving_mail(f"https://{MAIL}@{OUTSIDE}{PATH}")), OWN),
    "named in the clear": (of(serving_mail(f"http://{MAIL}{PATH}")), OWN),
    "moved outside": (of(moved(f"https://{OUTSIDE}{PATH}")), OWN),
    "moved into the clear": (of(moved(f"http://{MAIL}{PATH}")), OWN),
    "commands redirected outside": (of(moved(f"https://{OUTSIDE}{PATH}", 308)), OWN),
    "confirmed outside": (
        of(asking, serving_mail(f"https://{OUTSIDE}{PATH}"), server=Host(OUTSIDE)),
        OWN | {("https", OUTSIDE)},
    ),
}
"""A world, and everybody who may be told there."""


@pytest.mark.parametrize("name", WORLDS)
def test_only_trusted_hosts_of_the_domain_are_told(name: str) -> None:
    world, allowed = WORLDS[name]

    recorder, report = examined(world)

    assert recorder.heard
    assert recorder.told(PASSWORD) <= allowed
    assert bool(recorder.told(PASSWORD)) == bool(allowed)
    assert not [step.check for step in report.steps if step.state == "stumbled"]


@asynccontextmanager
async def _mistrusted(ward: Ward, recorder: Recorder) -> AsyncIterator[Complaint]:
    """Four hosts of the domain, none of which shows a certificate that is believed."""
    authority = ward.authority
    certificates = {
        MAIL: ward.other_authority.issue((MAIL,)),
        AUTODISCOVER: authority.issue((AUTODISCOVER,), start=-90, end=-2),
        DOMAIN: authority.issue((OUTSIDE,)),
        f"owa.{DOMAIN}": authority.issue((f"owa.{DOMAIN}",), self_signed=True),
    }
    ward.zone.add(f"_autodiscover._tcp.{DOMAIN}", "SRV", f"0 0 443 owa.{DOMAIN}.")
    async with AsyncExitStack() as around:
        for name, certificate in certificates.items():
            serving = recorder.serving((name,), serving_mail(USUAL), certificate=certificate)
            await around.enter_async_context(serving)
        yield ward.complaint()


def test_who_is_not_trusted_is_not_told() -> None:
    recorder, _ = examined(_mistrusted)

    over_tls = {one.host for one in recorder.heard if one.scheme == "https"}
    assert over_tls >= {MAIL, AUTODISCOVER, DOMAIN, f"owa.{DOMAIN}"}
    assert recorder.told(PASSWORD) == set()


def test_the_one_certificate_that_the_user_trusts_is_enough() -> None:
    @asynccontextmanager
    async def world(ward: Ward, recorder: Recorder) -> AsyncIterator[Complaint]:
        certificate = ward.authority.issue(NAMES, self_signed=True)
        other = ward.authority.issue(("eas.ward.test",))
        async with (
            recorder.serving(NAMES, moved(f"https://eas.ward.test{PATH}"), certificate=certificate),
            recorder.serving(("eas.ward.test",), asking, certificate=other),
        ):
            fingerprint = certificate.certificate.fingerprint(SHA256()).hex()
            yield ward.complaint(trusted_fingerprint=fingerprint)

    recorder, _ = examined(world)

    assert recorder.told(PASSWORD) == OWN


def refusing(after: int) -> Answering:
    """Takes so many log-ins, and then none."""
    taken = 0
    serve = serving_mail(USUAL)

    def refuse(request: web.BaseRequest, body: bytes) -> web.StreamResponse:
        nonlocal taken
        if "Authorization" in request.headers:
            taken += 1
            if taken > after:
                return asking(request, body)
        return serve(request, body)

    return refuse


@pytest.mark.parametrize("after", [0, 1, 4])
def test_no_account_is_locked(after: int) -> None:
    recorder, _ = examined(of(refusing(after)))

    refused = recorder.refusals(PASSWORD)
    assert 1 <= len(refused) <= MAXIMUM_REFUSALS
    at_autodiscover = [one for one in refused if one.path.lower() == AUTODISCOVER_PATH]
    assert len(at_autodiscover) <= REFUSALS_OF_AUTODISCOVER


def repeating(request: web.BaseRequest, _body: bytes) -> web.StreamResponse:
    """Says whatever it was told again, in all places that end up in a report."""
    said = request.headers.get("Authorization", "")
    if not said or request.path.lower().endswith(".json"):
        return web.Response(status=401, headers=ASKING)
    token = said.partition(" ")[2]
    told = f"{token} {base64.b64decode(token).decode()} {PASSWORD}"
    if request.method == "OPTIONS":
        return web.Response(headers={PROTOCOL_VERSIONS: f"14.1,{told}", "Server": told})
    if request.path.lower() == AUTODISCOVER_PATH:
        return web.Response(status=302, headers={"Location": f"https://{OUTSIDE}/{quote(told)}?{PASSWORD}"})
    return web.Response(status=451, headers={LOCATION: told}, text=told)


async def _clumsy(bedside: Bedside) -> None:
    login = login_of(bedside.complaint)
    raise ValueError(login.header() if login is not None else "", PASSWORD)


CLUMSY = Check(id="clumsy", title="Fail", section=Section.MACHINE, scope=Scope.ONCE, examine=_clumsy)
"""A check that fails with the password in its hands."""


@pytest.fixture(name="stderr")
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[StringIO]:
    """What the program logs."""
    stderr = StringIO()
    monkeypatch.setattr(sys, "stderr", stderr)
    before, handlers = structlog.get_config(), logging.root.handlers[:]
    logs.configure(logging.DEBUG)
    yield stderr
    structlog.configure(**before)
    logging.root.handlers[:] = handlers


def test_what_was_told_is_in_no_report_and_no_log(stderr: StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "CHECKS", (*CHECKS, CLUMSY))

    recorder, report = examined(of(repeating, user="anna", domain="WARD"))

    assert recorder.told(PASSWORD) == OWN
    assert {step.check: step.state for step in report.steps}["clumsy"] == "stumbled"
    assert "a check of the doctor failed" in stderr.getvalue()
    assert not tells(stderr.getvalue().encode(), PASSWORD)
    assert not tells(msgspec.json.encode(report), PASSWORD)


def test_a_complaint_does_not_show_its_password() -> None:
    complaint = Complaint(address="anna@ward.test", password=Secret(PASSWORD))

    assert PASSWORD not in f"{complaint} {complaint!r} {login_of(complaint)} {login_of(complaint)!r}"
    with pytest.raises(TypeError, match="not written down"):
        pickle.dumps(complaint)


def _no_http(request: web.BaseRequest, _body: bytes) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n")
    return web.Response()


def test_a_failure_keeps_the_request_to_itself() -> None:
    """The libraries' errors hold the request, with its headers."""

    async def asked() -> BaseException:
        async with Ward() as ward, Recorder(ward).serving(NAMES, _no_http):
            login = Login("anna", Secret(PASSWORD))
            with pytest.raises(Unanswered) as failure:
                await ask(ward.complaint(), "GET", USUAL, authorization=login.header())
            return failure.value

    error: BaseException | None = asyncio.run(asked())

    while error is not None:
        shown = f"{error!r} {error} {error.args!r} {vars(error)!r}"
        assert not tells(shown.encode(), PASSWORD)
        error = error.__cause__ or error.__context__

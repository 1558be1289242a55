"""What the checks of the web side must not mistake, where no case of the ward could show it."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web
from multidict import CIMultiDict, CIMultiDictProxy

from overair.doctor.attempts import MAXIMUM_REFUSALS, REFUSALS_OF_AUTODISCOVER, Attempts, Login
from overair.doctor.autodiscovering import led_to
from overair.doctor.bedside import Bedside
from overair.doctor.check import NotReached
from overair.doctor.checks.web import forms_inside
from overair.doctor.complaint import Complaint
from overair.doctor.facts.tls import Trusted
from overair.doctor.facts.web import Endpoint, Greeting, Webmail
from overair.doctor.network.web import Answer, ask
from overair.doctor.secret import Secret
from overair.protocol.autodiscover.site import AUTODISCOVER_PATH
from overair.protocol.http import PATH
from overair.ward.site import AUTODISCOVER, MAIL, NAMES
from overair.ward.ward import PASSWORD, Ward
from support.asynchronous import run
from support.bedside import bedside_of, looked_at
from support.recording import Answering, Recorder, asking, serving_mail

URL = f"https://{MAIL}{PATH}"
AT_AUTODISCOVER = f"https://{AUTODISCOVER}{AUTODISCOVER_PATH}"
LOGIN = Login("anna@ward.test", Secret(PASSWORD))


def answered(status: int, **headers: str) -> Answer:
    """An answer without a body."""
    known = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, CIMultiDictProxy(CIMultiDict(known)), b"", 0.1)


async def told(
    answering: Answering, attempts: Attempts, *urls: str, limit: int = MAXIMUM_REFUSALS
) -> Recorder:
    """Ask all at once with a log-in."""
    async with Ward() as ward:
        recorder = Recorder(ward)
        async with recorder.serving(NAMES, answering):
            questions = (attempts.ask(ward.complaint(), LOGIN, "OPTIONS", url, limit=limit) for url in urls)
            for answer in await asyncio.gather(*questions, return_exceptions=True):
                assert isinstance(answer, Answer | NotReached)
        return recorder


@pytest.mark.parametrize("limit", [MAXIMUM_REFUSALS, REFUSALS_OF_AUTODISCOVER])
def test_whoever_asks_at_once_asks_no_more_than_one_by_one(limit: int) -> None:
    recorder = asyncio.run(told(asking, Attempts(), *[URL] * 12, limit=limit))

    assert len(recorder.refusals(PASSWORD)) == limit


def test_a_log_in_that_is_taken_holds_nobody_up() -> None:
    recorder = asyncio.run(told(serving_mail(URL), Attempts(), *[URL] * 12, limit=1))

    assert len(recorder.heard) == 12
    assert not recorder.refusals(PASSWORD)


def refusing_at_the_endpoint(request: web.BaseRequest, body: bytes) -> web.StreamResponse:
    """Autodiscover takes the log-in, the endpoint does not."""
    return (asking if request.path == PATH else serving_mail(URL))(request, body)


def test_what_one_place_takes_another_has_not_taken() -> None:
    attempts = Attempts()

    asyncio.run(told(refusing_at_the_endpoint, attempts, AT_AUTODISCOVER, URL))

    assert attempts.is_taken(AT_AUTODISCOVER + "?any")
    assert not attempts.is_taken(URL)
    assert attempts.refused == [LOGIN.user]


def exchange_2003() -> Bedside:
    """Its OWA asks by a form, and nobody has logged in at the endpoint."""
    asked = answered(401, WWW_Authenticate="Basic", MS_Server_ActiveSync="6.5.7638.1")
    return bedside_of(
        forms_inside.CHECK,
        Endpoint(URL, ("basic",), None, None),
        Greeting(URL, asked, asked, None, None),
        Webmail("/exchange/", forms=True),
        Trusted(),
    )


def test_a_form_of_owa_is_no_reason_for_a_wrong_password() -> None:
    bedside = exchange_2003()
    asyncio.run(told(refusing_at_the_endpoint, bedside.attempts, AT_AUTODISCOVER, URL))

    assert looked_at(forms_inside.CHECK, bedside)[1] == []


def test_a_form_of_owa_is_the_reason_where_the_log_in_was_taken() -> None:
    bedside = exchange_2003()
    asyncio.run(told(serving_mail(URL), bedside.attempts, URL))

    assert looked_at(forms_inside.CHECK, bedside)[1] == ["forms-between-activesync-and-mailbox"]


@pytest.mark.parametrize(
    ("location", "leads"),
    [
        ("/owa/", f"https://{MAIL}/owa/"),
        ("owa", f"https://{MAIL}/owa"),
        (f"//{AUTODISCOVER}/x", f"https://{AUTODISCOVER}/x"),
        (f"HTTPS://{AUTODISCOVER}/x", f"https://{AUTODISCOVER}/x"),
        ("https:///owa/", None),
        ("https://", None),
        ("http:/owa", None),
        ("mailto:anna@ward.test", None),
        ("javascript:alert(1)", None),
        ("https://[::1/", None),
        ("https://mail.ward.test:99999999/", None),
        ("", None),
    ],
)
def test_where_a_redirect_leads(location: str, leads: str | None) -> None:
    target = led_to(URL, answered(302, Location=location))

    assert (str(target) if target is not None else None) == leads


def test_a_long_header_is_no_reason_to_take_an_answer_for_none() -> None:
    policy = "default-src " + "https://a-name.example.org " * 1000

    async def at_length(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 204 X\r\nContent-Security-Policy: {policy}\r\n\r\n".encode())
        writer.close()

    async def asked() -> int:
        async with await asyncio.start_server(at_length, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            return (await ask(Complaint(address="anna@ward.test"), "GET", f"http://127.0.0.1:{port}/")).status

    assert run(asked()) == 204

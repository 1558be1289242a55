"""Where each device looks, and what it makes of what it finds there; without a server."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from yarl import URL

from overair.doctor.attempts import Login
from overair.doctor.autodiscovering import Followed, Kind, Said, Stop
from overair.doctor.check import Fact
from overair.doctor.complaint import Complaint
from overair.doctor.devices.chart import Chart
from overair.doctor.devices.device import Device
from overair.doctor.devices.discovery import find
from overair.doctor.devices.opinion import Reply
from overair.doctor.examination import Examined
from overair.doctor.facts.autodiscover import Asked, Offered, Told
from overair.doctor.facts.hosts import Candidates, Method, Server, Source
from overair.doctor.facts.login import LoggedIn
from overair.doctor.facts.machine import Resolving
from overair.doctor.facts.tls import Encrypted
from overair.doctor.host import Host
from overair.doctor.secret import Secret
from overair.protocol.autodiscover.pox import Settings

DOMAIN, AUTODISCOVER, MAIL = Host("example.org"), Host("autodiscover.example.org"), Host("mail.example.org")
PATH = "/Microsoft-Server-ActiveSync"
SERVER = Server(MAIL, PATH, Source.AUTODISCOVER)
LOWER, CAPITALS = "/autodiscover/autodiscover.xml", "/Autodiscover/Autodiscover.xml"
LOGIN = Login("anna@example.org", Secret("secret"))
Y, N, U = Reply.YES, Reply.NO, Reply.UNKNOWN


def settings(url: str = f"https://{MAIL.name}{PATH}", path: str = LOWER) -> Said:
    """The answer that names a server."""
    answer = Settings("anna@example.org", "Anna", url)
    return Said(f"https://{AUTODISCOVER.name}{path}", Kind.SETTINGS, 200, answer=answer)


def redirect(status: int = 302) -> Said:
    target = URL(f"https://{MAIL.name}{LOWER}")
    return Said(f"https://{AUTODISCOVER.name}{LOWER}", Kind.REDIRECT, status, location=target)


def status(code: int = 404, path: str = CAPITALS) -> Said:
    return Said(f"https://{AUTODISCOVER.name}{path}", Kind.STATUS, code)


def replies(
    *facts: Fact, at: Host = AUTODISCOVER, others: Mapping[Host, tuple[Fact, ...]] | None = None
) -> tuple[Reply, ...]:
    """For each device: the domain has no web server, and a host has these facts."""
    methods = {DOMAIN: Method.DOMAIN, AUTODISCOVER: Method.AUTODISCOVER}
    methods |= {} if at in methods else {at: Method.REDIRECT}
    hosts = (DOMAIN, AUTODISCOVER, *(one for one in methods if one not in (DOMAIN, AUTODISCOVER)))
    candidates = Candidates(hosts, tuple(methods[one] for one in hosts), ("",) * len(hosts))
    known: dict[tuple[type[Fact], Host | None], Fact] = {
        (Candidates, None): candidates,
        (Resolving, None): Resolving(()),
        (Encrypted, at): Encrypted({}),
    }
    for host, own in {at: facts, **(others or {})}.items():
        known |= {(type(fact), host): fact for fact in own}
    examined = Examined(Complaint(address="anna@example.org"), (), known, SERVER, hosts, 1.0)
    return tuple(find(Chart(examined, device)).reply for device in Device)


def said(*trail: Said, stop: Stop | None = None, otherwise: Said | None = None) -> tuple[Fact, ...]:
    """What was answered to whoever asks, and to the user."""
    followed = Followed(trail, stop)
    return Asked(followed, otherwise), Told(followed, None)


def test_the_usual() -> None:
    assert replies(*said(settings())) == (Y, Y, Y, Y, Y)


def test_nothing_there() -> None:
    assert replies(at=Host("elsewhere.example.org")) == (N, N, N, N, N)


def test_plain_http_is_asked_by_some() -> None:
    assert replies(*said(settings()), at=MAIL) == (U, Y, U, U, U)


@pytest.mark.parametrize(("code", "expected"), [(302, Y), (307, U), (451, U)])
def test_of_other_redirects_nobody_says(code: int, expected: Reply) -> None:
    assert set(replies(*said(redirect(code), settings()))) == {expected}
    question = Said(f"https://{MAIL.name}{LOWER}", Kind.LOG_IN, 401, ("basic",))
    asked, told = Asked(Followed((redirect(code), question)), None), Told(Followed((settings(),)), LOGIN)
    assert set(replies(asked, told)) == {expected}


@pytest.mark.parametrize(
    ("stop", "expected"),
    [(Stop.OUTSIDE, U), (Stop.ADDRESS, U), (Stop.LOOP, N), (Stop.OPEN, N), (Stop.NOWHERE, N)],
)
def test_where_redirects_end(stop: Stop, expected: Reply) -> None:
    assert set(replies(*said(redirect(), stop=stop))) == {expected}


@pytest.mark.parametrize(
    "url", [f"http://{MAIL.name}{PATH}", f"https://other.example.org{PATH}", "mail", "https://[::"]
)
def test_a_url_that_leads_elsewhere_is_none(url: str) -> None:
    assert set(replies(*said(settings(url)))) == {N}


def test_outlook_asks_the_second_version_first() -> None:
    elsewhere = Offered("https://other.example.org/x")

    assert replies(*said(settings()), elsewhere) == (Y, Y, Y, N, Y)
    assert replies(*said(status(path=LOWER)), Offered(f"https://{MAIL.name}{PATH}")) == (N, N, N, Y, N)


def test_who_writes_the_path_in_which_letters() -> None:
    assert replies(*said(settings(path=CAPITALS), otherwise=status(path=LOWER))) == (U, N, U, U, U)
    assert replies(*said(settings(), otherwise=status())) == (U, Y, U, U, U)
    assert replies(*said(settings(), otherwise=settings(path=CAPITALS))) == (Y, Y, Y, Y, Y)


def test_log_ins() -> None:
    """Refused alone it is Autodiscover's; else nobody knows whether the password is right."""
    question = Said(f"https://{AUTODISCOVER.name}{LOWER}", Kind.LOG_IN, 401, ("basic",))
    asked = Asked(Followed((question,)), None)
    refused = Told(Followed((question,)), LOGIN)
    taken = {MAIL: (LoggedIn(LOGIN, (), (), {}),)}

    assert set(replies(asked)) == {U}
    assert set(replies(asked, refused)) == {U}
    assert set(replies(asked, refused, others=taken)) == {N}
    integrated = Said(question.url, Kind.LOG_IN, 401, ("negotiate",))
    assert set(replies(Asked(Followed((integrated,)), None))) == {N}

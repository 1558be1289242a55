"""What the checks of this machine make of what the ward has no case of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import dns.resolver
import pytest
import time_machine
from yarl import URL

from overair.doctor.checks.machine import clock, network, portal, proxy, resolver
from overair.doctor.complaint import LANDMARKS, Place, Surroundings
from overair.doctor.facts.machine import Online, Resolving
from overair.doctor.facts.names import Addresses
from overair.doctor.facts.ports import Open, Plain
from overair.doctor.facts.tls import Encrypted
from overair.doctor.host import Host
from overair.doctor.network.handshaking import Shake
from overair.ward.certificates import Authority
from overair.ward.name_server import name_server
from overair.ward.ports import free_port
from overair.ward.zone import Zone
from support.asynchronous import run
from support.bedside import HOST, bedside_of, looked_at

ADDRESS = "127.0.0.1"
ONLINE = Online(True, True)
ELSEWHERE = Host("ward.test")
PAGE = URL("http://login.hotspot.test/")
DAY = dt.timedelta(days=1)


@pytest.mark.parametrize("landmark", [*LANDMARKS, "127.0.0.1", "fe80::1", "255.255.255.255"])
def test_asking_for_a_route_sends_nothing_and_never_fails(landmark: str) -> None:
    assert network.has_route(landmark) in (True, False)


def test_there_is_a_route_to_oneself_and_none_to_a_link_without_a_name() -> None:
    assert network.has_route("127.0.0.1")
    assert not network.has_route("fe80::1")


def test_a_machine_without_name_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(*_: object) -> None:
        raise dns.resolver.NoResolverConfiguration

    monkeypatch.setattr(dns.resolver.Resolver, "read_resolv_conf", read)
    bedside = bedside_of(resolver.CHECK, ONLINE)

    assert looked_at(resolver.CHECK, bedside) == (None, ["no-resolver"])


def test_one_of_two_name_servers_is_gone() -> None:
    async def examined() -> list[str]:
        gone = Place(ADDRESS, free_port((ADDRESS,), datagrams=True))
        async with name_server(Zone(), ADDRESS) as place:
            around = Surroundings(resolvers=(gone, place), connect_seconds=0.5)
            bedside = bedside_of(resolver.CHECK, ONLINE, around=around)
            assert await resolver.CHECK.examine(bedside) == Resolving((place,))
            return [finding.id for finding in bedside.findings]

    assert run(examined()) == ["resolver-partly-silent"]


@pytest.mark.parametrize(
    ("proxies", "is_open", "expected"),
    [
        ({}, False, []),
        ({"ftp": "http://p:1"}, False, []),
        ({"https": "http://anna:secret@p.test:3128"}, True, ["proxy-in-environment"]),
        ({"https": "p.test:3128"}, False, ["proxy-in-environment", "way-out-only-by-proxy"]),
        ({"all": "socks5://p.test:1080", "no": ".ward.test"}, False, ["proxy-in-environment"]),
        ({"http": "http://p:1", "no": "*"}, False, ["proxy-in-environment"]),
        ({"http": "http://[", "no": "test.ward"}, True, ["proxy-in-environment"]),
    ],
)
def test_proxies(proxies: dict[str, str], is_open: bool, expected: list[str]) -> None:
    facts = [Addresses((ADDRESS,), ()), *([Open((ADDRESS,))] if is_open else [])]
    bedside = bedside_of(proxy.CHECK, around=Surroundings(proxies=proxies), everywhere={HOST: facts})

    assert looked_at(proxy.CHECK, bedside)[1] == expected
    assert not any("secret" in finding.says for finding in bedside.findings)


@pytest.mark.parametrize(
    ("plain", "apart", "invents", "is_portal"),
    [
        (Plain(511, None, None), False, False, True),
        (Plain(302, PAGE, None), True, False, True),
        (Plain(302, PAGE, None), False, True, True),
        # One web server for all names may lead them all to one page.
        (Plain(302, PAGE, None), False, False, False),
        (Plain(302, URL("https://mail.ward.test/"), None), True, True, False),
        (Plain(200, None, None), True, True, False),
    ],
)
def test_what_a_captive_portal_is(plain: Plain, apart: bool, invents: bool, is_portal: bool) -> None:
    other = "127.9.9.9" if apart else ADDRESS
    everywhere = {
        HOST: (plain, Addresses((ADDRESS,), ())),
        ELSEWHERE: (plain, Addresses((other,), ())),
    }
    resolving = Resolving((Place(ADDRESS, 53),), invents)
    bedside = bedside_of(portal.CHECK, resolving, everywhere=everywhere)

    assert looked_at(portal.CHECK, bedside)[1] == (["captive-portal"] if is_portal else [])


@pytest.fixture(scope="module")
def valid(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A certificate of HOST for thirty days before and after now."""
    authority = Authority(tmp_path_factory.mktemp("authority"))
    return authority.issue((HOST.name,), start=-30, end=30).chain[0]


@pytest.mark.parametrize(
    ("here", "ahead", "expected"),
    [
        (dt.timedelta(), [dt.timedelta(minutes=4)], []),
        # One witness: the certificate decides, or nobody.
        (dt.timedelta(), [DAY], ["clocks-differ"]),
        (-40 * DAY, [40 * DAY], ["clock-wrong"]),
        (dt.timedelta(), [40 * DAY], ["server-clock-wrong"]),
        (dt.timedelta(), [DAY, DAY], ["clock-off"]),
        (40 * DAY, [-40 * DAY, -40 * DAY], ["clock-wrong"]),
        # Nobody agrees with anybody: nothing is said.
        (dt.timedelta(), [DAY, 9 * DAY], []),
    ],
)
def test_whose_clock_is_wrong(
    valid: bytes, here: dt.timedelta, ahead: Sequence[dt.timedelta], expected: list[str]
) -> None:
    shake = Shake((valid,), "TLSv1.3", "", "", client_certificate=False, staple=b"")
    names = (HOST, ELSEWHERE)
    witnesses = [
        clock.Witness(host, f"127.0.0.{number}", difference)
        for number, (host, difference) in enumerate(zip(names, ahead, strict=False))
    ]
    everywhere = {one.host: (Encrypted({one.address: shake}),) for one in witnesses}
    bedside = bedside_of(clock.CHECK, everywhere=everywhere)
    with time_machine.travel(dt.datetime.now(dt.UTC) + here):
        clock.judge(bedside, witnesses)

    assert [finding.id for finding in bedside.findings] == expected

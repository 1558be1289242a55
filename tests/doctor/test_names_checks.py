"""What the checks of names make of answers that the ward has no case of."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from overair.doctor.checks.names import addresses, internal, kinds, relay, service_record
from overair.doctor.complaint import Place, Surroundings
from overair.doctor.facts.hosts import Server, Source
from overair.doctor.facts.machine import Online, Resolving
from overair.doctor.facts.names import Addresses, Exchangers, Outside
from overair.doctor.facts.ports import Open
from overair.doctor.host import Host
from overair.doctor.network import lookup, neighbourhood
from overair.protocol.autodiscover.records import SRV_LABELS
from overair.ward.name_server import name_server
from overair.ward.zone import Zone
from support.asynchronous import run
from support.bedside import HOST, bedside_of, looked_at

ADDRESS = "127.0.0.1"
MAIL = HOST.name
DOMAIN = "ward.test"
LOCALHOST = Host("localhost")
ONLINE = Online(True, True)


def found_by_addresses(zone: Zone, host: Host, *, system: bool = False) -> list[str]:
    """What is found; with ``system`` the zone stands for what the machine's own configuration names."""

    async def examined() -> list[str]:
        async with name_server(zone, ADDRESS) as place:
            around = Surroundings(resolvers=() if system else (place,))
            with pytest.MonkeyPatch.context() as patch:
                if system:
                    patch.setattr(lookup, "name_servers", lambda around: around.resolvers or (place,))
                bedside = bedside_of(addresses.CHECK, ONLINE, Resolving((place,)), host=host, around=around)
                await addresses.CHECK.examine(bedside)
            return [finding.id for finding in bedside.findings]

    return run(examined())


def test_a_slow_answer_is_told() -> None:
    slow = Zone()
    slow.add(MAIL, "A", "127.1.2.3")
    slow.behave(MAIL, delay=addresses.SLOW_SECONDS + 0.05, kind="A")

    assert found_by_addresses(slow, HOST) == ["dns-slow"]


def test_a_name_that_only_the_hosts_file_knows() -> None:
    assert found_by_addresses(Zone(), LOCALHOST, system=True) == ["name-only-here"]


def test_a_hosts_file_that_says_otherwise_than_dns() -> None:
    zone = Zone()
    zone.add(LOCALHOST.name, "A", "127.1.2.3")

    assert found_by_addresses(zone, LOCALHOST, system=True) == ["hosts-file"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("192.0.2.1", Addresses(("192.0.2.1",), ())), ("2001:db8::1", Addresses((), ("2001:db8::1",)))],
)
def test_an_address_that_was_typed_in_is_its_own(name: str, expected: Addresses) -> None:
    bedside = bedside_of(addresses.CHECK, ONLINE, host=Host(name))

    assert looked_at(addresses.CHECK, bedside) == (expected, [])


INNER = ("10.0.0.1", "172.31.0.1", "192.168.1.1", "169.254.1.1", "100.64.0.1", "fd00::1", "fe80::1%eth0")
OUTER = ("203.0.113.1", "172.32.0.1", "127.0.0.1", "::1", "2001:db8::1", "100.128.0.1")


@pytest.mark.parametrize("address", [*INNER, *OUTER])
def test_what_an_inner_address_is(address: str) -> None:
    assert neighbourhood.is_inner(address) is (address in INNER)


@pytest.mark.parametrize(
    ("here", "outside", "is_open", "expected"),
    [
        (["10.0.0.1"], None, True, ["private-address"]),
        (["10.0.0.1"], None, False, ["private-address-outside"]),
        (["10.0.0.1"], ["203.0.113.1"], True, []),
        (["127.0.0.1"], ["10.0.0.1"], True, ["private-address-outside"]),
        (["10.0.0.1", "203.0.113.1"], None, True, ["private-address-among"]),
        (["0.0.0.0"], None, False, ["address-null"]),
        (["203.0.113.1"], None, True, []),
    ],
)
def test_addresses_for_the_outside(
    here: Sequence[str], outside: Sequence[str] | None, is_open: bool, expected: list[str]
) -> None:
    facts = [Addresses(tuple(here), ())]
    more = [Outside(tuple(outside))] if outside is not None else []
    bedside = bedside_of(kinds.CHECK, *facts, *more, *([Open(tuple(here))] if is_open else []))

    assert looked_at(kinds.CHECK, bedside) == (None, expected)


@pytest.mark.parametrize(
    ("name", "internal_name"),
    [
        ("mail.example.com", False),
        ("local.example.com", False),
        ("mail.ward.test", False),
        ("192.0.2.1", False),
        ("exchange", True),
        ("exchange.firm.local", True),
        ("nas.home.arpa", True),
        ("mail.firm.internal", True),
    ],
)
def test_names_of_the_inner_network(name: str, internal_name: bool) -> None:
    assert (internal.why_internal(name) is not None) is internal_name


SRV_NAME = f"{SRV_LABELS}.{DOMAIN}"


@pytest.mark.parametrize(
    ("record", "wrong"),
    [
        (f"0 0 443 {MAIL}.", False),
        (f"0 0 443 alias.{DOMAIN}.", True),
        (f"0 0 443 nobody.{DOMAIN}.", True),
        (f"0 0 0 {MAIL}.", True),
        ("0 0 443 192.0.2.1.", True),
        ("0 0 443 .", True),
    ],
)
@pytest.mark.parametrize("source", [None, Source.GUESS, Source.AUTODISCOVER])
def test_a_service_record(record: str, wrong: bool, source: Source | None) -> None:
    zone = Zone()
    zone.add(MAIL, "A", "127.1.2.3")
    zone.add(f"alias.{DOMAIN}", "CNAME", f"{MAIL}.")
    zone.add(SRV_NAME, "SRV", record)

    async def examined() -> list[str]:
        async with name_server(zone, ADDRESS) as place:
            known = [Server(HOST, "/", source)] if source is not None else []
            around = Surroundings(resolvers=(Place(place.address, place.port),))
            bedside = bedside_of(service_record.CHECK, Resolving((place,)), *known, around=around)
            await service_record.CHECK.examine(bedside)
            return [finding.id for finding in bedside.findings]

    expected = "srv-record-odd" if source is Source.AUTODISCOVER else "srv-record-wrong"
    assert run(examined()) == ([expected] if wrong else [])


@pytest.mark.parametrize(
    ("exchanger", "is_open", "relayed"),
    [
        ("mx.other.test", False, True),
        ("mx.other.test", True, False),
        (MAIL, False, False),
        ("cluster1.eu.messagelabs.com", True, False),
    ],
)
def test_a_relay_is_not_the_server(exchanger: str, is_open: bool, relayed: bool) -> None:
    here = Addresses(("127.1.2.3",), ())
    facts = [here, Exchangers({exchanger: ("127.1.2.3",)})]
    bedside = bedside_of(relay.CHECK, *facts, *([Open(here.ipv4)] if is_open else []))

    assert looked_at(relay.CHECK, bedside)[1] == (["relay-not-server"] if relayed else [])


def test_a_relay_of_a_known_provider_needs_no_closed_port() -> None:
    here = Addresses(("127.1.2.3",), (), ("cluster1.eu.messagelabs.com",))
    bedside = bedside_of(relay.CHECK, here, Open(here.ipv4))

    assert looked_at(relay.CHECK, bedside)[1] == ["relay-not-server"]

"""What name servers answer, read as it was meant."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import dns.message
import dns.rcode
import dns.rdatatype
import pytest

from overair.doctor.complaint import Complaint, Place, Surroundings
from overair.doctor.guessing import guesses
from overair.doctor.network.lookup import MAXIMUM_RECORDS, Looked, Outcome, look_up, walk
from overair.doctor.network.resolving import Hosts
from overair.ward.name_server import name_server
from overair.ward.ports import free_port
from overair.ward.zone import Behaviour, Zone
from support.asynchronous import run
from support.bedside import HOST

ADDRESS = "127.0.0.1"
MAIL = HOST.name


def around(*places: Place, seconds: float = 20) -> Surroundings:
    return Surroundings(resolvers=places, connect_seconds=seconds)


def looked(zone: Zone, name: str, kind: str = "A", *, seconds: float = 20, checked: bool = True) -> Looked:
    async def asked() -> Looked:
        async with name_server(zone, ADDRESS) as place:
            return await look_up(
                around(place, seconds=seconds), name, dns.rdatatype.from_text(kind), checked=checked
            )

    return run(asked())


def zone(*records: tuple[str, str, str]) -> Zone:
    made = Zone()
    for record in records:
        made.add(*record)
    return made


CHAINED = zone(("a.ward.test", "CNAME", "b.ward.test."), ("b.ward.test", "A", "127.1.2.3"))


def test_an_alias_is_followed_and_told() -> None:
    found = looked(CHAINED, "A.ward.test")

    assert found.outcome is Outcome.FOUND
    assert [record.to_text() for record in found.records] == ["127.1.2.3"]
    assert found.chain == ("b.ward.test",)
    assert found.ttl == 60


def test_of_thousands_of_records_a_few_are_looked_at() -> None:
    crowded = zone(*(("many.ward.test", "A", f"127.1.{n // 250}.{n % 250 + 1}") for n in range(1000)))

    found = looked(crowded, "many.ward.test")

    assert (found.outcome, len(found.records)) == (Outcome.FOUND, MAXIMUM_RECORDS)


def test_http_tries_as_few_addresses() -> None:
    crowded = zone(*((MAIL, "A", f"127.1.{n // 250}.{n % 250 + 1}") for n in range(1000)))

    async def tried() -> int:
        async with name_server(crowded, ADDRESS) as place:
            return len(await Hosts(around(place)).resolve(MAIL, 443))

    assert run(tried()) == MAXIMUM_RECORDS


def test_a_name_server_that_fails_is_not_a_name_without_an_address() -> None:
    failing = Zone()
    failing.behave(MAIL, Behaviour.SERVFAIL)

    async def resolved() -> None:
        async with name_server(failing, ADDRESS) as place:
            await Hosts(around(place)).resolve(MAIL, 443)

    with pytest.raises(OSError, match="SERVFAIL"):
        run(resolved())


def test_of_thousands_of_exchangers_a_few_are_guesses() -> None:
    crowded = zone(*(("ward.test", "MX", f"{n} mx{n}.ward.test.") for n in range(1000)))

    async def guessed() -> list[str]:
        async with name_server(crowded, ADDRESS) as place:
            complaint = Complaint(address="anna@ward.test", surroundings=around(place))
            return [host.name for host in await guesses(complaint) if host.name.startswith("mx")]

    assert run(guessed()) == [f"mx{n}.ward.test" for n in range(MAXIMUM_RECORDS)]


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("nobody.ward.test", Outcome.UNKNOWN),
        ("x" * 64 + ".ward.test", Outcome.UNKNOWN),
        ("a..ward.test", Outcome.UNKNOWN),
    ],
)
def test_what_is_not_there(name: str, outcome: Outcome) -> None:
    assert looked(CHAINED, name).outcome is outcome


@pytest.mark.parametrize(
    ("behaviour", "outcome", "unchecked"),
    [
        (Behaviour.SERVFAIL, Outcome.FAILED, Outcome.FAILED),
        (Behaviour.REFUSED, Outcome.REFUSED, Outcome.REFUSED),
        (Behaviour.BOGUS, Outcome.FAILED, Outcome.FOUND),
    ],
)
def test_what_fails(behaviour: Behaviour, outcome: Outcome, unchecked: Outcome) -> None:
    sick = zone((MAIL, "A", "127.1.2.3"))
    sick.behave(MAIL, behaviour)

    assert looked(sick, MAIL).outcome is outcome
    assert looked(sick, MAIL, checked=False).outcome is unchecked


@contextlib.asynccontextmanager
async def answering(answer: Callable[[bytes], bytes]) -> AsyncIterator[Place]:
    """A name server that says whatever the test wants."""

    class Said(asyncio.DatagramProtocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = transport

        def datagram_received(self, data: bytes, addr: tuple[str | int, ...]) -> None:
            self.transport.sendto(answer(data), addr)  # type: ignore[attr-defined]  # of datagrams

    port = free_port((ADDRESS,), datagrams=True)
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Said, local_addr=(ADDRESS, port))
    try:
        yield Place(ADDRESS, port)
    finally:
        transport.close()


def hostile(data: bytes) -> list[bytes]:
    """Answers that are none, or wrong ones, to a question."""
    query = dns.message.from_wire(data)
    other = dns.message.make_response(query)
    other.set_rcode(dns.rcode.YXDOMAIN)
    return [b"", b"\x00", data, data[:2] + b"\xff" * 600, other.to_wire()]


@pytest.mark.parametrize("number", range(5))
def test_a_hostile_answer_is_an_outcome(number: int) -> None:
    async def asked() -> Looked:
        async with answering(lambda data: hostile(data)[number]) as place:
            return await look_up(around(place, seconds=0.2), MAIL, dns.rdatatype.A)

    assert run(asked()).outcome in (Outcome.SILENT, Outcome.MALFORMED)


def test_the_second_name_server_is_asked_where_nobody_is_at_the_first() -> None:
    async def asked() -> Looked:
        gone = Place(ADDRESS, free_port((ADDRESS,), datagrams=True))
        async with name_server(CHAINED, ADDRESS) as place:
            return await look_up(around(gone, place), "b.ward.test", dns.rdatatype.A)

    assert run(asked()).outcome is Outcome.FOUND


def test_aliases_in_a_circle_are_walked_once() -> None:
    circle = zone(
        ("a.test", "CNAME", "b.test."), ("b.test", "CNAME", "c.test."), ("c.test", "CNAME", "b.test.")
    )

    async def walked() -> tuple[str, ...]:
        async with name_server(circle, ADDRESS) as place:
            return await walk(around(place), "a.test")

    assert run(walked()) == ("b.test", "c.test", "b.test")

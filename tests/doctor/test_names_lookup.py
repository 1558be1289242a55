"""What name servers answer, read as it was meant."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import dns.message
import dns.rcode
import dns.rdatatype
import pytest

from overair.doctor.complaint import Place, Surroundings
from overair.doctor.lookup import Looked, Outcome, look_up, walk
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

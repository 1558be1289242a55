"""The ward's name server: a zone over UDP and TCP, on an address of loopback."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeAlias

import dns.exception
import dns.message

from overair.doctor.complaint import Place
from overair.ward.ports import free_port
from overair.ward.zone import Zone

_Handler: TypeAlias = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def name_server(zone: Zone, address: str) -> AsyncIterator[Place]:
    """Answer for a zone until the block ends; gives where. Raises OSError."""
    place = Place(address, free_port((address,), datagrams=True))
    loop = asyncio.get_running_loop()
    transport, datagrams = await loop.create_datagram_endpoint(
        lambda: _Datagrams(zone), local_addr=(place.address, place.port)
    )
    server = await asyncio.start_server(_over_tcp(zone), place.address, place.port)
    try:
        yield place
    finally:
        transport.close()
        datagrams.stop()
        server.close()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, zone: Zone) -> None:
        self._zone = zone
        self._transport: asyncio.DatagramTransport | None = None
        self._answering: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override] # as typeshed
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str | int, ...]) -> None:
        task = asyncio.create_task(self._answer(data, addr))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answer(self, data: bytes, peer: tuple[str | int, ...]) -> None:
        answer = await _answered(self._zone, data)
        if answer is not None and self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(answer, peer)

    def stop(self) -> None:
        """Leave questions that wait without an answer."""
        for task in self._answering:
            task.cancel()


def _over_tcp(zone: Zone) -> _Handler:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                [length] = struct.unpack("!H", await reader.readexactly(2))
                answer = await _answered(zone, await reader.readexactly(length))
                if answer is not None:
                    writer.write(struct.pack("!H", len(answer)) + answer)
                    await writer.drain()
        writer.close()

    return handle


async def _answered(zone: Zone, data: bytes) -> bytes | None:
    """The answer to a packet; None to what is no question, and for silence."""
    try:
        query = dns.message.from_wire(data)
    except dns.exception.DNSException:
        return None
    if not isinstance(query, dns.message.QueryMessage) or len(query.question) != 1:
        return None
    answer = await zone.answer(query)
    return None if answer is None else answer.to_wire()

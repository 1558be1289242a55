"""One HTTP connection: uvicorn's protocol with limits on what a peer may send and how slowly."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import structlog
from httptools import HttpParserError
from starlette.types import ASGIApp
from uvicorn.config import Config
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.utils import get_remote_addr
from uvicorn.server import ServerState

from overair.server.crowding import Door
from overair.server.descriptors import DESCRIPTORS, Room
from overair.server.forwarded import UNIX_PEER
from overair.server.light_event import LightEvent
from overair.server.settings import Timeouts

MAXIMUM_TARGET = 8 * 1024
"""Bytes of a request target; a base64 query has at most some 400, a plain one some 1,000."""
MAXIMUM_HEAD = 32 * 1024
"""Bytes of a request line with its headers."""
MAXIMUM_HEADERS = 100
MAXIMUM_PIPELINE = 16
"""Requests that wait on a connection behind one that is answered; phones send none."""
HTTP_VERSIONS = frozenset({"1.0", "1.1"})
OVERHEAD_PER_BYTE = 16
"""Bytes that a chunked body may cost on the wire beside each of its own, above MAXIMUM_HEAD."""
BODY_BYTES = 8 * 1024
"""What a body brings at the least each time that its progress is looked at."""
LARGE_BODY = 64 * 1024
"""A TLS connection that received more is closed after the answer: its buffers have grown."""
LINGERING_BODY = 4 * 1024 * 1024
"""How much of a body is still read after its request was answered, so that the peer reads the answer."""
COME_LATER = b"retry-after: 30\r\n\r\n"
"""The end of a head."""
WRITE_BUFFER = 64 * 1024
"""Bytes of an answer that wait here until the application pauses; under TLS asyncio would take 512 KB."""
UNSENT_BYTES = 128 * 1024
"""How much the kernel takes of an answer ahead of the network: with less, a slow peer's progress shows."""
KEEPALIVE_IDLE, KEEPALIVE_INTERVAL, KEEPALIVE_PROBES = 600, 60, 5
"""Seconds. A phone that vanished is noticed in 15 minutes; one that sleeps is woken every ten at most."""

log = structlog.get_logger()


class _Pipeline(list[object]):
    """The few requests that wait behind another one: what uvicorn uses of a deque, which takes 760 bytes."""

    def appendleft(self, entry: object) -> None:
        self.insert(0, entry)


class _LightFlow(FlowControl):
    """uvicorn's flow control with a lighter event."""

    def __init__(self, transport: asyncio.Transport) -> None:
        super().__init__(transport)
        self._is_writable_event = LightEvent(is_set=True)


class LimitedConfig(Config):
    """uvicorn's configuration, with how slow peers may be and how many there may be."""

    def __init__(
        self,
        application: ASGIApp,
        timeouts: Timeouts,
        door: Door,
        *,
        proxy_protocol: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(application, http=LimitedConnection, **options)
        self.timeouts = timeouts
        self.door = door
        self.proxy_protocol = proxy_protocol
        """It knows of connections that have not agreed on TLS yet; on uvloop nobody asks it."""


class LimitedConnection(HttpToolsProtocol):
    """Refuses heads that are too long (414, 431) and cuts off peers that are too slow (408).

    It is lighter than uvicorn's own, too: thousands of them wait.
    """

    __slots__ = (
        "_arrival_timer",
        "_arrived",
        "_body_size",
        "_body_size_before",
        "_bounds",
        "_crowded",
        "_drain_timer",
        "_headers_size",
        "_in_body",
        "_receiving",
        "_refusal",
    )

    def __init__(
        self,
        config: LimitedConfig,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._bounds = config
        self.pipeline = _Pipeline()  # type: ignore[assignment]  # is used as a deque
        self._refusal = 400
        self._crowded = False
        """Whether there was no room for this connection: its request is told to come later."""
        self._receiving = True
        """Whether a request (on a new connection: the first) is awaited or arriving and not whole."""
        self._in_body = False
        self._arrived = 0
        """Bytes of the request that is arriving, its head included."""
        self._headers_size = 0
        self._body_size = 0
        self._body_size_before = 0
        self._arrival_timer: asyncio.TimerHandle | None = None
        self._drain_timer: asyncio.TimerHandle | None = None

    # What the transport calls

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        super().connection_made(transport)
        self.flow = _LightFlow(transport)
        transport.set_write_buffer_limits(high=WRITE_BUFFER)
        connection: socket.socket | None = transport.get_extra_info("socket")
        if connection is not None and connection.family != socket.AF_UNIX:
            tune(connection)
        self._learn_client()
        door = self._bounds.door
        connections = max(len(self.connections), door.connections)
        room = DESCRIPTORS.room_for(connections, door.most)
        self._crowded = room is not Room.ENOUGH
        if self._crowded:
            DESCRIPTORS.missing(connections)
        if room is Room.NONE:
            transport.abort()
        self._await_arrival(self._bounds.timeouts.head)

    def _learn_client(self) -> None:
        """Who is connected; without TLS a proxy announces it with the first bytes (proxied_socket.py)."""
        self.client = get_remote_addr(self.transport) or (UNIX_PEER, 0)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_arrival_timer()
        self._stop_drain_timer()
        self._unset_keepalive_if_required()  # uvicorn leaves it running where the connection broke
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._bounds.proxy_protocol and not self._arrived:
            self._learn_client()
        self._receiving = True
        self._arrived += len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        if not self._receiving:
            self._stop_arrival_timer()
            if self._answered and self.timeout_keep_alive_task is None:  # answered before it was whole
                self.timeout_keep_alive_task = self.loop.call_later(
                    self.timeout_keep_alive, self.timeout_keep_alive_handler
                )
        elif self._arrived - self._body_size > MAXIMUM_HEAD + OVERHEAD_PER_BYTE * self._body_size:
            self._refuse(431)
        elif self._arrival_timer is None:
            timeouts = self._bounds.timeouts
            self._await_arrival(timeouts.body if self._in_body else timeouts.head)

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._drain_timer is None:
            self._drain_timer = self.loop.call_later(self._bounds.timeouts.answer, self._drain_is_late)

    def resume_writing(self) -> None:
        self._stop_drain_timer()
        super().resume_writing()

    # What the parser calls

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._receiving = True
        self._headers_size = 0

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if self._crowded:
            self._refusal = 503
            raise HttpParserError("There are too many connections.")
        if len(self.url) > MAXIMUM_TARGET:
            self._refusal = 414
            raise HttpParserError("The request target is too long.")

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers_size += len(name) + len(value)
        if len(self.headers) >= MAXIMUM_HEADERS or self._headers_size > MAXIMUM_HEAD:
            self._refusal = 431
            raise HttpParserError("The headers are too many or too long.")
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        refusal = self._refusal_of_head()
        if refusal is not None:
            self._refusal = refusal
            raise HttpParserError("The head is one that nobody needs to send.")
        self._in_body = True
        self._body_size = self._body_size_before = 0
        self._stop_arrival_timer()
        super().on_headers_complete()
        self.cycle.message_event = LightEvent()  # its task has not run yet

    def on_body(self, body: bytes) -> None:
        self._body_size += len(body)
        if self.cycle.response_complete and self._body_size > LINGERING_BODY:
            self.transport.abort()
        elif self._body_size > LARGE_BODY and self.scheme == "https":
            self.cycle.keep_alive = False
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._receiving = self._in_body = False
        self._arrived = self._body_size = 0
        super().on_message_complete()

    def _refusal_of_head(self) -> int | None:
        """The status for a head that the parser takes and that two servers may read in two ways."""
        version = self.parser.get_http_version()
        if version not in HTTP_VERSIONS:
            return 505
        if self.parser.get_method() == b"CONNECT":
            return 501
        hosts = sum(name == b"host" for name, _ in self.headers)
        if hosts > 1 or (not hosts and version == "1.1"):
            return 400  # RFC 9112, 3.2
        codings = [value.strip().lower() for name, value in self.headers if name == b"transfer-encoding"]
        if codings and version == "1.0":
            return 400  # RFC 9112, 6.1: the framing is faulty
        if codings and codings != [b"chunked"]:
            return 501
        return 400 if len(self.pipeline) >= MAXIMUM_PIPELINE else None

    def send_400_response(self, msg: str) -> None:
        """Answer what the parser or a limit refused."""
        self._refuse(self._refusal)

    # What is refused, and what takes too long

    @property
    def _answered(self) -> bool:
        """Whether no request is at work."""
        cycle: RequestResponseCycle | None = self.cycle  # None before the first one, whatever uvicorn says
        return cycle is None or cycle.response_complete

    def _refuse(self, status: int) -> None:
        if not self._crowded:  # else it was said (descriptors.py)
            log.info("request refused", status=status, client=self.client)
        unanswered = not self.cycle.response_started if self._in_body else self._answered
        if unanswered and not self.pipeline:  # else it would land within or behind another answer
            answer = STATUS_LINE[status] + b"content-length: 0\r\nconnection: close\r\n"
            answer += COME_LATER if status == 503 else b"\r\n"
            self.transport.write(answer)
        self.transport.close()

    def _await_arrival(self, seconds: float) -> None:
        self._arrival_timer = self.loop.call_later(seconds, self._arrival_is_late)

    def _arrival_is_late(self) -> None:
        self._arrival_timer = None
        if not self._receiving or self.transport.is_closing():
            return
        if not self._in_body:
            if self._answered:
                self._refuse(408)
            return  # stray bytes behind a request at work: when it ends the keep-alive time begins
        if self.flow.read_paused or self._body_size - self._body_size_before >= BODY_BYTES:
            self._body_size_before = self._body_size
            self._await_arrival(self._bounds.timeouts.body)  # it moves on, or the application is the slow one
        else:
            self._refuse(408)

    def _stop_arrival_timer(self) -> None:
        if self._arrival_timer is not None:
            self._arrival_timer.cancel()
            self._arrival_timer = None

    def _drain_is_late(self) -> None:
        self._drain_timer = None
        log.info("answer is not being read", client=self.client)
        self.transport.abort()

    def _stop_drain_timer(self) -> None:
        if self._drain_timer is not None:
            self._drain_timer.cancel()
            self._drain_timer = None


def tune(connection: socket.socket) -> None:
    """Have the kernel notice a peer that vanished without a word, and keep little for one that is slow."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (
        ("TCP_KEEPIDLE", KEEPALIVE_IDLE),
        ("TCP_KEEPINTVL", KEEPALIVE_INTERVAL),
        ("TCP_KEEPCNT", KEEPALIVE_PROBES),
        ("TCP_NOTSENT_LOWAT", UNSENT_BYTES),
    ):
        if hasattr(socket, option):  # macOS lacks some of them
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)

"""What is told to who watches over the server: ``/metrics`` for Prometheus, and its health.

On a listener of its own, apart from phones: loopback, unless told otherwise.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.types import Receive, Scope, Send

from overair import metrics
from overair.delivery import queue
from overair.server.context import Services
from overair.server.health import PATHS, Health
from overair.server.offer import SERVER_VERSION
from overair.storage.interface import DatabaseUnavailable
from overair.times import microseconds, utc_now

METRICS_PATH: Final = "/metrics"
KEPT_SECONDS: Final = 5.0
"""How long what the database was asked is told again."""
DAY: Final = 86_400.0
UNKNOWN: Final = float("nan")
Expiry = Callable[[], tuple[str, datetime] | None]
"""The subject of the server's certificate and when it expires, if there is one."""

_log = structlog.get_logger("overair.monitoring")


class Monitoring:
    """ASGI: the metrics and the health of one server."""

    def __init__(self, services: Services, health: Health, expiry: Expiry = lambda: None) -> None:
        self._services: Final = services
        self._health: Final = health
        self._expiry: Final = expiry
        self._queue_known_until = 0.0
        metrics.INFORMATION.clear()
        metrics.INFORMATION.labels(SERVER_VERSION).set(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for one of the paths."""
        if scope["path"] in PATHS:
            await self._health(scope, receive, send)
        elif scope["path"] == METRICS_PATH:
            await self.look()
            await _answer(send, 200, generate_latest(metrics.REGISTRY), CONTENT_TYPE_LATEST)
        else:
            await _answer(send, 404, b"not found\n", "text/plain; charset=utf-8")

    async def look(self) -> None:
        """Bring what is not counted as it happens up to date."""
        metrics.WAITING.set(len(self._services.hub))
        metrics.CERTIFICATE_DAYS.clear()
        if (shown := self._expiry()) is not None:
            subject, expires = shown
            metrics.CERTIFICATE_DAYS.labels(subject).set((expires - utc_now()).total_seconds() / DAY)
        if time.monotonic() >= self._queue_known_until:
            await self._look_at_queue()

    async def _look_at_queue(self) -> None:
        try:
            messages, oldest = await self._services.database.read(queue.size)
        except DatabaseUnavailable as error:
            _log.warning("the queue cannot be read", error=str(error))
            metrics.QUEUED.set(UNKNOWN)
            metrics.QUEUED_SECONDS.set(UNKNOWN)
            return
        metrics.QUEUED.set(messages)
        age = 0.0 if oldest is None else (microseconds(utc_now()) - oldest) / 1_000_000
        metrics.QUEUED_SECONDS.set(max(age, 0.0))
        self._queue_known_until = time.monotonic() + KEPT_SECONDS


async def _answer(send: Send, status: int, body: bytes, content_type: str) -> None:
    headers = [(b"content-type", content_type.encode()), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})

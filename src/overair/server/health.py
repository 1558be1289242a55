"""Whether the server is alive and ready, for proxies and whatever starts and stops it.

``/healthz`` says that the process answers. ``/readyz`` says that its database does and that it takes
mail in; that it leaves, too. Neither says more than that, to anybody.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from starlette.types import Receive, Scope, Send

LIVE_PATH: Final = "/healthz"
READY_PATH: Final = "/readyz"
PATHS: Final = frozenset({LIVE_PATH, READY_PATH})
KEPT_SECONDS: Final = 1.0
"""How long an answer is given again, so that nobody keeps the database busy by asking."""
PATIENCE: Final = 5.0
"""Seconds in which the database answers, if the server is ready."""

_log = structlog.get_logger("overair.health")


class Health:
    """ASGI: the two paths. ``unready`` says why the server is not ready, None for ready."""

    def __init__(self, unready: Callable[[], Awaitable[str | None]]) -> None:
        self._unready = unready
        self._reason: str | None = None
        self._known_until = 0.0
        self._asking = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """200 or 503, whatever the method."""
        ready = scope["path"] == LIVE_PATH or await self.why_not_ready() is None
        body = b"ok\n" if ready else b"not ready\n"
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", b"%d" % len(body)),
            (b"cache-control", b"no-store"),
        ]
        await send({"type": "http.response.start", "status": 200 if ready else 503, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def why_not_ready(self) -> str | None:
        """Why the server is not ready, None when it is; logged when that changes."""
        async with self._asking:
            if time.monotonic() >= self._known_until:
                before, self._reason = self._reason, await self._ask()
                self._known_until = time.monotonic() + KEPT_SECONDS
                if self._reason is not None and self._reason != before:
                    _log.warning("not ready", reason=self._reason)
                elif before is not None and self._reason is None:
                    _log.info("ready again")
        return self._reason

    async def _ask(self) -> str | None:
        try:
            return await asyncio.wait_for(self._unready(), PATIENCE)
        except TimeoutError:
            return "the database does not answer"

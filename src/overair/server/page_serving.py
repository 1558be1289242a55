"""The certificate page over plain HTTP, on a port of its own beside the server."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from overair.server.connection import LimitedConfig
from overair.server.crowding import Door
from overair.server.settings import Timeouts
from overair.sockets import tcp_listeners

CONNECTIONS: Final = 200
IDLE_SECONDS: Final = 5


class _PageServer(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the main server's: it ends this one."""
        yield


@asynccontextmanager
async def page_server(application: ASGIApp, host: str, port: int) -> AsyncIterator[int]:
    """Serve an application with nothing secret in it over plain HTTP; gives the port. Raises OSError."""
    sockets = tcp_listeners(host, port)
    door = Door(CONNECTIONS, CONNECTIONS // 4, ())
    config = LimitedConfig(
        application,
        Timeouts(),
        door,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=CONNECTIONS,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=1,
    )
    for listener in sockets:
        listener.gate = door
        listener.listen(CONNECTIONS)
    server = _PageServer(config)
    serving = asyncio.create_task(server.serve(list(sockets)))
    try:
        yield sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await serving
        for listener in sockets:
            listener.close()

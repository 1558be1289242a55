"""Sending large answers in pieces."""

from __future__ import annotations

from typing import Final

from starlette.types import Send

PIECE: Final = 64 * 1024


async def send_body(send: Send, body: bytes) -> None:
    """Send an answer's body, waiting for the peer to take it.

    Handed over whole, a large body would wait in the transport, where nothing tells a slow peer
    from one that is gone, and a connection that closes gives it half a minute.
    """
    end = len(body)
    for start in range(0, end, PIECE):
        stop = start + PIECE
        await send({"type": "http.response.body", "body": body[start:stop], "more_body": stop < end})
    if not body:
        await send({"type": "http.response.body", "body": b""})

"""An ASGI application that says what it was asked, and waits where it is asked to: for tests of the serving.

Run as a program it serves until SIGTERM and prints its port and, when it has left, "left".
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from starlette.types import Receive, Scope, Send

from overair.push.hub import WaitingTable
from overair.push.interface import WaitEnded
from overair.server.listening import Listening
from overair.server.sending import send_body
from overair.server.serving import run, serve
from overair.server.settings import Timeouts
from overair.server.waiting import wait_or_gone
from overair.tls.contexts import tls_context


class Probe:
    """`POST /wait` waits for a change, `/slow` works for a second, anything else is described."""

    def __init__(self) -> None:
        self.hub = WaitingTable()
        self.ended: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            for step in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{step}.complete"})
            return
        size = 0
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.ended.append("ClientGone")
                return
            size += len(message["body"])
            more = message["more_body"]
        answer: dict[str, Any] = {
            "size": size,
            "path": scope["path"],
            "client": scope["client"][0],
            "scheme": scope["scheme"],
            "request_id": scope["state"].get("request_id"),
            "ended": self.ended,
        }
        if scope["path"] == "/wait":
            answer["result"] = await self._wait(receive)
        elif scope["path"] == "/slow":
            await asyncio.sleep(1)
        elif scope["path"] == "/change":
            self.hub.publish(1, "inbox")
        elif scope["path"] == "/large":
            answer["padding"] = "x" * (64 << 20)
        answer["waiting"] = len(self.hub)
        body = json.dumps(answer).encode()
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send_body(send, body)

    async def _wait(self, receive: Receive) -> str:
        subscription = self.hub.subscribe(1, str(id(receive)), ["inbox"])
        try:
            result = str(await wait_or_gone(subscription, 3600, receive))
        except WaitEnded as end:
            result = type(end).__name__
        finally:
            subscription.close()
        self.ended.append(result)
        return result


def main(
    place: str,
    certificate: str = "",
    key: str = "",
    proxies: str = "",
    patience: str = "",
    proxy_protocol: str = "",
) -> None:
    """``patience`` stands for each of the serving's own time limits, in seconds."""
    seconds = float(patience or 0)
    timeouts = Timeouts(head=seconds, body=seconds, answer=seconds) if patience else Timeouts()
    probe = Probe()
    tls = tls_context(Path(certificate), Path(key)) if certificate and key else None
    trusted = tuple(filter(None, proxies.split(",")))
    if place.startswith("/"):
        listening = Listening(unix_path=Path(place), tls=tls, trusted_proxies=trusted, timeouts=timeouts)
    else:
        listening = Listening(
            port=int(place),
            tls=tls,
            trusted_proxies=trusted,
            timeouts=timeouts,
            proxy_protocol=bool(proxy_protocol),
        )

    def started(port: int | None) -> None:
        print(port or place, flush=True)

    run(serve(probe, listening, probe.hub.end_waits, started), listening)
    print("left", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

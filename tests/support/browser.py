"""Debian's Chromium without a window, told what to do over its DevTools protocol."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import re
import tempfile
import time
from collections.abc import AsyncIterator
from typing import Any, Final

import aiohttp

START_SECONDS: Final = 60
PATIENCE_SECONDS: Final = 60
ARGUMENTS: Final = (
    "--headless=new",
    "--remote-debugging-port=0",
    "--no-sandbox",  # which an ordinary user of a container cannot set up
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
_LEFT: Final = "Inspected target navigated or closed"
"""What is answered for a page that the browser has gone on from meanwhile."""
_LISTENING: Final = re.compile(r"DevTools listening on ws://([^/]+)/")


class Left(Exception):
    """The page that was asked is no longer there."""


class Tab:
    """A page that is open."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket: Final = socket
        self._numbers: Final = itertools.count(1)
        self.complaints: Final[list[str]] = []
        """What the browser refused to do for the page: scripts, styles, what fails."""

    async def tell(self, method: str, **parameters: Any) -> Any:
        """One command; its result. Raises AssertionError where the browser does not take it, Left."""
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        while True:
            said = json.loads(await self._socket.receive_str(timeout=PATIENCE_SECONDS))
            if said.get("id") == number:
                if said.get("error", {}).get("message") == _LEFT:
                    raise Left
                assert "error" not in said, said
                return said["result"]
            if said.get("method") in ("Log.entryAdded", "Runtime.exceptionThrown"):
                self.complaints.append(json.dumps(said["params"]))

    async def look(self, expression: str) -> Any:
        """The value of an expression of JavaScript; None while the page changes."""
        try:
            found = await self.tell("Runtime.evaluate", expression=expression, returnByValue=True)
        except Left:
            return None
        return found["result"].get("value")

    async def until(self, expression: str) -> None:
        """Wait until an expression is true."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not await self.look(expression):
            if time.monotonic() > deadline:
                raise AssertionError(await self.look("document.documentElement.outerHTML"))
            await asyncio.sleep(0.05)

    async def open(self, url: str) -> None:
        """Go to a URL."""
        await self.tell("Page.navigate", url=url)
        await self.until("document.readyState === 'complete'")


@contextlib.asynccontextmanager
async def tab(program: str = "chromium") -> AsyncIterator[Tab]:
    """A browser of its own with one page."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        process = await asyncio.create_subprocess_exec(
            program,
            *ARGUMENTS,
            f"--user-data-dir={folder}",
            "about:blank",
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(START_SECONDS):
                place = await _listening(process)
            async with aiohttp.ClientSession() as session:
                async with session.get(f"http://{place}/json/list") as answer:
                    pages = [one for one in await answer.json() if one["type"] == "page"]
                async with session.ws_connect(pages[0]["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                    made = Tab(socket)
                    for domain in ("Page", "Runtime", "Log"):
                        await made.tell(f"{domain}.enable")
                    yield made
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.communicate()


async def _listening(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    said = ""
    async for line in process.stderr:
        said += line.decode(errors="replace")
        found = _LISTENING.search(said)
        if found is not None:
            return found[1]
    raise AssertionError(said)

"""The doctor's web page, served in a thread of this process, and a client that says what it is told."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import re
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec

from overair.helpdesk.application import Desk
from overair.helpdesk.consultations import Consultations
from overair.helpdesk.running import desk_of, opened, serve_desk
from overair.server.help_desk_settings import HelpDesk
from overair.server.settings import Settings
from overair.ward.site import records
from overair.ward.ward import Ward

T = TypeVar("T")
START_SECONDS: Final = 60
ANSWER_SECONDS: Final = 60
FORM: Final = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
PATIENT: Final = {"connect_seconds": 20.0, "answer_seconds": 40.0}
"""Surroundings for a healthy server on a machine that is busy."""
SLOW: Final = {"connect_seconds": 60.0, "answer_seconds": 60.0}
"""Surroundings in which the examination of a silent server does not end while a test looks."""
Around = Callable[[Ward], AbstractAsyncContextManager[object]]
"""What is to be there while the page is served."""


@dataclass(frozen=True)
class Said:
    """What the page answered."""

    status: int
    headers: http.client.HTTPMessage
    text: str


class RunningDesk:
    """A page that listens on loopback, or on a unix socket (``port`` 0) behind what ``front`` connects to."""

    def __init__(self, port: int, desk: Desk, ward: Ward, loop: asyncio.AbstractEventLoop) -> None:
        self.port: Final = port
        self.front: Callable[[], http.client.HTTPConnection] | None = None
        self.usual: dict[str, str] = {}
        """Headers of every request."""
        self.desk: Final = desk
        self.ward: Final = ward
        self._loop: Final = loop

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(
        self, method: str, path: str, body: str | None = None, headers: Mapping[str, str] | None = None
    ) -> Said:
        with self.connection() as connection:
            connection.request(method, path, body, {**self.usual, **(headers or {})})
            answer = connection.getresponse()
            return Said(answer.status, answer.headers, answer.read().decode())

    @contextlib.contextmanager
    def connection(self) -> Iterator[http.client.HTTPConnection]:
        usual = partial(http.client.HTTPConnection, "127.0.0.1", self.port, timeout=ANSWER_SECONDS)
        connection = (self.front or usual)()
        try:
            yield connection
        finally:
            connection.close()

    def token(self) -> str:
        found = re.search(r'name="token" value="([^"]+)"', self.ask("GET", "/").text)
        assert found is not None
        return found[1]

    def begin(self, address: str, *, headers: Mapping[str, str] | None = None, **fields: str) -> Said:
        """Send the form."""
        typed = {"token": self.token(), "address": address, **fields}
        return self.ask("POST", "/examinations", urlencode(typed), {**FORM, **(headers or {})})

    def begun(self, address: str, password: str = "") -> str:
        """Send the form, which is to be taken; the path of the examination."""
        said = self.begin(address, password=password)
        assert said.status == 303, said.text
        return said.headers["Location"]

    @contextlib.contextmanager
    def events(self, path: str, last: int | None = None) -> Iterator[Iterator[tuple[int, str, Any]]]:
        """The events of an examination: number, kind and data; comments and others are passed over."""
        headers = self.usual if last is None else {**self.usual, "Last-Event-ID": str(last)}
        with self.connection() as connection:
            connection.request("GET", f"{path}/events", headers=headers)
            answer = connection.getresponse()
            assert answer.status == 200
            assert answer.headers["Content-Type"].startswith("text/event-stream")
            yield _events(answer)

    def call(self, work: Callable[[], T]) -> T:
        """Look at what belongs to the page's event loop."""

        async def worked() -> T:
            return work()

        return asyncio.run_coroutine_threadsafe(worked(), self._loop).result(START_SECONDS)


def _events(answer: http.client.HTTPResponse) -> Iterator[tuple[int, str, Any]]:
    event: dict[str, str] = {}
    for line in answer:
        name, _, value = line.decode().rstrip("\n").partition(": ")
        if name:
            event[name] = value
        elif "data" in event:
            yield int(event["id"]), event["event"], json.loads(event["data"])
            event = {}


@contextlib.asynccontextmanager
async def silent(ward: Ward) -> AsyncIterator[None]:
    """A server that takes connections and says nothing."""

    async def wait(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            await reader.read()
        writer.close()

    address = ward.address()
    records(ward, address)
    async with await asyncio.start_server(wait, address, ward.https):
        yield


@contextlib.contextmanager
def running_desk(
    around: Around,
    *,
    surroundings: Mapping[str, Any] | None = None,
    consultations: Consultations | None = None,
    **settings: Any,
) -> Iterator[RunningDesk]:
    """Serve the page beside a ward with other ``surroundings``; ``settings`` are those of [doctor]."""
    wanted = {"listen": "127.0.0.1:0", "allow": ["@ward.test"], **settings}
    checked = opened(Settings(doctor=msgspec.convert(wanted, HelpDesk)))
    found: list[RunningDesk] = []
    failed: list[BaseException] = []
    started, stop = threading.Event(), asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def main() -> None:
        loops.append(asyncio.get_running_loop())
        async with Ward() as ward, around(ward):
            place = replace(ward.surroundings(), **(surroundings or {}))
            made = desk_of(checked, place, consultations)

            def told(url: str) -> None:
                found.append(RunningDesk(urlsplit(url).port or 0, made, ward, loops[0]))
                started.set()

            serving = asyncio.create_task(serve_desk(checked, made, told))
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait((serving, stopping), return_when=asyncio.FIRST_COMPLETED)
            serving.cancel()
            stopping.cancel()
            await asyncio.gather(serving, stopping, return_exceptions=True)

    def in_thread() -> None:
        try:
            asyncio.run(main())
        except BaseException as error:
            failed.append(error)
        finally:
            started.set()

    thread = threading.Thread(target=in_thread, name="help desk")
    thread.start()
    assert started.wait(START_SECONDS)
    assert found, failed
    try:
        yield found[0]
    finally:
        loops[0].call_soon_threadsafe(stop.set)
        thread.join(START_SECONDS)

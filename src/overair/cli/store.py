"""How a command reaches the store: through the running server, else by opening it under its lock."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, TypeVar

from overair.cli.control import ControlClient
from overair.cli.output import Failure
from overair.server.administration import (
    AddEntries,
    Answer,
    BeginExport,
    BeginImport,
    Begun,
    Counted,
    Entry,
    Exported,
    GetOutOfOffice,
    NextItems,
    Outcome,
    Outcomes,
    OutOfOffice,
    Queue,
    Refused,
    Request,
    SetOutOfOffice,
    Users,
    Whole,
)

Perform = Callable[[Request], Awaitable[Answer]]
A = TypeVar("A", bound=Answer)

PATIENCE_SECONDS: Final = 15.0
"""How long to wait for a server that is starting or leaving, or for another command."""


@asynccontextmanager
async def store(
    directory: Path, *, create: bool = False, config: Path | None = None
) -> AsyncIterator[Perform]:
    """What performs requests on a data directory. Raises Failure.

    A directory that is not there is an error unless ``create`` asks for a new one. ``config`` has the
    settings where no server runs, which has its own.
    """
    if not create and not await asyncio.to_thread(directory.is_dir):
        raise Failure(f"there is no data directory {directory}: name it with --data-dir")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        client = await _running_server(directory)
        if client is not None:
            try:
                yield client.perform
            except ConnectionError as error:
                raise Failure(f"the server stopped before it was done: {error}") from None
            finally:
                await client.close()
            return
        # Loading the server takes a second, which a command that finds one running does not.
        from overair.cli.own_store import StoreBusy, own_store

        try:
            async with own_store(directory, config) as perform:
                yield perform
            return
        except StoreBusy as error:
            if time.monotonic() > deadline:
                raise Failure(str(error)) from None
            await asyncio.sleep(0.1)


async def _running_server(directory: Path) -> ControlClient | None:
    try:
        return await ControlClient.connect(directory)
    except (FileNotFoundError, ConnectionRefusedError):
        return None  # no server runs, or one ended without a word
    except OSError as error:
        raise Failure(f"the server's control socket cannot be opened: {error.strerror}") from None


async def ask(perform: Perform, request: Request) -> Users:
    """Perform a request that accounts answer. Raises Failure where it is refused."""
    return _expect(Users, await perform(request))


async def ask_out_of_office(perform: Perform, request: GetOutOfOffice | SetOutOfOffice) -> OutOfOffice:
    """Get or set what is replied while somebody is out of office. Raises Failure where it is refused."""
    return _expect(OutOfOffice, await perform(request))


async def ask_queue(perform: Perform, request: Request) -> Queue:
    """Perform a request that messages of the queue answer. Raises Failure where it is refused."""
    return _expect(Queue, await perform(request))


async def ask_number(perform: Perform, request: Request) -> int:
    """Perform a request that a number answers. Raises Failure where it is refused."""
    return _expect(Counted, await perform(request)).number


async def begin(perform: Perform, request: BeginImport | BeginExport) -> Begun:
    """Begin an import or an export. Raises Failure where it is refused."""
    return _expect(Begun, await perform(request))


async def put(perform: Perform, entries: Iterable[Entry]) -> tuple[Outcome, ...]:
    """Add entries to the import that was begun. Raises Failure where none of them was taken."""
    return _expect(Outcomes, await perform(AddEntries(tuple(entries)))).outcomes


async def take(perform: Perform) -> tuple[Whole, ...]:
    """More items of the export that was begun; none at its end. Raises Failure."""
    return _expect(Exported, await perform(NextItems())).items


async def perform_one(directory: Path, request: Request, kind: type[A], *, config: Path | None = None) -> A:
    """Perform one request on a data directory. Raises Failure, also where it is refused."""
    async with store(directory, config=config) as perform:
        return _expect(kind, await perform(request))


def _expect(kind: type[A], answer: Answer) -> A:
    if isinstance(answer, Refused):
        raise Failure(answer.reason)
    if not isinstance(answer, kind):
        raise Failure(f"the server answered {type(answer).__name__}: is it of another version?")
    return answer

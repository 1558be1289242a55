"""The store opened by a command itself, where no server runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from overair.cli.output import Failure
from overair.server.administration import Answer, Request
from overair.server.administrator import Administrator
from overair.server.app import build
from overair.server.settings import SettingsError, load
from overair.storage.interface import DatabaseUnavailable
from overair.storage.open import DirectoryInUse


class StoreBusy(Exception):
    """Another command has the store, or a server that is starting or leaving."""


@asynccontextmanager
async def own_store(
    directory: Path, config: Path | None = None
) -> AsyncIterator[Callable[[Request], Awaitable[Answer]]]:
    """What performs requests on the store in a data directory. Raises StoreBusy, Failure."""
    try:
        application = build(load(config, data_dir=str(directory)))
    except SettingsError as error:
        raise Failure(str(error), code=2) from None
    except DirectoryInUse as error:
        raise StoreBusy(str(error)) from None
    except DatabaseUnavailable as error:
        raise Failure(f"{directory} cannot be opened: {error}") from None
    except OSError as error:
        raise Failure(f"{directory} cannot be opened: {error.strerror or error}") from None
    try:
        yield Administrator(application.services).perform
    finally:
        await application.shutdown()

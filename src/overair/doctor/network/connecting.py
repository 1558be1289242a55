"""One TCP connection of the doctor: whether it is taken, and who speaks there; for the checks of ports."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from overair.doctor.complaint import Surroundings

MAXIMUM_GREETING: Final = 512


class Connection(StrEnum):
    """What becomes of an attempt to connect."""

    OPEN = "open"
    REFUSED = "refused"
    SILENT = "no answer"
    UNREACHABLE = "no way there"


_UNREACHABLE: Final = frozenset(
    (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.EINVAL, errno.EAFNOSUPPORT)
)


async def connect(surroundings: Surroundings, address: str, port: int) -> Connection:
    """Connect to a port of an address, or to what stands for it, and hang up."""
    try:
        async with asyncio.timeout(surroundings.connect_seconds):
            _, writer = await asyncio.open_connection(address, surroundings.ports.get(port, port))
    except TimeoutError:
        return Connection.SILENT
    except OSError as error:
        return _outcome(error)
    writer.transport.abort()
    return Connection.OPEN


async def connect_each(
    surroundings: Surroundings, addresses: Iterable[str], port: int
) -> dict[str, Connection]:
    """Connect to a port of several addresses side by side."""
    wanted = tuple(addresses)
    outcomes = await asyncio.gather(*(connect(surroundings, address, port) for address in wanted))
    return dict(zip(wanted, outcomes, strict=True))


class Silence(StrEnum):
    """Why a service that was connected to has said nothing."""

    CLOSED = "it hung up"
    WAITS = "it waits for us to begin"
    GONE = "the connection was not taken"


async def greeting(surroundings: Surroundings, address: str, port: int) -> bytes | Silence:
    """The first bytes that a service sends by itself (SMTP, SSH and IMAP do, HTTP and TLS do not)."""
    writer: asyncio.StreamWriter | None = None
    try:
        async with asyncio.timeout(surroundings.connect_seconds):
            reader, writer = await asyncio.open_connection(address, surroundings.ports.get(port, port))
            said = await reader.read(MAXIMUM_GREETING)
    except TimeoutError:
        return Silence.WAITS if writer is not None else Silence.GONE
    except ConnectionResetError:
        return Silence.CLOSED
    except OSError:
        return Silence.CLOSED if writer is not None else Silence.GONE
    finally:
        if writer is not None:
            writer.transport.abort()
    return said or Silence.CLOSED


def _outcome(error: OSError) -> Connection:
    if isinstance(error, ConnectionRefusedError):
        return Connection.REFUSED
    if isinstance(error, ConnectionResetError):
        return Connection.OPEN  # taken, and cut before we had seen that it was
    return Connection.UNREACHABLE if error.errno in _UNREACHABLE else Connection.SILENT

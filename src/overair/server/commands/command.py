"""What a command is to the endpoint."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from overair.protocol.schema import Record, SchemaError
from overair.server.context import Context
from overair.server.responses import Outcome
from overair.versions import Version

M = TypeVar("M", bound=Record)


@dataclass(slots=True, frozen=True)
class Command(Generic[M]):
    """One command. Every module beside this one has one, named COMMAND.

    The endpoint reads the body as a ``message``; a body that breaks the schema is answered with
    what ``refuse`` gives for it. ``handle`` runs under the device's lock when ``touches_state``.
    """

    name: str
    message: type[M]
    handle: Callable[[Context, M], Awaitable[Outcome]]
    refuse: Callable[[SchemaError], Outcome]
    handle_empty: Callable[[Context], Awaitable[Outcome]] | None = None
    """What answers a request without a body, where the command allows one."""
    handle_raw: Callable[[Context], Awaitable[Outcome]] | None = None
    """What answers versions before ``since``, where the command takes no WBXML: the handler reads
    the body and parameters from ``context.request``."""
    touches_state: bool = True
    since: Version = Version.V12_1
    """The first version in which the command takes WBXML."""

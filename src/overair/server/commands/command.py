"""What a command is to the endpoint."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from overair.directory.interface import User
from overair.protocol import http
from overair.protocol.schema import Record, SchemaError
from overair.server.context import Context, Services
from overair.server.responses import Outcome
from overair.versions import Version

M = TypeVar("M", bound=Record)


@dataclass(slots=True, frozen=True)
class RawCommand:
    """A command that takes no WBXML: its handler reads ``context.request`` itself."""

    name: http.Command
    handle: Callable[[Context], Awaitable[Outcome]]


@dataclass(slots=True, frozen=True)
class UserCommand:
    """A command of a user rather than of a device: it takes no WBXML, makes no partnership and needs no
    policy key (MS-ASPROV_R757)."""

    name: http.Command
    handle: Callable[[Services, http.Request, User], Awaitable[Outcome]]


@dataclass(slots=True, frozen=True)
class Command(Generic[M]):
    """One command. Most modules beside this one have one, named COMMAND.

    The endpoint reads the body as a ``message``; a body that breaks the schema is answered with
    what ``refuse`` gives for it. Handlers run under the device's lock; they and ``refuse`` may raise
    Refused.
    """

    name: http.Command
    message: type[M]
    handle: Callable[[Context, M], Awaitable[Outcome]]
    refuse: Callable[[SchemaError], Outcome]
    handle_empty: Callable[[Context], Awaitable[Outcome]] | None = None
    """What answers a request without a body, where the command allows one."""
    handle_raw: Callable[[Context], Awaitable[Outcome]] | None = None
    """What answers the versions before ``since``: the handler reads ``context.request`` itself."""
    since: Version = Version.V12_1
    """The first version in which the command takes WBXML."""

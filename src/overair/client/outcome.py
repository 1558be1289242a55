"""What one synchronisation of a collection came to."""

from __future__ import annotations

import msgspec

from overair.protocol.sync import Command


class Refusal(msgspec.Struct, frozen=True):
    """A command of the client that the server did not accept, with its status."""

    command: Command
    status: int


class Outcome(msgspec.Struct):
    """What became of items in one ``sync``, by their ids."""

    added: list[str] = msgspec.field(default_factory=list)
    changed: list[str] = msgspec.field(default_factory=list)
    deleted: list[str] = msgspec.field(default_factory=list)
    soft_deleted: list[str] = msgspec.field(default_factory=list)
    """Left the filter's window; they still exist on the server."""
    created: dict[str, str] = msgspec.field(default_factory=dict)
    """The server's id of each item that the client added, by the id that ``add`` gave."""
    refused: list[Refusal] = msgspec.field(default_factory=list)

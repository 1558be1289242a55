"""What the model asks of a server, whichever way it is run: in simulated time, or over HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from model.edit import Edit
from overair.items import Item, ItemClass
from overair.mailboxes.interface import Folder
from overair.protocol.http import Request
from overair.wbxml import Element, decode

DOMAIN: Final = "example.org"
PASSWORD: Final = b"Geheim 1"


class Fate(StrEnum):
    """What becomes of a request and its answer on their way."""

    GOOD = "good"
    REQUEST_LOST = "request lost"
    REQUEST_CUT = "request cut"
    """The connection ends in the middle of the body."""
    ANSWER_LOST = "answer lost"
    ANSWER_CUT = "answer cut"
    """The connection ends in the middle of the answer."""
    TWICE = "sent twice at once"
    """Something on the way sends it again while it is answered; the phone gets one of the answers."""
    HANGS_UP = "hangs up"
    """The phone closes the connection while the server is at work."""
    KILLED = "killed meanwhile"
    """The server is killed while it is at work."""


@dataclass(frozen=True)
class Answer:
    """An HTTP answer as a phone reads it."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        tree = to_text(decode(self.body)) if self.body.startswith(b"\x03") else repr(self.body)
        return f"{self.status} {tree}"


def to_text(tree: Element) -> str:
    """A tree in one line."""
    inside = " ".join(map(to_text, tree.children)) or tree.text
    return f"{tree.tag.name}({inside})" if inside else tree.tag.name


class Asked(Protocol):
    """A request on its way."""

    @property
    def done(self) -> bool:
        """Whether it has come to its end."""

    @property
    def answer(self) -> Answer | None:
        """What the phone got, once it is done; None where the answer did not reach it."""

    def hang_up(self) -> None:
        """Close the connection; no answer will come."""


@dataclass(frozen=True)
class FolderAsItIs:
    """A folder and what it holds: items by ServerId."""

    folder: Folder
    items: Mapping[str, Item]


class Drive(Protocol):
    """A server that can be used, watched and troubled. Accounts are named without their domain."""

    faults: tuple[str, ...]
    """The names of the faults (steps.FAULTS) that can be brought about here."""
    lags: bool
    """Whether what ``mailbox`` gives is a mirror of what other servers hold."""
    unshowable: set[str]
    """The items that cannot be rendered now."""

    def now(self) -> datetime:
        """The server's wall clock."""

    def ask(self, account: str, request: Request, fate: Fate, *, waits: bool) -> Asked:
        """Send a request whose fate is GOOD, REQUEST_CUT, ANSWER_LOST or ANSWER_CUT.

        ``waits`` where the answer may be long in coming.
        """

    async def settle(self, rounds: int | None = None) -> None:
        """Let everything happen that is about to, or only ``rounds`` of it; waiting requests wait on."""

    async def pass_time(self, seconds: float) -> None:
        """Let time go by, with what it brings."""

    async def patience(self, condition: Callable[[], Awaitable[bool]]) -> None:
        """Wait for what has to happen by itself, or until it is too late.

        Where time is simulated it has happened in ``settle`` already.
        """

    async def mailbox(self, account: str) -> dict[str, FolderAsItIs]:
        """What the mailbox holds now, by folder id; read past the server."""

    async def changed(self) -> bool:
        """Whether a mailbox may have changed since this was asked last."""

    async def deliver(self, account: str, mime: bytes) -> bool:
        """Deliver a message; whether the server took it."""

    async def add(self, account: str, folder_id: str, item_class: ItemClass, edit: Edit) -> bool:
        """Another hand puts an item into a folder; whether that was done."""

    async def change(self, account: str, folder_id: str, item_id: str, edit: Edit) -> bool:
        """Another hand changes an item."""

    async def remove(self, account: str, folder_id: str, item_id: str) -> bool:
        """Another hand deletes an item for good."""

    async def move(self, account: str, folder_id: str, item_id: str, destination_id: str) -> bool:
        """Another hand moves an item."""

    async def create_folder(self, account: str, name: str) -> bool:
        """Another hand makes a mail folder at the top."""

    async def rename_folder(self, account: str, folder_id: str, name: str) -> bool:
        """Another hand renames a folder."""

    async def delete_folder(self, account: str, folder_id: str) -> bool:
        """Another hand deletes a folder with what it holds."""

    async def trouble(self, fault: str, amount: int) -> None:
        """Bring about a fault of ``faults``."""

    async def relieve(self) -> None:
        """End every fault; a server that was killed runs again."""

    async def at_rest(self) -> None:
        """Compare what the mailboxes hold with what stands behind them. Raises Broken."""

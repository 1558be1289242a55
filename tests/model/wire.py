"""What a phone of the model sends over the wire, and how it reads an answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from model.drive import DOMAIN, PASSWORD, Answer, to_text
from model.laws import Law, hold
from model.ledger import Ledger
from model.owner import Owner
from model.sight import Sight
from overair.protocol.http import WBXML_TYPE, Command, Credentials, Request
from overair.protocol.statuses import CommonStatus
from overair.wbxml import decode, encode
from overair.wbxml.element import Element

UNAVAILABLE: Final = 503
LATER: Final = frozenset({CommonStatus.SERVER_ERROR_RETRY_LATER, CommonStatus.SERVER_ERROR})


def _nothing() -> None:
    pass


@dataclass(eq=False)
class Exchange:
    """A request, and what the phone does with its answer."""

    command: Command
    request: Request
    take: Callable[[Answer], None]
    waits: tuple[str, ...] = ()
    """The folders for whose news it waits."""
    in_short: bool = False
    """It leaves something to what the server remembers, which may refuse it before it begins."""
    sights: Mapping[str, Sight] = field(default_factory=dict)
    """What a Sync asks to see of each folder."""
    sent: Callable[[], None] = _nothing
    """Called whenever it is sent on its way."""

    def __str__(self) -> str:
        tree = to_text(decode(self.request.body)) if self.request.has_wbxml and self.request.body else ""
        return f"{self.command} {tree}"


class TryLater(Exception):
    """The server asks for the same later."""


@dataclass
class Wire:
    """What a device sends, and what has no answer yet."""

    owner: Owner
    ledger: Ledger
    unanswered: dict[Command, Exchange] = field(default_factory=dict)
    """What was asked last of each command, while there is no answer to it."""

    @property
    def author(self) -> str:
        return f"{self.owner.account}'s {self.owner.device_id}"

    @property
    def account(self) -> str:
        return self.owner.account

    def _request(self, command: Command, body: bytes, **fields: object) -> Request:
        values: dict[str, object] = {
            "command": command,
            "user": f"{self.account}@{DOMAIN}",
            "device_id": self.owner.device_id,
            "device_type": "Phone",
            "version": self.owner.version,
            "user_agent": "Outlook/16.0 Model" if self.owner.keeps_moved else "Model/1.0",
            "credentials": Credentials(f"{self.account}@{DOMAIN}", PASSWORD),
            "content_type": WBXML_TYPE,
            "body": body,
        }
        return Request(**(values | fields))  # type: ignore[arg-type]  # the fields are Request's

    def _exchange(
        self, command: Command, tree: Element | None, take: Callable[[Element | None], None], **more: object
    ) -> Exchange:
        request = self._request(command, b"" if tree is None else encode(tree))

        def taken(answer: Answer) -> None:
            try:
                found = self.read(answer)
            except TryLater:
                return
            if self.unanswered.get(command) is exchange:
                del self.unanswered[command]
            take(found)

        exchange = Exchange(command, request, taken, **more)  # type: ignore[arg-type]  # the fields are Exchange's
        self.unanswered[command] = exchange
        return exchange

    def read(self, answer: Answer) -> Element | None:
        """The tree of an answer; None where it is empty. Raises TryLater."""
        if answer.status == UNAVAILABLE:
            hold("retry-after" in answer.headers, Law.RETRIED, "503 without Retry-After")
            raise TryLater
        hold(answer.status == 200, Law.RETRIED, f"HTTP {answer.status}: {answer.body[:100]!r}")
        if not answer.body:
            return None
        tree = decode(answer.body)
        status = next((one.text for one in tree if one.tag.name == "Status"), "")
        if status.isdecimal() and int(status) in LATER:
            raise TryLater
        return tree

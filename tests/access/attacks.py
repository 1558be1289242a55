"""Requests of Eve's that carry ids which are not hers."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, Final

from access.places import Path, merged, request, written
from access.roles import BARE, WITHOUT_MESSAGES, Role
from access.victim import Ids
from access.worlds import DRAFTS, EVE, MAIL, OCCURRENCE, Corner, Own, World
from overair.items import Contact, Event, ItemClass, Message, Note, Task
from overair.protocol.commands import messages_of
from overair.protocol.http import MIME_TYPE, WBXML_TYPE, Command
from overair.protocol.sync import AddCommand, ChangeCommand, DeleteCommand
from overair.versions import Version
from overair.wbxml import encode
from support.phone import Answer

SHAPES: Final = (
    "",
    "0",
    "-1",
    "1:1",
    "0:0",
    "1:1:1",
    "999999999",
    "999999999:999999999",
    "9" * 64,
    "RI",
    "*",
    "%",
    "' OR 1=1 --",
    "../1",
)
"""Ids that name nothing in any world, and what is no id at all."""

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Attack:
    """One request: for each of its parts the places that hold what Eve chose; all else is her own."""

    command: Command
    version: Version
    parts: tuple[Mapping[Path, str], ...] = ()
    query: Mapping[str, Any] = field(default_factory=dict)
    raw: tuple[Any, ...] = ()
    """Of a command without messages: the element, and its text."""
    base64: bool = False

    def __str__(self) -> str:
        chosen = [{written(path): text for path, text in part.items()} for part in self.parts]
        return f"{self.command} {self.version.text} {chosen} {dict(self.query)} {self.raw}"


def corner_of(part: Mapping[Path, str], version: Version) -> str:
    """Which of Eve's corners a part of a request is about."""
    steps = {step for path in part for step in path}
    if Message in steps:
        return DRAFTS if version >= Version.V16_0 else MAIL
    for model in (Event, Task, Note, Contact):
        if model in steps:
            return model.item_class
    if "instance_id" in steps and steps & {ChangeCommand, DeleteCommand}:
        return ItemClass.CALENDAR
    return ItemClass.CONTACTS if AddCommand in steps else MAIL


class Attacker:
    """Carries attacks out in one world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def run(self, attack: Attack, number: int) -> tuple[Own, Answer]:
        """What Eve had before, and the answer; ``number`` is the attack's own."""
        own = self._world.own()
        phone = self._world.phones[attack.version]
        body, content_type = self._body(attack, own, number)
        fields: dict[str, Any] = {"content_type": content_type, **attack.query}
        answer = phone.post(attack.command, body, base64=attack.base64, **fields)
        return own, answer

    def _body(self, attack: Attack, own: Own, number: int) -> tuple[bytes, str]:
        if attack.raw:
            build, _ = WITHOUT_MESSAGES[attack.command]
            return encode(build(*attack.raw)), WBXML_TYPE
        if attack.command in BARE:
            return b"", WBXML_TYPE
        if messages_of(attack.command, attack.version).request is None:
            return _mime(f"<eve{number}@x.net>"), MIME_TYPE
        made = [self._part(attack, part, own, f"{number}-{place}") for place, part in enumerate(attack.parts)]
        return encode(reduce(merged, made).to_element(attack.version)), WBXML_TYPE

    def _part(self, attack: Attack, part: Mapping[Path, str], own: Own, name: str) -> Any:
        kind = corner_of(part, attack.version)
        corner = own.corners[kind]

        def fill(path: Path, role: Role) -> str:
            chosen = part.get(path)
            if role is Role.MESSAGE:
                return _mime(chosen or f"<eve{name}@x.net>").decode()
            if chosen is not None:
                return chosen
            return self._own(role, kind, corner, own, attack, name)

        return request(attack.command, attack.version, tuple(part), fill)

    def _own(self, role: Role, kind: str, corner: Corner, own: Own, attack: Attack, name: str) -> str:
        """What stands in a place that is not in question."""
        match role:
            case Role.FOLDER:
                return corner.folder_id
            case Role.ITEM:
                return corner.item_id
            case Role.ATTACHMENT:
                return f"{corner.item_id}:1" if kind == ItemClass.CALENDAR else own.attachment
            case Role.CONVERSATION:
                return own.conversation
            case Role.SYNC_KEY:
                return self._world.sync_key(attack.version, corner)
            case Role.HIERARCHY_KEY:
                return self._world.hierarchy_key(attack.version)
            case Role.PROPERTIES:
                return ItemClass.EMAIL if kind in (MAIL, DRAFTS) else kind
            case Role.OCCURRENCE:
                return OCCURRENCE
        return name


def _mime(identifier: str) -> bytes:
    lines = [
        f"From: {EVE}",
        f"To: {EVE}",
        "Subject: eve",
        f"Message-ID: {identifier}",
        f"In-Reply-To: {identifier}",
        f"References: {identifier}",
        "",
        "eve",
    ]
    return "\r\n".join(lines).encode()


def foreign(ids: Ids) -> dict[Role, tuple[str, ...]]:
    """Everything of the victim's, and the numbers beside it, by what it names."""
    found: dict[Role, tuple[str, ...]] = {}
    for role, values in ids.items():
        near: set[str] = set()
        for value in values:
            head, colon, last = value.rpartition(":")
            if last.isdigit():
                near |= {f"{head}{colon}{int(last) + step}" for step in (-1, 1) if int(last) + step >= 0}
        found[role] = (*values, *sorted(near))
    return found


def mixed(folder_id: str, item_id: str) -> tuple[str, ...]:
    """A folder of one mailbox with an item of another, in the forms that ids have."""
    folder, _, item = item_id.partition(":")
    return (
        f"{folder_id}:{item}",
        f"{folder_id}:{item}:1",
        f"{folder_id}:{item_id}",
        f"{item_id}:{folder_id}",
        f" {item_id}",
        f"{item_id} ",
        f"0{item_id}",
        f"+{item_id}",
        f"{folder}:0{item}",
        item_id.replace(":", "::"),
        item_id.replace("1", "\uff11"),
    )


def next_number() -> int:
    """The number of an attack, the same in both worlds."""
    return next(_numbers)

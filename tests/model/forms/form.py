"""How the items of one class are written by whoever makes them, and read by whoever is shown them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from model.edit import Edit
from model.shown import VALUE, Shown
from overair.items import Item, ItemClass
from overair.protocol.sync_options import FilterType
from overair.versions import Version
from overair.wbxml.element import Element, Tag
from overair.wbxml.pages import AirSync, Email2
from phones.handset import e


@dataclass(frozen=True)
class Writer:
    """Who writes: a client of an account, in a version."""

    account: str
    version: Version
    writes_mail: bool = False
    """Whether it writes where drafts are."""
    zone: str = "UTC"
    """The time zone in which it is."""


class Form:
    """Base of the forms, one for each class."""

    item_class: ClassVar[ItemClass]
    filters: ClassVar[tuple[FilterType, ...]] = ()
    """Those among which an owner chooses."""
    since: ClassVar[Version] = Version.V12_1
    registers: ClassVar[tuple[str, ...]] = (VALUE,)
    """Those that every Change writes, where it is whole."""

    has_more_than_it_shows: ClassVar[bool] = False
    """Whether items have more than is looked at, of which there may be news."""

    def of(self, item: Any) -> Shown:  # an item of the form's class
        """An item as the mailbox has it."""
        raise NotImplementedError

    def made(self, marker: str, says: Mapping[str, str]) -> Item:
        """A new item of another hand."""
        raise NotImplementedError

    def edited(self, item: Any, edit: Edit) -> Item:  # an item of the form's class
        """An item after another hand's edit."""
        raise NotImplementedError

    def new(self, number: int, choice: int, today: datetime, writer: Writer) -> Mapping[str, str]:
        """What an owner says of a new item, with values of a number that was never given before."""
        return {VALUE: f"v{number}"}

    def more(
        self, number: int, choice: int, today: datetime, shown: Shown, writer: Writer
    ) -> Mapping[str, str]:
        """What an owner says of a register other than the value; nothing where there is none."""
        return {}

    def data(self, edit: Edit, before: Shown, writer: Writer) -> list[Element]:
        """The ApplicationData of an Add or a Change; ``before`` is what the client shows without it."""
        raise NotImplementedError

    def read(self, data: Mapping[Tag, Element], known: Shown, version: Version) -> Shown:
        """The item that an answer tells of; ``known`` is what is shown of it, where only changes are told."""
        raise NotImplementedError

    def view_date(self, item: Any) -> int:  # an item of the form's class
        """By what a filter measures an item."""
        found: int = item.view_date
        return found

    def said_again(self, edit: Edit, before: Shown, writer: Writer) -> Mapping[str, str]:
        """What an edit writes of which it says nothing, as the client shows it: most Changes are whole."""
        said = dict.fromkeys(self.registers, "") | dict(before.said)
        return {name: value for name, value in said.items() if name not in edit.says}

    def commands(self, server_id: str, edit: Edit, before: Shown, writer: Writer) -> list[Element]:
        """The commands that change an item."""
        return [change(server_id, self.data(edit, before, writer), send=edit.send)]


def change(server_id: str, data: list[Element], *more: Element | None, send: bool = False) -> Element:
    """One Change. A draft that only is to be sent says nothing else."""
    content = e(AirSync.ApplicationData, *data) if data else None
    return e(AirSync.Change, e(AirSync.ServerId, server_id), *more, sends(send), content)


def sends(send: bool) -> Element | None:
    """Whether a draft is to leave."""
    return e(Email2.Send) if send else None


def text_of(data: Mapping[Tag, Element], tag: Tag) -> str:
    """The text of an element that may be missing."""
    found = data.get(tag)
    return "" if found is None else found.text

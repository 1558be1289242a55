"""The attachments that commands bring: what the client and what the server calls them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from overair.items import Event, Item
from overair.items.mail.message import Message
from overair.protocol.sync import ChangeCommand
from overair.sync.state import AppliedChange
from overair.wbxml.element import Element
from overair.wbxml.pages import AirSyncBase


def added_attachments(application_data: Sequence[Element]) -> tuple[str, ...]:
    """The ClientIds of the attachments that a command brings, in their order.

    One without Content is none: iOS 16.2 sends such when an event changes its calendar.
    """
    return tuple(
        client_id.text
        for element in application_data
        if element.tag is AirSyncBase.Attachments
        for child in element
        if child.tag is AirSyncBase.Add
        and (client_id := child.find(AirSyncBase.ClientId)) is not None
        and child.find(AirSyncBase.Content) is not None
    )


def numbers_of_added(before: Item | None, after: Item, application_data: Sequence[Element]) -> dict[str, int]:
    """The numbers of the attachments that a command brought, by ClientId.

    They come last in a message; in an event those that its exceptions bring follow.
    """
    client_ids = added_attachments(application_data)
    numbers: Sequence[int] = ()
    if client_ids and isinstance(after, Message) and after.index is not None:
        numbers = [part.number for part in after.index.attachments][-len(client_ids) :]
    elif client_ids and isinstance(after, Event):
        numbers = range(before.next_attachment if isinstance(before, Event) else 1, after.next_attachment)
    return dict(zip(client_ids, numbers, strict=False))


def without_attachments(application_data: list[Element], client_ids: Collection[str]) -> list[Element]:
    """A command's elements without the attachments of some ClientIds, which are there already."""
    if not client_ids:
        return application_data

    def is_new(child: Element) -> bool:
        client_id = child.find(AirSyncBase.ClientId)
        return child.tag is not AirSyncBase.Add or client_id is None or client_id.text not in client_ids

    left = []
    for element in application_data:
        if element.tag is AirSyncBase.Attachments and element.children:
            children = [child for child in element if is_new(child)]
            if not children:
                continue  # an empty one would mean something else
            element = Element(element.tag, children)
        left.append(element)
    return left


def key_of(command: ChangeCommand, client_id: str) -> str:
    """What AppliedChange knows an attachment by."""
    return f"{command.instance_id or ''}/{client_id}"


def not_there_yet(command: ChangeCommand, lost: AppliedChange | None) -> list[Element]:
    """A command's elements without the attachments that one before it added, whose answer was lost."""
    data = command.application_data
    if lost is None or not lost.attachments:
        return data
    there = {one for one in added_attachments(data) if key_of(command, one) in lost.attachments}
    return without_attachments(data, there)

"""The attachments of an event after a client added and deleted some (MS-ASAIRS 2.2.2.8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from overair.items.attachments import Attachment, DeleteAttachment, number_deleted
from overair.items.calendar.data_types import AddEventAttachment
from overair.items.calendar.event import StoredAttachment
from overair.protocol.schema import Problem, SchemaError
from overair.wbxml.pages import AirSyncBase

Command = Attachment | AddEventAttachment | DeleteAttachment


def changed_attachments(
    kept: Iterable[StoredAttachment],
    commands: Iterable[Command],
    blob_keys: Mapping[bytes, str],
    following: int,
) -> tuple[tuple[StoredAttachment, ...], int]:
    """What there is after the commands, and the number of the next one that is added.

    ``following`` is that before. What a client shows again of what it was told (MS-ASAIRS_R88), and
    what it adds without content, has no effect. Raises SchemaError.
    """
    found = {one.number: one for one in kept}
    for command in commands:
        if isinstance(command, DeleteAttachment):
            found.pop(number_deleted(command, following), None)
        elif isinstance(command, AddEventAttachment) and command.content is not None:
            found[following] = _added(command, command.content, blob_keys, following)
            following += 1
    return tuple(found.values()), following


def _added(
    command: AddEventAttachment, content: bytes, blob_keys: Mapping[bytes, str], number: int
) -> StoredAttachment:
    if content not in blob_keys:
        raise SchemaError(AirSyncBase.Content, Problem.VALUE, "was not brought to disk")
    return StoredAttachment(
        number=number,
        blob=blob_keys[content],
        size=len(content),
        display_name=command.display_name,
        content_type=command.content_type,
        method=command.method,
        content_id=command.content_id,
        content_location=command.content_location,
        is_inline=command.is_inline,
    )

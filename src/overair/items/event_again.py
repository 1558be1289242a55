"""An event that is made once more, because its client does not know that it was."""

from __future__ import annotations

import msgspec

from overair.items.event import Event, StoredAttachment


def made_again(before: Event, again: Event, *, with_uid: bool) -> Event:
    """``again`` in the place of ``before``, with what others know ``before`` by.

    That is its UID, unless the client names one (``with_uid``), and the numbers of its attachments:
    none of them comes to mean another one.
    """
    used = before.next_attachment - 1

    def numbered(kept: tuple[StoredAttachment, ...] | None) -> tuple[StoredAttachment, ...] | None:
        return kept and tuple(msgspec.structs.replace(one, number=one.number + used) for one in kept)

    return msgspec.structs.replace(
        again,
        uid=again.uid if with_uid else before.uid,
        stored_attachments=numbered(again.stored_attachments),
        exceptions=again.exceptions
        and tuple(
            msgspec.structs.replace(one, stored_attachments=numbered(one.stored_attachments))
            for one in again.exceptions
        ),
        next_attachment=again.next_attachment + used,
    )

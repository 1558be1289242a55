"""An event that is made once more, because its client does not know that it was."""

from __future__ import annotations

from typing import Any

import msgspec

from overair.items.calendar.event import BEFORE_16, Event, EventException, StoredAttachment
from overair.items.calendar.location import Location
from overair.protocol.schema import Record
from overair.versions import Version


def made_again(before: Event, again: Event, version: Version, *, with_uid: bool, contested: bool) -> Event:
    """``again`` in the place of ``before``, with what others know ``before`` by.

    That is its UID, unless the client names one (``with_uid``), the numbers of its attachments, so
    that none of them comes to mean another one, and what ``version`` has no word for. Where others
    changed it, too (``contested``), the exceptions that the client does not name stay.
    """
    used = before.next_attachment - 1
    older = version <= BEFORE_16

    def numbered(kept: tuple[StoredAttachment, ...] | None) -> tuple[StoredAttachment, ...] | None:
        return kept and tuple(msgspec.structs.replace(one, number=one.number + used) for one in kept)

    def attached(
        known: tuple[StoredAttachment, ...] | None, new: tuple[StoredAttachment, ...] | None
    ) -> tuple[StoredAttachment, ...] | None:
        return known if older else numbered(new)

    known = {one.exception_start_time: one for one in before.exceptions or ()}
    found = known if contested and _schedule(before) == _schedule(again) else {}
    found = found | {one.exception_start_time: one for one in again.exceptions or ()}
    exceptions = []
    for start in sorted(found):
        one, was = found[start], known.get(start)
        if one is not was and not one.deleted:
            was = was or EventException(exception_start_time=start)
            one = msgspec.structs.replace(
                one,
                stored_attachments=attached(was.stored_attachments, one.stored_attachments),
                **_unseen(was, one, version),
            )
        exceptions.append(one)
    return msgspec.structs.replace(
        again,
        uid=again.uid if with_uid else before.uid,
        stored_attachments=attached(before.stored_attachments, again.stored_attachments),
        exceptions=tuple(exceptions) or None,
        next_attachment=again.next_attachment + used,
        **_unseen(before, again, version),
    )


def _schedule(event: Event) -> tuple[object, ...]:
    """What says of which occurrences exceptions can be."""
    return event.start_time, event.recurrence, bool(event.all_day_event)


def _unseen(
    before: Event | EventException, again: Event | EventException, version: Version
) -> dict[str, Any]:
    """What of ``before`` a version has no word for."""
    record: type[Record] = type(again)
    kept = {
        bound.name: getattr(before, bound.name)
        for bound in record.fields()
        if not bound.field.in_version(version) and getattr(again, bound.name) is None
    }
    kept["location"] = _place(before.location, again.location, version)
    return kept


def _place(before: Location | None, again: Location | None, version: Version) -> Location | None:
    """The same place with all that is known of it, where the version only has what it is called."""
    same = before is not None and again is not None and before.display_name == again.display_name
    return before if same and version <= BEFORE_16 else again

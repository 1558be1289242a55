"""Calendar files: the items of one for an import, and items as what an export writes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from overair.cli import mail_files
from overair.items.icalendar.reading import items_from_icalendar
from overair.items.icalendar.results import Converted, Dropped
from overair.items.icalendar.writing import Written, icalendar_of
from overair.items.text import one_line
from overair.server.administration import Begun, Whole
from overair.server.importing import entry_of, item_of
from overair.storage.blobs import key_of

LARGEST: Final = 256 * 1024 * 1024
NAME_CHARACTERS: Final = 80
_ANSWERS: Final = frozenset({"REPLY", "COUNTER", "DECLINECOUNTER", "REFRESH", "CANCEL"})
"""The METHODs of messages about a meeting, which are none themselves (RFC 5546)."""


class Candidate(msgspec.Struct, frozen=True):
    """An item of a calendar file as an entry, and what of it was left out."""

    source: str
    entry: Whole
    dropped: tuple[Dropped, ...]


class NotTaken(msgspec.Struct, frozen=True):
    """Something in a calendar file that became no item, and why."""

    source: str
    reason: str


def candidates(path: Path, begun: Begun) -> Iterator[Candidate | NotTaken]:
    """The items of a file. Raises mail_files.Unreadable, OSError."""
    blobs: dict[str, bytes] = {}

    def put(data: bytes) -> str:
        key = key_of(data)
        blobs[key] = data
        return key

    found = items_from_icalendar(
        mail_files.read_whole(path, LARGEST),
        default_zone=begun.time_zone,
        addresses=(begun.account.address, *begun.account.aliases),
        put=put,
    )
    for one in found:
        if not isinstance(one, Converted):
            yield NotTaken(_source(path, one.place, one.name), one.reason)
            continue
        item = one.item
        source = _source(path, one.place, one_line(item.subject or "", NAME_CHARACTERS))
        if one.method in _ANSWERS:
            yield NotTaken(source, f"is a message about a meeting (METHOD:{one.method})")
        else:
            yield Candidate(source, entry_of(item, [blobs[key] for key in item.blob_keys]), one.dropped)
        # Those that an item has in common with the next ones of its UID stay.
        for key in blobs.keys() - set(item.blob_keys):
            del blobs[key]


def written(whole: Whole, default_zone: str) -> Written:
    """An item of an export as iCalendar."""
    item = item_of(whole)
    blobs = {key_of(data): data for data in whole.attachments}
    return icalendar_of(item, default_zone=default_zone, get=blobs.__getitem__)


def _source(path: Path, place: int, name: str) -> str:
    where = f"{path}, component {place}" if place else str(path)
    return f"{where} ({name})" if name else where

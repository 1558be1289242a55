"""WBXML decode and encode of a Sync answer with 500 calendar items, against libwbxml in one run.

``python -m benchmarks.wbxml`` prints the figures alone.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import statistics
import time
from base64 import b64encode
from collections.abc import Callable
from typing import Final

from benchmarks.figures import Figure
from overair.wbxml import Element, Tag, decode, encode
from overair.wbxml.pages import AirSync, AirSyncBase, Calendar

EVENTS: Final = 500
ROUNDS: Final = 15
ACTIVESYNC: Final = 2402
"""libwbxml's number of the language, which an anonymous document does not name."""


def _leaves(*pairs: tuple[Tag, str]) -> list[Element]:
    return [Element(tag, text) for tag, text in pairs]


def _event(number: int) -> Element:
    """One weekly meeting with four attendees, as 14.1 writes it: 37 elements."""
    day = 1 + number % 28
    hour = 7 + number % 11
    attendees = [
        Element(
            Calendar.Attendee,
            _leaves(
                (Calendar.Email, f"anna.{number}.{guest}@example.org"),
                (Calendar.Name, f"Anna Gärtner {guest}"),
                (Calendar.AttendeeStatus, "3"),
            ),
        )
        for guest in range(4)
    ]
    body = Element(
        AirSyncBase.Body,
        _leaves(
            (AirSyncBase.Type, "1"),
            (AirSyncBase.EstimatedDataSize, "66"),
            (AirSyncBase.Data, f"Agenda of meeting {number}: what was, what is, and what comes next.\r\n"),
        ),
    )
    recurrence = Element(
        Calendar.Recurrence,
        _leaves((Calendar.Type, "1"), (Calendar.Interval, "1"), (Calendar.DayOfWeek, "8")),
    )
    data = [
        *_leaves(
            (Calendar.Timezone, b64encode(bytes(172)).decode()[:80]),
            (Calendar.DtStamp, f"202611{day:02}T{hour:02}0000Z"),
            (Calendar.StartTime, f"202611{day:02}T{hour:02}0000Z"),
            (Calendar.EndTime, f"202611{day:02}T{hour:02}3000Z"),
            (Calendar.Subject, f"Weekly meeting {number}"),
            (Calendar.UID, f"{number:032X}"),
            (Calendar.OrganizerEmail, "otto@example.org"),
            (Calendar.Location, "Room 12"),
            (Calendar.Sensitivity, "0"),
            (Calendar.BusyStatus, "2"),
        ),
        Element(Calendar.Attendees, attendees),
        recurrence,
        body,
    ]
    return Element(
        AirSync.Add, [Element(AirSync.ServerId, f"7:{number}"), Element(AirSync.ApplicationData, data)]
    )


def document() -> Element:
    """The Sync answer that is measured."""
    collection = Element(
        AirSync.Collection,
        [
            *_leaves((AirSync.SyncKey, "123456"), (AirSync.CollectionId, "7"), (AirSync.Status, "1")),
            Element(AirSync.Commands, [_event(number) for number in range(EVENTS)]),
        ],
    )
    return Element(AirSync.Sync, [Element(AirSync.Collections, [collection])])


class LibWbxml:
    """The two conversions of libwbxml, which make and read XML text."""

    def __init__(self, name: str) -> None:
        self.library = ctypes.CDLL(name)
        self.free = ctypes.CDLL(None).free
        self.free.argtypes = [ctypes.c_void_p]

    def _convert(self, direction: str, options: dict[str, tuple[int, ...]], data: bytes) -> bytes:
        converter = ctypes.c_void_p()
        prefix = f"wbxml_conv_{direction}"
        self._check(getattr(self.library, f"{prefix}_create")(ctypes.byref(converter)))
        for option, arguments in options.items():
            getattr(self.library, f"{prefix}_{option}")(converter, *arguments)
        result, length = ctypes.c_void_p(), ctypes.c_uint32()
        code = getattr(self.library, f"{prefix}_run")(
            converter, data, ctypes.c_uint32(len(data)), ctypes.byref(result), ctypes.byref(length)
        )
        getattr(self.library, f"{prefix}_destroy")(converter)
        self._check(code)
        made = ctypes.string_at(result.value or 0, length.value)
        self.free(result)
        return made

    @staticmethod
    def _check(code: int) -> None:
        if code:
            raise RuntimeError(f"libwbxml failed with {code}")

    def to_xml(self, data: bytes) -> bytes:
        return self._convert("wbxml2xml", {"set_gen_type": (0,), "set_language": (ACTIVESYNC,)}, data)

    def to_wbxml(self, text: bytes) -> bytes:
        return self._convert("xml2wbxml", {"disable_public_id": (), "disable_string_table": ()}, text)


def _milliseconds(*works: Callable[[], object]) -> list[float]:
    """The median of each work's rounds; the works take turns, so that noise meets them alike."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS):
        for work, spent in zip(works, times, strict=True):
            start = time.perf_counter()
            work()
            spent.append(1000 * (time.perf_counter() - start))
    return [statistics.median(spent) for spent in times]


def measure() -> list[Figure]:
    """Decode and encode in milliseconds, and as multiples of libwbxml's speed where it is installed."""
    tree = document()
    data = encode(tree)
    name = ctypes.util.find_library("wbxml2")
    if name is None:
        ours = _milliseconds(lambda: decode(data), lambda: encode(tree))
        return [
            Figure("WBXML decode of 500 events (no libwbxml here)", ours[0], "ms", None, False),
            Figure("WBXML encode of 500 events (no libwbxml here)", ours[1], "ms", None, False),
        ]
    library = LibWbxml(name)
    text = library.to_xml(data)
    our_decode, their_decode, our_encode, their_encode = _milliseconds(
        lambda: decode(data),
        lambda: library.to_xml(data),
        lambda: encode(tree),
        lambda: library.to_wbxml(text),
    )
    return [
        Figure("WBXML decode of 500 events", our_decode, "ms", their_decode, False),
        Figure("libwbxml: the same", their_decode, "ms", None, False),
        Figure("WBXML encode of 500 events", our_encode, "ms", their_encode, False),
        Figure("libwbxml: the same", their_encode, "ms", None, False),
    ]


if __name__ == "__main__":
    for figure in measure():
        print(f"{figure.name}: {figure.value:.1f} {figure.unit}")

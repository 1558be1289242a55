"""Whole files of iCalendar: what stands in them, how they are broken, and how much of them is taken."""

from __future__ import annotations

import pytest

from overair.items import Event
from overair.items.icalendar import components
from overair.items.icalendar.reading import OF_ONE_UID
from overair.items.icalendar.results import Converted
from overair.items.icalendar.writing import TAIL, head, icalendar_of
from support.calendar_texts import NOW, ZONE, calendar, component, event, read, read_one, refused


def subjects(data: bytes) -> list[str | None]:
    """The subjects of what is imported of a file."""
    return [one.item.subject for one in read(data) if isinstance(one, Converted)]


@pytest.mark.parametrize("ends", ["\n", "\r", "\r\n"])
@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_any_line_ends_and_character_sets(ends: str, charset: str) -> None:
    text = calendar(event("SUMMARY:Käse am Fluß", uid="a")).decode().replace("\r\n", ends)
    assert subjects(text.encode(charset)) == ["Käse am Fluß"]


def test_no_calendar_around_it() -> None:
    assert subjects(event("SUMMARY:x").encode()) == ["x"]
    assert subjects(event("SUMMARY:x").lower().encode()) == ["x"]


def test_several_calendars() -> None:
    first = calendar(
        "METHOD:REQUEST", "X-WR-TIMEZONE:Asia/Tokyo", event(uid="a", start="DTSTART:20260302T090000")
    )
    second = calendar(event(uid="b", start="DTSTART:20260302T090000"))
    found = [one for one in read(first + second) if isinstance(one, Converted)]
    assert [(one.method, one.place) for one in found] == [("REQUEST", 1), (None, 2)]
    assert [one.item.zone for one in found if isinstance(one.item, Event)] == ["Asia/Tokyo", ZONE]


@pytest.mark.parametrize(
    "broken",
    [
        event("SUMMARY:bad", uid="bad").replace("END:VEVENT\r\n", ""),
        event("SUMMARY:bad", uid="bad").replace("BEGIN:VEVENT\r\n", ""),
        event("SUMMARY:bad", uid="bad", start="DTSTART;;:20260302T090000"),
        event("SUMMARY:bad", uid="bad", start="DTSTART"),
        component("VEVENT", "BEGIN:VEVENT"),
        component("VFREEBUSY", "DTSTART:20260302T090000Z"),
        "\x00\x01\x02 noise\r\n",
        "END:VALARM\r\nEND:X\r\n",
    ],
)
def test_what_is_broken_costs_itself_alone(broken: str) -> None:
    good = [event(f"SUMMARY:{name}", uid=name) for name in ("first", "last")]
    assert subjects(calendar(good[0], broken, good[1])) == ["first", "last"]


def test_what_stands_within_others() -> None:
    inner = component("X-MINE", event("SUMMARY:in another", uid="a"))
    assert subjects(calendar(inner, event(component("X-OTHER", "SUMMARY:no"), "SUMMARY:x", uid="b"))) == [
        "in another",
        "x",
    ]


def test_an_end_that_is_missing_is_said() -> None:
    cut = event(uid="a").replace("END:VEVENT\r\n", "")
    assert refused(calendar(cut, event(uid="b"))) == {1: "has no END:VEVENT"}
    assert refused(calendar(event(uid="a"))[:-40]) == {1: "has no END:VEVENT"}


def test_a_text_without_any() -> None:
    for data in (b"", b"no calendar", calendar(), calendar(component("VTIMEZONE", "TZID:x"))):
        assert refused(data) == {0: "holds no event, task or note"}


def test_what_is_too_large_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(components, "COMPONENT_CHARACTERS", 1_000_000)
    monkeypatch.setattr(components, "COMPONENT_LINES", 1_000)
    large = event(f"DESCRIPTION:{'x' * 1_000_000}", uid="large")
    long = event(*["X-A:b"] * 1_000, uid="long")
    assert refused(calendar(large, long, event(uid="good"))) == {
        1: "is larger than 1 MB",
        2: "has more than 1000 lines",
    }


def test_a_file_holds_only_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(components, "COMPONENTS", 3)
    found = read(calendar(*(event(uid=str(number)) for number in range(5))))
    assert [isinstance(one, Converted) for one in found] == [True, True, True, False]


def test_only_so_many_have_one_uid() -> None:
    changed = "\r\n".join(
        event(f"RECURRENCE-ID:2026{number // 28 + 3:02}{number % 28 + 1:02}T090000Z") for number in range(3)
    )
    assert not refused(calendar(event("RRULE:FREQ=DAILY"), changed))
    reasons = refused(calendar(*[event()] * (OF_ONE_UID + 1)))
    assert reasons[OF_ONE_UID + 1] == f"{OF_ONE_UID} components have its UID already"


def test_deep_nesting_is_passed_over() -> None:
    depth = 5_000
    nested = "BEGIN:X-A\r\n" * depth + "SUMMARY:deep\r\n" + "END:X-A\r\n" * depth
    assert subjects(calendar(event(nested, "SUMMARY:x"))) == ["x"]


def test_several_items_make_one_calendar() -> None:
    start = "DTSTART;TZID=Europe/Berlin:20260302T090000"
    items = [read_one(event(uid=name, start=start)).item for name in ("a", "b")]
    written = [icalendar_of(item, default_zone=ZONE, now=NOW) for item in items]
    zones = [zone for one in written for zone in one.zones]
    data = head(zones, now=NOW, method="PUBLISH") + b"".join(one.components for one in written) + TAIL
    assert data.count(b"BEGIN:VTIMEZONE") == 1
    found = [one for one in read(data) if isinstance(one, Converted)]
    assert [one.item for one in found] == items
    assert {one.method for one in found} == {"PUBLISH"}

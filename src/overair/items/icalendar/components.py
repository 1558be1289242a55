"""iCalendar files as components of properties, each read by itself.

The library's own parser of whole files gives up all of one for a bad line, keeps every VTIMEZONE that
it ever saw for the whole process, and takes the backslashes out of a text twice. So a file is cut into
components here, and their lines are taken apart by the library's content lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec
from icalendar.parser import Contentline, split_on_unescaped_comma, unescape_backslash

from overair.items.text import cleaned, one_line

COMPONENT_CHARACTERS: Final = 16_000_000
"""The most of one component, its attachments included."""
COMPONENT_LINES: Final = 20_000
COMPONENTS: Final = 500_000
"""The most of a file."""
DEPTH: Final = 8
"""How deep components may stand in each other; those deeper are left out."""
NAME_CHARACTERS: Final = 60
HEAD_CHARACTERS: Final = 64_000
"""The most of a property's name and parameters."""
ITEMS: Final = frozenset({"VEVENT", "VTODO", "VJOURNAL"})
TIME_ZONE: Final = "VTIMEZONE"
OTHERS: Final = frozenset({"VFREEBUSY", "VAVAILABILITY"})
"""What stands beside items in a calendar and is none."""
_OUTER: Final = ITEMS | OTHERS | {TIME_ZONE}
_CALENDAR: Final = "VCALENDAR"
_MARK: Final = re.compile(
    r"^(BEGIN|END|UID|METHOD|X-WR-TIMEZONE)[ \t]*+(?:\n[ \t])?+[:;]", re.IGNORECASE | re.MULTILINE
)
_HEAD: Final = re.compile(r'[ \t]*+[\w.-]++[ \t]*+(?=[:;])[^":]*+(?:"[^"]*+"[^":]*+)*+:', re.ASCII)
"""A property's name and parameters; the library would take the blanks out of a name, too."""
_UNFOLD: Final = re.compile(r"\n[ \t]")


class Property(msgspec.Struct, frozen=True):
    """One property; its name and the names of its parameters are in capitals."""

    name: str
    parameters: dict[str, str]
    """The first value of each."""
    value: str
    """As it stands in the file, still escaped."""

    @property
    def text(self) -> str:
        """The value as one text."""
        return cleaned(unescape_backslash(self.value))

    @property
    def texts(self) -> list[str]:
        """The texts that commas part."""
        return [cleaned(one) for one in split_on_unescaped_comma(self.value)]

    def parameter(self, name: str) -> str:
        """The value of a parameter in capitals; empty where it is not there."""
        return self.parameters.get(name, "").strip().upper()


class Component(msgspec.Struct):
    """What stands between BEGIN and END."""

    name: str
    properties: list[Property] = []
    inner: list[Component] = []
    bad_lines: int = 0
    """How many lines are no properties."""

    def all(self, *names: str) -> list[Property]:
        """The properties of some names, in the file's order."""
        return [one for one in self.properties if one.name in names]

    def first(self, *names: str) -> Property | None:
        """The first property that has the first of the names that any has."""
        for name in names:
            for one in self.properties:
                if one.name == name:
                    return one
        return None

    def text(self, name: str) -> str:
        """The text of the first property of a name; empty where there is none."""
        found = self.first(name)
        return "" if found is None else found.text


class Calendar(msgspec.Struct):
    """What a VCALENDAR says of all that is in it."""

    method: str = ""
    time_zone: str = ""
    """X-WR-TIMEZONE: the zone of times without one."""
    time_zones: list[Source] = []


class Source(msgspec.Struct):
    """A component of a file that was not taken apart yet."""

    name: str
    place: int
    """Its place among those of the file, from 1."""
    calendar: Calendar
    file: str
    start: int
    end: int = 0
    """Where its lines stand in the file, those of BEGIN and END left out."""
    uid: str = ""
    refused: str = ""

    @property
    def text(self) -> str:
        """Its lines."""
        return self.file[self.start : self.end]

    def read(self) -> Component:
        """Take it apart. Raises ValueError where it has too many lines."""
        return _component(self.name, self.text)


def sources(text: str) -> Iterator[Source]:
    """The components of a file; time zones are with the Calendar, which is whole after the last one."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    calendar = Calendar()
    current: Source | None = None
    depth = place = 0
    for match in _MARK.finditer(text):
        kind = match[1].upper()
        value = _value(text, match.start()) if kind != "UID" or (current and depth == 1) else ""
        name = value.strip().upper()
        if kind == "BEGIN" and (name in _OUTER or name == _CALENDAR):
            if current is not None:
                yield from _ended(current, None)
                current = None
            if name == _CALENDAR:
                calendar = Calendar()
                continue
            place += name != TIME_ZONE
            if place > COMPONENTS:
                yield Source("", place, calendar, "", 0, refused=f"is one of more than {COMPONENTS}")
                return
            depth = 1
            current = Source(name, place, calendar, text, text.find("\n", match.start()) + 1 or len(text))
        elif kind == "BEGIN":
            depth += 1
        elif kind == "END" and current is not None:
            if name == current.name:
                yield from _ended(current, match.start())
                current = None
            elif name == _CALENDAR:
                yield from _ended(current, None)
                current = None
            else:
                depth -= 1
        elif kind == "UID" and current is not None and depth == 1:
            current.uid = current.uid or unescape_backslash(value).strip()
        elif kind == "METHOD" and current is None:
            calendar.method = name
        elif kind == "X-WR-TIMEZONE" and current is None:
            calendar.time_zone = value.strip()
    if current is not None:
        yield from _ended(current, None)


def _ended(source: Source, end: int | None) -> Iterator[Source]:
    """A component at its end, None for one without; a time zone goes to its calendar."""
    source.end = source.start if end is None else end
    if end is None:
        source.refused = f"has no END:{source.name}"
    elif end - source.start > COMPONENT_CHARACTERS:
        source.refused = f"is larger than {COMPONENT_CHARACTERS // 1_000_000} MB"
    if source.name != TIME_ZONE:
        yield source
    elif not source.refused:
        source.calendar.time_zones.append(source)


def _value(text: str, start: int) -> str:
    """The value of the property whose line begins at ``start``."""
    end = text.find("\n", start)
    while end >= 0 and text[end + 1 : end + 2] in (" ", "\t"):
        end = text.find("\n", end + 1)
    line = _UNFOLD.sub("", text[start : end if end >= 0 else len(text)][:COMPONENT_LINES])
    head = _HEAD.match(line)
    return line[head.end() :] if head is not None else ""


def _component(name: str, text: str) -> Component:
    if text.count("\n") > COMPONENT_LINES:
        raise ValueError(f"has more than {COMPONENT_LINES} lines")
    found = Component(name)
    stack = [found]
    deeper = 0
    for line in _UNFOLD.sub("", text).split("\n"):
        if not line.strip():
            continue
        one = property_of(line)
        if one is None:
            stack[-1].bad_lines += not deeper
        elif one.name == "BEGIN":
            if deeper or len(stack) > DEPTH:
                deeper += 1
                continue
            inner = Component(one.value.strip().upper()[:NAME_CHARACTERS])
            stack[-1].inner.append(inner)
            stack.append(inner)
        elif one.name == "END":
            if deeper:
                deeper -= 1
            elif len(stack) > 1:
                stack.pop()
        elif not deeper:
            stack[-1].properties.append(one)
    return found


def property_of(line: str) -> Property | None:
    """A content line as a property; None where it is none."""
    head = _HEAD.match(line)
    if head is None or head.end() > HEAD_CHARACTERS:
        return None
    try:
        # The library looks at every character of what it is given: the value is kept from it.
        name, parameters, _ = Contentline(head[0]).raw_parts()
    except ValueError:
        return None
    if len(name) > NAME_CHARACTERS:
        return None
    kept = {key.upper(): _one(value) for key, value in parameters.items()}
    return Property(name.upper(), kept, line[head.end() :])


def _one(value: str | list[str]) -> str:
    return cleaned(value if isinstance(value, str) else value[0] if value else "")


def shown_name(component: Component) -> str:
    """What a component is called, on one line."""
    return one_line(component.text("SUMMARY") or component.text("UID"), 80)

"""An iCalendar text whose components are edited line by line while all else stands as it stood."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Final

from icalendar import Component as ICalendarComponent

from overair.items.content_lines import Edits, folded, line_end_of, with_parameter
from overair.items.icalendar.components import DEPTH, Property, Source, property_of

_LINE: Final = re.compile(r"[^\r\n]*+(?:\r\n|\r|\n|\Z)")
_UNFOLD: Final = re.compile(r"(?:\r\n|\r|\n)[ \t]")


class Line:
    """A property of a component, and what is to become of it."""

    def __init__(self, found: Property, head: str, start: int, end: int) -> None:
        self.found: Final = found
        """As it is read."""
        self.head = head
        """What is to stand before the colon."""
        self.value = found.value
        self.removed = False
        self.start: Final = start
        self.end: Final = end
        """Where its lines stand in the text."""
        self._head: Final = head

    @property
    def name(self) -> str:
        """Its name, in capitals."""
        return self.found.name

    @property
    def is_changed(self) -> bool:
        """Whether it is to stand otherwise than it does."""
        return self.removed or (self.head, self.value) != (self._head, self.found.value)

    def set_parameter(self, name: str, value: str | None) -> None:
        """Set a parameter, as it is to be written, or take it away."""
        self.head = with_parameter(self.head, name, value)


class Node:
    """A component of the text, with its properties and the components in it."""

    def __init__(self, name: str, start: int) -> None:
        self.name: Final = name
        self.lines: list[Line] = []
        self.inner: list[Node] = []
        self.start: Final = start
        """Where the line of its BEGIN begins."""
        self.close = start
        """Where the line of its END begins."""
        self.end = start
        """Where what follows it begins."""
        self.removed = False
        self.added: list[tuple[int, str]] = []
        """Lines that are new, and where they go."""

    def all(self, *names: str) -> list[Line]:
        """The properties of some names that are not removed, in their order."""
        return [line for line in self.lines if line.name in names and not line.removed]

    def first(self, *names: str) -> Line | None:
        """The first property that has the first of the names that any has."""
        return next((line for name in names for line in self.all(name)), None)

    def remove(self, *names: str) -> None:
        """Take out the properties of some names."""
        for line in self.all(*names):
            line.removed = True

    @property
    def is_changed(self) -> bool:
        """Whether anything of it is to stand otherwise than it does."""
        return (
            self.removed
            or bool(self.added)
            or any(line.is_changed for line in self.lines)
            or any(node.is_changed for node in self.inner)
        )


class Sheet:
    """A text, and those of its components that are edited."""

    def __init__(self, text: str) -> None:
        self.text_before: Final = text
        self.line_end: Final = line_end_of(text)
        self._spans = [match.span() for match in _LINE.finditer(text) if match[0]]
        # Where the lines begin in the text that components are read from, whose lines end with a line feed.
        lengths = (len(text[start:end].rstrip("\r\n")) + 1 for start, end in self._spans)
        self._begins = list(accumulate(lengths, initial=0))
        self._nodes: list[Node] = []
        self._edits: list[tuple[int, int, str]] = []

    def node(self, source: Source) -> Node:
        """A component that was found in the text."""
        first, last = bisect_left(self._begins, source.start), bisect_left(self._begins, source.end)
        node = self._parsed(source.name, first, last)
        self._nodes.append(node)
        return node

    def begin_of(self, source: Source) -> int:
        """Where the line of a component's BEGIN begins."""
        return self._at(bisect_left(self._begins, source.start) - 1)

    def _parsed(self, name: str, first: int, last: int) -> Node:
        """The component of the lines from ``first`` to before ``last``, as components are read."""
        root = Node(name, self._at(first - 1))
        stack = [root]
        deeper = 0
        for start, end in self._logical(first, last):
            begin, stop = self._at(start), self._at(end)
            text = _UNFOLD.sub("", self.text_before[begin:stop]).rstrip("\r\n")
            found = property_of(text) if text.strip() else None
            if found is None:
                continue
            if found.name == "BEGIN":
                if deeper or len(stack) > DEPTH:
                    deeper += 1
                    continue
                inner = Node(found.value.strip().upper(), begin)
                stack[-1].inner.append(inner)
                stack.append(inner)
            elif found.name == "END":
                if deeper:
                    deeper -= 1
                elif len(stack) > 1:
                    stack[-1].close, stack[-1].end = begin, stop
                    stack.pop()
            elif not deeper:
                head = text[: len(text) - len(found.value) - 1]
                stack[-1].lines.append(Line(found, head, begin, stop))
        for unended in stack[1:]:
            unended.close = unended.end = self._at(last)
        root.close, root.end = self._at(last), self._at(last + 1)
        return root

    def _logical(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """The numbers of the first line and of the one behind the last, of each property."""
        begun = first
        for number in range(first + 1, last + 1):
            if number == last or self.text_before[self._at(number)] not in " \t":
                yield begun, number
                begun = number

    def _at(self, number: int) -> int:
        """Where a line of the text begins."""
        if number < 0:
            return 0
        return self._spans[number][0] if number < len(self._spans) else len(self.text_before)

    def line(self, line: str) -> str:
        """A line folded, with its end."""
        return folded(line, self.line_end)

    def add(self, node: Node, *lines: str) -> None:
        """Put properties, unfolded, into a component: each behind the last of its name, or at their end."""
        for line in lines:
            found = property_of(line)
            alike = [] if found is None else [one for one in node.lines if one.name == found.name]
            behind = alike or node.lines
            place = behind[-1].end if behind else min((one.start for one in node.inner), default=node.close)
            node.added.append((place, self.line(line)))

    def add_component(self, node: Node, component: ICalendarComponent) -> None:
        """Put a component into another one, at its end."""
        node.added.append((node.close, self.text_of(component)))

    def text_of(self, component: ICalendarComponent) -> str:
        """A component as this text writes it."""
        return str(component.to_ical().decode()).replace("\r\n", self.line_end)

    def insert(self, place: int, text: str) -> None:
        """Put whole lines at a place."""
        self._edits.append((place, place, text))

    @property
    def text(self) -> str:
        """The text after the edits."""
        edits = Edits(self.text_before)
        for node in self._nodes:
            self._edit(edits, node)
        for start, _, text in self._edits:
            edits.insert(start, text)
        return edits.text

    def _edit(self, edits: Edits, node: Node) -> None:
        if node.removed:
            edits.replace(node.start, node.end, "")
            return
        for line in node.lines:
            if line.is_changed:
                by = "" if line.removed else self.line(f"{line.head}:{line.value}")
                edits.replace(line.start, line.end, by)
        for place, text in node.added:
            edits.insert(place, text)
        for inner in node.inner:
            self._edit(edits, inner)


def lines_of(component: ICalendarComponent, names: Iterable[str]) -> list[str]:
    """The properties of some names that a component writes, unfolded."""
    text = _UNFOLD.sub("", component.to_ical(sorted=False).decode())
    wanted = frozenset(names)
    found = []
    for line in text.split("\r\n"):
        said = property_of(line) if line else None
        if said is not None and said.name == "BEGIN" and said.value.upper() != component.name:
            break
        if said is not None and said.name in wanted:
            found.append(line)
    return found

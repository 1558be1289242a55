"""A card whose properties are edited, added and removed while all else stands as it stood."""

from __future__ import annotations

from typing import Final

import msgspec

from overair.items.contact import Contact
from overair.items.content_lines import Edits
from overair.items.vcard.cards import Card, Property, unescaped
from overair.items.vcard.reading import Trace
from overair.items.vcard.styles import Style
from overair.items.vcard.writing import Line

_BELONGS: Final = frozenset({"X-ABLABEL", "X-ABADR"})
"""What stands in the group of a property and says something of that alone."""


class Edit(msgspec.Struct, frozen=True):
    """What is to become of a card."""

    trace: Trace
    """What it says now."""
    new: Contact
    """What it is to say."""
    changed: frozenset[str]
    """The fields in which that differs."""
    pinned: frozenset[str] = frozenset()
    """Fields among several alike whose new lines have to name their place."""


class Draft:
    """A property on its way to what it is to say."""

    def __init__(self, found: Property) -> None:
        self.found: Final = found
        self.head = found.head
        self.value = found.value
        self.removed = False

    @property
    def is_changed(self) -> bool:
        """Whether it is to stand otherwise than it does."""
        return self.removed or (self.head, self.value) != (self.found.head, self.found.value)


class Sheet:
    """One card of a text."""

    def __init__(self, text: str, card: Card, style: Style) -> None:
        self._text = text
        self._card = card
        self.style: Final = style
        self._drafts: dict[int, Draft] = {}
        self._added: list[tuple[int, str]] = []
        self._groups: dict[str, list[Property]] = {}
        for found in card.properties:
            if found.group:
                self._groups.setdefault(found.group, []).append(found)
        numbers = (group[4:] for group in self._groups if group.startswith("ITEM") and len(group) < 10)
        self._last_group = max((int(one) for one in numbers if one.isascii() and one.isdigit()), default=0)

    def draft(self, found: Property) -> Draft:
        """The draft of a property."""
        return self._drafts.setdefault(id(found), Draft(found))

    def named(self, *names: str) -> list[Property]:
        """The properties of some names."""
        return [found for found in self._card.properties if found.name in names]

    def remove(self, found: Property) -> None:
        """Take a property out, with what belongs to it alone."""
        self.draft(found).removed = True
        in_group = self._groups.get(found.group, [])
        if all(one.name in _BELONGS or self.draft(one).removed for one in in_group):
            for one in in_group:
                self.draft(one).removed = True

    def text_of(self, found: Property) -> str:
        """What a property is to say, as one text."""
        return unescaped(self.draft(found).value).strip()

    def add(self, line: Line) -> None:
        """Put a property in: behind the last one of its name, or at the end."""
        line = self.style.adapted(line)
        group = ""
        if line.label:
            self._last_group += 1
            group = f"item{self._last_group}"
        text = self.style.rendered(self.style.head(line, group), line.value)
        if group:
            text += self.style.rendered(f"{group}.X-ABLabel", f"_$!<{line.label}>!$_")
        self._added.append((self._place(line.name), text))

    def _place(self, name: str) -> int:
        found = self.named(name)
        if not found:
            return self._card.end
        return max(one.end for one in self._groups.get(found[-1].group, found[-1:]))

    @property
    def is_changed(self) -> bool:
        """Whether anything was edited, added or removed."""
        return bool(self._added) or any(draft.is_changed for draft in self._drafts.values())

    @property
    def text(self) -> str:
        """The text with the card as it is to stand."""
        edits = Edits(self._text)
        for draft in self._drafts.values():
            if draft.is_changed:
                line = "" if draft.removed else self.style.rendered(draft.head, draft.value)
                edits.replace(draft.found.start, draft.found.end, line)
        for place, line in self._added:
            edits.insert(place, line)
        return edits.text

"""What is shown of a calendar object that is none which a phone could be told of.

An event that recurs as no phone can say is shown as its first occurrence. What is in the way of that is
hidden under names that nobody reads while an object is read, and while an edit is merged into it; so it
stands as it stood when it goes back.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, TypeVar

T = TypeVar("T")
_RECURRING: Final[tuple[str, ...]] = ("RRULE", "RDATE", "EXDATE", "EXRULE")
_OFTEN_BROKEN: Final[tuple[str, ...]] = ("DURATION", "ATTACH", "ATTENDEE", "ORGANIZER")
LEVELS: Final[tuple[tuple[str, ...], ...]] = (_RECURRING, _RECURRING + _OFTEN_BROKEN)
"""What is hidden at first, and what if that is not enough."""
_HIDDEN: Final = "X-OVERAIR-HIDDEN-"
_MARK: Final = re.compile(r"^(BEGIN|END):(?:VEVENT|VTODO)[ \t]*\r?$", re.MULTILINE | re.IGNORECASE)
_OF_OCCURRENCE: Final = re.compile(r"^RECURRENCE-ID[;:]", re.MULTILINE | re.IGNORECASE)
_BOUNDARY: Final = re.compile(r"^(BEGIN|END):(?=VEVENT|VTODO)", re.MULTILINE | re.IGNORECASE)
_BACK: Final = re.compile(rf"^((?:BEGIN:|END:)?){_HIDDEN}", re.MULTILINE)
_PROPERTIES: Final = {
    level: re.compile(rf"^(?=(?:{'|'.join(level)})[;:])", re.MULTILINE | re.IGNORECASE) for level in LEVELS
}


def hidden(text: str, level: tuple[str, ...]) -> str:
    """A calendar object whose events and tasks lack these properties.

    Components that change one occurrence are hidden as well: without a series they would be shown for it.
    """

    pieces: list[str] = []
    done = start = 0
    inside = False
    for mark in _MARK.finditer(text):
        if mark[1].upper() == "BEGIN":
            start, inside = mark.start(), True
        elif inside:
            component = text[start : mark.end()]
            pieces += (text[done:start], _hidden_component(component, level))
            done, inside = mark.end(), False
    return "".join(pieces) + text[done:]


def _hidden_component(component: str, level: tuple[str, ...]) -> str:
    if _OF_OCCURRENCE.search(component):
        return _BOUNDARY.sub(rf"\1:{_HIDDEN}", component)
    return _PROPERTIES[level].sub(_HIDDEN, component)


def shown_again(text: str) -> str:
    """A calendar object of which nothing is hidden any more."""
    return _BACK.sub(r"\1", text)


def first_that_works(text: str, work: Callable[[str], T], failure: type[Exception]) -> T:
    """What comes of an object, or of it with more and more hidden. Raises the first ``failure``."""
    try:
        return work(text)
    except failure as error:
        for level in LEVELS:
            try:
                return work(hidden(text, level))
            except failure:
                continue
        raise error from None

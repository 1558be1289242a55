"""What is shown of a calendar object that is none which a phone could be told of.

An event that recurs as no phone can say is shown as its first occurrence, one with a time zone or an end
that cannot be read at the time that it names. The object itself stays as it is.
"""

from __future__ import annotations

import re
from typing import Final

_UNFOLDED: Final = re.compile(r"\r?\n[ \t]")
_LEFT_OUT: Final = re.compile(
    r"(?:RRULE|RDATE|EXDATE|EXRULE|DURATION|ATTACH|ATTENDEE|ORGANIZER)[;:]", re.IGNORECASE
)
"""What may be wrong in a component, and without which it is one still."""


def simpler(text: str) -> str:
    """A calendar object without what recurs and what else is often broken.

    Components that change one occurrence go as well: without a series they would be the first ones shown.
    """
    kept = []
    inner: list[str] = []
    for line in _UNFOLDED.sub("", text).splitlines():
        head = line.strip().upper()
        if head in ("BEGIN:VEVENT", "BEGIN:VTODO"):
            inner = [line]
        elif inner:
            if not _LEFT_OUT.match(line):
                inner.append(line)
            if head in ("END:VEVENT", "END:VTODO"):
                if not any(one.upper().startswith("RECURRENCE-ID") for one in inner):
                    kept += inner
                inner = []
        else:
            kept.append(line)
    return "\r\n".join(kept) + "\r\n"

"""When people are busy, asked of the server's outbox (RFC 6638, 5)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4
from xml.etree.ElementTree import Element, ParseError

import msgspec
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from icalendar import vDuration

from overair.dav.errors import Unreachable
from overair.dav.names import CALDAV, HREF
from overair.dav.transport import DavClient

PEOPLE: Final = 100
"""The most people of one question."""
ANSWER_BYTES: Final = 4 * 1024 * 1024
PERIODS: Final = 10_000
"""The most periods of one person that are looked at."""
_UNFOLD: Final = re.compile(r"\r?\n[ \t]")
_PERIODS: Final = re.compile(r'FREEBUSY((?:;[^":]*+(?:"[^"]*+"[^":]*+)*+)?+):(.*+)', re.IGNORECASE)
_KIND: Final = re.compile(r";FBTYPE=([A-Z-]+)", re.IGNORECASE)
_TIME: Final = "%Y%m%dT%H%M%SZ"


class Period(msgspec.Struct, frozen=True, order=True):
    """A time, in UTC, and what somebody is in it: BUSY, BUSY-TENTATIVE, BUSY-UNAVAILABLE, FREE."""

    start: datetime
    end: datetime
    kind: str


async def free_busy(
    client: DavClient, outbox: str, organizer: str, people: Sequence[str], start: datetime, end: datetime
) -> dict[str, tuple[Period, ...]]:
    """When people are busy, by their addresses in small letters; who is not known is left out.

    ``organizer`` is the user's own address. Raises DavError.
    """
    asked = list(dict.fromkeys(people))[:PEOPLE]
    body = _request(organizer, asked, start, end)
    headers = {"Content-Type": "text/calendar; charset=utf-8", "Originator": f"mailto:{organizer}"}
    headers["Recipient"] = ", ".join(f"mailto:{one}" for one in asked)
    if any(not value.isprintable() for value in headers.values()):
        return {}
    reply = await client.request("POST", outbox, body.encode(), headers, most=ANSWER_BYTES)
    try:
        root: Element = fromstring(reply.body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Unreachable(f"{client.host}, POST: its answer is no XML: {type(error).__name__}") from None
    found: dict[str, tuple[Period, ...]] = {}
    for response in root.iter(f"{CALDAV}response"):
        who = response.find(f"{CALDAV}recipient")
        href = None if who is None else who.find(HREF)
        status = response.findtext(f"{CALDAV}request-status") or ""
        data = response.findtext(f"{CALDAV}calendar-data")
        address = "" if href is None else (href.text or "").strip()
        if address.lower().startswith("mailto:") and status.strip().startswith("2.") and data:
            found[address[7:].lower()] = tuple(periods(data))
    return found


def periods(text: str) -> list[Period]:
    """The periods of the VFREEBUSY in a text, in their order; those that cannot be read are left out."""
    found: list[Period] = []
    for line in _UNFOLD.sub("", text).splitlines():
        match = _PERIODS.fullmatch(line.strip())
        if match is None:
            continue
        kind = _KIND.search(match[1])
        for written in match[2].split(","):
            if len(found) >= PERIODS:
                return sorted(found)
            period = _period(written.strip(), "BUSY" if kind is None else kind[1].upper())
            if period is not None:
                found.append(period)
    return sorted(found)


def _period(written: str, kind: str) -> Period | None:
    first, _, last = written.partition("/")
    try:
        start = datetime.strptime(first, _TIME).replace(tzinfo=UTC)
        if last[:1] in "Pp+":
            length = vDuration.from_ical(last)
            end = start + (length if isinstance(length, timedelta) else timedelta())
        else:
            end = datetime.strptime(last, _TIME).replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return Period(start, end, kind) if end > start else None


def _request(organizer: str, people: Sequence[str], start: datetime, end: datetime) -> str:
    lines = [
        *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Overair//Overair//EN", "METHOD:REQUEST"),
        *("BEGIN:VFREEBUSY", f"UID:{uuid4()}", f"DTSTAMP:{datetime.now(UTC).strftime(_TIME)}"),
        *(f"DTSTART:{start.astimezone(UTC).strftime(_TIME)}", f"DTEND:{end.astimezone(UTC).strftime(_TIME)}"),
        f"ORGANIZER:mailto:{organizer}",
        *(f"ATTENDEE:mailto:{one}" for one in people),
        *("END:VFREEBUSY", "END:VCALENDAR"),
    ]
    return "".join(f"{line}\r\n" for line in lines)

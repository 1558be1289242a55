"""Edits of vCards, and what the tests of merging look at."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from overair.items.body import Body
from overair.items.contact import Contact
from overair.protocol.body_preferences import BodyType
from support.vcards import card

NOW: Final = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)


def body(text: str) -> Body:
    return Body(type=BodyType.PLAIN_TEXT, data=text)


def edited(contact: Contact, **values: Any) -> Contact:
    return msgspec.structs.replace(contact, **values)


APPLE: Final = card(
    "N:Muster;Anna;;;",
    "FN:Anna Muster",
    "item1.EMAIL;type=INTERNET;type=pref:anna@example.org",
    "item1.X-ABLabel:Verein",
    "EMAIL;type=INTERNET;type=HOME:home@example.org",
    "EMAIL;type=INTERNET:third@example.org",
    "EMAIL;type=INTERNET;type=WORK:fourth@example.org",
    "item2.ADR;type=HOME;type=pref:;;Weg 1;Ort;;01234;Land",
    "item2.X-ABADR:de",
    "TEL;type=HOME;type=VOICE:+49 1",
    "TEL;type=HOME;type=VOICE:+49 2",
    "TEL;type=HOME;type=VOICE:+49 3",
    "X-SOCIALPROFILE;type=twitter:https://example.org/anna",
    "REV:2020-01-01T00:00:00Z",
)

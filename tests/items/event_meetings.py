"""A meeting as the tests of its values send it."""

from __future__ import annotations

from typing import Any

from overair.items.calendar.attendee import Attendee
from overair.versions import Version
from overair.wbxml import Element
from overair.wbxml.pages import Calendar

V14, V16 = Version.V14_1, Version.V16_1


def attendee(**values: Any) -> Element:
    known = {"email": "bob@example.org", "name": "Bob"}
    return Element(Calendar.Attendees, [Attendee(**known | values).to_element(V16)])

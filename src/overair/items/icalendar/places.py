"""The place of an event: LOCATION, GEO, and how Apple and Microsoft say more of it."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Any, Final

from icalendar import Event as ICalendarEvent
from icalendar import vUri
from icalendar.prop import vInline

from overair.items.calendar.location import Location
from overair.items.icalendar.components import Component
from overair.items.icalendar.losses import Losses
from overair.items.icalendar.text import QuotedParameters, as_text

TEXT_CHARACTERS: Final = 4_000
APPLE: Final = "X-APPLE-STRUCTURED-LOCATION"
TEXTS: Final = {
    "annotation": "X-MICROSOFT-LOCATIONANNOTATION",
    "street": "X-MICROSOFT-LOCATIONSTREET",
    "city": "X-MICROSOFT-LOCATIONCITY",
    "state": "X-MICROSOFT-LOCATIONSTATE",
    "country": "X-MICROSOFT-LOCATIONCOUNTRY",
    "postal_code": "X-MICROSOFT-LOCATIONPOSTALCODE",
    "location_uri": "X-MICROSOFT-LOCATIONURI",
}
NAMES: Final = ("LOCATION", "X-MICROSOFT-LOCATIONDISPLAYNAME")
NUMBERS: Final = {"latitude": "X-MICROSOFT-LATITUDE", "longitude": "X-MICROSOFT-LONGITUDE"}
PROPERTIES: Final = frozenset({*NAMES, "GEO", APPLE, *TEXTS.values(), *NUMBERS.values()})
"""What is read."""
_GEO: Final = re.compile(
    r"geo:(-?[\d.]{1,40}),(-?[\d.]{1,40})(?:,(-?[\d.]{1,40}))?(?:;crs=[\w-]++)?(?:;u=([\d.]{1,40}))?(?:;.*)?",
    re.ASCII | re.IGNORECASE,
)
_SEMICOLON: Final = ";"


def location_of(component: Component, losses: Losses) -> Location | None:
    """The place that an event names; None where it names none."""
    values: dict[str, Any] = {}
    for attribute, name in TEXTS.items():
        _set_text(values, attribute, component.text(name), name, losses)
    for name in NAMES:
        _set_text(values, "display_name", component.text(name), name, losses)
    point = [_number(component.text(name), name, losses) for name in NUMBERS.values()]
    if any(point):  # Outlook writes 0 and 0 where it knows none
        _set_point(values, NUMBERS["latitude"], losses, *point)
    apple = component.first(APPLE)
    if apple is not None:
        _set_text(values, "display_name", apple.parameters.get("X-TITLE", ""), APPLE, losses)
        _set_text(values, "street", apple.parameters.get("X-ADDRESS", ""), APPLE, losses)
        found = _GEO.fullmatch(apple.text.strip())
        if found is not None:
            _set_point(values, APPLE, losses, *(_float(part) for part in found.groups()))
        elif apple.text.strip():
            losses.add(APPLE, "has a place that cannot be read")
    geo = component.first("GEO")
    if geo is not None:
        parts = geo.text.split(_SEMICOLON)
        numbers = [_float(part) for part in parts]
        if len(parts) == 2 and None not in numbers:
            _set_point(values, "GEO", losses, *numbers)
        else:
            losses.add("GEO", "cannot be read")
    return Location(**values) if values else None


def _set_text(values: dict[str, Any], attribute: str, text: str, name: str, losses: Losses) -> None:
    if not text.strip() or attribute in values:
        return
    if len(text) > TEXT_CHARACTERS:
        losses.add(name, f"is longer than {TEXT_CHARACTERS} characters")
    else:
        values[attribute] = text


def _set_point(
    values: dict[str, Any],
    name: str,
    losses: Losses,
    latitude: float | None,
    longitude: float | None,
    altitude: float | None = None,
    accuracy: float | None = None,
) -> None:
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        losses.add(name, "is no place on Earth")
        return
    found = {"latitude": latitude, "longitude": longitude, "altitude": altitude, "accuracy": accuracy}
    for attribute, number in found.items():
        if number is not None:
            values.setdefault(attribute, number)


def _number(text: str, name: str, losses: Losses) -> float | None:
    found = _float(text) if text.strip() else None
    if text.strip() and found is None:
        losses.add(name, "cannot be read")
    return found


_MOST_DIGITS: Final = 12


def _float(text: str | None) -> float | None:
    if text is None or len(text) > 40:
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _digits(number: float) -> str:
    """A number without an exponent, which neither GEO nor a geo URI has, and to the width of an atom."""
    exact = Decimal(repr(number))
    if exact.adjusted() < _MOST_DIGITS:  # nothing on Earth has more; with more there is no fifteenth place
        exact = round(exact, 15).normalize()
    return format(exact, "f")


def add_location(event: ICalendarEvent, location: Location, losses: Losses) -> None:
    """Write a place."""
    if location.display_name:
        event.add("LOCATION", as_text(location.display_name))
    for attribute, name in TEXTS.items():
        text = getattr(location, attribute)
        if text:
            event.add(name, as_text(text))
    if location.altitude_accuracy is not None:
        losses.add("AltitudeAccuracy")
    if location.latitude is None or location.longitude is None:
        for attribute in ("latitude", "longitude", "altitude", "accuracy"):
            if getattr(location, attribute) is not None:
                losses.add(attribute.capitalize(), "is half of a place")
        return
    place = [_digits(location.latitude), _digits(location.longitude)]
    event.add("GEO", vInline(_SEMICOLON.join(place)))
    if location.altitude is None and location.accuracy is None and not location.display_name:
        return
    if location.altitude is not None:
        place.append(_digits(location.altitude))
    uncertainty = "" if location.accuracy is None else f";u={_digits(location.accuracy)}"
    value = vUri(f"geo:{','.join(place)}{uncertainty}")
    value.params = QuotedParameters({"VALUE": "URI"})
    if location.display_name:
        value.params["X-TITLE"] = location.display_name
    event.add(APPLE, value)

"""The places of events, field by field (MS-ASAIRS 2.2.2.28)."""

from __future__ import annotations

import msgspec
import pytest

from overair.items import Event
from overair.items.calendar.location import Location
from overair.protocol.schema import SchemaError
from overair.versions import Version
from overair.wbxml import Element, Tag
from overair.wbxml.pages import AirSyncBase
from support.events import NEW, added, changed, elements_of, told

TEXTS = {
    AirSyncBase.DisplayName: "display_name",
    AirSyncBase.Annotation: "annotation",
    AirSyncBase.Street: "street",
    AirSyncBase.City: "city",
    AirSyncBase.State: "state",
    AirSyncBase.Country: "country",
    AirSyncBase.PostalCode: "postal_code",
    AirSyncBase.LocationUri: "location_uri",
}
NUMBERS = {
    AirSyncBase.Latitude: "latitude",
    AirSyncBase.Longitude: "longitude",
    AirSyncBase.Accuracy: "accuracy",
    AirSyncBase.Altitude: "altitude",
    AirSyncBase.AltitudeAccuracy: "altitude_accuracy",
}


def place(*elements: Element) -> Element:
    return Element(AirSyncBase.Location, list(elements))


def shown(event: Event, version: Version) -> list[Element]:
    [found] = [one for one in elements_of(event, version) if one.tag is AirSyncBase.Location]
    return found.children


@pytest.mark.req(
    "MS-ASAIRS_R1361",
    "MS-ASAIRS_R1043",
    "MS-ASAIRS_R1288",
    "MS-ASAIRS_R1074",
    "MS-ASAIRS_R1278",
    "MS-ASAIRS_R1125",
    "MS-ASAIRS_R1256",
    "MS-ASAIRS_R1228",
    "MS-ASAIRS_R1208",
)
@pytest.mark.parametrize("version", NEW)
@pytest.mark.parametrize(("tag", "name"), TEXTS.items(), ids=TEXTS.values())
def test_a_text(version: Version, tag: Tag, name: str) -> None:
    event = added(version, place(Element(tag, "Ünï, 5")))
    assert event.location == msgspec.structs.replace(Location(), **{name: "Ünï, 5"})
    assert shown(event, version) == [Element(tag, "Ünï, 5")]


@pytest.mark.req(
    "MS-ASAIRS_R1194",
    "MS-ASAIRS_R1234",
    "MS-ASAIRS_R1001",
    "MS-ASAIRS_R1031",
    "MS-ASAIRS_R1037",
    "MS-ASAIRS_R1208",
)
@pytest.mark.parametrize("version", NEW)
@pytest.mark.parametrize(("tag", "name"), NUMBERS.items(), ids=NUMBERS.values())
def test_a_number(version: Version, tag: Tag, name: str) -> None:
    for text, value in (("48.8583701", 48.8583701), ("-2.5E1", -25.0), ("0", 0.0)):
        event = added(version, place(Element(tag, text)))
        assert event.location == msgspec.structs.replace(Location(), **{name: value})
        [element] = shown(event, version)
        assert float(element.text) == value
        assert changed(event, version, *elements_of(event, version)) == event
    for broken in ("", "north", "1,5", "NaN", "1e999"):
        with pytest.raises(SchemaError):
            added(version, place(Element(tag, broken)))


@pytest.mark.req("MS-ASAIRS_R1362")
def test_a_field_stands_once() -> None:
    name = Element(AirSyncBase.DisplayName, "here")
    with pytest.raises(SchemaError):
        added(Version.V16_1, place(name, name))


@pytest.mark.req("MS-ASAIRS_R1001013")
@pytest.mark.parametrize("version", NEW)
def test_an_empty_place_is_none(version: Version) -> None:
    event = added(version, place(Element(AirSyncBase.City, "Paris")))
    assert changed(event, version, place()).location is None
    assert told(added(version, place()), version).location is None

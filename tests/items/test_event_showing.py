"""Events as clients of each version are shown them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from items.event_showing import BASE, SERIES, tags, text, with_, with_exception
from overair.items import Event
from overair.items.body import Body
from overair.items.calendar.location import Location
from overair.items.recurrence.pattern import CalendarType, Recurrence, RecurrenceType
from overair.items.time_zones.zones import packed
from overair.protocol.body_preferences import BodyPreference, BodyType
from overair.versions import SERVED, Version
from overair.wbxml import Element
from overair.wbxml.pages import AirSync, AirSyncBase, Calendar
from support.events import HTML, NEW, OLD, PLAIN, SHOWN, ZONE, at, elements_of, events, options, told
from support.schemas import validate

V12, V14, V16 = Version.V12_1, Version.V14_1, Version.V16_1
DAYS = Event(
    start_time=at("2026-06-01T00:00"),
    end_time=at("2026-06-03T00:00"),
    all_day_event=True,
    zone=ZONE,
    uid="0123",
    dt_stamp=at("2026-01-01T00:00"),
)


@pytest.mark.req("MS-ASCAL_R235", "MS-ASCAL_R434", "MS-ASCAL_R434001", "MS-ASCAL_R2223", "MS-ASAIRS_R105")
@pytest.mark.parametrize("version", SERVED)
@pytest.mark.parametrize("event", [BASE, DAYS, SERIES])
def test_what_every_answer_has(version: Version, event: Event) -> None:
    found = tags(elements_of(event, version))
    for tag in (Calendar.StartTime, Calendar.EndTime, Calendar.UID, Calendar.DtStamp, AirSyncBase.Body):
        assert found.count(tag) == 1
    assert told(event, version).sensitivity == 0
    assert told(event, version).meeting_status == 0
    dates = bool(event.all_day_event) and version >= Version.V16_0
    assert found.count(Calendar.Timezone) == (0 if dates else 1)


@pytest.mark.req("MS-ASCAL_R438", "MS-ASCAL_R240", "MS-ASCAL_R224", "MS-ASDTYPE_R12211")
@pytest.mark.parametrize("version", SERVED)
def test_times_are_compact_and_in_utc(version: Version) -> None:
    assert text(BASE, version, Calendar.StartTime) == "20260601T100000Z"
    assert text(BASE, version, Calendar.EndTime) == "20260601T110000Z"
    assert text(BASE, version, Calendar.DtStamp) == "20260101T000000Z"
    until = [element for element in elements_of(SERIES, version) if element.tag is Calendar.Recurrence]
    found = until[0].find(Calendar.Until)
    assert found is not None
    assert found.text == "20260630T100000Z"


@pytest.mark.req("MS-ASCAL_R86", "MS-ASCAL_R2006", "MS-ASCAL_R2007", "MS-ASCAL_R85")
def test_days_are_midnights_in_the_zone_and_later_dates() -> None:
    for version in OLD:
        assert text(DAYS, version, Calendar.StartTime) == "20260531T220000Z"
        assert text(DAYS, version, Calendar.EndTime) == "20260602T220000Z"
        assert told(DAYS, version).timezone == packed(ZONE, 2026)
    for version in NEW:
        assert text(DAYS, version, Calendar.StartTime) == "20260601T000000Z"
        assert text(DAYS, version, Calendar.EndTime) == "20260603T000000Z"
        assert Calendar.Timezone not in tags(elements_of(DAYS, version))
    assert [text(BASE, version, Calendar.AllDayEvent) for version in SERVED] == ["0"] * 5
    assert [text(DAYS, version, Calendar.AllDayEvent) for version in SERVED] == ["1"] * 5


@pytest.mark.req("MS-ASCAL_R29411", "MS-ASCAL_R300", "MS-ASCAL_R2135", "MS-ASCAL_R2135001", "MS-ASAIRS_R1207")
def test_a_place_is_a_text_and_later_an_object() -> None:
    place = Location(display_name="Café", street="Rue 1", city="Paris", latitude=48.85, longitude=-2.5)
    event = with_(BASE, location=place)
    for version in OLD:
        assert text(event, version, Calendar.Location) == "Café"
        assert AirSyncBase.Location not in tags(elements_of(event, version))
    for version in NEW:
        assert told(event, version).location == place
        assert Calendar.Location not in tags(elements_of(event, version))
    nameless = with_(BASE, location=msgspec.structs.replace(place, display_name=None, country="France"))
    assert text(nameless, V14, Calendar.Location) == "Rue 1, Paris, France"


@pytest.mark.req(
    "MS-ASCAL_R143",
    "MS-ASCAL_R14311",
    "MS-ASCAL_R14312",
    "MS-ASCAL_R14313",
    "MS-ASCAL_R52523",
    "MS-ASCAL_R19011",
    "MS-ASCAL_R19012",
    "MS-ASCAL_R32311",
    "MS-ASCAL_R32312",
    "MS-ASCAL_R47311",
    "MS-ASCAL_R47312",
    "MS-ASCAL_R204112",
    "MS-ASCAL_R204113",
    "MS-ASCAL_R204114",
    "MS-ASCAL_R19411",
    "MS-ASCAL_R19412",
    "MS-ASCAL_R19511",
    "MS-ASCAL_R19512",
    "MS-ASCAL_R19513",
    "MS-ASCAL_R19514",
    "MS-ASCAL_R20411",
    "MS-ASCAL_R20412",
    "MS-ASCAL_R20413",
    "MS-ASCAL_R20414",
    "MS-ASCAL_R32711",
    "MS-ASCAL_R32712",
    "MS-ASCAL_R32811",
    "MS-ASCAL_R32812",
    "MS-ASCAL_R32813",
    "MS-ASCAL_R32814",
    "MS-ASCAL_R478111",
    "MS-ASCAL_R478112",
    "MS-ASCAL_R478113",
    "MS-ASCAL_R478114",
)
@pytest.mark.parametrize("version", SERVED)
@pytest.mark.parametrize(
    ("kind", "required"),
    [
        (RecurrenceType.DAILY, set()),
        (RecurrenceType.WEEKLY, {"day_of_week", "first_day_of_week"}),
        (RecurrenceType.MONTHLY, {"day_of_month", "calendar_type"}),
        (RecurrenceType.MONTHLY_ON_NTH_DAY, {"day_of_week", "week_of_month", "calendar_type"}),
        (RecurrenceType.YEARLY, {"day_of_month", "month_of_year", "calendar_type"}),
        (
            RecurrenceType.YEARLY_ON_NTH_DAY,
            {"day_of_week", "week_of_month", "month_of_year", "calendar_type"},
        ),
    ],
)
def test_a_pattern_says_all_that_its_type_demands(
    version: Version, kind: RecurrenceType, required: set[str]
) -> None:
    shown = told(with_(BASE, recurrence=Recurrence(type=kind)), version).recurrence
    assert shown is not None
    fields = {bound.name: bound.field for bound in Recurrence.fields()}
    expected = {name for name in required if fields[name].in_version(version)}
    assert {name for name in fields if getattr(shown, name) is not None} == expected | {"type"}


@pytest.mark.req("MS-ASCAL_R2239", "MS-ASCAL_R11029", "MS-ASCAL_R2045", "MS-ASCAL_R2046")
def test_the_calendar_is_the_one_that_was_said() -> None:
    pattern = Recurrence(type=RecurrenceType.MONTHLY, day_of_month=1, calendar_type=CalendarType.GREGORIAN)
    for version in SERVED:
        shown = told(with_(BASE, recurrence=pattern), version).recurrence
        assert shown is not None
        assert shown.calendar_type == (None if version == V12 else CalendarType.GREGORIAN)


@pytest.mark.req("MS-ASCAL_R12411", "MS-ASCAL_R12611", "MS-ASCAL_R33411", "MS-ASAIRS_R241", "MS-ASAIRS_R2412")
@pytest.mark.parametrize("version", SERVED)
def test_bodies_are_as_the_options_want_them(version: Version) -> None:
    rich = Body(type=BodyType.HTML, data="<p>one two</p>")
    event = with_(SERIES, body=rich, exceptions=(with_exception(body=rich),))
    for preference, kind in ((PLAIN, BodyType.PLAIN_TEXT), (HTML, BodyType.HTML)):
        shown = told(event, version, options(preference))
        inner = (shown.exceptions or ())[0].body
        assert shown.body is not None
        assert inner == shown.body
        assert shown.body.type == kind
        assert shown.body.truncated is (True if preference is HTML else None)
        assert shown.native_body_type == BodyType.HTML
    cut = told(event, version, options(BodyPreference(type=BodyType.PLAIN_TEXT, truncation_size=3)))
    assert cut.body is not None
    assert (cut.body.data, cut.body.truncated) == ("one", True)
    assert told(SERIES, version).native_body_type is None


@pytest.mark.req("MS-ASCAL_R34611", "MS-ASCAL_R34813", "MS-ASCAL_R351", "MS-ASCAL_R35111", "MS-ASCAL_R35411")
@pytest.mark.req("MS-ASCAL_R35513", "MS-ASCAL_R358", "MS-ASCAL_R35811")
@pytest.mark.parametrize("version", SERVED)
def test_online_meetings(version: Version) -> None:
    gruu, url = "sip:ada@example.org;gruu;opaque=app:conf", "https://example.org/meet"
    links = {"online_meeting_conf_link": gruu, "online_meeting_external_link": url}
    none = dict.fromkeys(links, "")
    other = with_exception(exception_start_time=at("2026-06-05T10:00"), **none)
    event = with_(SERIES, **links, exceptions=(with_exception(**links), other))
    shown = told(event, version)
    first, second = shown.exceptions or ()
    known = version >= V14
    for name, link in links.items():
        assert getattr(shown, name) == getattr(first, name) == (link if known else None)
        assert getattr(second, name) == ("" if known else None)


@pytest.mark.req(
    "MS-ASCAL_R8111",
    "MS-ASCAL_R10711",
    "MS-ASCAL_R12711",
    "MS-ASCAL_R13411",
    "MS-ASCAL_R18011",
    "MS-ASCAL_R19111",
    "MS-ASCAL_R19811",
    "MS-ASCAL_R20811",
    "MS-ASCAL_R22211",
    "MS-ASCAL_R22811",
    "MS-ASCAL_R23711",
    "MS-ASCAL_R26711",
    "MS-ASCAL_R272",
    "MS-ASCAL_R28211",
    "MS-ASCAL_R287",
    "MS-ASCAL_R29711",
    "MS-ASCAL_R32411",
    "MS-ASCAL_R33211",
    "MS-ASCAL_R34011",
    "MS-ASCAL_R34812",
    "MS-ASCAL_R35512",
    "MS-ASCAL_R39311",
    "MS-ASCAL_R405",
    "MS-ASCAL_R40511",
    "MS-ASCAL_R42411",
    "MS-ASCAL_R45011",
    "MS-ASCAL_R46611",
    "MS-ASCAL_R47411",
    "MS-ASCAL_R566",
    "MS-ASCAL_R567",
    "MS-ASCAL_R116",
    "MS-ASCAL_R121",
    "MS-ASAIRS_R233",
    "MS-ASAIRS_R164",
    "MS-ASAIRS_R169",
    "MS-ASAIRS_R192",
    "MS-ASAIRS_R199",
    "MS-ASAIRS_R218",
    "MS-ASAIRS_R222",
)
@given(event=events(), version=st.sampled_from(SERVED), shown=SHOWN)
def test_every_event_is_valid_by_the_schemas(event: Event, version: Version, shown: Any) -> None:
    data = Element(AirSync.ApplicationData, elements_of(event, version, shown))
    assert len(set(tags(data.children))) == len(data.children)
    add = Element(AirSync.Add, [Element(AirSync.ServerId, "7:1"), data])
    collection = [
        Element(AirSync.SyncKey, "1"),
        Element(AirSync.CollectionId, "7"),
        Element(AirSync.Status, "1"),
        Element(AirSync.Commands, [add]),
    ]
    answer = Element(AirSync.Sync, [Element(AirSync.Collections, [Element(AirSync.Collection, collection)])])
    validate(answer, "response", "Sync")

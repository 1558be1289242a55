"""Values of an event: those that are shown as they were sent, and those that are refused."""

from __future__ import annotations

import pytest

from items.event_meetings import V14, V16, attendee
from overair.items.calendar.attendee import Attendee, AttendeeStatus, AttendeeType
from overair.protocol.schema import SchemaError
from overair.versions import SERVED, Version
from overair.wbxml import Element, Tag
from overair.wbxml.pages import Calendar
from support.events import OLD, added, author, changed, elements_of, told

VALUES = {
    Calendar.AllDayEvent: ("2", "yes"),
    Calendar.BusyStatus: ("5", "-1", ""),
    Calendar.Sensitivity: ("4", "", "x"),
    Calendar.MeetingStatus: ("2", "4", "16", ""),
    Calendar.Reminder: ("-1", "soon"),
    Calendar.StartTime: ("", "2026-06-01T09:00:00Z", "20260601T090000", "20261301T090000Z"),
    Calendar.EndTime: ("", "tomorrow"),
    Calendar.DisallowNewTimeProposal: ("2",),
    Calendar.ResponseRequested: ("x",),
    Calendar.ClientUid: ("", "c" * 301),
}


@pytest.mark.req(
    "MS-ASCAL_R565",
    "MS-ASCAL_R138",
    "MS-ASCAL_R428",
    "MS-ASCAL_R309",
    "MS-ASCAL_R438",
    "MS-ASCAL_R240",
    "MS-ASCAL_R216",
    "MS-ASCAL_R398",
    "MS-ASCAL_R2060",
)
@pytest.mark.parametrize(
    ("tag", "text"), [(tag, text) for tag, texts in VALUES.items() for text in texts], ids=str
)
def test_broken_values_are_refused(tag: Tag, text: str) -> None:
    with pytest.raises(SchemaError) as caught:
        added(V16, Element(tag, text))
    assert caught.value.tag is tag


@pytest.mark.req("MS-ASCAL_R2235001", "MS-ASCAL_R2043001", "MS-ASCAL_R2044001")
@pytest.mark.parametrize("version", SERVED)
def test_an_unknown_status_is_refused(version: Version) -> None:
    with pytest.raises(SchemaError):
        added(version, Element(Calendar.BusyStatus, "-1"))


GOOD_VALUES = {
    Calendar.AllDayEvent: ("0", "1"),
    Calendar.BusyStatus: ("0", "1", "2", "3"),
    Calendar.Sensitivity: ("0", "1", "2", "3"),
    Calendar.MeetingStatus: ("0", "1", "3", "5", "7", "9", "11", "13", "15"),
    Calendar.Reminder: ("0", "4294967295"),
    Calendar.Subject: ("Ünï\u20ac",),
    Calendar.ResponseRequested: ("0", "1"),
    Calendar.DisallowNewTimeProposal: ("0", "1"),
}


@pytest.mark.req(
    "MS-ASCAL_R7911",
    "MS-ASCAL_R564",
    "MS-ASCAL_R13111",
    "MS-ASCAL_R137",
    "MS-ASCAL_R13811",
    "MS-ASCAL_R13812",
    "MS-ASCAL_R13813",
    "MS-ASCAL_R13814",
    "MS-ASCAL_R42111",
    "MS-ASCAL_R427",
    "MS-ASCAL_R610",
    "MS-ASCAL_R611",
    "MS-ASCAL_R612",
    "MS-ASCAL_R613",
    "MS-ASCAL_R30311",
    "MS-ASCAL_R308",
    "MS-ASCAL_R312",
    "MS-ASCAL_R313",
    "MS-ASCAL_R314",
    "MS-ASCAL_R315",
    "MS-ASCAL_R316",
    "MS-ASCAL_R317",
    "MS-ASCAL_R318",
    "MS-ASCAL_R39011",
    "MS-ASCAL_R43911",
    "MS-ASCAL_R444",
    "MS-ASCAL_R39611",
    "MS-ASCAL_R21111",
)
@pytest.mark.parametrize("version", SERVED)
@pytest.mark.parametrize(
    ("tag", "text"), [(tag, text) for tag, texts in GOOD_VALUES.items() for text in texts], ids=str
)
def test_what_is_sent_is_shown(version: Version, tag: Tag, text: str) -> None:
    if version not in tag.versions:
        with pytest.raises(SchemaError):
            added(version, Element(tag, text))
        return
    event = added(version, Element(tag, text))
    for other in SERVED:
        if other in tag.versions:
            assert [one.text for one in elements_of(event, other) if one.tag is tag] == [text]


@pytest.mark.req(
    "MS-ASCAL_R98011",
    "MS-ASCAL_R99",
    "MS-ASCAL_R10411",
    "MS-ASCAL_R568",
    "MS-ASCAL_R569",
    "MS-ASCAL_R570",
    "MS-ASCAL_R571",
    "MS-ASCAL_R572",
    "MS-ASCAL_R573",
    "MS-ASCAL_R574",
    "MS-ASCAL_R575",
    "MS-ASCAL_R331",
)
@pytest.mark.parametrize("version", OLD)
@pytest.mark.parametrize("status", [None, *AttendeeStatus])
@pytest.mark.parametrize("kind", [None, *AttendeeType])
def test_attendees_are_shown_as_they_were_sent(
    version: Version, status: AttendeeStatus | None, kind: AttendeeType | None
) -> None:
    bob = Attendee(email="bob@example.org", name="Bob", status=status, type=kind)
    event = added(version, attendee(status=status, type=kind))
    for other in SERVED:
        assert told(event, other).attendees == (bob,)


@pytest.mark.req("MS-ASCAL_R17711", "MS-ASCAL_R18311", "MS-ASCAL_R185")
@pytest.mark.parametrize("version", SERVED)
def test_categories_are_shown_as_they_were_sent(version: Version) -> None:
    names = ("work", "Ünï", "work")
    event = added(version, Element(Calendar.Categories, [Element(Calendar.Category, name) for name in names]))
    for other in SERVED:
        assert told(event, other).categories == names


PEOPLE = [
    [Element(Calendar.Email, "a@b")],
    [Element(Calendar.Name, "A")],
    [Element(Calendar.Email, "a@b"), Element(Calendar.Name, "A"), Element(Calendar.AttendeeStatus, "1")],
    [Element(Calendar.Email, "a@b"), Element(Calendar.Name, "A"), Element(Calendar.AttendeeType, "4")],
    [Element(Calendar.Email, "a@b"), Element(Calendar.Email, "c@d"), Element(Calendar.Name, "A")],
    [Element(Calendar.Email, "a@b"), Element(Calendar.Name, "A"), Element(Calendar.Name, "B")],
]


@pytest.mark.req(
    "MS-ASCAL_R100", "MS-ASCAL_R101", "MS-ASCAL_R225", "MS-ASCAL_R329", "MS-ASCAL_R118", "MS-ASCAL_R123"
)
@pytest.mark.parametrize("person", PEOPLE)
def test_half_an_attendee_is_refused(person: list[Element]) -> None:
    with pytest.raises(SchemaError):
        added(V14, Element(Calendar.Attendees, [Element(Calendar.Attendee, person)]))


@pytest.mark.req("MS-ASCAL_R52529", "MS-ASCAL_R227")
def test_an_address_is_kept_whatever_it_is() -> None:
    event = added(V14, attendee(email="not an address"))
    [kept] = told(event, V14).attendees or ()
    assert kept.email == "not an address"


@pytest.mark.req("MS-ASCAL_R186", "MS-ASCAL_R187", "MS-ASCAL_R11026")
def test_three_hundred_categories() -> None:
    def sent(count: int) -> Element:
        return Element(
            Calendar.Categories, [Element(Calendar.Category, str(number)) for number in range(count)]
        )

    assert len(told(added(V16, sent(300)), V16).categories or ()) == 300
    with pytest.raises(SchemaError):
        added(V16, sent(301))


@pytest.mark.req("MS-ASCAL_R2057", "MS-ASCAL_R2063", "MS-ASCAL_R2064", "MS-ASCAL_R2065", "MS-ASCAL_R2066")
@pytest.mark.parametrize("version", SERVED)
def test_what_the_client_calls_an_event(version: Version) -> None:
    sent = Element(Calendar.ClientUid, "c" * 300)
    if version <= V14:
        with pytest.raises(SchemaError):
            added(version, sent)
        return
    event = added(version, sent)
    assert event.client_uid == "c" * 300
    assert told(event, version).client_uid is None
    assert changed(event, version, Element(Calendar.ClientUid, "other")) == event


def test_the_user_s_name_may_be_empty() -> None:
    event = added(V16, name="")
    assert (event.organizer_name, event.organizer_email) == (None, author(V16).address)

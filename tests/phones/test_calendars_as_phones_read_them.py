"""What phones show of a calendar, by a reader that shares nothing with the server: of calendar files as
python-dateutil and zoneinfo have them, and of what phones of other versions made and changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from overair.cli.calendar_files import Candidate, candidates
from overair.mailboxes.interface import FolderType
from overair.protocol.body_preferences import BodyPreference, BodyType
from overair.protocol.sync import AddCommand, ChangeCommand, DeleteCommand
from overair.protocol.sync_options import Options
from overair.server.administration import Account, Begun
from overair.server.importing import Import
from overair.versions import Version
from overair.wbxml.element import Element
from overair.wbxml.pages import AirSyncBase, Calendar
from phones.handset import e
from phones.plain_calendar import PlainEvent, Shown, ZoneRules
from phones.written_series import Moved, Written
from server.test_tasks_and_notes import Replica
from support.phone import Phone
from support.server import ANNA, BEN, RunningServer, running_server

ZONE = "Europe/Berlin"
V12, V14, V16 = VERSIONS = (Version.V12_1, Version.V14_1, Version.V16_1)
BODIES = (Options(body_preferences=(BodyPreference(type=BodyType.PLAIN_TEXT),)),)
DAY, HOUR = timedelta(1), timedelta(hours=1)
ZONES = (
    *(ZONE, "America/New_York", "Australia/Sydney", "America/Sao_Paulo", "Asia/Kolkata"),
    *("Australia/Lord_Howe", "Africa/Cairo", "Europe/Moscow", "UTC"),
)
RULES = {
    "FREQ=WEEKLY;COUNT=80": "2026-03-06T09:00",
    "FREQ=WEEKLY;BYDAY=MO,WE,FR;WKST=MO;COUNT=90": "2026-10-02T00:30",
    "FREQ=DAILY;UNTIL=20270410T010000Z": "2026-10-20T23:45",
    "FREQ=MONTHLY;BYDAY=-1FR": "2005-04-29T17:15",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1": "2009-10-30T08:00",
    "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU": "2018-10-28T12:00",
    "FREQ=WEEKLY;UNTIL=20270330": "2026-01-06T21:00",
    "FREQ=WEEKLY;UNTIL=20270330T210000": "2026-01-06T21:00",
    "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=20": "2026-01-31T07:00",
}
SHARED_OFFSETS = {ZONE, "America/New_York", "Australia/Sydney", "Asia/Kolkata", "UTC"}
"""Zones whose rules have been one and the same since 2018."""
GERMAN = ("Mitteleuropäische Zeit", "Mitteleuropäische Sommerzeit")
BERLIN = ZoneRules(-60, (0, 10, 0, 5, 3, 0, 0, 0), (0, 3, 0, 5, 2, 0, 0, 0), -60)
NEW_YORK = ZoneRules(300, (0, 11, 0, 1, 2, 0, 0, 0), (0, 3, 0, 2, 2, 0, 0, 0), -60)
SYDNEY = ZoneRules(-600, (0, 4, 0, 1, 3, 0, 0, 0), (0, 10, 0, 1, 2, 0, 0, 0), -60)
KOLKATA = ZoneRules(-330)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def written() -> list[Written]:
    """Each rule in every other zone, some as days; occurrences are taken away, moved and made longer."""
    found = []
    for place, zone in enumerate(ZONES):
        for number, (rule, start) in list(enumerate(RULES.items()))[place % 2 :: 2]:
            days = place % 3 == 0 and "T" not in rule.partition("UNTIL=")[2]
            step = timedelta(1) if days else timedelta(minutes=135)
            event = Written(
                subject=f"{place}-{number}",
                zone=zone,
                start=at(start[:10] if days else start),
                rule=rule,
                length=timedelta(2) if days else timedelta(minutes=50),
                deleted=(2, 5),
                moved=(Moved(3, step, 2 * step), Moved(6, timedelta(), 3 * step)),
                days=days,
                in_utc=bool(number % 4 // 2),
            )
            found.append(event)
        singles = ("2005-04-01T10:00", "2026-03-29T03:30", "2026-12-31T23:30")
        found += [Written(f"{place}-{start}", zone, at(start)) for start in singles]
        found.append(Written(f"{place}-days", zone, at("2026-10-25"), length=timedelta(3), days=True))
    return found


@pytest.fixture(scope="module", name="server")
def server_of_the_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    settings: dict[str, Any] = {"calendar.time_zone": ZONE}
    with running_server(tmp_path_factory.mktemp("calendars"), **settings) as running:
        yield running


@pytest.fixture(scope="module", name="imported")
def imported_series(server: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Written]:
    """What is in Anna's calendar from a file, by subject."""
    path = tmp_path_factory.mktemp("files") / "series.ics"
    events = written()
    inside = "".join(one.text() for one in events)
    path.write_text(
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\n{inside}END:VCALENDAR\r\n", newline=""
    )
    found = list(candidates(path, Begun(Account(ANNA, "Anna"), ZONE)))
    entries = [one.entry for one in found if isinstance(one, Candidate)]
    assert [one for one in found if not isinstance(one, Candidate) or one.dropped] == []
    mailbox = server.application.services.mailbox(server.users[ANNA].account_id)
    server.call(lambda: Import(mailbox, None).add(entries))
    return {one.subject: one for one in events}


def calendar_of(server: RunningServer, version: Version, address: str = BEN) -> Replica:
    """The calendar on a new phone, synchronised to the end."""
    phone = Phone(server, version, address)
    replica = Replica(phone, phone.folders()[FolderType.CALENDAR].server_id, BODIES)
    while replica.sync() is not None:
        pass
    return replica


@pytest.mark.parametrize("version", VERSIONS)
def test_a_file_is_shown_as_it_was_meant(
    server: RunningServer, imported: dict[str, Written], version: Version
) -> None:
    replica = calendar_of(server, version, ANNA)
    assert len(replica.items) == len(imported)
    for told in replica.items.values():
        event = PlainEvent(told, version)
        meant = imported[event.told.text("Subject") or ""]
        shown = event.shown()
        if not meant.rule and not meant.days:
            assert [one.utc for one in shown] == [one.utc for one in meant.meant()], meant
            continue
        assert [one[:3] for one in shown] == [one[:3] for one in meant.meant()], meant
        if meant.zone in SHARED_OFFSETS and not meant.days:
            now = [one.utc for one in shown if one.start.year >= 2026]
            assert now == [one.utc for one in meant.meant() if one.start.year >= 2026], meant


def made(version: Version, zone: ZoneRules, names: tuple[str, str], subject: str) -> list[Element]:
    """A series of twenty mornings with a body, people, a place, a reminder and categories."""
    start = zone.utc(at("2026-10-20T07:30"))
    person = (e(Calendar.Email, "carla@example.net"), e(Calendar.Name, "Carla"), e(Calendar.AttendeeType, 1))
    place = e(AirSyncBase.Location, e(AirSyncBase.DisplayName, "Hall"), e(AirSyncBase.Street, "Road 1"))
    return [
        e(Calendar.Timezone, zone.blob(*names)),
        *(
            []
            if version >= V16
            else [e(Calendar.UID, f"uid-{subject}"), e(Calendar.DtStamp, "20260101T000000Z")]
        ),
        e(Calendar.Subject, subject),
        *times(start, start + HOUR),
        e(Calendar.Reminder, 15),
        e(Calendar.Categories, e(Calendar.Category, "Work")),
        e(Calendar.Attendees, e(Calendar.Attendee, *person)),
        place if version >= V16 else e(Calendar.Location, "Hall"),
        e(AirSyncBase.Body, e(AirSyncBase.Type, 1), e(AirSyncBase.Data, "Bring coffee")),
        e(Calendar.Recurrence, e(Calendar.Type, 0), e(Calendar.Interval, 1), e(Calendar.Occurrences, 20)),
    ]


def times(start: datetime, end: datetime) -> list[Element]:
    return [e(Calendar.StartTime, f"{start:%Y%m%dT%H%M%SZ}"), e(Calendar.EndTime, f"{end:%Y%m%dT%H%M%SZ}")]


def only(replica: Replica, subject: str) -> tuple[str, PlainEvent]:
    """The one event of a subject."""
    [found] = [
        (item_id, event)
        for item_id, told in replica.items.items()
        for event in [PlainEvent(told, replica.phone.version)]
        if event.told.text("Subject") == subject
    ]
    return found


def echoed(replica: Replica, item_id: str, zone: str, stamp: str) -> list[Element]:
    """The whole event as a phone up to 14.1 sends it back, with a zone of its own making."""
    own = {
        Calendar.Timezone: e(Calendar.Timezone, zone),
        Calendar.DtStamp: e(Calendar.DtStamp, stamp),
    }
    unknown = ("ResponseType", "AppointmentReplyTime", "NativeBodyType", "Body")
    return [own.get(one.tag, one) for one in replica.items[item_id] if one.tag.name not in unknown]


DETAILS = ("Reminder", "Categories", "Attendees", "Location", "Body", "OrganizerEmail", "UID", "Recurrence")
SERIES = [
    (V14, BERLIN, ("", "")),
    (V14, BERLIN, GERMAN),
    (V12, NEW_YORK, ("EST", "EDT")),
    (V16, SYDNEY, ("", "")),
    (V16, KOLKATA, ("GMT+05:30", "GMT+05:30")),
]


@pytest.mark.parametrize(("version", "zone", "names"), SERIES)
def test_phones_of_all_versions_keep_a_series_between_them(
    server: RunningServer, version: Version, zone: ZoneRules, names: tuple[str, str]
) -> None:
    subject = f"series {version.text} {zone.bias} {names[0]}"
    add = AddCommand(client_id="c1", application_data=made(version, zone, names, subject))
    assert calendar_of(server, version).send(add) == (1,)
    phones = {one: calendar_of(server, one) for one in VERSIONS}
    start = at("2026-10-20T07:30")
    meant = [
        Shown(start + n * DAY, start + n * DAY + HOUR, subject, zone.utc(start + n * DAY)) for n in range(20)
    ]
    moved = meant[7]._replace(end=meant[7].end + HOUR, subject="longer")
    item_id, _ = only(phones[V16], subject)
    long = times(moved.utc, moved.utc + 2 * HOUR)
    change = ChangeCommand(
        server_id=item_id,
        instance_id=f"{moved.utc:%Y-%m-%dT%H:%M:%S.000Z}",
        application_data=[e(Calendar.Subject, "longer"), *long],
    )
    delete = DeleteCommand(server_id=item_id, instance_id=f"{meant[3].utc:%Y%m%dT%H%M%SZ}")
    phones[V16].send(change, delete)
    meant[7] = moved
    del meant[3]
    first: dict[Version, list[str]] = {}
    phones[V16] = calendar_of(server, V16)
    for turn in range(3):
        for one, phone in phones.items():
            phone.sync()
            item_id, event = only(phone, subject)
            assert event.shown() == meant, (one, turn)
            details = [repr(event.told.children.get(name)) for name in DETAILS]
            assert first.setdefault(one, details) == details, (one, turn)
            data = [e(Calendar.Sensitivity, turn)]
            if one < Version.V16_0:
                data = echoed(phone, item_id, zone.blob(*names), f"202701{turn + 1:02}T000000Z")
            phone.sync(ChangeCommand(server_id=item_id, application_data=data))


FORMS = {
    "its midnight and zone": (V14, True, True),
    "midnight in UTC and its zone": (V14, False, True),
    "midnight in UTC and no zone": (V14, False, False),
    "the date": (V16, False, False),
}


ZONES_OF_DAYS = (BERLIN, NEW_YORK, SYDNEY, KOLKATA)


def test_days_are_the_same_days_everywhere(server: RunningServer) -> None:
    senders = {version: calendar_of(server, version) for version in (V14, V16)}
    day = at("2026-10-23")
    expected: dict[str, list[tuple[datetime, datetime]]] = {}
    for form, (version, own, named) in FORMS.items():
        commands = []
        for zone in ZONES_OF_DAYS:
            subject = f"{form} {zone.bias}"
            expected[subject] = [(day + 4 * n * DAY, day + (4 * n + 2) * DAY) for n in (0, 1, 3, 4, 5)]
            start, end = (zone.utc(one) if own else one for one in (day, day + 2 * DAY))
            pattern = (e(Calendar.Type, 0), e(Calendar.Interval, 4), e(Calendar.Occurrences, 6))
            data = [
                *([e(Calendar.Timezone, zone.blob())] if named else []),
                *(e(Calendar.AllDayEvent, 1), e(Calendar.Subject, subject), *times(start, end)),
                e(Calendar.Recurrence, *pattern),
            ]
            commands.append(AddCommand(client_id=subject, application_data=data))
        assert set(senders[version].send(*commands)) == {1}
    newest = calendar_of(server, V16)
    third = f"{day + 8 * DAY:%Y-%m-%dT%H:%M:%S.000Z}"
    ids = [only(newest, subject)[0] for subject in expected]
    newest.send(*(DeleteCommand(server_id=item_id, instance_id=third) for item_id in ids))
    for version in VERSIONS:
        phone = calendar_of(server, version)
        for subject, meant in expected.items():
            _, event = only(phone, subject)
            assert [shown[:2] for shown in event.shown()] == meant, (subject, version)

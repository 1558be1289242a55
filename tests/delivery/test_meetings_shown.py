"""Meetings that came by LMTP as phones of every version are shown them, held to the schemas."""

from __future__ import annotations

import base64
import re
from dataclasses import replace

import pytest

from delivery.post import Post
from overair.items.mail.global_object_id import uid_of
from overair.mailboxes.interface import FolderType
from overair.protocol.http import Command
from overair.protocol.sync import CollectionRequest, ServerAdd, SyncRequest, SyncResponse
from overair.versions import SERVED, Version
from overair.wbxml import Element, Tag
from overair.wbxml.pages import AirSyncBase, Calendar, Email
from support.invitations import EXCHANGE_UID, SHAPES, Invitation, occurrence
from support.phone import Phone
from support.server import BEN
from support.shared import needs_shared, shared

Shown = dict[Tag, Element]


def synchronised(phone: Phone, folder: str) -> list[Shown]:
    """Every item of a folder as the phone is told it; each answer is validated as it is read."""
    told: list[Shown] = []
    key = "0"
    while True:
        collection = CollectionRequest(sync_key=key, collection_id=folder, window_size=100)
        answer = phone.post(Command.SYNC, SyncRequest(collections=(collection,)))
        if not answer.body:
            return told
        [found] = answer.read(SyncResponse).collections
        key = found.sync_key
        told += [
            {element.tag: element for element in command.application_data}
            for command in found.commands
            if isinstance(command, ServerAdd)
        ]


def requests(messages: list[Shown]) -> list[Shown]:
    """The MeetingRequests of messages, by their elements."""
    return [
        {element.tag: element for element in message[Email.MeetingRequest].children}
        for message in messages
        if Email.MeetingRequest in message
    ]


def uid_in(request: Shown) -> str:
    """The UID by which a client looks for the event (MS-ASEMAIL 3.1.4.7)."""
    if Calendar.UID in request:
        return request[Calendar.UID].text
    return uid_of(base64.b64decode(request[Email.GlobalObjId].text))


@pytest.fixture(scope="module")
def uids(post: Post) -> list[str]:
    """The UIDs of meetings of every shape: single, of days, recurring, and occurrences that stand alone."""
    found = []
    for shape in SHAPES:
        uid = EXCHANGE_UID if shape is SHAPES[1] else f"{shape.__name__}@example.net"
        single = Invitation(uid=uid)
        days = replace(single, uid=f"days-{uid}", start="20261201", end="20261202")
        series = replace(single, uid=f"series-{uid}", rule="FREQ=WEEKLY;BYDAY=TU,TH;COUNT=20")
        monthly = replace(single, uid=f"monthly-{uid}", rule="FREQ=MONTHLY;BYDAY=1TU")
        alone = occurrence(replace(series, uid=f"alone-{uid}"), "20261208")
        for invitation in (single, days, series, monthly, alone):
            post.send(shape(invitation))
            found.append(invitation.uid)
        post.send(shape(occurrence(series, "20261208", summary="Otherwise")))
        post.send(shape(replace(single, method="REPLY", uid=f"reply-{uid}")))
        post.send(shape(replace(single, method="COUNTER", uid=f"counter-{uid}")))
        post.send(shape(occurrence(series, "20261215", method="CANCEL")))
    return found


@pytest.mark.req(
    "MS-ASEMAIL_R545",
    "MS-ASEMAIL_R1306",
    "MS-ASEMAIL_R1307",
    "MS-ASEMAIL_R1308",
    "MS-ASEMAIL_R1309",
    "MS-ASEMAIL_R13090",
    "MS-ASAIRS_R1180",
    "MS-ASAIRS_R1184",
    "MS-ASAIRS_R1001006",
)
@pytest.mark.parametrize("version", SERVED)
def test_a_phone_finds_the_event_of_a_request(post: Post, uids: list[str], version: Version) -> None:
    phone = Phone(post.server, version)
    folders = phone.folders()
    events: dict[str, Shown] = {}
    for event in synchronised(phone, folders[FolderType.CALENDAR].server_id):
        events[event[Calendar.UID].text] = event
    asked = requests(synchronised(phone, folders[FolderType.INBOX].server_id))
    assert len(asked) == len(SHAPES) * 9
    found = {
        uid: request
        for request in asked
        for uid in [uid_in(request)]
        if (Email.RecurrenceId in request) == uid.startswith("alone")
    }
    assert set(uids) <= set(found)
    assert set(events) == set(uids)
    for uid in uids:
        event, request = events[uid], found[uid]
        assert event[Calendar.BusyStatus].text == "1"
        assert event[Calendar.MeetingStatus].text == "3"
        if version >= Version.V14_0:
            assert event[Calendar.ResponseType].text == "5"
        assert Calendar.AppointmentReplyTime not in event
        assert f"<{event[Calendar.OrganizerEmail].text}>" in request[Email.Organizer].text
        if uid.startswith("alone"):
            assert request[Email.InstanceType].text == ("4" if version >= Version.V16_0 else "3")
            assert request[Email.RecurrenceId].text == "2026-12-08T09:00:00.000Z"
            instance = event.get(AirSyncBase.InstanceId)
            assert (instance and instance.text) == ("20261208T090000Z" if version >= Version.V16_0 else None)
        if not uid.startswith("days"):
            starts = event[Calendar.StartTime].text, request[Email.StartTime].text
            assert starts[0] == starts[1].replace("-", "").replace(":", "").replace(".000", "")


@pytest.mark.parametrize("version", SERVED)
def test_occurrences_are_exceptions(post: Post, uids: list[str], version: Version) -> None:
    phone = Phone(post.server, version)
    told = synchronised(phone, phone.folders()[FolderType.CALENDAR].server_id)
    series = [event for event in told if event[Calendar.UID].text.startswith("series")]
    assert len(series) == len(SHAPES)
    for event in series:
        other, canceled = (
            {child.tag: child for child in exception.children}
            for exception in event[Calendar.Exceptions].children
        )
        assert other[Calendar.Subject].text == "Otherwise"
        assert canceled[Calendar.MeetingStatus].text == "7"
        assert canceled[Calendar.BusyStatus].text == "0"
        assert Calendar.Deleted not in canceled


@pytest.fixture(scope="module")
def delivered(post: Post) -> int:
    """How many files of the corpus were sent to Ben, their events as meetings of Otto."""
    files = sorted(shared("corpora/ical").glob("*.ics"))
    for path in files:
        text = _METHOD.sub(b"", path.read_bytes())
        text = text.replace(b"BEGIN:VCALENDAR", b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST", 1)
        text = text.replace(b"BEGIN:VEVENT", b"BEGIN:VEVENT\r\nORGANIZER:mailto:otto@example.net")
        head = f"From: otto@example.net\r\nTo: {BEN}\r\nSubject: {path.stem}\r\n"
        post.send(head.encode() + b"Content-Type: text/calendar; method=REQUEST\r\n\r\n" + text, BEN)
    return len(files)


@needs_shared
@pytest.mark.parametrize(
    "version",
    [
        version if version in (SERVED[0], SERVED[-1]) else pytest.param(version, marks=pytest.mark.full)
        for version in SERVED
    ],
)
def test_the_corpus_is_shown(post: Post, delivered: int, version: Version) -> None:
    phone = Phone(post.server, version, BEN)
    folders = phone.folders()
    messages = synchronised(phone, folders[FolderType.INBOX].server_id)
    assert len(messages) == delivered
    events = synchronised(phone, folders[FolderType.CALENDAR].server_id)
    assert len(requests(messages)) >= 90
    found = {uid_in(request) for request in requests(messages)}
    # One message may be about several meetings: the first of them stands there.
    assert found == {event[Calendar.UID].text for event in events}
    for event in events:
        assert event[Calendar.OrganizerEmail].text == "otto@example.net"
        assert event[Calendar.BusyStatus].text == "1"


_METHOD = re.compile(rb"^METHOD:.*?\r?\n", re.MULTILINE)

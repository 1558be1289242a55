"""The attachments of events over HTTP."""

from __future__ import annotations

import pytest

from overair.protocol.http import MULTIPART_TYPE, Command
from overair.protocol.item_operations import (
    MAILBOX,
    Fetch,
    FetchOptions,
    FetchResponse,
    ItemOperationsRequest,
    ItemOperationsResponse,
)
from overair.protocol.ranges import Range
from overair.protocol.statuses import (
    ItemOperationsStatus,
)
from overair.protocol.sync import (
    ChangeResponse,
    DeleteCommand,
)
from overair.versions import SERVED, Version
from overair.wbxml import Element
from overair.wbxml.pages import AirSyncBase, Calendar
from server.test_calendar import added, calendar
from server.test_item_operations import fetch, file, item, properties
from support.phone import Phone
from support.server import BEN, RunningServer
from sync.calendar import (
    START,
    attached,
    change,
    change_day,
    event_data,
    found_in,
    leaf,
    series,
)

V12, V14, V16 = Version.V12_1, Version.V14_1, Version.V16_1
SINCE_16 = [version for version in SERVED if version >= Version.V16_0]


@pytest.mark.req(
    "MS-ASAIRS_R1082",
    "MS-ASAIRS_R1368",
    "MS-ASAIRS_R213",
    "MS-ASAIRS_R211",
    "MS-ASAIRS_R220",
    "MS-ASAIRS_R198",
    "MS-ASAIRS_R87",
    "MS-ASAIRS_R214",
    "MS-ASAIRS_R1325",
    "MS-ASAIRS_R1326",
)
@pytest.mark.parametrize("version", SINCE_16)
def test_attachments_of_events_are_fetched(server: RunningServer, version: Version) -> None:
    phone = calendar(server, version)
    content = bytes(range(256)) * 300
    item_id = added(phone, series("series", version, attached("a", content=content)))
    response = phone.sync(change_day(item_id, 2, attached("b")))
    assert response is not None
    [answered] = response.responses
    assert isinstance(answered, ChangeResponse)
    other = calendar(server, version)
    shown = found_in(other.items[item_id], AirSyncBase.Attachments)
    assert shown is not None
    [attachment] = shown.children
    named = {one.tag: one.text for one in attachment}
    assert named[AirSyncBase.DisplayName] == "a.txt"
    assert named[AirSyncBase.Method] == "1"
    assert named[AirSyncBase.EstimatedDataSize] == str(len(content) + 1)
    reference = named[AirSyncBase.FileReference]
    found = properties(fetch(other.phone, file(reference)))
    assert (found.data, found.content_type) == (content + b"a", "text/plain")
    part = properties(fetch(other.phone, file(reference, FetchOptions(range=Range(10, 19)))))
    assert part.data == content[10:20]
    # That of an occurrence, which no version before 16.0 is shown, may be fetched by any of them.
    of_days = found_in(answered.application_data, AirSyncBase.Attachments)
    assert of_days is not None
    [of_day] = of_days.children
    of_day_reference = of_day.find(AirSyncBase.FileReference)
    assert of_day_reference is not None
    old = calendar(server, V14)
    assert found_in(old.items[item_id], AirSyncBase.Attachments) is None
    assert properties(fetch(old.phone, file(of_day_reference.text))).data == b"contentb"
    oldest = Phone(server, V12)
    raw = oldest.post(Command.GET_ATTACHMENT, attachment_name=reference)
    assert (raw.status, raw.body) == (200, content + b"a")
    # Nobody else's, none that there is not, and none that is gone.
    for asking, asked in (
        (Phone(server, version, BEN), reference),
        (other.phone, f"{item_id}:99"),
        (other.phone, f"{item_id}:original"),
        (other.phone, f"{item_id}:"),
        (other.phone, ""),
    ):
        assert fetch(asking, file(asked)).status == ItemOperationsStatus.INVALID_ATTACHMENT
    gone = Element(AirSyncBase.Delete, [leaf(AirSyncBase.FileReference, of_day_reference.text)])
    phone.sync(change_day(item_id, 2, Element(AirSyncBase.Attachments, [gone])))
    assert fetch(other.phone, file(of_day_reference.text)).status == ItemOperationsStatus.INVALID_ATTACHMENT
    phone.sync(DeleteCommand(server_id=item_id))
    assert fetch(other.phone, file(reference)).status == ItemOperationsStatus.INVALID_ATTACHMENT


def test_what_a_client_calls_the_type_of_a_file_is_no_header(server: RunningServer) -> None:
    phone = calendar(server, V16)
    attachments = attached("a")
    [one] = attachments.children
    for number, (kind, expected) in enumerate(
        (
            ("text/html\r\nX-Evil: 1", "application/octet-stream"),
            ("multipart/mixed", "application/octet-stream"),
            ("image/PNG", "image/png"),
        )
    ):
        typed = Element(AirSyncBase.Add, [*one.children, leaf(AirSyncBase.ContentType, kind)])
        item_id = added(
            phone, event_data(V16, kind, START, Element(AirSyncBase.Attachments, [typed])), str(number)
        )
        answer = Phone(server, V12).post(Command.GET_ATTACHMENT, attachment_name=f"{item_id}:1")
        assert answer.status == 200
        assert answer.headers["content-type"] == expected
        assert "x-evil" not in answer.headers


def test_a_multipart_fetch_has_an_events_body_and_file_apart(server: RunningServer) -> None:
    phone = calendar(server, V16)
    body = Element(
        AirSyncBase.Body, [leaf(AirSyncBase.Type, 1), leaf(AirSyncBase.Data, "the agenda of the day")]
    )
    item_id = added(phone, event_data(V16, "with a body", START, body, attached("a")))
    operations = (item(phone.folder_id, item_id), Fetch(store=MAILBOX, file_reference=f"{item_id}:1"))
    answer = phone.phone.post(
        Command.ITEM_OPERATIONS, ItemOperationsRequest(operations=operations), accept_multipart=True
    )
    assert answer.headers["content-type"] == MULTIPART_TYPE
    assert answer.parts == [b"the agenda of the day", b"contenta"]
    fetched = answer.read(ItemOperationsResponse).responses
    assert all(isinstance(one, FetchResponse) and one.status == 1 for one in fetched)


@pytest.mark.req(
    "MS-ASAIRS_R160", "MS-ASAIRS_R1343", "MS-ASAIRS_R10020", "MS-ASAIRS_R100298", "MS-ASAIRS_R221"
)
@pytest.mark.parametrize("version", SINCE_16)
def test_what_is_said_of_an_attachment_is_told_everywhere(server: RunningServer, version: Version) -> None:
    phone, other = calendar(server, version), calendar(server, V16)
    attachments = attached("plain", "inline")
    inline = attachments.children[1]
    inline.children.extend(
        [
            leaf(AirSyncBase.ContentId, "picture@example.org"),
            leaf(AirSyncBase.ContentLocation, "picture.png"),
            Element(AirSyncBase.IsInline),
        ]
    )
    item_id = added(phone, event_data(version, "with a picture", START, attachments))
    other.sync()
    shown = found_in(other.items[item_id], AirSyncBase.Attachments)
    assert shown is not None
    first, second = ({one.tag: one.text for one in attachment} for attachment in shown.children)
    assert first[AirSyncBase.DisplayName] == "plain.txt"
    assert not first.keys() & {AirSyncBase.ContentId, AirSyncBase.ContentLocation}
    assert first.get(AirSyncBase.IsInline, "0") == "0"
    assert second[AirSyncBase.ContentId] == "picture@example.org"
    assert second[AirSyncBase.ContentLocation] == "picture.png"
    assert second[AirSyncBase.IsInline] == "1"
    # Shown once more by a phone that changes the event they change nothing.
    phone.sync(change(item_id, leaf(Calendar.Subject, "renamed"), shown))
    other.sync()
    assert found_in(other.items[item_id], AirSyncBase.Attachments) == shown

"""The declared fields against what the specifications say of each element."""

from __future__ import annotations

from pathlib import Path

import pytest

from overair.items import CLASSES, Contact, Message, Note, Task
from overair.items.attachments import Attachment
from overair.items.mail.flag import Flag
from overair.items.mail.meeting_request import MeetingRecurrence, MeetingRequest
from overair.items.table import markdown, rows
from overair.items.task import TaskRecurrence
from overair.protocol.schema import Record
from overair.versions import SERVED, Version
from overair.wbxml.pages import Email
from support.shared import needs_shared
from support.statements import ghosted, supports

LATER = {"RightsManagementLicense"}
"""An element of rights management, which is not served yet."""
CONTRADICTED = {
    "MS-ASEMAIL_R1229: EndTime in 12.1": "MS-ASWBXML has the tag in all versions, as it has StartTime",
    "MS-ASEMAIL_R1230: EndTime in 14.0": "as above",
}
"""Statements that others contradict: a phone cannot show a meeting that has no end."""
OF_MEETINGS = (
    *((1104, 1107), (1146, 1149), (1155, 1158), (1199, 1210), (1221, 1224), (1231, 1236), (1249, 1251)),
    *((1259, 1262), (1267, 1270), (1284, 1287), (1296, 1299), (1302, 1303), (1306, 1309), (1318, 1321)),
    *((1326, 1329), (1334, 1337), (1346, 1349), (1351, 1354), (1356, 1363), (1376, 1379), (1398, 1401)),
    *((1406, 1409), (1434, 1437), (1442, 1445), (1462, 1465), (1474, 1477), (3010, 3010), (1300, 1300)),
)
"""The statements of which version has which element of a MeetingRequest, those of 16.1 apart."""
OF_MEETINGS_IN_16_1 = (
    *(1108, 1149, 1159, 1203, 1207, 1210, 1225, 1233, 1237, 1263, 1271, 1288, 1300, 1304, 1309, 1321),
    *(1329, 1337, 1349, 1354, 1359, 1363, 1379, 1401, 1409, 1437, 1445, 1465),
)
ELSEWHERE = {
    "Send": "a child of Add and Change, not of an item",
    "DisplayName": "the Email namespace's, which no version has since 12.0; AirSyncBase's is meant",
    "Category": "inside Categories",
    "Child": "inside Children",
    "Attachment": "inside Attachments",
    "TopLevelSchemaProps": "a group of elements",
}


SPELLING = {"DayofMonth": "DayOfMonth"}
"""Elements that a statement spells otherwise."""


def versions_of(*records: type[Record]) -> dict[str, set[Version]]:
    """The served versions of every declared element, by name."""
    return {
        bound.field.tag.name: {version for version in SERVED if bound.field.in_version(version)}
        for record in records
        for bound in record.fields()
    }


def disagreements(specification: str, declared: dict[str, set[Version]]) -> list[str]:
    wrong = []
    for said, by_version in supports(specification).items():
        name = SPELLING.get(said, said)
        if name in ELSEWHERE or (specification == "MS-ASEMAIL" and name in LATER):
            continue
        if name not in declared:
            wrong.append(f"{name} is not declared")
            continue
        wrong += [
            f"{support.requirement}: {name} in {version.text}"
            for version, support in by_version.items()
            if version in SERVED and (version in declared[name]) != support.supported
        ]
    return wrong


@needs_shared
@pytest.mark.req("MS-ASCNTC_R2005", "MS-ASCNTC_R2245", "MS-ASCNTC_R2001", "MS-ASCNTC_R2004001")
def test_contact_has_every_element_in_its_versions() -> None:
    assert len(supports("MS-ASCNTC")) > 60
    assert disagreements("MS-ASCNTC", versions_of(Contact)) == []


@needs_shared
@pytest.mark.req("MS-ASCNTC_R100", "MS-ASCNTC_R110", "MS-ASCNTC_R242")
def test_contact_ghosts_what_can_be_ghosted() -> None:
    declared = {bound.field.tag.name for bound in Contact.fields() if bound.field.ghosted}
    assert len(declared) > 55
    assert declared ^ ghosted("MS-ASCNTC") <= {
        "BusinessAddressCountry"
    }  # whose statement is worded otherwise


@needs_shared
@pytest.mark.req(
    *("MS-ASEMAIL_R1132", "MS-ASEMAIL_R1159", "MS-ASEMAIL_R1180", "MS-ASEMAIL_R1280"),
    *(f"MS-ASEMAIL_R{number}" for first, last in OF_MEETINGS for number in range(first, last + 1)),
    *(f"MS-ASEMAIL_R{number}0" for number in OF_MEETINGS_IN_16_1),
)
def test_message_has_every_element_in_its_versions() -> None:
    assert len(supports("MS-ASEMAIL")) > 60
    declared = versions_of(Attachment, MeetingRecurrence, Flag, Message)
    meeting = {
        bound.field.tag.name: {version for version in SERVED if bound.field.in_version(version)}
        for bound in MeetingRequest.fields()
        if bound.field.tag.namespace in ("Email", "Email2")
    }
    meeting["Recurrence"] = {version for version in SERVED if version in Email.Recurrence.versions}
    assert disagreements("MS-ASEMAIL", declared | meeting) == list(CONTRADICTED)


@needs_shared
@pytest.mark.req(
    *(f"MS-ASTASK_R{number}" for number in (*range(501, 525), *range(526, 530), *range(534, 550))),
    *(f"MS-ASTASK_R{number}" for number in range(551, 631)),
    *(f"MS-ASTASK_R{number}1" for number in (504, 508, 512, 516, 520, 524, 529, 537, 541, 545, 549)),
    *(f"MS-ASTASK_R{number}1" for number in (554, 558, 562, 566, 570, 574, 578, 582, 586, 590, 594)),
    *(f"MS-ASTASK_R{number}1" for number in (598, 602, 606, 610, 614, 618, 622, 626, 630)),
)
def test_task_has_every_element_in_its_versions() -> None:
    assert len(supports("MS-ASTASK")) > 30
    assert disagreements("MS-ASTASK", versions_of(TaskRecurrence, Task)) == []


@needs_shared
@pytest.mark.req(*(f"MS-ASNOTE_R{element}00{n}" for element in (43, 47, 50, 53, 57, 60) for n in range(1, 6)))
def test_note_has_every_element_from_14_on() -> None:
    assert len(supports("MS-ASNOTE")) == 6
    assert all(len(by_version) == 5 for by_version in supports("MS-ASNOTE").values())
    assert disagreements("MS-ASNOTE", versions_of(Note)) == []


@pytest.mark.parametrize("model", CLASSES.values())
def test_every_field_stands_once_under_its_own_tag(model: type[Record]) -> None:
    tags = [bound.field.tag.key for bound in model.fields()]
    assert len(tags) == len(set(tags))


def test_the_table_lists_every_field() -> None:
    listed = list(rows(Contact))
    assert [row.name for row in listed] == [bound.name for bound in Contact.fields()]
    assert ("picture", "Contacts:Picture", "Base64") in [row[:3] for row in listed]
    page = markdown()
    every = "12.1, 14.0, 14.1, 16.0, 16.1"
    for row in (
        "weighted_rank | Contacts:WeightedRank | Integer | 14.0, 14.1, 16.0, 16.1 | the server's",
        f"subject | Calendar:Subject | String | {every} | deleted up to 14.1",
        f"attendees | Calendar:Attendees | list of Attendee | {every} | ghosted up to 14.1",
        f"importance | Tasks:Importance | Integer | {every} | kept",
        f"due_date | Tasks:DueDate | DateTime | {every} | deleted",
        "subject | Notes:Subject | String | 14.0, 14.1, 16.0, 16.1 | kept",
        "first_day_of_week | Tasks:FirstDayOfWeek | Integer | 14.1, 16.0, 16.1 | ",
    ):
        assert f"| {row} |" in page


def test_the_page_of_fields_is_as_declared() -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "fields.md"
    assert page.read_text() == markdown(), "python -m overair.items.table > docs/fields.md"

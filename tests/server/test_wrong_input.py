"""Input that is wrong: the status that the specification names, a log line, and nothing changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from overair.protocol.http import Command
from overair.versions import SERVED, Version
from overair.wbxml import Element, encode
from overair.wbxml.pages import AirSync, ComposeMail, FolderHierarchy, Move, Search, Settings
from support.phone import Answer, Phone, contents, request_lines
from support.server import RunningServer, running_server

FOLDER_SYNC = encode(Element(FolderHierarchy.FolderSync, [Element(FolderHierarchy.SyncKey, "0")]))
NO_KEY = encode(Element(FolderHierarchy.FolderSync, []))
BROKEN = b"\x03\x01\x6a\x00\x00\x07\x56\x52\x03"
DEEP = encode(Element(FolderHierarchy.FolderSync, [])) + b"\x45" * 10


@dataclass(frozen=True)
class Wrong:
    """A wrong request, with its HTTP status up to 12.1, and that and the common status from 14.0 on."""

    name: str
    command: Command
    body: bytes
    http_12_1: int
    http_14_0: int
    status_14_0: int | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str | None] = field(default_factory=dict)
    query: str | None = None


def plain(**parameters: str) -> str:
    values = {"Cmd": "FolderSync", "User": "anna", "DeviceId": "phone", "DeviceType": "T"} | parameters
    return "&".join(f"{name}={value}" for name, value in values.items() if value)


WRONG = [
    Wrong("no body", Command.FOLDER_SYNC, b"", 400, 200, 101),
    Wrong("text", Command.FOLDER_SYNC, b"hello", 400, 200, 101, headers={"Content-Type": "text/plain"}),
    Wrong("no content type", Command.FOLDER_SYNC, FOLDER_SYNC, 400, 200, 101, headers={"Content-Type": None}),
    Wrong("broken WBXML", Command.FOLDER_SYNC, BROKEN, 400, 200, 102),
    Wrong("bytes behind the tree", Command.FOLDER_SYNC, DEEP, 400, 200, 102),
    Wrong("not WBXML", Command.MOVE_ITEMS, b"\x03\x01\x6a\x00garbage", 400, 200, 102),
    Wrong("a string table", Command.SEARCH, b"\x03\x01\x6a\x02a\x00\x45\x01", 400, 200, 102),
    Wrong("unknown command", Command.SYNC, b"", 501, 501, query=plain(Cmd="Undo")),
    Wrong("command not served", Command.MEETING_RESPONSE, b"", 501, 200, 137),
    Wrong("no command", Command.FOLDER_SYNC, FOLDER_SYNC, 400, 400, query=plain(Cmd="")),
    Wrong("no user", Command.FOLDER_SYNC, FOLDER_SYNC, 400, 400, query=plain(User="")),
    Wrong("no query", Command.FOLDER_SYNC, FOLDER_SYNC, 400, 400, query=""),
    Wrong("no base64", Command.FOLDER_SYNC, FOLDER_SYNC, 400, 400, query="%%%"),
    Wrong("short base64", Command.FOLDER_SYNC, FOLDER_SYNC, 400, 400, query="jAAJ"),
    Wrong("no device id", Command.FOLDER_SYNC, FOLDER_SYNC, 400, 200, 108, query=plain(DeviceId="")),
    Wrong("device id too long", Command.FOLDER_SYNC, FOLDER_SYNC, 400, 200, 108, {"device_id": "a" * 33}),
    Wrong("device id with a comma", Command.FOLDER_SYNC, FOLDER_SYNC, 400, 200, 108, {"device_id": "a,b"}),
    Wrong("no device type", Command.FOLDER_SYNC, FOLDER_SYNC, 400, 200, 109, query=plain(DeviceType="")),
    Wrong("no version", Command.FOLDER_SYNC, FOLDER_SYNC, 400, 400, headers={"MS-ASProtocolVersion": None}),
    Wrong("a version", Command.FOLDER_SYNC, FOLDER_SYNC, 400, 400, headers={"MS-ASProtocolVersion": "15.0"}),
    Wrong("an old one", Command.FOLDER_SYNC, FOLDER_SYNC, 400, 400, headers={"MS-ASProtocolVersion": "2.5"}),
    Wrong("1.0", Command.FOLDER_SYNC, FOLDER_SYNC, 505, 505, headers={"MS-ASProtocolVersion": "1.0"}),
    Wrong("a policy key", Command.FOLDER_SYNC, FOLDER_SYNC, 400, 400, headers={"X-MS-PolicyKey": "many"}),
]


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("wrong")


@pytest.fixture(scope="module")
def server(data_dir: Path) -> Iterator[RunningServer]:
    with running_server(data_dir) as running:
        yield running


@pytest.fixture(scope="module")
def phones(server: RunningServer) -> dict[Version, Phone]:
    """A phone of each version, known to the server."""
    phones = {version: Phone(server, version) for version in SERVED}
    for phone in phones.values():
        phone.folder_sync()
    return phones


def refused(phone: Phone, data_dir: Path, wrong: Wrong) -> Answer:
    """Send it; assert that nothing changed and that there is a log line."""
    before = contents(data_dir)
    with capture_logs() as lines:
        answer = phone.post(
            wrong.command, wrong.body, headers=wrong.headers, query=wrong.query, **wrong.fields
        )
        (line,) = request_lines(lines, 1)
    assert contents(data_dir) == before
    assert line["http_status"] == answer.status
    assert line["reason"]
    return answer


@pytest.mark.req(
    "MS-ASCMD_R7461",
    "MS-ASCMD_R7462",
    "MS-ASCMD_R7545",
    "MS-ASCMD_R7546",
    "MS-ASCMD_R7558",
    "MS-ASCMD_R7560",
    "MS-ASCMD_R4811",
    "MS-ASCMD_R4815",
    "MS-ASCMD_R4828",
    "MS-ASCMD_R4830",
    "MS-ASCMD_R4895",
    "MS-ASHTTP_R176",
    "MS-ASHTTP_R188",
)
@pytest.mark.parametrize("version", SERVED)
@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.name)
def test_wrong_requests(phones: dict[Version, Phone], data_dir: Path, version: Version, wrong: Wrong) -> None:
    if "MS-ASProtocolVersion" in wrong.headers and version < Version.V14_0:
        wrong = replace(wrong, http_14_0=wrong.http_12_1)
    answer = refused(phones[version], data_dir, wrong)
    if version < Version.V14_0:
        assert answer.status == wrong.http_12_1
    else:
        assert answer.status == wrong.http_14_0
        if wrong.status_14_0 is not None:
            assert answer.common_status == wrong.status_14_0


def element(tag: object, *children: Element) -> bytes:
    return encode(Element(tag, list(children)))  # type: ignore[arg-type]  # a Tag


SCHEMA = [
    (Command.FOLDER_SYNC, NO_KEY, 10),
    (Command.FOLDER_CREATE, element(FolderHierarchy.FolderCreate), 10),
    (Command.FOLDER_UPDATE, element(FolderHierarchy.FolderUpdate), 10),
    (Command.FOLDER_DELETE, element(FolderHierarchy.FolderDelete), 10),
    (Command.FOLDER_SYNC, element(AirSync.Sync), 10),
    (Command.SETTINGS, element(Settings.Settings, Element(Settings.Model, "x")), 2),
]


@pytest.mark.req("MS-ASCMD_R4086", "MS-ASCMD_R4123", "MS-ASCMD_R4568", "MS-ASCMD_R4063", "MS-ASCMD_R4388")
@pytest.mark.parametrize("version", SERVED)
@pytest.mark.parametrize(("command", "body", "status"), SCHEMA)
def test_a_schema_that_a_status_is_named_for(
    phones: dict[Version, Phone],
    data_dir: Path,
    version: Version,
    command: Command,
    body: bytes,
    status: int,
) -> None:
    answer = refused(phones[version], data_dir, Wrong("", command, body, 200, 200))
    assert answer.status == 200
    assert answer.common_status == status


@pytest.mark.req("MS-ASCMD_R4817", "MS-ASCMD_R7547")
@pytest.mark.parametrize("version", SERVED)
def test_a_schema_without_a_status_of_its_own(
    phones: dict[Version, Phone], data_dir: Path, version: Version
) -> None:
    body = element(Move.MoveItems, Element(Move.Move, [Element(Move.SrcMsgId, "1:1")]))
    answer = refused(phones[version], data_dir, Wrong("", Command.MOVE_ITEMS, body, 400, 200))
    if version < Version.V14_0:
        assert answer.status == 400
    else:
        assert answer.common_status == 103


@pytest.mark.req("MS-ASCMD_R6802")
def test_send_mail_with_the_body_of_another_version(phones: dict[Version, Phone], data_dir: Path) -> None:
    wbxml = element(
        ComposeMail.SendMail,
        Element(ComposeMail.ClientId, "1"),
        Element(ComposeMail.Mime, b"To: anna@example.org\r\n\r\nhello"),
    )
    assert refused(phones[Version.V12_1], data_dir, Wrong("", Command.SEND_MAIL, wbxml, 0, 0)).status == 400
    mime = Wrong(
        "",
        Command.SEND_MAIL,
        b"To: anna@example.org\r\n\r\nhi",
        0,
        0,
        headers={"Content-Type": "message/rfc822"},
    )
    assert refused(phones[Version.V14_0], data_dir, mime).common_status == 101


@pytest.mark.req("MS-ASCMD_R6021", "MS-ASCMD_R10032018")
def test_commands_that_a_version_does_not_have(phones: dict[Version, Phone], data_dir: Path) -> None:
    attachment = Wrong("", Command.GET_ATTACHMENT, b"", 0, 0, fields={"attachment_name": "1:1:1"})
    assert refused(phones[Version.V14_0], data_dir, attachment).status == 400
    assert refused(phones[Version.V16_0], data_dir, Wrong("", Command.FIND, b"", 0, 0)).status == 400


def test_an_element_that_the_version_does_not_have_is_refused(
    phones: dict[Version, Phone], data_dir: Path
) -> None:
    body = element(
        Search.Search,
        Element(
            Search.Store,
            [
                Element(Search.Name, "GAL"),
                Element(Search.Query, "Ben"),
                Element(Search.Options, [Element(Search.Picture, [])]),
            ],
        ),
    )
    wrong = Wrong("", Command.SEARCH, body, 0, 0)
    answer = refused(phones[Version.V14_0], data_dir, wrong)
    store = next(iter(next(iter(child for child in answer.tree if child.tag is Search.Response))))
    assert store.find(Search.Status) == Element(Search.Status, "2")
    assert phones[Version.V14_1].post(Command.SEARCH, body).common_status == 1


def test_too_many_elements_are_refused(tmp_path: Path) -> None:
    folder = [Element(FolderHierarchy.SyncKey, "0") for _ in range(20)]
    body = encode(Element(FolderHierarchy.FolderSync, folder))
    limits: dict[str, Any] = {"limits.wbxml_elements": 10}
    with running_server(tmp_path, **limits) as server:
        assert Phone(server).post(Command.FOLDER_SYNC, body).common_status == 102

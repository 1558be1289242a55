"""Bodies that are wrong, for every command and version: a status, a log line, nothing changed.

The phone is one that the server has never seen, so that not even a partnership may come of it.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from overair.protocol.http import Command
from overair.versions import SERVED, Version
from overair.wbxml import Element, encode
from overair.wbxml.pages import AirSync, FolderHierarchy
from support.phone import Answer, Phone, contents, request_lines
from support.server import RunningServer, running_server
from support.spoken import CASES, FOREIGN, Spoken, nested, status_at

WBXML = pytest.mark.parametrize(
    ("spoken", "version"), CASES, ids=lambda value: getattr(value, "command", None) or value.text
)


def refused(
    phone: Phone,
    data_dir: Path,
    command: Command,
    body: bytes,
    headers: Mapping[str, str | None] | None = None,
) -> Answer:
    """Send it; nothing may change, and a log line says why."""
    before = contents(data_dir)
    with capture_logs() as lines:
        answer = phone.post(command, body, headers=headers)
        (line,) = request_lines(lines, 1)
    assert contents(data_dir) == before
    assert line["http_status"] == answer.status
    assert line["command"] == command.value
    assert line["version"] == phone.version.text
    assert line["device"] == phone.device_id
    assert line["reason"]
    return answer


def assert_common(answer: Answer, status: int, http_status: int) -> None:
    """A common status, or up to 12.1 an HTTP status in its place (MS-ASCMD_R7461)."""
    if answer.version < Version.V14_0:
        assert answer.status == http_status
    else:
        assert answer.status == 200
        assert answer.common_status == status


def assert_breach(answer: Answer, spoken: Spoken) -> None:
    """The command's own status for a tree that breaks its schema."""
    if spoken.status > 100:
        assert_common(answer, spoken.status, 400)
    else:
        assert answer.status == 200
        assert status_at(answer.tree, spoken.path) == spoken.status


BROKEN = {
    "no header": b"\x00",
    "half a header": b"\x03\x01",
    "another charset": b"\x03\x01\x03\x00\x45\x01",
    "a string table": b"\x03\x01\x6a\x03abc\x45\x01",
    "no root": b"\x03\x01\x6a\x00",
    "a root that does not end": b"\x03\x01\x6a\x00\x00\x07\x56",
    "a code page that there is not": b"\x03\x01\x6a\x00\x00\x1e\x45\x01",
    "a tag that there is not": b"\x03\x01\x6a\x00\x00\x07\x7f\x01",
    "attributes": b"\x03\x01\x6a\x00\x00\x07\xd6\x01\x01",
    "an entity": b"\x03\x01\x6a\x00\x00\x07\x56\x02\x41\x01",
    "a processing instruction": b"\x03\x01\x6a\x00\x43\x05\x01\x00\x07\x56\x01",
    "a string that does not end": b"\x03\x01\x6a\x00\x00\x07\x56\x52\x030",
    "a string that is not UTF-8": b"\x03\x01\x6a\x00\x00\x07\x56\x52\x03\xff\x00\x01\x01",
    "opaque data past the end": b"\x03\x01\x6a\x00\x00\x07\x56\x52\xc3\x8f\xff\xff\xff\x7f0",
    "two roots": b"\x03\x01\x6a\x00\x00\x07\x16\x16",
    "a stray end": b"\x03\x01\x6a\x00\x01",
    "XML": b'<?xml version="1.0"?><FolderSync xmlns="FolderHierarchy"><SyncKey>0</SyncKey></FolderSync>',
}


@pytest.mark.req("MS-ASCMD_R4815", "MS-ASCMD_R7461", "MS-ASHTTP_R188")
@WBXML
def test_wbxml_that_cannot_be_read(
    server: RunningServer, data_dir: Path, spoken: Spoken, version: Version
) -> None:
    phone = Phone(server, version)
    # The decoder is one: all cases for one command, two for the others.
    for body in BROKEN.values() if spoken.command is Command.FOLDER_SYNC else list(BROKEN.values())[-2:]:
        answer = refused(phone, data_dir, spoken.command, body)
        assert_common(answer, 102, 400)


@pytest.mark.req("MS-ASCMD_R4815", "MS-ASCMD_R7461")
@WBXML
def test_elements_nested_too_deep(
    server: RunningServer, data_dir: Path, spoken: Spoken, version: Version
) -> None:
    body = nested(spoken.root, 10_000)
    assert_common(refused(Phone(server, version), data_dir, spoken.command, body), 102, 400)


@pytest.mark.req("MS-ASCMD_R4811", "MS-ASCMD_R7545", "MS-ASCMD_R7546", "MS-ASHTTP_R176")
@pytest.mark.parametrize("content_type", ["text/plain", "text/xml", "message/rfc822", None])
@WBXML
def test_bodies_of_another_type(
    server: RunningServer, data_dir: Path, spoken: Spoken, version: Version, content_type: str | None
) -> None:
    body = encode(Element(spoken.root, []))
    headers = {"Content-Type": content_type}
    answer = refused(Phone(server, version), data_dir, spoken.command, body, headers)
    assert_common(answer, 101, 400)


@pytest.mark.req("MS-ASCMD_R4811", "MS-ASCMD_R7545", "MS-ASHTTP_R498", "MS-ASHTTP_R514")
@WBXML
def test_no_body(server: RunningServer, data_dir: Path, spoken: Spoken, version: Version) -> None:
    phone = Phone(server, version)
    if spoken.command is Command.SYNC:
        assert status_at(phone.post(Command.SYNC).tree, spoken.path) == 13
    elif spoken.command is Command.PING:
        assert status_at(phone.post(Command.PING).tree, spoken.path) == 3
    else:
        assert_common(refused(phone, data_dir, spoken.command, b""), 101, 400)


@pytest.mark.req(
    "MS-ASCMD_R4817",
    "MS-ASCMD_R7547",
    "MS-ASCMD_R4086",
    "MS-ASCMD_R4063",
    "MS-ASCMD_R4388",
    "MS-ASCMD_R7238",
    "MS-ASCMD_R4244",
    "MS-ASCMD_R72172512",
    "MS-ASPROV_R704",
)
@WBXML
def test_trees_that_break_the_schema(
    server: RunningServer, data_dir: Path, spoken: Spoken, version: Version
) -> None:
    other = AirSync.Sync if spoken.root is not AirSync.Sync else FolderHierarchy.FolderSync
    for tree in (
        Element(other, [Element(FolderHierarchy.SyncKey, "0")]),
        Element(spoken.root, [FOREIGN]),
        Element(spoken.root, "text"),
        Element(spoken.root, b"\x00\x01"),
        Element(spoken.root, [Element(spoken.root, [])]),
    ):
        answer = refused(Phone(server, version), data_dir, spoken.command, encode(tree))
        assert_breach(answer, spoken)


@pytest.mark.req("MS-ASHTTP_R188")
@WBXML
def test_compressed_bodies_that_are_none(
    server: RunningServer, data_dir: Path, spoken: Spoken, version: Version
) -> None:
    good = gzip.compress(encode(Element(spoken.root, [])))
    for body, encoding, status in (
        (b"not gzip", "gzip", 400),
        (good[:-1], "gzip", 400),
        (good + b"more", "gzip", 400),
        (good, "deflate", 415),
        (good, "gzip, gzip", 415),
    ):
        headers = {"Content-Encoding": encoding}
        assert refused(Phone(server, version), data_dir, spoken.command, body, headers).status == status


@pytest.mark.req("MS-ASHTTP_R188", "MS-ASCMD_R4815")
@pytest.mark.parametrize("version", SERVED)
def test_bodies_beyond_the_limits(tmp_path: Path, version: Version) -> None:
    limits: dict[str, Any] = {
        "limits.request_body": 100_000,
        "limits.wbxml_elements": 1_000,
        "limits.wbxml_depth": 20,
    }
    many = encode(Element(FolderHierarchy.FolderSync, [Element(FolderHierarchy.SyncKey, "0")] * 1_000))
    gzipped = {"Content-Encoding": "gzip"}
    with running_server(tmp_path, **limits) as server:
        phone = Phone(server, version)
        for body, headers in (
            (bytes(100_001), None),
            (gzip.compress(bytes(100_001)), gzipped),
            (gzip.compress(bytes(50_000_000)), gzipped),
        ):
            assert refused(phone, tmp_path, Command.FOLDER_SYNC, body, headers).status == 413
        for body in (many, nested(FolderHierarchy.FolderSync, 21), gzip.compress(many)):
            headers = gzipped if body[:2] == b"\x1f\x8b" else None
            assert_common(refused(phone, tmp_path, Command.FOLDER_SYNC, body, headers), 102, 400)
        # What is declared too large is refused before it arrives.
        declared = {"Content-Length": "100001"}
        answer = phone.post(Command.FOLDER_SYNC, b"\x03", headers=declared)
        assert answer.status == 413

"""SmartReply and SmartForward: sources and messages that are refused, with their statuses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from overair.protocol.http import Command
from overair.protocol.send_mail import Source
from overair.versions import Version
from support.answering import USERS, answering, delivered, refused, smart
from support.phone import Phone, contents
from support.server import BEN, DOMAIN, RunningServer, running_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Three users; every phone of a test is a device of its own."""
    settings: dict[str, Any] = {"limits.devices": 10_000}
    with running_server(tmp_path_factory.mktemp("smart"), USERS, **settings) as running:
        yield running


SOURCES: dict[str, tuple[dict[str, Any], int, int]] = {
    "no such item": ({"item_id": "2:999999"}, 150, 404),
    "no such folder": ({"folder_id": "999"}, 150, 404),
    "no id": ({"item_id": "nonsense"}, 150, 404),
    "a LongId of nothing": ({"folder_id": None, "item_id": None, "long_id": "item:2:999999"}, 150, 404),
    "no LongId": ({"folder_id": None, "item_id": None, "long_id": "nonsense"}, 150, 404),
    "a LongId beside ids": ({"long_id": "item:2:1"}, 105, 400),
    "a folder alone": ({"item_id": None}, 105, 400),
    "nothing": ({"folder_id": None, "item_id": None}, 105, 400),
    "no time": ({"instance_id": "tomorrow"}, 104, 400),
    "no series": ({"instance_id": "2026-03-20T22:40:00.000Z"}, 146, 400),
}


@pytest.mark.req(
    "MS-ASCMD_R4930", "MS-ASCMD_R4821", "MS-ASCMD_R541", "MS-ASCMD_R578", "MS-ASCMD_R4819", "MS-ASCMD_R4919"
)
@pytest.mark.parametrize("version", [Version.V12_1, Version.V14_0, Version.V16_1])
@pytest.mark.parametrize("command", [Command.SMART_REPLY, Command.SMART_FORWARD])
@pytest.mark.parametrize(("change", "status", "http"), SOURCES.values(), ids=SOURCES)
def test_sources_that_are_wrong(
    server: RunningServer,
    data_dir: Path,
    inboxed: Source,
    command: Command,
    version: Version,
    change: dict[str, Any],
    status: int,
    http: int,
) -> None:
    phone = Phone(server, version)
    phone.folder_sync()
    before = contents(data_dir)
    source = msgspec.structs.replace(inboxed, **change)
    refused(smart(phone, command, answering(BEN), source), status, http)
    assert contents(data_dir) == before


MESSAGES: dict[str, tuple[bytes, int, int]] = {
    "no recipient": (b"Subject: x\r\n\r\ntext", 119, 400),
    "no address": (b"To: nobody at all\r\n\r\ntext", 116, 400),
    "no header": (b"hello world\r\n\r\ntext", 107, 400),
    "too many": (f"To: {', '.join(f'u{n}@{DOMAIN}' for n in range(501))}\r\n\r\ntext".encode(), 115, 507),
}


@pytest.mark.req("MS-ASCMD_R4853", "MS-ASCMD_R4844", "MS-ASCMD_R4826", "MS-ASCMD_R4842", "MS-ASCMD_R5777")
@pytest.mark.parametrize("version", [Version.V12_1, Version.V16_1])
@pytest.mark.parametrize("command", [Command.SMART_REPLY, Command.SMART_FORWARD])
@pytest.mark.parametrize(("mime", "status", "http"), MESSAGES.values(), ids=MESSAGES)
def test_messages_that_are_wrong(
    server: RunningServer,
    data_dir: Path,
    inboxed: Source,
    command: Command,
    version: Version,
    mime: bytes,
    status: int,
    http: int,
) -> None:
    phone = Phone(server, version)
    phone.folder_sync()
    before = contents(data_dir)
    refused(smart(phone, command, mime, inboxed), status, http)
    assert contents(data_dir) == before


@pytest.mark.req("MS-ASCMD_R724", "MS-ASCMD_R723", "MS-ASCMD_R4956", "MS-ASRM_R223", "MS-ASRM_R372")
@pytest.mark.parametrize("command", [Command.SMART_REPLY, Command.SMART_FORWARD])
@pytest.mark.parametrize(("field", "status"), [("account_id", 166), ("template_id", 168)])
def test_what_is_not_served(
    server: RunningServer, inboxed: Source, command: Command, field: str, status: int
) -> None:
    wanted: dict[str, Any] = {field: "1"}
    answer = smart(Phone(server), command, answering(BEN), inboxed, **wanted)
    assert answer.common_status == status


@pytest.fixture(scope="module")
def data_dir(server: RunningServer) -> Path:
    """Where the server keeps its data."""
    return server.application.services.settings.data_path


@pytest.fixture(scope="module")
def inboxed(server: RunningServer) -> Source:
    """A message that nobody answers with success."""
    return delivered(server, "Never answered")

"""The endpoint's HTTP: log-in, OPTIONS, query forms, versions, compression, headers."""

from __future__ import annotations

import gzip
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from overair.mailboxes.interface import FolderType, Session
from overair.protocol.folder_sync import FolderSyncRequest, FolderSyncResponse
from overair.protocol.http import PATH, Command, Credentials
from overair.server.commands import COMMANDS
from overair.server.offer import COMMANDS as OFFERED
from overair.versions import SERVED, Version
from overair.wbxml import encode
from support.phone import Phone, request_lines, send
from support.server import ANNA, PASSWORD, RunningServer, running_server

HIERARCHY = encode(FolderSyncRequest(sync_key="0").to_element(Version.V16_1))
LOGIN = Credentials(ANNA, PASSWORD.encode()).to_header()


@pytest.mark.req("MS-ASHTTP_R1107", "MS-ASHTTP_R247", "MS-ASHTTP_R244")
@pytest.mark.parametrize("path", [PATH, PATH.lower(), PATH.upper(), PATH + "/"])
def test_options_names_versions_and_commands(server: RunningServer, path: str) -> None:
    answer = send(server, "OPTIONS", path, {"Authorization": LOGIN})
    assert answer.status == 200
    assert answer.headers["ms-asprotocolversions"] == "12.1,14.0,14.1,16.0,16.1"
    assert set(answer.headers["ms-asprotocolcommands"].split(",")) == set(COMMANDS)
    assert answer.headers["content-length"] == "0"
    assert "content-type" not in answer.headers


def test_what_is_offered_is_what_is_served() -> None:
    assert set(OFFERED) == set(COMMANDS)


def test_nine_is_told_of_aspnet(server: RunningServer) -> None:
    headers = {"Authorization": LOGIN, "User-Agent": "Nine/4.9"}
    assert "x-aspnet-version" in send(server, "OPTIONS", PATH, headers).headers
    assert "x-aspnet-version" not in send(server, "OPTIONS", PATH, {"Authorization": LOGIN}).headers


@pytest.mark.req("MS-ASHTTP_R178", "MS-ASHTTP_R523")
@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "Basic",
        "Basic !!!",
        "Bearer abc",
        Credentials(ANNA, b"wrong").to_header(),
        Credentials("nobody@example.org", PASSWORD.encode()).to_header(),
    ],
)
@pytest.mark.parametrize("method", ["OPTIONS", "GET", "POST"])
def test_without_log_in_nothing_is_told(
    server: RunningServer, method: str, authorization: str | None
) -> None:
    answer = send(server, method, PATH, {"Authorization": authorization})
    assert answer.status == 401
    assert answer.headers["www-authenticate"].startswith("Basic realm=")
    assert not any(name.startswith("ms-as") for name in answer.headers)


@pytest.mark.parametrize("login", [ANNA, "anna", "EXAMPLE\\anna", "Anna@Example.ORG"])
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_forms_of_log_in(server: RunningServer, login: str, encoding: str) -> None:
    phone = Phone(server, login=login, password=PASSWORD.encode(encoding))
    assert phone.folder_sync().status == 1


@pytest.mark.req("MS-ASHTTP_R187", "MS-ASHTTP_R443", "MS-ASHTTP_R465")
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PROPFIND"])
def test_other_methods_are_not_implemented(server: RunningServer, method: str) -> None:
    answer = send(server, method, PATH, {"Authorization": LOGIN})
    assert answer.status == 501
    assert answer.headers["allow"] == "OPTIONS, POST"


@pytest.mark.req("MS-ASHTTP_R182")
def test_other_paths_are_not_found(server: RunningServer) -> None:
    assert send(server, "GET", "/", {}).status == 404
    assert send(server, "POST", PATH + "/more", {"Authorization": LOGIN}).status == 404


@pytest.mark.req("MS-ASHTTP_R283", "MS-ASHTTP_R219", "MS-ASHTTP_R212")
@pytest.mark.parametrize("version", SERVED)
@pytest.mark.parametrize("base64", [False, True])
def test_every_version_in_either_form_of_the_query(
    server: RunningServer, version: Version, base64: bool
) -> None:
    phone = Phone(server, version)
    answer = phone.post(Command.FOLDER_SYNC, HIERARCHY, base64=base64)
    assert answer.read(FolderSyncResponse).status == 1
    assert answer.headers["content-type"] == "application/vnd.ms-sync.wbxml"
    assert answer.headers["content-length"]
    assert len(answer.headers["request-id"]) == 16


@pytest.mark.req("MS-ASHTTP_R1104", "MS-ASHTTP_R1202")
def test_a_first_folder_sync_says_what_is_offered(server: RunningServer) -> None:
    phone = Phone(server)
    first = phone.post(Command.FOLDER_SYNC, FolderSyncRequest(sync_key="0"))
    assert first.headers["x-ms-rp"] == first.headers["ms-asprotocolversions"]
    assert first.headers["ms-asprotocolcommands"]
    key = first.read(FolderSyncResponse).sync_key
    assert key is not None
    second = phone.post(Command.FOLDER_SYNC, FolderSyncRequest(sync_key=key))
    assert "x-ms-rp" not in second.headers


@pytest.mark.req("MS-ASHTTP_R197", "MS-ASHTTP_R412", "MS-ASHTTP_R214", "MS-ASHTTP_R215")
def test_answers_are_compressed_where_that_is_wanted_and_worth_it(server: RunningServer) -> None:
    phone = Phone(server)
    create_folders(server, "Letters from somebody", 40)
    plain = phone.post(Command.FOLDER_SYNC, HIERARCHY)
    small = phone.post(Command.FOLDER_SYNC, HIERARCHY, accept_gzip=True)
    assert "content-encoding" not in plain.headers
    assert small.headers["content-encoding"] == "gzip"
    assert int(small.headers["content-length"]) < int(plain.headers["content-length"])
    assert small.read(FolderSyncResponse).changes == plain.read(FolderSyncResponse).changes
    key = small.read(FolderSyncResponse).sync_key
    assert key is not None
    nothing = phone.post(Command.FOLDER_SYNC, FolderSyncRequest(sync_key=key), accept_gzip=True)
    assert "content-encoding" not in nothing.headers


def create_folders(server: RunningServer, name: str, count: int) -> None:
    mailbox = server.application.services.mailbox(server.users[ANNA].account_id)

    async def work(session: Session) -> None:
        for number in range(count):
            await session.create_folder("0", f"{name} {number}", FolderType.USER_MAIL)

    server.call(lambda: mailbox.transact(work))


def test_a_compressed_request_is_read(server: RunningServer) -> None:
    answer = Phone(server).post(
        Command.FOLDER_SYNC, gzip.compress(HIERARCHY), headers={"Content-Encoding": "gzip"}
    )
    assert answer.read(FolderSyncResponse).status == 1


@pytest.mark.parametrize(
    ("body", "encoding", "status"),
    [
        (gzip.compress(bytes(3_000_000)), "gzip", 413),
        (b"not gzip", "gzip", 400),
        (gzip.compress(HIERARCHY)[:-4], "gzip", 400),
        (HIERARCHY, "br", 415),
        (bytes(2_000_000), None, 413),
    ],
    ids=["bomb", "not gzip", "cut gzip", "unknown encoding", "too large"],
)
def test_bodies_that_are_too_large_or_broken(
    tmp_path: Path, body: bytes, encoding: str | None, status: int
) -> None:
    limits: dict[str, Any] = {"limits.request_body": 1_000_000}
    with running_server(tmp_path, {ANNA: "Anna"}, **limits) as server:
        answer = Phone(server).post(Command.FOLDER_SYNC, body, headers={"Content-Encoding": encoding})
        assert answer.status == status


def test_the_user_of_the_query_is_not_who_is_logged_in(server: RunningServer) -> None:
    phone = Phone(server)
    answer = phone.post(Command.FOLDER_SYNC, HIERARCHY, user="ben@example.org")
    assert answer.read(FolderSyncResponse).status == 1


def test_one_log_line_without_secrets(server: RunningServer) -> None:
    phone = Phone(server)
    with capture_logs() as lines:
        phone.folder_sync()
        phone.post(Command.FOLDER_SYNC, b"\x03\x01\x6a\x00\xff")
        requests = request_lines(lines, 2, phone.device_id)
    assert [line["http_status"] for line in requests] == [200, 200]
    good, bad = requests
    assert good["user"] == ANNA
    assert good["command"] == "FolderSync"
    assert good["version"] == "14.1"
    assert good["status"] == 1
    assert good["ms"] >= 0
    assert bad["status"] == 102
    assert bad["reason"]
    assert bad["request_id"] != good["request_id"]
    everything = repr(lines)
    assert PASSWORD not in everything
    assert b64encode(PASSWORD.encode()).decode() not in everything


def test_failed_log_ins_are_held_up(tmp_path: Path) -> None:
    with running_server(tmp_path, {ANNA: "Anna"}) as server:
        statuses = [
            send(server, "OPTIONS", PATH, {"Authorization": Credentials(ANNA, b"%d" % guess).to_header()})
            for guess in range(40)
        ]
        assert statuses[0].status == 401
        held_up = [answer for answer in statuses if answer.status == 503]
        assert held_up
        assert int(held_up[0].headers["retry-after"]) > 0

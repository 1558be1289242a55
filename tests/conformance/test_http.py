"""MS-ASHTTP as a peer sees it: raw requests, and the heads and bodies of their answers."""

from __future__ import annotations

import gzip
import http.client
import re
import socket
from base64 import b64encode
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from overair.mailboxes.interface import FolderType
from overair.protocol.folder_sync import FolderSyncRequest, FolderSyncResponse
from overair.protocol.http import MULTIPART_TYPE, PATH, Command, Credentials
from overair.versions import SERVED, Version
from overair.wbxml import Element, decode, encode
from overair.wbxml.pages import AirSync, AirSyncBase, ItemOperations
from support.mailboxes import deliver, messages_in
from support.phone import Phone, contents, every, letter, request_lines, send
from support.server import ANNA, PASSWORD, RunningServer

HIERARCHY = encode(FolderSyncRequest(sync_key="0").to_element(Version.V16_1))
LOGIN = Credentials(ANNA, PASSWORD.encode()).to_header()
NO_COMMAND = f"User={ANNA}&DeviceId=abc&DeviceType=T"


def raw(server: RunningServer, request: bytes) -> tuple[bytes, dict[bytes, bytes], bytes]:
    """The status line, headers and body of the answer to any bytes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(request)
        received = b""
        while piece := connection.recv(65536):
            received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    status, *lines = head.split(b"\r\n")
    named = (line.partition(b":") for line in lines)
    return status, {name.lower(): value.strip() for name, _, value in named}, body


def lines(*head: str, body: bytes = b"") -> bytes:
    """A request; Host, the log-in and the length of its body are added."""
    added = (
        f"Host: localhost\r\nAuthorization: {LOGIN}\r\nContent-Length: {len(body)}\r\nConnection: close",
    )
    return "\r\n".join((*head, *added)).encode() + b"\r\n\r\n" + body


QUERY = "Cmd=FolderSync&User=anna&DeviceId=raw1&DeviceType=T"
VERSION = "MS-ASProtocolVersion: 14.1"
TYPE = "Content-Type: application/vnd.ms-sync.wbxml"


@pytest.mark.req(
    "MS-ASHTTP_R167",
    "MS-ASHTTP_R172",
    "MS-ASHTTP_R175",
    "MS-ASHTTP_R199",
    "MS-ASHTTP_R201",
    "MS-ASHTTP_R216",
    "MS-ASHTTP_R218",
    "MS-ASHTTP_R219",
    "MS-ASHTTP_R222",
    "MS-ASHTTP_R228",
    "MS-ASHTTP_R229",
    "MS-ASHTTP_R521",
)
def test_the_head_of_an_answer(server: RunningServer) -> None:
    status, headers, body = raw(server, lines(f"POST {PATH}?{QUERY} HTTP/1.1", VERSION, TYPE, body=HIERARCHY))
    assert status == b"HTTP/1.1 200 OK"
    assert headers[b"content-type"] == b"application/vnd.ms-sync.wbxml"
    assert int(headers[b"content-length"]) == len(body)
    assert re.fullmatch(rb"\d+\.\d+", headers[b"ms-server-activesync"])
    assert headers[b"cache-control"] == b"private"
    assert re.fullmatch(rb"[0-9a-f]{16}", headers[b"request-id"])
    assert b"content-encoding" not in headers
    assert b"set-cookie" not in headers
    assert decode(body).tag.name == "FolderSync"


@pytest.mark.req(
    "MS-ASHTTP_R1107",
    "MS-ASHTTP_R238",
    "MS-ASHTTP_R239",
    "MS-ASHTTP_R241",
    "MS-ASHTTP_R249",
    "MS-ASHTTP_R459",
    "MS-ASHTTP_R460",
    "MS-ASHTTP_R461",
    "MS-ASHTTP_R1201",
    "MS-ASHTTP_R12011",
)
@pytest.mark.parametrize(
    "head",
    [
        (f"OPTIONS {PATH} HTTP/1.1",),
        (f"OPTIONS {PATH}?{NO_COMMAND} HTTP/1.1",),
        (f"OPTIONS {PATH} HTTP/1.1", VERSION, TYPE, "X-MS-PolicyKey: 17"),
        (f"OPTIONS {PATH} HTTP/1.1", "MS-ASProtocolVersion: 99.9"),
        (f"OPTIONS http://localhost{PATH} HTTP/1.1",),
        (f"OPTIONS {PATH} HTTP/1.0",),
    ],
)
def test_options(server: RunningServer, data_dir: Path, head: tuple[str, ...]) -> None:
    before = contents(data_dir)
    status, headers, body = raw(server, lines(*head))
    assert status.endswith(b"200 OK")
    assert headers[b"ms-asprotocolversions"] == b"12.1,14.0,14.1,16.0,16.1"
    assert b"FolderSync" in headers[b"ms-asprotocolcommands"].split(b",")
    assert headers[b"content-length"] == b"0"
    assert body == b""
    assert contents(data_dir) == before


@pytest.mark.req("MS-ASHTTP_R178", "MS-ASHTTP_R2371")
def test_options_wants_a_log_in(server: RunningServer) -> None:
    answer = send(server, "OPTIONS", PATH, {})
    assert answer.status == 401
    assert answer.headers["www-authenticate"].startswith("Basic ")
    assert "ms-asprotocolversions" not in answer.headers


@pytest.mark.req("MS-ASHTTP_R187", "MS-ASHTTP_R443", "MS-ASHTTP_R465")
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "TRACE", "SEARCH", "PROPFIND"])
def test_methods_that_are_not_implemented(server: RunningServer, data_dir: Path, method: str) -> None:
    before = contents(data_dir)
    with capture_logs() as logged:
        request = lines(f"{method} {PATH}?{QUERY} HTTP/1.1", VERSION, TYPE)
        status, headers, body = raw(server, request)
        (line,) = request_lines(logged, 1)
    assert status == b"HTTP/1.1 501 Not Implemented"
    assert headers[b"allow"] == b"OPTIONS, POST"
    assert not body if method == "HEAD" else body
    assert method in str(line["reason"])
    assert contents(data_dir) == before


@pytest.mark.req("MS-ASHTTP_R176", "MS-ASHTTP_R188")
@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (f"POST {PATH}?{'a' * 9000} HTTP/1.1", b"414"),
        (f"POST {PATH}?{QUERY}&{'a=1&' * 2040} HTTP/1.1", b"414"),
        (f"POST {PATH}?{QUERY} HTTP/1.1\r\nX-Long: {'a' * 40_000}", b"431"),
        (f"POST {PATH}?{QUERY} HTTP/1.1\r\n" + "\r\n".join(f"X-{n}: 1" for n in range(101)), b"431"),
        (f"POST {PATH}?{QUERY} HTTP/1.1\r\nTransfer-Encoding: chunked", b"400"),
        (f"POST {PATH}?{QUERY} HTTP/1.1\r\nContent-Length: 5", b"400"),
        (f"POST {PATH}?{QUERY} HTTP/1.1\r\n continued", b"400"),
        (f"POST {PATH}?{QUERY} HTTP/1.1\r\nNo colon", b"400"),
        (f"POST {PATH}?{QUERY} HTTP/9.9", b"400"),
    ],
)
def test_malformed_heads(server: RunningServer, data_dir: Path, request_line: str, status: bytes) -> None:
    before = contents(data_dir)
    with capture_logs() as logged:
        answer, _, _ = raw(server, lines(request_line, VERSION, TYPE, body=HIERARCHY))
        assert answer.split()[1] == status
    assert logged
    assert contents(data_dir) == before


@pytest.mark.req("MS-ASHTTP_R438", "MS-ASHTTP_R143")
@pytest.mark.parametrize(
    "content_type",
    [
        "application/vnd.ms-sync",
        "application/vnd.ms-sync.wbxml; charset=utf-8",
        "Application/VND.MS-Sync.WBXML",
        " application/vnd.ms-sync.wbxml ",
    ],
)
def test_content_types_of_wbxml(server: RunningServer, content_type: str) -> None:
    answer = Phone(server).post(Command.FOLDER_SYNC, HIERARCHY, headers={"Content-Type": content_type})
    assert answer.read(FolderSyncResponse).status == 1
    assert answer.headers["content-type"] == "application/vnd.ms-sync.wbxml"


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Cookie", 'X-BackEndCookie=abc; other="q"; junk'),
        ("Accept-Language", "de-DE, en;q=0.5"),
        ("Accept-Language", "*;;q=x"),
        ("Accept-Encoding", "br;q=1, gzip;q=0, ,"),
        ("MS-ASAcceptMultiPart", "T"),
        ("MS-ASAcceptMultiPart", "maybe"),
        ("X-MS-PolicyKey", ""),
        ("X-MS-PolicyKey", "4294967295"),
        ("Expect", "100-continue"),
        ("X-Unknown", "ü".encode("latin-1").decode("latin-1")),
    ],
)
def test_headers_that_change_nothing_of_a_folder_sync(server: RunningServer, header: str, value: str) -> None:
    answer = Phone(server).post(Command.FOLDER_SYNC, HIERARCHY, headers={header: value})
    assert answer.read(FolderSyncResponse).status == 1
    assert "content-encoding" not in answer.headers
    assert answer.headers["content-type"] == "application/vnd.ms-sync.wbxml"


@pytest.mark.req("MS-ASHTTP_R404", "MS-ASHTTP_R176", "MS-ASHTTP_R188")
@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("MS-ASProtocolVersion", ""),
        ("MS-ASProtocolVersion", "14"),
        ("MS-ASProtocolVersion", "141"),
        ("MS-ASProtocolVersion", "16.2"),
        ("MS-ASProtocolVersion", "2.5"),
        ("MS-ASProtocolVersion", "12.0"),
        ("MS-ASProtocolVersion", "14.1, 16.1"),
        ("X-MS-PolicyKey", "-1"),
        ("X-MS-PolicyKey", "4294967296"),
        ("X-MS-PolicyKey", "0x11"),
    ],
)
def test_values_of_headers_that_are_wrong(
    server: RunningServer, data_dir: Path, header: str, value: str
) -> None:
    before = contents(data_dir)
    with capture_logs() as logged:
        answer = Phone(server).post(Command.FOLDER_SYNC, HIERARCHY, headers={header: value})
        (line,) = request_lines(logged, 1)
    assert answer.status == 400
    assert line["reason"]
    assert contents(data_dir) == before


@pytest.mark.req("MS-ASHTTP_R178", "MS-ASHTTP_R523")
@pytest.mark.parametrize(
    "authorization",
    [
        "Basic " + b64encode(b"anna@example.org").decode(),
        "Basic " + b64encode(b":" + PASSWORD.encode()).decode(),
        "Basic " + b64encode(b"anna@example.org:").decode(),
        "Basic " + b64encode(b"anna\x00@example.org:x").decode(),
        "Basic " + b64encode(b"anna@example.org:" + b"x" * 5000).decode(),
        "Digest username=anna",
        "Negotiate TlRMTVNTUAAB",
    ],
)
def test_log_ins_that_are_none(server: RunningServer, data_dir: Path, authorization: str) -> None:
    before = contents(data_dir)
    headers = {"Authorization": authorization}
    answer = Phone(server).post(Command.FOLDER_SYNC, HIERARCHY, headers=headers)
    assert answer.status == 401
    assert "www-authenticate" in answer.headers
    assert contents(data_dir) == before


@pytest.mark.req("MS-ASHTTP_R154", "MS-ASHTTP_R155", "MS-ASHTTP_R440", "MS-ASHTTP_R94", "MS-ASHTTP_R95")
@pytest.mark.parametrize("version", SERVED)
@pytest.mark.parametrize("base64", [False, True])
@pytest.mark.parametrize("wanted", [False, True])
def test_multipart_is_asked_for_in_the_header_or_in_the_options(
    server: RunningServer, version: Version, base64: bool, wanted: bool
) -> None:
    phone = Phone(server, version)
    folder, item = deliver(server, letter("In parts", body="Hello in parts"))
    preference = Element(AirSyncBase.BodyPreference, [Element(AirSyncBase.Type, "1")])
    fetch = [
        Element(ItemOperations.Store, "Mailbox"),
        Element(AirSync.CollectionId, folder),
        Element(AirSync.ServerId, item),
        Element(ItemOperations.Options, [preference]),
    ]
    body = encode(Element(ItemOperations.ItemOperations, [Element(ItemOperations.Fetch, fetch)]))
    answer = phone.post(Command.ITEM_OPERATIONS, body, base64=base64, accept_multipart=wanted)
    assert (answer.headers["content-type"] == MULTIPART_TYPE) is wanted
    tags = {node.tag for node in every(answer.tree)}
    assert (ItemOperations.Part in tags) is wanted
    if wanted:
        assert answer.parts == [b"Hello in parts\r\n"] or b"Hello in parts" in answer.parts[0]
    else:
        assert AirSyncBase.Data in tags


@pytest.mark.req("MS-ASHTTP_R197", "MS-ASHTTP_R214")
def test_a_multipart_answer_is_compressed_as_a_whole(server: RunningServer) -> None:
    phone = Phone(server)
    folder, item = deliver(server, letter("In parts", body="Hello in parts\r\n" * 200))
    fetch = [
        Element(ItemOperations.Store, "Mailbox"),
        Element(AirSync.CollectionId, folder),
        Element(AirSync.ServerId, item),
    ]
    body = encode(Element(ItemOperations.ItemOperations, [Element(ItemOperations.Fetch, fetch)]))
    plain = phone.post(Command.ITEM_OPERATIONS, body, accept_multipart=True)
    small = phone.post(Command.ITEM_OPERATIONS, body, accept_multipart=True, accept_gzip=True)
    assert small.headers["content-encoding"] == "gzip"
    assert small.body == plain.body


@pytest.mark.req("MS-ASHTTP_R38", "MS-ASHTTP_R162", "MS-ASHTTP_R409", "MS-ASHTTP_R176")
@pytest.mark.parametrize(
    ("query", "status"),
    [
        (bytes((141, 9, 9, 4, 1)) + b"x" + b"\0" + b"\1T", 200),
        (bytes((141, 9, 9, 4, 1)) + b"x" + b"\4\1\0\0\0" + b"\1T", 200),
        (bytes((99, 9, 9, 4, 1)) + b"x" + b"\0" + b"\1T", 400),
        (bytes((141, 99, 9, 4, 1)) + b"x" + b"\0" + b"\1T", 501),
        (bytes((141, 9, 9, 4, 1)) + b"x" + b"\2\1\0" + b"\1T", 400),
        (bytes((141, 9, 9, 4, 9)) + b"x", 400),
        (bytes((141, 9, 9, 4, 1)) + b"x" + b"\0" + b"\1T" + b"\x07\x02\x00\x00", 400),
        (bytes((141, 9)), 400),
        (b"", 400),
    ],
)
def test_base64_queries(server: RunningServer, query: bytes, status: int) -> None:
    encoded = b64encode(query).decode()
    headers = {"Authorization": LOGIN, "Content-Type": "application/vnd.ms-sync.wbxml"}
    answer = send(server, "POST", f"{PATH}?{encoded}", headers, HIERARCHY)
    assert answer.status == status


def test_a_body_in_chunks_and_one_in_gzip(server: RunningServer) -> None:
    connection = http.client.HTTPConnection("localhost", server.port, timeout=20)
    headers = {
        "Authorization": LOGIN,
        "Content-Type": "application/vnd.ms-sync.wbxml",
        "MS-ASProtocolVersion": "16.1",
    }
    for body, more in ((HIERARCHY, {}), (gzip.compress(HIERARCHY), {"Content-Encoding": "gzip"})):
        pieces = iter([body[:3], body[3:]])
        connection.request("POST", f"{PATH}?{QUERY}", pieces, {**headers, **more}, encode_chunked=True)
        answer = connection.getresponse()
        assert answer.status == 200
        assert FolderSyncResponse.from_element(decode(answer.read()), Version.V16_1).status == 1
    connection.close()


@pytest.mark.req("MS-ASHTTP_R92", "MS-ASHTTP_R121", "MS-ASHTTP_R122", "MS-ASHTTP_R437", "MS-ASHTTP_R533")
@pytest.mark.parametrize("base64", [False, True])
@pytest.mark.parametrize("wanted", [False, True])
def test_save_in_sent_is_a_parameter_up_to_12_1(server: RunningServer, base64: bool, wanted: bool) -> None:
    phone = Phone(server, Version.V12_1)
    subject = f"Saved {base64} {wanted}"
    message = letter(subject, From=ANNA).as_bytes()
    answer = phone.post(
        Command.SEND_MAIL, message, base64=base64, save_in_sent=wanted, content_type="message/rfc822"
    )
    assert (answer.status, answer.body) == (200, b"")
    sent = [mime for mime in messages_in(server, ANNA, FolderType.SENT_ITEMS) if subject.encode() in mime]
    assert len(sent) == wanted

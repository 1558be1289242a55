"""Queries and headers of requests (MS-ASHTTP 2.2.1)."""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from overair.protocol.http import (
    CODE_OF_COMMAND,
    COMMAND_CODES,
    BadRequest,
    Command,
    Credentials,
    Request,
    command_in_version,
    parse_authorization,
    read_request,
)
from overair.protocol.http.query import TEXT_PARAMETERS
from overair.versions import Version
from support.shared import needs_shared, shared

PLAIN = b"Cmd=Sync&User=rmjones&DeviceId=v140Device&DeviceType=SmartPhone"
BASE64 = b"jAAJBAp2MTQwRGV2aWNlAApTbWFydFBob25l"
VERSION = (b"MS-ASProtocolVersion", b"14.0")


def base64_query(*fields: bytes) -> bytes:
    return quote(b64encode(b"".join(fields))).encode()


HEAD = b"\x8c\x00\x09\x04\x03abc\x00\x02SP"
"""The bytes of a query without parameters: 14.0, Sync, en-us, device abc, no policy key, type SP."""


@pytest.mark.req("MS-ASHTTP_R98", "MS-ASHTTP_R404", "MS-ASHTTP_R509")
def test_plain_query() -> None:
    request = read_request(PLAIN, [VERSION])
    assert request.command is Command.SYNC
    assert request.user == "rmjones"
    assert request.device_id == "v140Device"
    assert request.device_type == "SmartPhone"
    assert request.version is Version.V14_0
    assert request.policy_key is None
    assert not request.is_base64


@pytest.mark.req(
    *(f"MS-ASHTTP_R{number}" for number in (2, 22, 23, 29, 31, 33, 34, 36, 37, 39, 41, 42, 43, 45, 58, 403))
)
def test_base64_query_of_the_specification() -> None:
    request = read_request(BASE64, [])
    assert request.command is Command.SYNC
    assert request.device_id == "v140Device"
    assert request.device_type == "SmartPhone"
    assert request.version is Version.V14_0
    assert request.locale == 0x0409
    assert request.policy_key is None
    assert request.is_base64


def test_plain_query_in_any_order_and_case() -> None:
    query = b"devicetype=iPhone&DEVICEID=Appl1&CMD=foldersync&uSer=a%40b.example&unknown=1&Nonsense"
    request = read_request(query, [(b"ms-asprotocolversion", b" 16.1 ")])
    assert request.command is Command.FOLDER_SYNC
    assert request.user == "a@b.example"
    assert request.version is Version.V16_1


@pytest.mark.parametrize(
    ("encoded", "user"),
    [
        (b"CORP%5Canna", "CORP\\anna"),
        (b"anna+eas@example.org", "anna+eas@example.org"),
        (b"J%C3%BCrgen", "Jürgen"),
        (b"J%FCrgen", "Jürgen"),
        (b"a=b", "a=b"),
        (b"100%", "100%"),
    ],
)
def test_user_names(encoded: bytes, user: str) -> None:
    assert read_request(PLAIN.replace(b"rmjones", encoded), [VERSION]).user == user


@pytest.mark.req(
    *(f"MS-ASHTTP_R{number}" for number in (81, 82, 83, 84, 86, 115, 116, 117, 118, 119, 121, 122, 437, 510))
)
def test_parameters_of_commands() -> None:
    query = (
        PLAIN + b"&AttachmentName=5%3A1%3A2&CollectionId=5&ItemId=5:1&LongId=L1&Occurrence=2026&SaveInSent=T"
    )
    plain = read_request(query, [VERSION])
    fields = b"\x00\x055:1:2\x01\x015\x03\x035:1\x04\x02L1\x06\x042026\x08\x07rmjones\x07\x01\x01"
    encoded = read_request(base64_query(HEAD, fields), [])
    for request in (plain, encoded):
        assert request.attachment_name == "5:1:2"
        assert request.collection_id == "5"
        assert request.item_id == "5:1"
        assert request.long_id == "L1"
        assert request.occurrence == "2026"
        assert request.user == "rmjones"
        assert request.save_in_sent
        assert not request.accept_multipart
    assert not read_request(PLAIN, [VERSION]).save_in_sent
    assert not read_request(PLAIN + b"&SaveInSent=F", [VERSION]).save_in_sent


@pytest.mark.req("MS-ASHTTP_R85", "MS-ASHTTP_R92", "MS-ASHTTP_R94", "MS-ASHTTP_R486")
@pytest.mark.parametrize("options", range(4))
def test_options_bits(options: int) -> None:
    request = read_request(base64_query(HEAD, b"\x07\x01", bytes([options])), [])
    assert request.save_in_sent == bool(options & 1)
    assert request.accept_multipart == bool(options & 2)


@pytest.mark.req("MS-ASHTTP_R154", "MS-ASHTTP_R155", "MS-ASHTTP_R440")
@pytest.mark.parametrize(("value", "wanted"), [(b"T", True), (b"F", False), (None, False)])
def test_accept_multipart_header(value: bytes | None, wanted: bool) -> None:
    headers = [VERSION] + ([] if value is None else [(b"MS-ASAcceptMultiPart", value)])
    assert read_request(PLAIN, headers).accept_multipart is wanted


@pytest.mark.req("MS-ASHTTP_R38", "MS-ASHTTP_R40", "MS-ASHTTP_R159", "MS-ASHTTP_R162", "MS-ASHTTP_R409")
def test_the_fields_of_a_base64_query_count_and_not_the_headers() -> None:
    headers = [(b"MS-ASProtocolVersion", b"12.1"), (b"X-MS-PolicyKey", b"7")]
    query = base64_query(b"\x8d\x00\x00\x00\x03abc\x04\x2a\x01\x00\x00\x02SP")
    request = read_request(query, headers)
    assert request.version is Version.V14_1
    assert request.policy_key == 298
    assert read_request(base64_query(HEAD), headers).policy_key is None
    plain = read_request(PLAIN, headers)
    assert plain.version is Version.V12_1
    assert plain.policy_key == 7


def test_device_id_that_is_a_guid() -> None:
    guid = bytes(range(240, 256))
    request = read_request(base64_query(b"\x8c\x00\x00\x00\x10", guid, b"\x00\x02SP"), [])
    assert request.device_id == guid.hex().upper()
    letters = b"ABCDEFGHIJKLMNOP"
    assert (
        read_request(base64_query(b"\x8c\x00\x00\x00\x10", letters, b"\x00\x02SP"), []).device_id
        == letters.decode()
    )


def test_base64_that_is_percent_encoded_or_not_padded() -> None:
    data = b64encode(HEAD + b"\x01\x03\xff?>".replace(b"\xff", b"~"))
    assert data.endswith(b"=") or len(HEAD) % 3 == 0
    for query in (data, data.rstrip(b"="), quote(data, safe="").encode()):
        assert read_request(query, []).collection_id == "~?>"


def test_unknown_tags_are_passed_over() -> None:
    assert read_request(base64_query(HEAD, b"\x05\x02ab\x09\x00\x01\x015"), []).collection_id == "5"


BAD = [
    (b"", [VERSION], 400, "no query"),
    (PLAIN, [], 400, "no MS-ASProtocolVersion"),
    (PLAIN, [(b"MS-ASProtocolVersion", b"14.2")], 400, "unknown protocol version"),
    (PLAIN, [(b"MS-ASProtocolVersion", b"\xff")], 400, "unknown protocol version"),
    (PLAIN, [VERSION, (b"MS-ASProtocolVersion", b"16.1")], 400, "stands twice"),
    (PLAIN, [VERSION, (b"X-MS-PolicyKey", b"-1")], 400, "policy key"),
    (PLAIN, [VERSION, (b"X-MS-PolicyKey", b"4294967296")], 400, "policy key"),
    (PLAIN.replace(b"Cmd=Sync&", b""), [VERSION], 400, "no Cmd"),
    (PLAIN.replace(b"Cmd=Sync", b"Cmd=Dance"), [VERSION], 501, "no command 'Dance'"),
    (PLAIN.replace(b"User=rmjones&", b""), [VERSION], 400, "no User"),
    (PLAIN.replace(b"rmjones", b"rm%00jones"), [VERSION], 400, "control characters"),
    (PLAIN + b"&DeviceId=other", [VERSION], 400, "stands twice"),
    (PLAIN + b"&ItemId=" + b"a" * 9000, [VERSION], 414, "the limit is"),
    (b"jAAJBAp2MTQwRGV2aWNl*", [], 400, "neither plain text nor base64"),
    (b"Sync", [VERSION], 400, "protocol version"),
    (base64_query(b"\x8c\x00\x09"), [], 400, "ends inside the locale"),
    (base64_query(b"\x8c\x00\x09\x04\x20abc"), [], 400, "ends inside the device id"),
    (base64_query(b"\x8c\x00\x09\x04\x03abc\x03\0\0\0\x02SP"), [], 400, "3 bytes, not 0 or 4"),
    (base64_query(b"\x8c\x00\x09\x04\x03abc\x04\0\0\0"), [], 400, "ends inside the policy key"),
    (base64_query(b"\x8c\x17\x09\x04\x03abc\x00\x02S"), [], 400, "ends inside the device type"),
    (base64_query(b"\x8c\x63\x09\x04\x03abc\x00\x02SP"), [], 501, "no command code 99"),
    (base64_query(b"\x8f\x00\x09\x04\x03abc\x00\x02SP"), [], 400, "no protocol version 143"),
    (base64_query(HEAD, b"\x01"), [], 400, "ends inside the length"),
    (base64_query(HEAD, b"\x01\x05a"), [], 400, "ends inside the parameter"),
    (base64_query(HEAD, b"\x07\x02\x01\x01"), [], 400, "Options has 2 bytes"),
    (base64_query(HEAD, b"\x01\x01\x00"), [], 400, "control characters"),
]


@pytest.mark.parametrize(("query", "headers", "status", "reason"), BAD, ids=[row[3] for row in BAD])
@pytest.mark.req("MS-ASHTTP_R38", "MS-ASHTTP_R188", "MS-ASHTTP_R404")
def test_bad_requests(query: bytes, headers: list[tuple[bytes, bytes]], status: int, reason: str) -> None:
    with pytest.raises(BadRequest) as refusal:
        read_request(query, headers)
    assert refusal.value.http_status == status
    assert reason in refusal.value.reason
    assert refusal.value.status is None


@pytest.mark.req("MS-ASHTTP_R32", "MS-ASHTTP_R98", "MS-ASCMD_R4828", "MS-ASCMD_R4830")
@pytest.mark.parametrize(
    ("query", "status"),
    [
        (PLAIN.replace(b"v140Device", b""), 108),
        (PLAIN.replace(b"v140Device", b"a" * 33), 108),
        (PLAIN.replace(b"v140Device", b"a,b"), 108),
        (PLAIN.replace(b"v140Device", b"%C3%A4"), 108),
        (PLAIN.replace(b"&DeviceId=v140Device", b""), 108),
        (PLAIN.replace(b"SmartPhone", b""), 109),
        (PLAIN.replace(b"&DeviceType=SmartPhone", b""), 109),
        (base64_query(b"\x8c\x00\x09\x04\x00\x00\x02SP"), 108),
        (base64_query(b"\x8c\x00\x09\x04\x21" + b"a" * 33 + b"\x00\x02SP"), 108),
        (base64_query(b"\x8c\x00\x09\x04\x03abc\x00\x00"), 109),
    ],
)
def test_devices_that_are_refused(query: bytes, status: int) -> None:
    with pytest.raises(BadRequest) as refusal:
        read_request(query, [VERSION])
    assert refusal.value.http_status == 400
    assert (refusal.value.status, refusal.value.command, refusal.value.version) == (
        status,
        Command.SYNC,
        Version.V14_0,
    )


def test_headers() -> None:
    headers = [
        VERSION,
        (b"content-type", b"Application/VND.ms-sync; charset=utf-8"),
        (b"user-agent", b"Apple-iPhone\x07/1.0"),
        (b"accept-language", b"de-DE"),
        (b"accept-encoding", b"deflate"),
        (b"accept-encoding", b"gzip"),
        (b"cookie", b"a=b"),
        (b"authorization", b"Basic " + b64encode(b"anna:secret")),
    ]
    request = read_request(PLAIN, headers, b"\x03\x01\x6a\x00")
    assert request.has_wbxml
    assert request.content_type == "application/vnd.ms-sync"
    assert request.user_agent == "Apple-iPhone/1.0"
    assert request.accept_language == "de-DE"
    assert request.accept_gzip
    assert request.cookie == "a=b"
    assert request.credentials == Credentials("anna", b"secret")
    assert request.body == b"\x03\x01\x6a\x00"


def test_nothing_secret_is_in_the_representation() -> None:
    request = Request(
        command=Command.SYNC,
        device_id="d",
        device_type="t",
        version=Version.V14_0,
        credentials=Credentials("anna", b"secret"),
        body=b"secret",
    )
    assert "secret" not in repr(request)
    assert "secret" not in repr(request.credentials)


@pytest.mark.req("MS-ASHTTP_R128")
@pytest.mark.parametrize(
    ("decoded", "login", "password"),
    [
        (b"fakeuser:x$pIAK9@p9!", "fakeuser", b"x$pIAK9@p9!"),
        (b"CORP\\anna:a:b", "CORP\\anna", b"a:b"),
        (b"anna@example.org:", "anna@example.org", b""),
        ("jürgen:päss".encode(), "jürgen", "päss".encode()),
        ("jürgen:päss".encode("latin-1"), "jürgen", "päss".encode("latin-1")),
    ],
)
def test_basic_credentials(decoded: bytes, login: str, password: bytes) -> None:
    assert parse_authorization(b"Basic " + b64encode(decoded)) == Credentials(login, password)
    assert parse_authorization(b"basic   " + b64encode(decoded)) == Credentials(login, password)
    utf_8 = Credentials(login, password)
    assert parse_authorization(utf_8.to_header().encode()) == utf_8


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"",
        b"Basic",
        b"Basic !!!",
        b"Bearer abc",
        b"Basic " + b64encode(b"anna"),
        b"Basic " + b64encode(b":secret"),
        b"Basic " + b64encode(b"an\0na:secret"),
        b"Basic " + b64encode(b"a" * 5000 + b":secret"),
    ],
)
def test_what_is_no_credentials(value: bytes | None) -> None:
    assert parse_authorization(value) is None


texts = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=40)
requests = st.builds(
    Request,
    command=st.sampled_from(Command),
    user=texts,
    device_id=st.text("abcXYZ0189", min_size=1, max_size=32),
    device_type=texts,
    version=st.sampled_from(Version),
    policy_key=st.none() | st.integers(0, 0xFFFF_FFFF),
    attachment_name=st.none() | texts,
    collection_id=st.none() | texts,
    item_id=st.none() | texts,
    long_id=st.none() | texts,
    occurrence=st.none() | texts,
    save_in_sent=st.booleans(),
    accept_multipart=st.booleans(),
    accept_gzip=st.booleans(),
    accept_language=st.sampled_from(["", "en-us"]),
    user_agent=st.sampled_from(["", "Overair/1"]),
    credentials=st.none()
    | st.builds(Credentials, st.sampled_from(["anna", "CORP\\anna", "ä@b"]), st.binary(max_size=20)),
)


@given(requests, st.booleans())
def test_what_a_client_sends_is_read(request: Request, base64: bool) -> None:
    assume(request.command in CODE_OF_COMMAND or not base64)
    headers = [
        (name.encode(), value.encode("latin-1")) for name, value in request.to_headers(base64=base64).items()
    ]
    read = read_request(request.to_query(base64=base64).encode("ascii"), headers)
    for field in Request.__struct_fields__:
        if field not in ("locale", "is_base64"):
            assert getattr(read, field) == getattr(request, field), field
    assert read.is_base64 is base64


@given(
    st.binary(max_size=80),
    st.lists(
        st.tuples(st.sampled_from([b"MS-ASProtocolVersion", b"X-MS-PolicyKey"]), st.binary(max_size=10))
    ),
)
def test_any_query_is_a_request_or_refused(query: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    for raw in (query, base64_query(query), base64_query(HEAD, query), PLAIN + query):
        try:
            request: Request | None = read_request(raw, headers)
        except BadRequest as error:
            request = None
            assert_reason(error)
        assert request is None or 1 <= len(request.device_id) <= 32


def assert_reason(error: BadRequest) -> None:
    assert error.reason
    assert error.http_status in (400, 414, 501)


@needs_shared
@pytest.mark.req(
    *(f"MS-ASHTTP_R{number}" for number in (*range(58, 68), *range(69, 79)) if number not in (60, 61))
)
def test_command_codes_of_the_specification() -> None:
    import re

    text = shared("spec/MS-ASHTTP.md").read_text(encoding="utf-8")
    stated = {
        int(code): name for name, code in re.findall(r"numeric code of command\] (\w+) \[is\] (\d+)", text)
    }
    assert len(stated) == 18
    stated[17] = "Settings"  # MS-ASHTTP_R73 writes "Setting"
    assert {code: name.value for code, name in COMMAND_CODES.items() if code in stated} == stated
    tags = dict(re.findall(r"\[Tag value of\] (\d) \[corresponds to parameter name\] (\w+)", text))
    assert {name: tag for name, (_, tag) in TEXT_PARAMETERS.items()} | {"Options": 7} == {
        name: int(tag) for tag, name in tags.items()
    }


@needs_shared
def test_versions_of_commands() -> None:
    import re

    text = shared("spec/MS-ASCMD.md").read_text(encoding="utf-8")
    pattern = r"Protocol version ([\d.]+) (supports|does not support) this \[(\w+)\] command"
    commands = {command.value: command for command in Command}
    stated = 0
    for version, verb, name in re.findall(pattern, text):
        # MS-ASCMD_R6019100601 says 16.0 for 16.1; the repetition does no harm.
        if name in commands:
            stated += 1
            assert command_in_version(commands[name], Version.parse(version)) is (verb == "supports"), (
                name,
                version,
            )
    assert stated > 80

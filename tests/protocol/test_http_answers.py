"""Statuses, headers and compression of answers (MS-ASHTTP 2.2.2)."""

from __future__ import annotations

import gzip
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overair.protocol.http import (
    MEANINGS,
    Command,
    DecompressionError,
    HttpStatus,
    accepts_gzip,
    answer_headers,
    compress,
    decompress,
    http_status_for,
    offer_headers,
    resynchronize_headers,
)
from overair.versions import SERVED, Version
from support.shared import needs_shared, shared


@needs_shared
def test_statuses_up_to_12_1_of_the_specification() -> None:
    text = shared("spec/MS-ASCMD.md").read_text(encoding="utf-8")
    pattern = r"an HTTP (\d{3}) response.*? (?:is|are) returned instead of this status value.{0,3}\[(\d{3})\]"
    stated = {int(status): int(code) for code, status in re.findall(pattern, text)}
    assert len(stated) > 12
    for status, code in stated.items():
        if status not in (106, 132, 138, 140):  # told apart by command, version and policy key, see below
            assert http_status_for(status, Command.SYNC, Version.V12_1) == code, status


@pytest.mark.req(*(f"MS-ASCMD_R{number}" for number in (7461, 7462, *range(7545, 7568))))
def test_statuses_that_depend() -> None:
    assert http_status_for(106, Command.SYNC, Version.V12_1) == 400
    assert http_status_for(106, Command.SEND_MAIL, Version.V12_1) == 500
    assert http_status_for(132, Command.SYNC, Version.V12_1) == 403
    assert http_status_for(132, Command.PROVISION, Version.V12_1) == 500
    assert http_status_for(138, Command.SYNC, Version.V12_1) == 400
    assert http_status_for(140, Command.SYNC, Version.V12_1) == 449
    assert http_status_for(140, Command.SYNC, Version.V12_1, has_policy_key=False) == 403
    assert http_status_for(142, Command.SYNC, Version.V12_1, has_policy_key=False) == 449
    for status in [*range(101, 157), *range(160, 178)]:
        code = http_status_for(status, Command.SYNC, Version.V12_1)
        assert code is not None
        assert 400 <= code <= 599
        assert HttpStatus(code) in MEANINGS
        assert http_status_for(status, Command.SYNC, Version.V14_0) is None
    assert http_status_for(1, Command.SYNC, Version.V12_1) is None


@needs_shared
def test_every_status_of_the_specification_has_a_meaning() -> None:
    text = shared("spec/MS-ASHTTP.md").read_text(encoding="utf-8")
    stated = {int(code) for code in re.findall(r"\[Status code\] (\d{3}) ", text)}
    assert len(stated) > 10
    assert stated <= set(MEANINGS) == {int(status) for status in HttpStatus}


@pytest.mark.req("MS-ASHTTP_R1104", "MS-ASHTTP_R1107", "MS-ASHTTP_R249")
def test_offers() -> None:
    commands = [Command.SYNC, Command.PING]
    assert offer_headers(commands, SERVED) == [
        ("MS-ASProtocolVersions", "12.1,14.0,14.1,16.0,16.1"),
        ("MS-ASProtocolCommands", "Sync,Ping"),
    ]
    assert resynchronize_headers(commands, SERVED)[0] == ("X-MS-RP", "12.1,14.0,14.1,16.0,16.1")
    assert resynchronize_headers(commands, SERVED)[1:] == offer_headers(commands, SERVED)


@pytest.mark.req("MS-ASHTTP_R197", "MS-ASHTTP_R199", "MS-ASHTTP_R212", "MS-ASHTTP_R215", "MS-ASHTTP_R219")
def test_headers_of_answers() -> None:
    wbxml = "application/vnd.ms-sync.wbxml"
    assert dict(answer_headers(5, wbxml, "16.1", gzipped=True)) == {
        "Cache-Control": "private",
        "MS-Server-ActiveSync": "16.1",
        "Content-Length": "5",
        "Content-Type": wbxml,
        "Content-Encoding": "gzip",
    }
    empty = dict(answer_headers(0, wbxml, "16.1"))
    assert empty["Content-Length"] == "0"
    assert "Content-Type" not in empty
    assert "Content-Encoding" not in empty


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        (b"", False),
        (b"gzip", True),
        (b"gzip, deflate", True),
        (b"deflate;q=0.5 , GZIP ; q=0.1", True),
        (b"gzip;q=0", False),
        (b"gzip;q=0.000, *", False),
        (b"*", True),
        (b"*;q=0", False),
        (b"identity", False),
        (b"x-gzip", True),
        (b"gzip;q=nonsense", False),
        (b"gzipped", False),
    ],
)
def test_accept_encoding(header: bytes, accepted: bool) -> None:
    assert accepts_gzip(header) is accepted


@given(st.binary(max_size=2000))
def test_compression_round_trips(body: bytes) -> None:
    assert decompress(compress(body), len(body)) == body
    assert gzip.decompress(compress(body)) == body


def test_a_bomb_is_stopped_at_the_limit() -> None:
    bomb = compress(bytes(50_000_000))
    with pytest.raises(DecompressionError, match="more than 1000 bytes") as refusal:
        decompress(bomb, 1000)
    assert refusal.value.too_large


@pytest.mark.parametrize(
    "body", [b"", b"plain", compress(b"abc")[:-3], compress(b"abc") + b"x", compress(b"a") * 2]
)
def test_what_is_not_gzip_is_refused(body: bytes) -> None:
    with pytest.raises(DecompressionError) as refusal:
        decompress(body, 1000)
    assert not refusal.value.too_large

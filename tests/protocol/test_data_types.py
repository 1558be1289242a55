"""The data types of MS-ASDTYPE."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from enum import IntEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overair.protocol.data_types import (
    BASE64,
    BOOLEAN,
    COMPACT_DATE_TIME,
    DATE_TIME,
    DOUBLE,
    INTEGER,
    OPAQUE,
    STRING,
    UNSIGNED_BYTE,
    Base64,
    Enumeration,
    Integer,
    Opaque,
    String,
)
from overair.protocol.schema import Content, DataType
from overair.versions import Version
from overair.wbxml import Element
from overair.wbxml.pages import Email

V = Version.V14_1


class Importance(IntEnum):
    LOW = 0
    NORMAL = 1
    HIGH = 2


importance = Enumeration(Importance)

READ: list[tuple[DataType[Any], Content, object]] = [
    (STRING, None, ""),
    (STRING, "a b", "a b"),
    (STRING, "ä".encode(), "ä"),
    (String(max_length=3), "äöü", "äöü"),
    (String(allowed={"a"}), "a", "a"),
    (INTEGER, "0", 0),
    (INTEGER, " 007\r\n", 7),
    (INTEGER, "-12", -12),
    (INTEGER, "+12", 12),
    (UNSIGNED_BYTE, "255", 255),
    (Integer(4, 16), "16", 16),
    (Integer(allowed={1, 4}), "4", 4),
    (BOOLEAN, "1", True),
    (BOOLEAN, "0", False),
    (BOOLEAN, None, True),
    (BOOLEAN, "", True),
    (DOUBLE, "-12.5", -12.5),
    (DOUBLE, "1e3", 1000.0),
    (DATE_TIME, "2000-12-25T08:35:00.000Z", datetime(2000, 12, 25, 8, 35, tzinfo=UTC)),
    (DATE_TIME, "2000-12-25T08:35:00Z", datetime(2000, 12, 25, 8, 35, tzinfo=UTC)),
    (DATE_TIME, "2000-12-25T08:35:00.1234567Z", datetime(2000, 12, 25, 8, 35, 0, 123456, tzinfo=UTC)),
    (DATE_TIME, "2000-12-31T24:00:00.000Z", datetime(2001, 1, 1, tzinfo=UTC)),
    (COMPACT_DATE_TIME, "20001225T083500Z", datetime(2000, 12, 25, 8, 35, tzinfo=UTC)),
    (COMPACT_DATE_TIME, "20001225T083500.000Z", datetime(2000, 12, 25, 8, 35, tzinfo=UTC)),
    (BASE64, "AAEC", b"\0\1\2"),
    (BASE64, "AA\r\n EC\n", b"\0\1\2"),
    (BASE64, None, b""),
    (OPAQUE, b"\0\xff", b"\0\xff"),
    (OPAQUE, "ä", b"\xc3\xa4"),
    (OPAQUE, None, b""),
    (importance, "2", Importance.HIGH),
]


@pytest.mark.parametrize(
    ("data_type", "content", "value"), READ, ids=[f"{type(row[0]).__name__} {row[1]!r}" for row in READ]
)
@pytest.mark.req("MS-ASDTYPE_R5", "MS-ASDTYPE_R6", "MS-ASDTYPE_R15", "MS-ASDTYPE_R12213", "MS-ASDTYPE_R123")
def test_read(data_type: DataType[Any], content: Content, value: object) -> None:
    read = data_type.decode(content, V)
    assert read == value
    assert type(read) is type(value)


REFUSED: list[tuple[DataType[Any], Content]] = [
    (STRING, [Element(Email.To, "a")]),
    (STRING, b"\xff"),
    (String(max_length=3), "abcd"),
    (String(min_length=1), None),
    (String(allowed={"a"}), "A"),
    *(
        (INTEGER, text)
        for text in ("", None, "1 2", "1.0", "0x1", "1_000", "--1", "٣", "²", "1e3", "9" * 5000)
    ),
    (INTEGER, "9223372036854775808"),
    (UNSIGNED_BYTE, "256"),
    (UNSIGNED_BYTE, "-1"),
    (Integer(allowed={1, 4}), "2"),
    *((BOOLEAN, text) for text in ("true", "True", "2", "00", "yes", "-1")),
    *((DOUBLE, text) for text in ("", "NaN", "INF", "1,5", "1e9999", "0x1p3")),
    *(
        (DATE_TIME, text)
        for text in (
            "",
            "2000-12-25",
            "2000-12-25T08:35:00",
            "2000-12-25T08:35:00+01:00",
            "2000-12-25 08:35:00Z",
            "20001225T083500Z",
            "2000-13-25T08:35:00Z",
            "2000-02-30T08:35:00Z",
            "2000-12-25T24:00:01Z",
            "2000-12-25T08:60:00Z",
            "2000-12-25T08:35:60Z",
            "0000-12-25T08:35:00Z",
            "9999-12-31T24:00:00Z",
            "\uff12000-12-25T08:35:00Z",
        )
    ),
    *((COMPACT_DATE_TIME, text) for text in ("2000-12-25T08:35:00Z", "20001225T083500", "20001325T083500Z")),
    *((BASE64, text) for text in ("A", "AAE", "A===", "AA-_", "ä", "AA==AA==")),
    (Base64(max_length=2), "AAEC"),
    (Opaque(max_length=2), b"abc"),
    (importance, "3"),
    (importance, "high"),
]


@pytest.mark.parametrize(
    ("data_type", "content"), REFUSED, ids=[f"{type(row[0]).__name__} {row[1]!r:.40}" for row in REFUSED]
)
@pytest.mark.req(
    "MS-ASDTYPE_R5",
    "MS-ASDTYPE_R15",
    "MS-ASDTYPE_R16",
    "MS-ASDTYPE_R83",
    "MS-ASDTYPE_R12213",
    "MS-ASDTYPE_R123",
)
def test_refused(data_type: DataType[Any], content: Content) -> None:
    with pytest.raises(ValueError, match=r".") as refusal:
        data_type.decode(content, V)
    assert len(str(refusal.value)) < 300


WRITTEN: list[tuple[DataType[Any], object, Content]] = [
    (STRING, "a", "a"),
    (INTEGER, 12, "12"),
    (INTEGER, True, "1"),
    (INTEGER, Importance.HIGH, "2"),
    (BOOLEAN, True, "1"),
    (BOOLEAN, False, "0"),
    (DATE_TIME, datetime(26, 1, 2, 3, 4, 5, 678901, tzinfo=UTC), "0026-01-02T03:04:05.678Z"),
    (COMPACT_DATE_TIME, datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC), "20260102T030405Z"),
    (DATE_TIME, datetime(2026, 1, 2, 1, tzinfo=timezone(timedelta(hours=2))), "2026-01-01T23:00:00.000Z"),
    (BASE64, b"\0\1", "AAE="),
    (OPAQUE, b"\0\1", b"\0\1"),
    (importance, Importance.LOW, "0"),
]


@pytest.mark.parametrize(
    ("data_type", "value", "content"), WRITTEN, ids=[f"{type(row[0]).__name__} {row[1]!r}" for row in WRITTEN]
)
@pytest.mark.req("MS-ASDTYPE_R7", "MS-ASDTYPE_R15", "MS-ASDTYPE_R20", "MS-ASDTYPE_R87", "MS-ASDTYPE_R98")
def test_written(data_type: DataType[Any], value: object, content: Content) -> None:
    written = data_type.encode(value, V)
    assert written == content
    assert type(written) is type(content)


def test_a_date_without_a_time_zone_is_not_written() -> None:
    for data_type in (DATE_TIME, COMPACT_DATE_TIME):
        with pytest.raises(ValueError, match="without a time zone"):
            data_type.encode(datetime(2026, 1, 1), V)  # noqa: DTZ001  # that is what is tested


@given(st.datetimes(timezones=st.just(UTC)))
def test_dates_round_trip(value: datetime) -> None:
    milliseconds = value.replace(microsecond=value.microsecond // 1000 * 1000)
    assert DATE_TIME.decode(DATE_TIME.encode(value, V), V) == milliseconds
    assert COMPACT_DATE_TIME.decode(COMPACT_DATE_TIME.encode(value, V), V) == value.replace(microsecond=0)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_doubles_round_trip(value: float) -> None:
    assert DOUBLE.decode(DOUBLE.encode(value, V), V) == value


@given(
    st.text(max_size=30), st.sampled_from([INTEGER, BOOLEAN, DOUBLE, DATE_TIME, COMPACT_DATE_TIME, BASE64])
)
def test_any_text_is_a_value_or_refused(text: str, data_type: DataType[Any]) -> None:
    try:
        value = data_type.decode(text, V)
    except ValueError:
        value = None
    assert value is None or data_type.decode(data_type.encode(value, V), V) is not None

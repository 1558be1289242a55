"""The GlobalObjId of a meeting, read as the specification has clients read it."""

from __future__ import annotations

import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overair.items.mail.global_object_id import CLASS_ID, global_object_id, uid_of
from support.invitations import EXCHANGE_UID

UIDS = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=300)
HEXADECIMAL = st.binary(max_size=60).map(lambda data: (CLASS_ID + data).hex().upper())


def found_by_a_client(identifier: bytes) -> str:
    """MS-ASEMAIL 3.1.4.7, step by step; bytes count from 1 there."""
    length = int.from_bytes(identifier[36:40], "little")
    is_outlooks = (
        len(identifier) < 53
        or identifier[40:48] != b"vCal-Uid"
        or length < 13
        or length > len(identifier) - 40
    )
    if is_outlooks:
        return (identifier[:16] + bytes(4) + identifier[20:]).hex().upper()
    return identifier[52 : 52 + length - 12 - 1].decode()


@pytest.mark.req("MS-ASEMAIL_R478", "MS-ASEMAIL_R20013")
@given(UIDS | HEXADECIMAL, st.none() | st.dates())
def test_a_client_finds_the_uid_of_the_series(uid: str, instance: date | None) -> None:
    identifier = global_object_id(uid, instance)
    assert found_by_a_client(identifier) == uid
    assert uid_of(identifier) == uid


@pytest.mark.req(
    "MS-ASEMAIL_R121",
    "MS-ASEMAIL_R1000",
    "MS-ASEMAIL_R10000",
    "MS-ASEMAIL_R1001",
    "MS-ASEMAIL_R1002",
    "MS-ASEMAIL_R20000",
    "MS-ASEMAIL_R20001",
    "MS-ASEMAIL_R20011",
    "MS-ASEMAIL_R20016",
    "MS-ASEMAIL_R20018",
    "MS-ASEMAIL_R20019",
    "MS-ASEMAIL_R20021",
    "MS-ASEMAIL_R20022",
)
def test_another_programs_uid_is_wrapped() -> None:
    uid = "7kukuqrfedlm2f9t0vr42q7qdc@google.com"
    data = b"vCal-Uid\x01\x00\x00\x00" + uid.encode() + b"\x00"
    assert global_object_id(uid) == (
        bytes.fromhex("04 00 00 00 82 00 E0 00 74 C5 B7 10 1A 82 E0 08")
        + bytes(4)
        + bytes(8)
        + bytes(8)
        + len(data).to_bytes(4, "little")
        + data
    )


@pytest.mark.req("MS-ASEMAIL_R20003", "MS-ASEMAIL_R20005", "MS-ASEMAIL_R20007", "MS-ASEMAIL_R20009")
@pytest.mark.parametrize("uid", [EXCHANGE_UID, "meeting-1@example.net"])
def test_the_date_of_an_occurrence_stands_in_it(uid: str) -> None:
    series, occurrence = global_object_id(uid), global_object_id(uid, date(2004, 12, 31))
    assert occurrence[16:20] == bytes([0x07, 0xD4, 12, 31])
    assert occurrence[:16] + bytes(4) + occurrence[20:] == series


@pytest.mark.req("MS-ASEMAIL_R20015")
def test_exchanges_uid_is_its_own_identifier() -> None:
    assert global_object_id(EXCHANGE_UID) == bytes.fromhex(EXCHANGE_UID)


@pytest.mark.parametrize(
    "uid",
    [
        EXCHANGE_UID.lower(),  # a client would find other letters
        EXCHANGE_UID[:32] + "07E40101" + EXCHANGE_UID[40:],  # and here none of the date
        global_object_id("inner@example.net").hex().upper(),  # and here what is inside
        EXCHANGE_UID[:-1],
        string.hexdigits,
    ],
)
def test_what_only_looks_like_one_is_wrapped(uid: str) -> None:
    identifier = global_object_id(uid)
    assert identifier[40:48] == b"vCal-Uid"
    assert found_by_a_client(identifier) == uid

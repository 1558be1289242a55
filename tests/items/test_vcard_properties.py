"""vCards of any kind: what is written is read again, and nothing that comes can hurt."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from typing import Any, Final

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from overair.items.body import Body
from overair.items.contact import Contact
from overair.items.vcard.contacts import Refusal, contact_to_vcard, contacts_from_vcard
from overair.items.vcard.reading import LIST_LIMIT, NOTE_LIMIT, TEXT_LIMIT
from overair.protocol.body_preferences import BodyType
from support.vcards import JPEG, card, filled, only

SCHEMES: Final = ("tel:", "mailto:")
"""In front of a number or an address they are no part of it."""
LINE: Final = (
    st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn")), min_size=1, max_size=30)
    .map(str.strip)
    .filter(lambda text: text and not text.lower().startswith(SCHEMES))
)
LINES: Final = st.lists(LINE, min_size=1, max_size=3).map("\n".join)
# From 1605 on: what is of 1604 has no year.
DAYS: Final = st.dates(date(1605, 1, 1)).map(lambda day: datetime(day.year, day.month, day.day, tzinfo=UTC))
SPECIAL: Final[dict[str, st.SearchStrategy[Any]]] = {
    "birthday": DAYS,
    "anniversary": DAYS,
    "categories": st.lists(LINE, min_size=1, max_size=4, unique=True).map(tuple),
    "children": st.lists(LINE, min_size=1, max_size=4, unique=True).map(tuple),
    "picture": st.binary(max_size=300).map(lambda data: JPEG + data),
    "body": LINES.map(lambda text: Body(type=BodyType.PLAIN_TEXT, data=text.replace("\n", "\r\n"))),
    **{f"{kind}_address_street": LINES for kind in ("home", "business", "other")},
}
UNSAID: Final = {"alias", "weighted_rank"}
CONTACTS: Final = st.fixed_dictionaries(
    {"file_as": LINE},
    optional={
        bound.name: SPECIAL.get(bound.name, LINE)
        for bound in Contact.fields()
        if bound.name not in UNSAID | {"file_as"}
    },
).map(lambda values: msgspec.convert(values, Contact))


@given(CONTACTS)
@settings(max_examples=150, deadline=None)
@example(Contact(file_as="A", email1_address="a", email2_address="b", email3_address="a"))
@example(Contact(file_as="A", business2_phone_number="1", home2_phone_number="1", im_address3="1"))
def test_contacts_survive_the_way_there_and_back(contact: Contact) -> None:
    assert filled(only(contact_to_vcard(contact))) == filled(contact)


TOKENS: Final = st.sampled_from(
    [
        "BEGIN:VCARD\n",
        "END:VCARD\n",
        "VERSION:2.1\r\n",
        "N:",
        "FN:",
        "TEL;TYPE=",
        "EMAIL;",
        "ADR:;;",
        ";",
        ",",
        ":",
        "PHOTO;ENCODING=b:",
        "=C3\n",
        "NOTE;ENCODING=QUOTED-PRINTABLE:",
        "=\r\n",
        "\\",
        '"',
        "\r",
        "\n ",
        "item1.",
        "BDAY:",
        "99999999",
        "X-ABLabel:",
        "CHARSET=utf-7:",
        "\x00",
        "CHARSET=hex;",
        "AGENT:\n",
        "tel:",
        "data:,",
        "\ud800",
    ]
)


@given(st.lists(TOKENS | st.text(max_size=12), max_size=60).map("".join))
@settings(max_examples=300, deadline=None)
def test_any_text_gives_contacts_or_refusals(text: str) -> None:
    found = list(contacts_from_vcard(text))
    assert found
    for one in found:
        if isinstance(one, Contact):
            assert isinstance(only(contact_to_vcard(one)), Contact)


@given(st.binary(max_size=200), st.sampled_from([b"", b"BEGIN:VCARD\nFN:x\nNOTE;CHARSET=koi8-r:"]))
@settings(max_examples=200, deadline=None)
def test_any_bytes_give_contacts_or_refusals(data: bytes, start: bytes) -> None:
    assert list(contacts_from_vcard(start + data))
    assert list(contacts_from_vcard(start + data + b"\nEND:VCARD"))


@pytest.mark.parametrize(
    "piece",
    [
        ";a=b",
        ";a",
        ',"b"',
        '"',
        "=\n",
        "\n ",
        "a.",
        ",",
        ";",
        "\\",
        "=C3",
        "\nBEGIN:VCARD",
        "\nA:",
        "\nAGENT:\nBEGIN:VCARD",
        "\nTEL:1",
        "\nORG:x",
        "\nEMAIL:a",
        "\nX-ABRELATEDNAMES:x",
        "\nPHOTO;ENCODING=b:AA",
        "\nx",
        "\n\n",
    ],
)
@pytest.mark.parametrize(
    "head", ["TEL", "NOTE;ENCODING=QUOTED-PRINTABLE:", "N:", "CATEGORIES:", "PHOTO;ENCODING=b:"]
)
def test_time_is_linear(head: str, piece: str) -> None:
    text = f"BEGIN:VCARD\n{head}" + piece * (200_000 // len(piece)) + "\nEND:VCARD\n"
    start = time.process_time()
    found = list(contacts_from_vcard(text))
    assert found
    assert time.process_time() - start < 2


def test_sizes_are_bounded() -> None:
    text = card(
        "FN:A B",
        f"TITLE:{'x' * (TEXT_LIMIT + 1)}",
        f"NOTE:{'x' * (NOTE_LIMIT + 1)}",
        "CATEGORIES:" + ",".join(map(str, range(LIST_LIMIT + 1))),
    )
    contact, *refusals = contacts_from_vcard(text)
    assert isinstance(contact, Contact)
    assert (contact.job_title, contact.body) == (None, None)
    assert contact.categories is not None
    assert len(contact.categories) == LIST_LIMIT
    assert len(refusals) == 3
    (many,) = contacts_from_vcard(card(*["TEL:1"] * 6_000))
    assert many == Refusal(1, "", "has more than 5000 properties")


def test_no_cards_are_refused() -> None:
    assert list(contacts_from_vcard("hello")) == [Refusal(0, "", "holds no vCard")]
    assert list(contacts_from_vcard(b"")) == [Refusal(0, "", "holds no vCard")]

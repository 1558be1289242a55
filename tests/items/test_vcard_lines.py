"""Which lines of a vCard an edit touches, and how they are spelt."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from items.vcard_edits import APPLE, NOW, body, edited
from overair.items.contact import Contact
from overair.items.vcard.contacts import contacts_from_vcard
from overair.items.vcard.merging import merged
from support.vcards import JPEG, card, only


def merge(text: str, **values: Any) -> str:
    """A card after an edit of some fields."""
    old = only(text)
    return merged(text, old, edited(old, **values), now=NOW)


def lines(text: str) -> list[str]:
    """The lines of a card between VERSION and END."""
    return text.replace("\r\n ", "").split("\r\n")[2:-2]


def test_a_value_is_edited_in_its_line() -> None:
    after = merge(APPLE, email1_address="anne@example.org")
    wanted = APPLE.replace("anna@example.org", "anne@example.org").replace(
        "2020-01-01T00", "2026-11-23T06:30"
    )
    assert after == wanted.replace("T06:30:00:00Z", "T06:30:00Z")


def test_a_removed_value_takes_its_label_along() -> None:
    after = merge(APPLE, email1_address=None, home_address_street=None, home_address_city=None)
    assert "Verein" not in after
    assert "item2.ADR;type=HOME;type=pref:;;;;;01234;Land" in after
    assert "item2.X-ABADR:de" in after
    gone = merge(after, home_address_postal_code=None, home_address_country=None)
    assert "item2" not in gone
    assert "fourth@example.org" in gone


def test_a_new_value_is_spelt_as_the_others_are() -> None:
    after = merge(APPLE, mobile_phone_number="+49 4", spouse="Bert")
    assert lines(after)[12:13] == ["TEL;type=CELL;type=VOICE:+49 4"]
    assert lines(after)[-2:] == ["item3.X-ABRELATEDNAMES:Bert", "item3.X-ABLabel:_$!<Spouse>!$_"]
    assert only(after).business2_phone_number == "+49 3"


def test_what_no_field_holds_survives_its_neighbours() -> None:
    after = merge(APPLE, email2_address=None, home2_phone_number="+49 22", body=body("Neu"))
    for kept in ("third@example.org", "type=WORK:fourth@example.org", "VOICE:+49 3", "X-SOCIALPROFILE"):
        assert kept in after
    assert "NOTE:Neu\r\n" in after


def test_notes_of_their_own_are_told_from_lines_about_other_properties() -> None:
    text = card("FN:A", "EMAIL:1@x", "EMAIL:2@x", "EMAIL:3@x", "EMAIL:4@x", "NOTE:one", "NOTE;X-A=b:two")
    told = only(text).body
    assert told is not None
    assert told.data == "one\r\ntwo\r\n\r\nE-mail: 4@x"
    after = merge(text, body=body(told.data.replace("one", "eins")))
    assert after == text.replace("NOTE:one", "NOTE:eins")
    assert merge(text, body=body("two")) == text.replace("NOTE:one\r\n", "")
    assert merge(text, body=body("one\r\nnew\r\ntwo")) == text.replace("NOTE:one", "NOTE:one\\nnew")
    assert merge(text, body=body("new\r\none\r\ntwo")) == text.replace("NOTE:one", "NOTE:new\\none")
    assert merge(text, body=None) == text.replace("NOTE:one\r\nNOTE;X-A=b:two\r\n", "")


def test_a_place_beyond_free_ones_is_named() -> None:
    text = card("N:A;B;;;", "FN:B A")
    after = merge(text, email3_address="c@example.org")
    assert "EMAIL;X-OVERAIR-SLOT=3;TYPE=INTERNET" in after or "X-OVERAIR-SLOT=3" in after
    assert only(after).email3_address == "c@example.org"
    assert "SLOT" not in merge(text, email1_address="a@example.org")


def test_vcard_2_1_stays_what_it_is() -> None:
    text = card(
        "N;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=FCller;Anna",
        "TEL;WORK;VOICE:1",
        "NOTE;ENCODING=QUOTED-PRINTABLE:zwei=0D=0A=",
        "Zeilen",
        "X-OTHER;QUOTED-PRINTABLE:=",
        " a",
        version="2.1",
    )
    after = merge(text, first_name="Jürgen", home_phone_number="2", body=body("Müll; drei\r\nZeilen"))
    assert lines(after)[0] == "N;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=FCller;J=FCrgen"
    assert "TEL;HOME;VOICE:2\r\n" in after
    assert "X-OTHER;QUOTED-PRINTABLE:=\r\n a\r\n" in after
    assert only(after).last_name == "Müller"
    assert only(after).body == body("Müll; drei\r\nZeilen")
    assert only(merge(after, last_name="漢字")).last_name == "漢字"
    assert "CHARSET=UTF-8" in merge(after, last_name="漢字")


def test_vcard_4_stays_what_it_is() -> None:
    text = card("FN:Anna", "N:;Anna;;;", "TEL;VALUE=uri;TYPE=cell:tel:+1-2", "BDAY:--0203", version="4.0")
    after = merge(
        text,
        mobile_phone_number="+1-3",
        birthday=datetime(1604, 2, 4, tzinfo=UTC),
        anniversary=datetime(2001, 2, 3, tzinfo=UTC),
        spouse="Bert",
        picture=JPEG,
        email1_address="a@example.org",
    )
    said = lines(after)
    assert said[:4] == ["FN:Anna", "N:;Anna;;;", "TEL;VALUE=uri;TYPE=cell:tel:+1-3", "BDAY:--0204"]
    assert {"EMAIL:a@example.org", "ANNIVERSARY:20010203", "RELATED;VALUE=text;TYPE=spouse:Bert"} <= set(said)
    assert any(line.startswith("PHOTO:data:image/jpeg;base64,") for line in said)
    assert only(after).picture == JPEG


def test_what_a_contact_is_called_follows_its_name() -> None:
    for before, wanted in (
        ("Anna Muster", "Anna Schmidt"),
        ("Muster, Anna", "Schmidt, Anna"),
        ("Dr. Anna Muster (Verein)", "Dr. Anna Schmidt (Verein)"),
        ("Mama", "Mama"),
    ):
        text = card("N:Muster;Anna;;;", f"FN:{before}".replace(",", "\\,"))
        after = merge(text, last_name="Schmidt")
        assert only(after).file_as == wanted


def test_a_name_that_fn_alone_says_is_kept_apart() -> None:
    text = card("FN:Anna Muster", version="4.0")
    after = merge(text, file_as="Muster, Anna")
    assert (only(after).first_name, only(after).last_name, only(after).file_as) == (
        "Anna",
        "Muster",
        "Muster, Anna",
    )
    assert "FN:Anna Muster" in after


def test_what_is_said_twice_is_edited_twice() -> None:
    text = card(
        "FN:A", "TITLE:Chef", "ROLE:Chef", "X-SPOUSE:B", "X-EVOLUTION-SPOUSE:B", "X-ANNIVERSARY:20010203"
    )
    gone = merge(text, job_title=None, spouse=None)
    assert lines(gone) == ["FN:A", "X-ANNIVERSARY:20010203"]
    other = merge(text, job_title="Chefin", spouse="C")
    assert lines(other)[1:5] == ["TITLE:Chefin", "ROLE:Chefin", "X-SPOUSE:C", "X-EVOLUTION-SPOUSE:C"]


def test_a_picture_that_phones_are_not_shown_gives_way_to_a_new_one() -> None:
    text = card("FN:A", "PHOTO;VALUE=uri;X-CROP=1:https://example.org/a.jpg")
    old = next(_contacts(text))
    after = merged(text, old, edited(old, picture=JPEG), now=NOW)
    assert only(after).picture == JPEG
    assert "example.org" not in after
    assert after.count("PHOTO;X-CROP=1;ENCODING=b;TYPE=JPEG:") == 1


def test_marks_line_ends_and_broken_lines_stay() -> None:
    text = "\ufeffBEGIN:VCARD\nVERSION:3.0\nbroken line\n\nFN:A\nNOTE:" + "é" * 60 + "\n  x\nend:vcard"
    after = merged(text, next(_contacts(text)), edited(next(_contacts(text)), nick_name="Ö" * 50), now=NOW)
    assert after.startswith(text.removesuffix("end:vcard"))
    added = after.removeprefix(text.removesuffix("end:vcard")).removesuffix("end:vcard")
    assert all(len(line.encode()) <= 75 for line in added.split("\n"))
    assert added.replace("\n ", "") == f"NICKNAME:{'Ö' * 50}\n"


def _contacts(text: str) -> Iterator[Contact]:
    return (one for one in contacts_from_vcard(text) if isinstance(one, Contact))

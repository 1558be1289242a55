"""vCards: what programs write arrives, what is broken is refused one by one, nothing is lost on the way."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec
import pytest
import vobject

from overair.items.body import Body
from overair.items.contact import PICTURE_LIMIT, Contact
from overair.items.vcard.contacts import Refusal, contact_to_vcard, contacts_from_vcard
from overair.items.vcard.dates import day_of, instant_of
from overair.protocol.body_preferences import BodyType
from support.shared import SHARED, needs_shared
from support.vcards import JPEG, card, filled, only

FILES: Final = sorted((SHARED / "corpora/vcard").glob("*.vcf")) if SHARED is not None else []


def _read(path: str) -> list[Contact]:
    assert SHARED is not None
    data = (SHARED / "corpora/vcard" / path).read_bytes()
    return [found for found in contacts_from_vcard(data) if isinstance(found, Contact)]


def _note(contact: Contact) -> str:
    assert contact.body is not None
    assert contact.body.data is not None
    return contact.body.data


@needs_shared
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_files_of_many_programs_are_read(path: Path) -> None:
    data = path.read_bytes()
    found = list(contacts_from_vcard(data))
    assert sum(isinstance(one, Contact) for one in found) == data.upper().count(b"BEGIN:VCARD")
    assert not [one for one in found if isinstance(one, Refusal) and one.whole]
    said = "\n".join(str(msgspec.to_builtins(one)) for one in found)
    # Every address and number of the file is somewhere in the contacts, in a field or in the notes.
    text = data.decode("utf-8", "replace").replace("\r\n ", "").replace("\n ", "")
    for line in text.splitlines():
        head, _, value = line.partition(":")
        name = head.split(";")[0].rpartition(".")[2].upper()
        if name in ("EMAIL", "TEL", "TITLE", "NICKNAME") and "QUOTED-PRINTABLE" not in head:
            assert value.removeprefix("tel:").partition(";")[0].replace("\\,", ",") in said


@needs_shared
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_was_read_is_read_again_from_what_is_written(path: Path) -> None:
    for contact in _read(path.name):
        assert filled(only(contact_to_vcard(contact))) == filled(contact)


@needs_shared
def test_apple_card_arrives_whole() -> None:
    (contact,) = _read("John_Doe_IPHONE.vcf")
    assert (contact.title, contact.first_name, contact.middle_name) == ("Mr.", "John", "Richter James")
    assert (contact.last_name, contact.suffix, contact.nick_name) == ("Doe", "Sr.", "Johny")
    assert (contact.company_name, contact.department) == ("IBM", "Accounting")
    assert contact.mobile_phone_number == "905-555-1234"
    assert contact.home_phone_number == "905-666-1234"
    assert contact.business_phone_number == "905-777-1234"
    assert contact.home_fax_number == "905-888-1234"
    assert contact.business_fax_number == "905-999-1234"
    assert contact.pager_number == "905-111-1234"
    assert contact.assistant_phone_number == "905-222-1234"
    assert contact.business_address_street == "Street4\nBuilding 6\nFloor 8"
    assert contact.web_page == "http://www.ibm.com"
    assert contact.birthday == datetime(2012, 6, 6, tzinfo=UTC)
    assert contact.picture is not None
    assert contact.picture.startswith(b"\xff\xd8\xff")


@needs_shared
def test_outlook_card_arrives_whole() -> None:
    (contact,) = _read("outlook-2007.vcf")
    assert contact.spouse == "TheSpouse"
    assert contact.manager_name == "TheManagerName"
    assert contact.assistant_name == "TheAssistantName"
    assert contact.anniversary == datetime(2012, 8, 1, tzinfo=UTC)
    assert contact.office_location == "TheOffice"
    assert contact.im_address == "im@aim.com"
    assert _note(contact).startswith("This is the NOTE field\t\r\nI assume it encodes")
    (older,) = _read("outlook-2003.vcf")
    assert older.company_name == "Company, The"
    assert _note(older).startswith("This is the note field!!\r\nSecond line\r\n\r\nThird line is empty")


@needs_shared
def test_android_card_of_quoted_printable_arrives_whole() -> None:
    contacts = _read("John_Doe_ANDROID.vcf")
    assert contacts[0].file_as == contacts[0].email1_address == "john.doe@company.com"
    assert contacts[3].last_name == " ".join("Ñ" * 11)
    assert [contacts[3].mobile_phone_number, contacts[3].home_phone_number] == ["123456", "234567"]
    assert {contacts[3].home2_phone_number, contacts[3].business2_phone_number} == {"45678901", "3456789"}
    assert contacts[4].email2_address == "Ñ" * 14


@needs_shared
def test_google_card_arrives_whole() -> None:
    (contact,) = _read("gmail-single2.vcf")
    assert (contact.yomi_first_name, contact.yomi_last_name) == (
        "ThePhoneticFirstName",
        "ThePhoneticLastName",
    )
    assert (contact.spouse, contact.children, contact.manager_name) == ("Name2", ("Name3",), "Name11")
    assert contact.company_main_phone == "5555551116"
    assert contact.other_address_street == "111 Main St"
    assert (contact.im_address, contact.im_address2) == ("xmpp:IM2", "aim:IM3")
    for kept in (
        "5555551119",
        "otheremail@example.com",
        "Mother): Name4",
        "IM9",
        "115 Main St",
        "2000-09-12",
    ):
        assert kept in _note(contact)


def test_bad_cards_are_refused_and_their_neighbours_kept() -> None:
    text = (
        card("N:One;Anna", "FN:Anna One")
        + "BEGIN:VCARD\nVERSION:3.0\nFN:Never Closed\n"
        + card("FN:Two", "KIND:group", version="4.0")
        + card("UID:1", "REV:2")
        + card("FN:Three")
        + "BEGIN:VCARD\nFN:Cut"
    )
    found = list(contacts_from_vcard(text))
    assert [one.file_as for one in found if isinstance(one, Contact)] == ["Anna One", "Three"]
    assert [one for one in found if isinstance(one, Refusal)] == [
        Refusal(2, "Never Closed", "has no END:VCARD"),
        Refusal(3, "Two", "is a group of contacts"),
        Refusal(4, "", "says nothing that a contact holds"),
        Refusal(6, "Cut", "has no END:VCARD"),
    ]


def test_lines_that_are_no_properties_cost_only_themselves() -> None:
    contact, refusal = contacts_from_vcard(card("FN:Anna One", "what is this", "EMAIL:a@example.org"))
    assert isinstance(contact, Contact)
    assert contact.email1_address == "a@example.org"
    assert refusal == Refusal(1, "Anna One", "1 lines are no properties, first 4", whole=False)


def test_cards_in_cards_are_left_out() -> None:
    inner = card("FN:Agent Inner", "TEL:1").strip().split("\r\n")
    contact = only(card("FN:Anna One", "AGENT:", *inner, "TEL;TYPE=CELL:2"))
    assert (contact.file_as, contact.mobile_phone_number) == ("Anna One", "2")


@pytest.mark.parametrize(
    ("picture", "reason"),
    [
        (JPEG + bytes(PICTURE_LIMIT), f"the picture has {len(JPEG) + PICTURE_LIMIT} bytes"),
        (b"GIF89a" + bytes(90), "the picture is neither JPEG nor PNG"),
    ],
)
@pytest.mark.req("MS-ASCNTC_R1021")
def test_picture_that_does_not_fit_is_refused_alone(picture: bytes, reason: str) -> None:
    photo = f"PHOTO;ENCODING=b;TYPE=JPEG:{b64encode(picture).decode()}"
    contact, refusal = contacts_from_vcard(card("FN:Anna One", photo, "TEL;TYPE=CELL:1"))
    assert isinstance(contact, Contact)
    assert isinstance(refusal, Refusal)
    assert (contact.picture, contact.mobile_phone_number) == (None, "1")
    assert refusal.reason.startswith(reason)
    assert not refusal.whole


def test_picture_is_read_in_every_version() -> None:
    data = b64encode(JPEG).decode()
    lines = [data[start : start + 72] for start in range(0, len(data), 72)]
    for photo in (
        f"PHOTO;ENCODING=b;TYPE=JPEG:{data}",
        f"PHOTO:data:image/jpeg;base64,{data}",
        f"PHOTO:data:image/jpeg\\;base64\\,{data}",
        "PHOTO;JPEG;ENCODING=BASE64:\r\n " + "\r\n ".join(lines) + "\r\n",
        "PHOTO;BASE64;JPEG:" + "\r\n".join(lines) + "\r\n",
    ):
        assert only(card("FN:A B", photo)).picture == JPEG


def test_character_sets_are_told() -> None:
    text = card("FN:Jörg Müller", "N:Müller;Jörg")
    for codec in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"):
        assert only(text.encode(codec)).first_name == "Jörg"
    named = card("N;CHARSET=windows-1251:Иванов;Иван", version="2.1")
    assert only(named.encode("cp1251")).last_name == "Иванов"
    quoted = card("N;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=FCller;J=F6rg", version="2.1")
    assert only(quoted).file_as == "Jörg Müller"
    lower = card("N;charset=utf-8;encoding=quoted-printable:M=C3=BC=\r\nller;J=C3=B6rg", version="2.1")
    assert only(lower).last_name == "Müller"


def test_telephones_go_to_the_places_of_their_kind() -> None:
    contact = only(
        card(
            *("TEL;TYPE=WORK:1", "TEL;TYPE=work,voice:2", "TEL;HOME:3", "TEL;TYPE=home:4", "TEL;TYPE=CELL:5"),
            *("TEL;TYPE=CAR:6", "TEL;TYPE=PAGER:7", "TEL;TYPE=FAX:8", 'TEL;TYPE="home,fax":9'),
            *(
                "TEL;VALUE=uri;TYPE=x-radio:tel:+10",
                "i.TEL:11",
                "i.X-ABLabel:_$!<Main>!$_",
                "TEL;TYPE=WORK:12",
            ),
        )
    )
    assert [contact.business_phone_number, contact.business2_phone_number] == ["1", "2"]
    assert [contact.home_phone_number, contact.home2_phone_number] == ["3", "4"]
    assert [contact.mobile_phone_number, contact.car_phone_number, contact.pager_number] == ["5", "6", "7"]
    assert [contact.business_fax_number, contact.home_fax_number] == ["8", "9"]
    assert [contact.radio_phone_number, contact.company_main_phone] == ["+10", "11"]
    assert _note(contact) == "Phone (work): 12"


def test_preferred_email_comes_first() -> None:
    contact = only(card("EMAIL:b@example.org", "EMAIL;PREF=1:mailto:a@example.org", "EMAIL:c@example.org"))
    assert [contact.email1_address, contact.email2_address, contact.email3_address] == [
        "a@example.org",
        "b@example.org",
        "c@example.org",
    ]


@pytest.mark.parametrize(
    ("lines", "first", "last", "file_as"),
    [
        (("FN:Frank Dawson",), "Frank", "Dawson", "Frank Dawson"),
        (("N:;;;;", "FN:Dawson, Frank"), "Frank", "Dawson", "Dawson, Frank"),
        (("FN:Fire Brigade", "ORG:Fire Brigade"), None, None, "Fire Brigade"),
        (("FN:Cher",), "Cher", None, "Cher"),
        (
            ('N;SORT-AS="Harten,Rene":van der Harten;Rene', "FN:Rene"),
            "Rene",
            "van der Harten",
            "Harten, Rene",
        ),
        (("N:Doe;Jo", "FN:Jo Doe", "X-EVOLUTION-FILE-AS:Doe\\, Jo"), "Jo", "Doe", "Doe, Jo"),
    ],
)
def test_names_come_from_what_there_is(
    lines: tuple[str, ...], first: str | None, last: str | None, file_as: str
) -> None:
    contact = only(card(*lines))
    assert (contact.first_name, contact.last_name, contact.file_as) == (first, last, file_as)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1980-03-22", (1980, 3, 22)),
        ("19800322", (1980, 3, 22)),
        ("1980-03-22T23:30:00-08:00", (1980, 3, 22)),
        ("--0229", (1604, 2, 29)),
        ("--02-29", (1604, 2, 29)),
        ("0000-02-29", (1604, 2, 29)),
    ],
)
def test_dates_are_midnight_utc_of_their_day(text: str, expected: tuple[int, int, int]) -> None:
    assert instant_of(text) == datetime(*expected, tzinfo=UTC)


def test_texts_that_are_no_dates_stay_readable() -> None:
    contact = only(card("FN:A B", "BDAY;VALUE=text:circa 1800", "ANNIVERSARY:1990-02-31"))
    assert (contact.birthday, contact.anniversary) == (None, None)
    assert _note(contact) == "Birthday: circa 1800\r\nAnniversary: 1990-02-31"


@pytest.mark.parametrize("hour", [-12, -9, -5.5, -1, 0, 3, 8, 11, 12])
def test_every_way_of_phones_to_say_a_day_is_that_day(hour: float) -> None:
    """From midnight in New Zealand's winter to Gmail's noon (UTC)."""
    instant = datetime(1980, 3, 22, tzinfo=UTC) + timedelta(hours=hour, seconds=1 if hour == -12 else 0)
    assert day_of(instant) == date(1980, 3, 22)


def test_date_without_a_year_is_written_as_apple_does() -> None:
    text = contact_to_vcard(only(card("FN:A B", "BDAY:--0203")))
    assert "BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-03\r\n" in text
    assert only(text.replace("1604", "1900")).birthday == datetime(1604, 2, 3, tzinfo=UTC)


def test_another_reader_reads_what_is_written() -> None:
    contact = Contact(
        last_name="Müller; Söhne",
        first_name="Jörg",
        company_name="A, B",
        department="C",
        home_address_street="1\n2",
        email1_address="a@example.org",
        body=Body(type=BodyType.HTML, data="<p>one</p><p>two" + "x" * 200 + "</p>"),
        categories=("a,b", "c"),
        picture=JPEG,
    )
    text = contact_to_vcard(contact)
    assert all(len(line.encode()) <= 77 for line in text.split("\r\n"))
    read = vobject.readOne(text, validate=True)
    assert (read.n.value.family, read.n.value.given, read.fn.value) == (
        "Müller; Söhne",
        "Jörg",
        "Jörg Müller; Söhne",
    )
    assert read.org.value == ["A, B", "C"]
    assert read.adr.value.street == "1\n2"
    assert read.photo.value == JPEG
    assert "one\n" in read.note.value
    assert "<p>" not in read.note.value

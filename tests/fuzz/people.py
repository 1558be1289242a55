"""vCards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from fuzz.mail import Blobs, check_shown, shown
from fuzz.target import Target, numbered, repeat
from fuzz.wire import VERSIONS
from overair.items.contact import Contact
from overair.items.rendering import RenderOptions
from overair.items.vcard.contacts import Refusal, contact_to_vcard, contacts_from_vcard
from support.shared import SHARED
from support.vcards import card

HEAD: Final = b"BEGIN:VCARD\r\nVERSION:3.0\r\n"
TAIL: Final = b"\r\nEND:VCARD\r\n"
CARDS: Final = (
    card(
        "N:Muster;Anna;B.;Dr.;jr.", "FN:Anna", "EMAIL;TYPE=INTERNET,PREF:a@example.org", "TEL;CELL:+49 30 1"
    ),
    card("N;ENCODING=QUOTED-PRINTABLE;CHARSET=ISO-8859-1:M=FC=\n ller;A", "BDAY:1970-01-01", version="2.1"),
    card("item1.X-ABDATE:2001-02-03", "item1.X-ABLABEL:_$!<Anniversary>!$_", "ADR;TYPE=HOME:;;S 1;C;;1;D"),
    card(
        "PHOTO;ENCODING=b;TYPE=JPEG:/9j/",
        " AAAA",
        "NOTE:a\\nb\\,c\\;d",
        "CATEGORIES:a,b\\,c",
        "KIND:individual",
    ),
    card(
        "PHOTO:data:image/png;base64,iVBORw0KGgo=",
        "TEL;VALUE=uri:tel:+1;ext=2",
        "RELATED;TYPE=spouse:x",
        version="4.0",
    ),
    card(
        "AGENT:",
        "BEGIN:VCARD",
        "END:VCARD",
        "X-SKYPE:a",
        "IMPP:xmpp:a",
        "ORG:a;b;c",
        "BDAY:--0102",
        "SOUND;X-IRMC-N:a;b",
    ),
)


def read_cards(data: bytes) -> list[Contact | Refusal]:
    return list(contacts_from_vcard(data))


def check_cards(found: list[Contact | Refusal]) -> None:
    """A contact can be kept, shown, and written as a card that says the same."""
    for contact in found:
        if not isinstance(contact, Contact):
            continue
        assert msgspec.json.decode(msgspec.json.encode(contact), type=Contact) == contact
        for version in VERSIONS[2:]:
            check_shown(shown(contact, Blobs(), RenderOptions()), version)
        written = contact_to_vcard(contact)
        (again,) = contacts_from_vcard(written)
        assert isinstance(again, Contact)
        assert contact_to_vcard(again) == written


def card_seeds() -> Iterator[bytes]:
    yield from (text.encode() for text in CARDS)
    yield CARDS[0].encode("utf-16")
    if SHARED is not None:
        yield from (path.read_bytes() for path in sorted((SHARED / "corpora/vcard").glob("*.vcf")))


TARGETS: Final = (
    Target(
        name="vcard",
        read=read_cards,
        check=check_cards,
        seeds=card_seeds,
        words=(
            *(
                HEAD,
                TAIL,
                b"\r\n",
                b"\r\n ",
                b"=\r\n",
                b";",
                b",",
                b"\\",
                b":",
                b'"',
                b"\\n",
                b"TYPE=",
                b"ENCODING=b",
            ),
            *(
                b"ENCODING=QUOTED-PRINTABLE",
                b"CHARSET=",
                b"utf-7",
                b"N:",
                b"FN:",
                b"TEL:",
                b"ADR:",
                b"EMAIL:",
            ),
            *(
                b"BDAY:",
                b"NOTE:",
                b"PHOTO:",
                b"ORG:",
                b"CATEGORIES:",
                b"X-ABLABEL:",
                b"item1.",
                b"IMPP:",
                b"RELATED:",
            ),
            *(
                b"data:image/png;base64,",
                b"AGENT:",
                b"20010203",
                b"--0203",
                b"X-ABDATE:",
                b"=C3=BC",
                b"PREF=1",
            ),
        ),
        size=4 * 1024,
        limit=16_000_000,
        microseconds=6,
        memory=40,
        shapes={
            "cards": repeat(HEAD + b"N:a;b\r\n" + TAIL),
            "beginnings": repeat(b"BEGIN:VCARD\r\n"),
            "ends": repeat(b"END:VCARD\r\n"),
            "agents": repeat(b"AGENT:\r\nBEGIN:VCARD\r\n", HEAD),
            "folded lines": repeat(b"a\r\n ", HEAD + b"NOTE:", TAIL),
            "empty folded lines": repeat(b"\r\n ", HEAD + b"NOTE:", TAIL),
            "soft breaks": repeat(b"=\r\n", HEAD + b"NOTE;QUOTED-PRINTABLE:", TAIL),
            "quoted-printable": repeat(b"=C3=BC", HEAD + b"NOTE;QUOTED-PRINTABLE:", TAIL),
            "base64 lines": repeat(b"AAAA\r\n", HEAD + b"PHOTO;BASE64:", TAIL),
            "base64 in bits": repeat(b"AA \t", HEAD + b"PHOTO;BASE64:", TAIL),
            "parameters": repeat(b";A=B", HEAD + b"TEL", b":1" + TAIL),
            "types": numbered(b";T%d", HEAD + b"TEL", b":1" + TAIL),
            "a list of types": numbered(b"T%d,", HEAD + b"TEL;TYPE=", b":1" + TAIL),
            "quotes in parameters": repeat(b'"', HEAD + b"TEL;A=", b":1" + TAIL),
            "parameters without end": repeat(b";", HEAD + b"TEL", TAIL),
            "a name": repeat(b"A", HEAD, TAIL),
            "groups": repeat(b"a.", HEAD, b"TEL:1" + TAIL),
            "telephones": numbered(b"TEL:%d\r\n", HEAD, TAIL),
            "addresses": numbered(b"ADR:;;%d\r\n", HEAD, TAIL),
            "labels": numbered(b"i%d.X-ABLABEL:a\r\n", HEAD, TAIL),
            "notes": repeat(b"NOTE:a\r\n", HEAD, TAIL),
            "a note": repeat(b"\\n", HEAD + b"NOTE:", TAIL),
            "categories": repeat(b",", HEAD + b"CATEGORIES:", TAIL),
            "different categories": numbered(b"%d,", HEAD + b"CATEGORIES:", TAIL),
            "components": repeat(b";", HEAD + b"ORG:", TAIL),
            "filled components": repeat(b"a;", HEAD + b"ORG:", TAIL),
            "backslashes": repeat(b"\\", HEAD + b"N:", TAIL),
            "escapes of a link": repeat(b"%41", HEAD + b"PHOTO:data:,", TAIL),
            "lines": repeat(b"\n", HEAD, TAIL),
            "charsets": repeat(b"N;CHARSET=x:\xe9\r\n", HEAD, TAIL),
            "values of no charset": numbered(b"TEL;CHARSET=x;QUOTED-PRINTABLE:=E9%d\r\n", HEAD, TAIL),
        },
    ),
)

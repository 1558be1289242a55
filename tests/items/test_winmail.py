"""Messages whose rich parts stand in winmail.dat, shown as what it holds."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import msgspec
import pytest

from overair.items import RenderOptions
from overair.items.attachments import Attachment, attachment
from overair.items.mail.message import Message, index_message
from overair.items.mail.parts import Index
from overair.items.rendering import _shown
from overair.items.rtf import compression
from overair.protocol.body_preferences import BodyPreference, BodyType
from overair.storage.blobs import FileBlobStore
from overair.versions import Version
from support.tnef import (
    BINARY,
    INTEGER,
    MESSAGE_INTERFACE,
    MESSAGE_LEVEL,
    STORAGE_INTERFACE,
    STRING,
    TIME,
    Letter,
    attribute,
    prop,
    properties,
    stored_rtf,
    stream,
)
from support.tnef import Attachment as File

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
OLE_FILE = bytes.fromhex("d0cf11e0a1b11ae1") + b"an object"
INNER = Letter(
    "Inneres ✓",
    "Ein Gruß ☂\r\n",
    attachments=(File("Zahlen für 2026.csv", b"1;2\r\n", "ZAHLEN~1.CSV"),),
    more=(
        prop(0x39, TIME, datetime(2026, 3, 1, 12, tzinfo=UTC)),
        prop(0x0C1A, STRING, "Otto Weiß"),
        prop(0x5D01, STRING, "otto@example.net"),
        prop(0x0E04, STRING, "Anna Ámund; Ben"),
    ),
)
RICH = Letter(
    "Plan",
    html="<html><body><p>Größe: <b>✓ ja</b></p><img src='cid:p@x'></body></html>".encode(),
    attachments=(
        File("Ein langer Name • Übersicht.pdf", b"%PDF-", "EINLAN~1.PDF", content_type="application/pdf"),
        File("image001.png", b"\x89PNG", content_type="image/png", content_id="p@x"),
        File("Inneres ✓", method=5, object=MESSAGE_INTERFACE + INNER.stream()),
        File("Zeichnung", method=6, object=STORAGE_INTERFACE + OLE_FILE),
    ),
    more=(prop(0x3FDE, INTEGER, 65001),),
)


def wrapped(tnef: bytes, text: str = "", **type_and_name: str) -> bytes:
    """A message with TNEF beside a text."""
    message = EmailMessage(policy=policy.SMTP)
    message["Subject"] = "Plan"
    message["From"] = "otto@example.net"
    message.set_content(text)
    kind = type_and_name.get("kind", "application/ms-tnef")
    message.add_attachment(
        tnef,
        maintype="application",
        subtype=kind.partition("/")[2],
        filename=type_and_name.get("name", "winmail.dat"),
    )
    return message.as_bytes()


@pytest.fixture
def blobs(tmp_path: Path) -> FileBlobStore:
    return FileBlobStore(tmp_path)


def stored(mime: bytes, blobs: FileBlobStore) -> Message:
    message = index_message(mime, NOW)
    again = msgspec.json.decode(msgspec.json.encode(message), type=Message)
    return msgspec.structs.replace(again, blob=blobs.put(mime))


def shown(message: Message, blobs: FileBlobStore, body_type: BodyType) -> Message:
    options = RenderOptions((BodyPreference(type=body_type),), mime_support=2)
    found = _shown(message, options, Version.V16_1, blobs, "5:17")
    assert isinstance(found, Message)
    return found


def body(message: Message, blobs: FileBlobStore, body_type: BodyType) -> str:
    found = shown(message, blobs, body_type).body
    assert found is not None
    assert found.type == body_type
    assert found.data is not None
    if body_type != BodyType.MIME:
        assert found.estimated_data_size == len(found.data.encode())
    return found.data


def attached(message: Message, blobs: FileBlobStore) -> list[Attachment]:
    found = []
    for one in shown(message, blobs, BodyType.HTML).attachments or ():
        assert isinstance(one, Attachment)
        found.append(one)
    return found


def content(message: Message, one: Attachment, blobs: FileBlobStore) -> bytes:
    data = attachment(message, one.file_reference.rpartition(":")[2], blobs).data
    assert one.estimated_data_size == len(data)
    return data


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("application/ms-tnef", "winmail.dat"),
        ("application/vnd.ms-tnef", "x"),
        ("application/octet-stream", "WINMAIL.DAT"),
    ],
)
@pytest.mark.req("MS-ASAIRS_R225", "MS-ASAIRS_R230", "MS-ASAIRS_R2299", "MS-ASAIRS_R100299")
def test_attachments_stand_in_place_of_the_file(blobs: FileBlobStore, kind: str, name: str) -> None:
    message = stored(wrapped(RICH.stream(), kind=kind, name=name), blobs)
    document, picture, inner, drawing = attached(message, blobs)
    assert [(one.display_name, one.method, one.is_inline) for one in (document, picture, inner, drawing)] == [
        ("Ein langer Name • Übersicht.pdf", 1, None),
        ("image001.png", 1, True),
        ("Inneres ✓.eml", 5, None),
        ("Zeichnung", 6, None),
    ]
    assert picture.content_id == "p@x"
    assert content(message, document, blobs) == b"%PDF-"
    assert content(message, picture, blobs) == b"\x89PNG"
    assert content(message, drawing, blobs) == OLE_FILE
    number = document.file_reference.rpartition(":")[2]
    assert attachment(message, number, blobs).content_type == "application/pdf"


def test_the_html_that_it_holds_is_the_body_where_there_is_no_other(blobs: FileBlobStore) -> None:
    message = stored(wrapped(RICH.stream()), blobs)
    assert message.native_body_type == 2
    assert "<b>✓ ja</b>" in body(message, blobs, BodyType.HTML)
    assert "Größe: ✓ ja" in body(message, blobs, BodyType.PLAIN_TEXT)
    assert message.index is not None
    assert message.index.preview.startswith("Größe: ✓ ja")


def test_its_text_too(blobs: FileBlobStore) -> None:
    message = stored(wrapped(Letter(text="Größe ✓\r\n" * 2_000).stream()), blobs)
    assert message.native_body_type == 1
    assert body(message, blobs, BodyType.PLAIN_TEXT).split() == ["Größe", "✓"] * 2_000
    assert "Größe ✓" in body(message, blobs, BodyType.HTML)
    assert attached(message, blobs) == []


def test_text_in_the_character_set_of_the_stream(blobs: FileBlobStore) -> None:
    old = stream(attribute(MESSAGE_LEVEL, 0x2800C, "Привет\0".encode("cp1251")), code_page=1251)
    assert body(stored(wrapped(old), blobs), blobs, BodyType.PLAIN_TEXT) == "Привет"


@pytest.mark.parametrize("form", [stored_rtf, "compressed"])
def test_rtf_that_it_holds_becomes_html_and_text(
    blobs: FileBlobStore, form: Callable[[bytes], bytes] | str
) -> None:
    rtf = rb"{\rtf1\ansi\ansicpg1252 Gr\'fc\'dfe, {\b fett}\par}"
    kept = stored_rtf(rtf)
    if form == "compressed":
        # Runs of eight literal bytes each.
        runs = b"".join(b"\0" + rtf[place : place + 8] for place in range(0, len(rtf), 8))
        kept = kept[:4] + len(rtf).to_bytes(4, "little") + b"LZFu" + bytes(4) + runs
    assert compression.decompress(kept) == rtf
    message = stored(wrapped(Letter(rtf=kept).stream()), blobs)
    assert message.native_body_type == 2
    assert "Grüße, " in body(message, blobs, BodyType.HTML)
    assert "Grüße, fett" in body(message, blobs, BodyType.PLAIN_TEXT)


def test_a_message_with_a_body_of_its_own_shows_that(blobs: FileBlobStore) -> None:
    message = stored(wrapped(RICH.stream(), "The text beside\n"), blobs)
    assert body(message, blobs, BodyType.PLAIN_TEXT).strip() == "The text beside"
    assert "ja" not in body(message, blobs, BodyType.HTML)
    assert [one.display_name for one in attached(message, blobs)][1] == "image001.png"
    # Nothing shows the picture within itself, so it has to stand among the attachments.
    assert [one.is_inline for one in attached(message, blobs)] == [None] * 4


def test_an_embedded_message_is_a_message_of_its_own(blobs: FileBlobStore) -> None:
    message = stored(wrapped(RICH.stream()), blobs)
    embedded = attached(message, blobs)[2]
    data = content(message, embedded, blobs)
    assert data == content(message, embedded, blobs)
    found = message_from_bytes(data, policy=policy.default)
    assert isinstance(found, EmailMessage)
    assert (found["Subject"], found["Date"].datetime) == ("Inneres ✓", datetime(2026, 3, 1, 12, tzinfo=UTC))
    assert str(found["From"]) == "Otto Weiß <otto@example.net>"
    text = found.get_body(("plain",))
    assert text is not None
    assert text.get_content().split() == ["Ein", "Gruß", "☂"]
    [file] = found.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("Zahlen für 2026.csv", "1;2\r\n")
    # It can be read as any message can.
    again = index_message(data, NOW)
    assert again.from_ == '"Otto Weiß" <otto@example.net>'
    assert [part.name for part in again.index.attachments] == ["Zahlen für 2026.csv"]  # type: ignore[union-attr]


def test_the_original_stays_as_it_came(blobs: FileBlobStore) -> None:
    mime = wrapped(RICH.stream())
    message = stored(mime, blobs)
    assert body(message, blobs, BodyType.MIME).encode() == mime


def nested(depth: int) -> bytes:
    tnef = Letter("innermost", "text").stream()
    for level in range(depth):
        inside = File(f"level {level}", method=5, object=MESSAGE_INTERFACE + tnef)
        tnef = Letter(f"level {level}", "text", attachments=(inside,)).stream()
    return tnef


def test_messages_within_each_other_end_as_a_file(blobs: FileBlobStore) -> None:
    message = stored(wrapped(nested(20)), blobs)
    [outer] = attached(message, blobs)
    found = message_from_bytes(content(message, outer, blobs), policy=policy.default)
    types = [part.get_content_type() for part in found.walk()]
    assert types.count("message/rfc822") == 7
    assert types[-1] == "application/ms-tnef"


WHOLE = RICH.stream()
BROKEN = {
    "nothing": b"",
    "another signature": b"y" + WHOLE[1:],
    "half": WHOLE[: len(WHOLE) // 2],
    "an attribute without end": stream(b"\x01\x03\x90\x06\x00\xff\xff\xff\x7f"),
    "a property without end": stream(
        attribute(MESSAGE_LEVEL, 0x69003, properties(prop(0x1000, STRING, "x"))[:-8])
    ),
    "too many properties": stream(
        attribute(MESSAGE_LEVEL, 0x69003, properties(*[prop(1, INTEGER, 1)] * 5_001))
    ),
    "a number of values": stream(
        attribute(MESSAGE_LEVEL, 0x69003, b"\x01\0\0\0" + b"\x1f\x10\x01\0" + b"\xff" * 8)
    ),
    "an unknown type": stream(attribute(MESSAGE_LEVEL, 0x69003, properties(prop(1, 0x77, 1)))),
    "too many attachments": Letter(attachments=(File("a", b"b"),) * 1_001).stream(),
    "nothing to be seen": Letter("subject alone").stream(),
    "no stream": b"a file of that name",
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_a_file_as_any_other(blobs: FileBlobStore, name: str) -> None:
    message = stored(wrapped(BROKEN[name], "The text beside"), blobs)
    [file] = attached(message, blobs)
    assert (file.display_name, file.method) == ("winmail.dat", 1)
    assert content(message, file, blobs) == BROKEN[name]
    assert body(message, blobs, BodyType.PLAIN_TEXT).strip() == "The text beside"


def test_what_a_transport_added_breaks_nothing(blobs: FileBlobStore) -> None:
    message = stored(wrapped(WHOLE + b"\r\n"), blobs)
    assert len(attached(message, blobs)) == 4


def test_a_message_that_is_nothing_but_tnef(blobs: FileBlobStore) -> None:
    head = b"Subject: Plan\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\n"
    mime = head + b"Content-Transfer-Encoding: binary\r\n\r\n" + WHOLE
    message = stored(mime, blobs)
    assert "<b>✓ ja</b>" in body(message, blobs, BodyType.HTML)
    assert content(message, attached(message, blobs)[0], blobs) == b"%PDF-"


def test_a_stored_index_of_a_version_without_places_inside_is_read() -> None:
    old = b'{"size":9,"attachments":[[1,"image/png",0,9,"base64",3,"",false,"p.png","c@x","",true]]}'
    [part] = msgspec.json.decode(old, type=Index).attachments
    assert (part.name, part.inside) == ("p.png", None)


def test_another_reader_finds_the_same_in_these_streams(tmp_path: Path, blobs: FileBlobStore) -> None:
    """That the streams of these tests are TNEF, not what this reader takes for it."""
    path = shutil.which("tnef")
    if path is None:
        pytest.skip("tnef is not installed")
    letter = Letter("Plan", "text", attachments=(File("a b.pdf", b"%PDF-", "A~1.PDF"), File("c.txt", b"c")))
    file = tmp_path / "winmail.dat"
    file.write_bytes(letter.stream())
    out = tmp_path / "out"
    out.mkdir()
    arguments = ["--save-body=body", "-C", str(out), str(file)]
    subprocess.run([path, *arguments], check=True, capture_output=True, timeout=60)
    theirs = {found.name: found.read_bytes() for found in out.iterdir()}
    message = stored(wrapped(file.read_bytes()), blobs)
    ours = {one.display_name: content(message, one, blobs) for one in attached(message, blobs)}
    assert theirs == {"a b.pdf": b"%PDF-", "c.txt": b"c"} == ours


def test_binary_properties_that_are_no_rtf_say_nothing(blobs: FileBlobStore) -> None:
    message = stored(wrapped(Letter(text="text", rtf=b"no RTF").stream()), blobs)
    assert message.native_body_type == 1
    assert body(message, blobs, BodyType.PLAIN_TEXT) == "text"
    data = File("a", b"", more=(prop(0x3701, BINARY, b"by value"),))
    [file] = attached(stored(wrapped(Letter(attachments=(data,)).stream()), blobs), blobs)
    assert file.estimated_data_size == 0

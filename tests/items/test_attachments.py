"""Attachments as their item shows them: what is inline, attached messages, embedded objects."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from overair.items.attachments import Attachment, attachment
from overair.items.mail.message import Message, index_message
from overair.items.rendering import RenderOptions, _shown
from overair.storage.blobs import FileBlobStore
from overair.versions import Version

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
PICTURE = b"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n"
INNER = b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe=3A_eins/zwei?=\r\nFrom: otto@example.net\r\n\r\nInside\r\n"


@pytest.fixture
def blobs(tmp_path: Path) -> FileBlobStore:
    return FileBlobStore(tmp_path)


def stored(mime: bytes, blobs: FileBlobStore) -> Message:
    return msgspec.structs.replace(index_message(mime, NOW), blob=blobs.put(mime))


def attached(message: Message, blobs: FileBlobStore) -> list[Attachment]:
    found = _shown(message, RenderOptions(()), Version.V16_1, blobs, "5:17")
    assert isinstance(found, Message)
    every = [one for one in found.attachments or () if isinstance(one, Attachment)]
    assert len(every) == len(found.attachments or ())
    return every


def content(message: Message, one: Attachment, blobs: FileBlobStore) -> tuple[str, bytes]:
    found = attachment(message, one.file_reference.rpartition(":")[2], blobs)
    assert found.name == one.display_name
    return found.content_type, found.data


def multipart(kind: str, *parts: bytes, head: bytes = b"") -> bytes:
    joined = b"".join(b"--b\r\n" + part + b"\r\n" for part in parts)
    return (
        head + b"Content-Type: multipart/" + kind.encode() + b"; boundary=b\r\n\r\n" + joined + b"--b--\r\n"
    )


def page(html: str, head: bytes = b"") -> bytes:
    return head + b"Content-Type: text/html; charset=utf-8\r\n\r\n" + html.encode()


def picture(head: bytes) -> bytes:
    return PICTURE + head + b"\r\n" + base64.b64encode(b"PNG")


def inline(
    html: str, head: bytes, *, kind: str = "related", page_head: bytes = b"", around: bytes = b""
) -> Attachment:
    """A picture beside a page, as it is shown."""
    mime = multipart(kind, page(html, page_head), picture(head), head=around)
    message = index_message(mime, NOW)
    assert message.index is not None
    [part] = message.index.attachments
    assert part.name
    return Attachment(
        file_reference=str(part.number),
        content_id=part.content_id,
        content_location=part.content_location,
        is_inline=part.inline,
    )


@pytest.mark.req("MS-ASAIRS_R160", "MS-ASAIRS_R1343", "MS-ASAIRS_R10020", "MS-ASAIRS_R100299")
@pytest.mark.parametrize("kind", ["related", "mixed"])
@pytest.mark.parametrize(
    ("reference", "content_id"),
    [
        ('<img src="cid:a@x">', b"<a@x>"),
        ("<img src=cid:a@x>", b"a@x"),
        ("<IMG SRC='CID:A@X'>", b"<a@x>"),
        ('<img src="cid:a%40x">', b"<a@x>"),
        ("<td style=\"background: url('cid:a@x')\">", b" <a@x> "),
        ("<td background=cid:a@x>", b"<a@x>"),
    ],
)
def test_a_picture_that_html_names_by_its_id_is_inline(kind: str, reference: str, content_id: bytes) -> None:
    shown = inline(reference, b"Content-ID: " + content_id + b"\r\n", kind=kind)
    assert (shown.is_inline, shown.content_id) == (True, "a@x")


@pytest.mark.req("MS-ASAIRS_R10020", "MS-ASAIRS_R100298")
@pytest.mark.parametrize(
    "head",
    [b"", b"Content-Disposition: inline\r\n", b"Content-ID: <a@x>\r\n", b"Content-Location: a.png\r\n"],
)
def test_what_no_html_shows_is_no_inline_picture(head: bytes) -> None:
    """A phone leaves inline pictures out of its list, so nobody would see it at all."""
    assert inline("<img src='cid:b@x'><img src=b.png>", head).is_inline is False


def test_nor_is_one_beside_plain_text(blobs: FileBlobStore) -> None:
    mime = multipart(
        "mixed", b"\r\ncid:a@x", picture(b"Content-ID: <a@x>\r\nContent-Disposition: inline\r\n")
    )
    [shown] = attached(stored(mime, blobs), blobs)
    assert (shown.content_id, shown.is_inline) == ("a@x", None)


@pytest.mark.req("MS-ASAIRS_R10020", "MS-ASAIRS_R100299")
@pytest.mark.parametrize(
    ("reference", "location", "page_head", "around"),
    [
        ("pic.png", b"pic.png", b"", b""),
        ("http://x.example/a/pic.png", b"http://x.example/a/pic.png", b"", b""),
        (
            "pic.png",
            b"http://x.example/a/pic.png",
            b"Content-Location: http://x.example/a/page.html\r\n",
            b"",
        ),
        ("../pic.png", b"http://x.example/pic.png", b"Content-Base: http://x.example/a/\r\n", b""),
        ("pic.png", b"http://x.example/a/pic.png", b"", b"Content-Location: http://x.example/a/\r\n"),
        ("http://x.example/a/pic.png", b"pic.png", b"", b"Content-Base: http://x.example/a/\r\n"),
        ("http://x.example/long/pic.png", b"http://x.example/\r\n long/pic.png", b"", b""),
    ],
)
def test_a_picture_that_html_names_by_its_place_is_called_as_the_html_does(
    reference: str, location: bytes, page_head: bytes, around: bytes
) -> None:
    head = b"Content-Location: " + location + b"\r\n"
    shown = inline(f'<p>x<img alt="" src="{reference}">', head, page_head=page_head, around=around)
    assert (shown.is_inline, shown.content_location) == (True, reference)


def test_a_place_that_makes_no_sense_is_left_as_it_is() -> None:
    shown = inline(
        "<img src='//[x'>", b"Content-Location: //[y\r\n", page_head=b"Content-Base: http://a/\r\n"
    )
    assert (shown.is_inline, shown.content_location) == (False, "//[y")


@pytest.mark.req("MS-ASAIRS_R2299", "MS-ASAIRS_R93")
@pytest.mark.parametrize(
    ("head", "data", "name"),
    [
        (b"Content-Type: message/rfc822\r\n", INNER, "Grüße_ eins_zwei.eml"),
        (b"Content-Type: message/rfc822; name=letter.txt\r\n", INNER, "letter.txt.eml"),
        (b"Content-Type: message/rfc822; name=letter.EML\r\n", INNER, "letter.EML"),
        (b"Content-Type: message/global\r\n", INNER, "Grüße_ eins_zwei.eml"),
        (b"Content-Type: message/rfc822\r\n", b"From: a@b\r\n\r\nx", "message.eml"),
    ],
)
def test_an_attached_message_is_a_file_of_its_own(
    blobs: FileBlobStore, head: bytes, data: bytes, name: str
) -> None:
    message = stored(multipart("mixed", b"\r\ntext", head + b"\r\n" + data), blobs)
    [shown] = attached(message, blobs)
    assert (shown.display_name, shown.method, shown.is_inline) == (name, 5, None)
    kind = head.partition(b": ")[2].rstrip().partition(b";")[0].decode()
    assert content(message, shown, blobs) == (kind, data)
    assert shown.estimated_data_size == len(data)


def test_an_attached_message_may_be_encoded(blobs: FileBlobStore) -> None:
    """It must not be, but Exchange and others write such."""
    head = b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    message = stored(multipart("mixed", b"\r\ntext", head + base64.encodebytes(INNER)), blobs)
    [shown] = attached(message, blobs)
    assert (shown.method, shown.estimated_data_size) == (5, len(INNER))
    assert content(message, shown, blobs)[1] == INNER


def test_messages_in_messages_are_one_attachment_with_all_inside(blobs: FileBlobStore) -> None:
    inner = multipart("mixed", b"\r\nmiddle", b"Content-Type: message/rfc822\r\n\r\n" + INNER).replace(
        b"=b", b"=c"
    )
    inner = b"Subject: middle\r\n" + inner.replace(b"--b", b"--c")
    message = stored(multipart("mixed", b"\r\nouter", b"Content-Type: message/rfc822\r\n\r\n" + inner), blobs)
    [shown] = attached(message, blobs)
    assert shown.display_name == "middle.eml"
    data = content(message, shown, blobs)[1]
    assert data == inner
    [innermost] = attached(stored(data, blobs), blobs)
    assert content(stored(data, blobs), innermost, blobs)[1] == INNER


def test_the_messages_of_a_digest(blobs: FileBlobStore) -> None:
    message = stored(multipart("digest", b"\r\n" + INNER, b"\r\nSubject: two\r\n\r\n2"), blobs)
    assert [(one.display_name, one.method) for one in attached(message, blobs)] == [
        ("Grüße_ eins_zwei.eml", 5),
        ("two.eml", 5),
    ]


@pytest.mark.req("MS-ASAIRS_R220", "MS-ASAIRS_R225", "MS-ASAIRS_R230")
@pytest.mark.parametrize(
    ("kind", "method"),
    [("application/x-ole", 6), ("application/x-oleobject", 6), ("application/pdf", 1), ("x/y", 1)],
)
def test_an_embedded_object_says_so(blobs: FileBlobStore, kind: str, method: int) -> None:
    part = f"Content-Type: {kind}; name=a.bin\r\n\r\nobject".encode()
    message = stored(multipart("mixed", b"\r\ntext", part), blobs)
    [shown] = attached(message, blobs)
    assert shown.method == method
    assert content(message, shown, blobs) == (kind, b"object")

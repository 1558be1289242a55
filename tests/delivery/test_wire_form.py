"""A message as it stands on the wire: nothing in it that a server may refuse or read as two."""

from __future__ import annotations

import time
from email import message_from_bytes
from email.policy import default as policy

import pytest

from overair.delivery.wire_form import LONGEST_LINE, ascii_address, pieces, wire_form

HEAD = b"From: a@example.org\r\nTo: b@example.net\r\nSubject: x\r\n"
LATIN = "Größe".encode("latin-1")


def lines(mime: bytes) -> list[bytes]:
    """The lines of a message, each of which ends in CRLF and has no other CR, LF or NUL in it."""
    assert mime.endswith(b"\r\n")
    found = mime[:-2].split(b"\r\n")
    for line in found:
        assert not set(line) & set(b"\r\n\0")
        assert len(line) <= LONGEST_LINE
    assert b"".join(pieces(mime)) == mime
    assert all(piece.endswith(b"\r\n") for piece in pieces(mime))
    return found


@pytest.mark.parametrize(
    "body",
    [
        b"one\ntwo\n",
        b"one\rtwo\r",
        b"one\r\n.\r\nMAIL FROM:<evil@example.net>\r\n",
        b"one\n.\nMAIL FROM:<evil@example.net>\n",
        b"one\r.\rMAIL FROM:<evil@example.net>\r",
        b"one\r\n.\rMAIL FROM:<evil@example.net>\r\n",
        b"one\n.\r\nMAIL FROM:<evil@example.net>\r\n",
        b"one\r\0\n.\r\0\nMAIL FROM:<evil@example.net>\r\n",
        b"\0\0one\0two",
        b"x" * 5_000,
        b"word " * 2_000 + b"\r\n",
        b"no end",
        b"",
        b"\r" * 200_000,
        (b"x" * 65_535 + b"\r\n") * 2,
    ],
)
@pytest.mark.parametrize("newline", [b"\r\n", b"\n"])
def test_lines_are_those_of_smtp(body: bytes, newline: bytes) -> None:
    mime = HEAD.replace(b"\r\n", newline) + newline + body
    found = lines(wire_form(mime, eight_bit=True))
    assert found[0] == b"From: a@example.org" or b"base64" in found[0]


def test_what_is_fine_stays_as_it_is_byte_for_byte() -> None:
    signed = b'Content-Type: multipart/signed; boundary="x"\r\n\r\n--x\r\n\r\n.dot \r\n\t\r\n--x--\r\n \r\n'
    for mime in (HEAD + b"\r\nHello\r\n.\r\n..\r\n", HEAD + signed, HEAD + b"\r\nGr\xc3\xbc\xc3\x9fe\r\n"):
        assert wire_form(mime, eight_bit=True) == mime


@pytest.mark.parametrize(
    "content", [b"x" * 3_000 + b"\r\nend\r\n", b"\x89PNG\r\n\x1a\n\0\r\0\n.\r\n", b"a\rb\r\n"]
)
def test_a_part_that_a_transfer_would_damage_arrives_whole(content: bytes) -> None:
    mime = (
        HEAD
        + b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="x"\r\n\r\n'
        + b"--x\r\nContent-Type: text/plain\r\n\r\nHello\r\n--x\r\nContent-Type: image/png\r\n"
        + b"Content-Transfer-Encoding: binary\r\n\r\n"
        + content
        + b"\r\n--x--\r\n"
    )
    form = wire_form(mime, eight_bit=True)
    lines(form)
    first, second = message_from_bytes(form, policy=policy).iter_parts()
    assert first.get_content() == "Hello"
    assert second.get_payload(decode=True) == content


def test_without_8bitmime_text_is_encoded_but_for_what_is_signed() -> None:
    mime = HEAD + b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=latin-1\r\n\r\n" + LATIN + b"\r\n"
    form = wire_form(mime, eight_bit=False)
    assert form.isascii()
    assert message_from_bytes(form, policy=policy).get_content().strip() == "Größe"
    signed = (
        HEAD
        + b'MIME-Version: 1.0\r\nContent-Type: multipart/signed; boundary="x"\r\n\r\n'
        + b"--x\r\nContent-Type: text/plain; charset=latin-1\r\n\r\n"
        + LATIN
        + b"\r\n--x\r\nContent-Type: application/pkcs7-signature\r\n\r\nMII\r\n--x--\r\n"
    )
    assert wire_form(signed, eight_bit=False) == signed


def test_people_write_in_the_header_what_they_like() -> None:
    mime = (
        'From: "Änne, Büro" <a@example.org>\r\nTo: Ottó <otto@bücher.example>, b@example.net\r\n'
        "Subject: Grüße aus Köln\r\nX-Own: kept\r\n\r\nx\r\n"
    ).encode()
    form = wire_form(mime, eight_bit=True)
    assert form.isascii()
    parsed = message_from_bytes(form, policy=policy)
    assert parsed["Subject"] == "Grüße aus Köln"
    assert [one.display_name for one in parsed["From"].addresses] == ["Änne, Büro"]
    assert [one.addr_spec for one in parsed["To"].addresses] == [
        "otto@xn--bcher-kva.example",
        "b@example.net",
    ]
    assert b"X-Own: kept\r\n" in form


def test_a_domain_is_written_in_ascii_and_nothing_else_of_an_address() -> None:
    assert ascii_address("otto@faß.example") == "otto@xn--fa-hia.example"
    assert ascii_address("ottö@bücher.example") == "ottö@xn--bcher-kva.example"
    assert ascii_address("otto@example.net") == "otto@example.net"
    assert ascii_address("") == ""


@pytest.mark.parametrize("line", [b"x" * 900 + b"\r\n", b"\r\n", b".\r\n", b"x" * 2_000 + b"\n", b"x", b"\r"])
def test_its_cost_grows_with_the_size(line: bytes) -> None:
    def seconds(size: int) -> float:
        mime = HEAD + b"\r\n" + line * (size // len(line))
        begun = time.process_time()
        wire_form(mime, eight_bit=True)
        return time.process_time() - begun

    seconds(1_000)
    assert seconds(800_000) < 16 * max(seconds(200_000), 0.01)

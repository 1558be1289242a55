"""Messages taken apart: the places of their parts, and limits."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from email import message_from_bytes

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from overair.items.mail import message_lines
from overair.items.mail.message import Message, index_message
from overair.items.mail.structure import MAX_DEPTH, MAX_PARTS, LocatedMessage, extent, is_leaf, parse
from support.shared import SHARED, needs_shared, shared

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
CORPUS = sorted((SHARED / "corpora/mime").glob("*.msg")) if SHARED else []

lines = st.sampled_from(
    [
        b"--a",
        b"--a--",
        b"--b",
        b"",
        b"text",
        b"Content-Type: multipart/mixed; boundary=a",
        b"Content-Type: multipart/alternative; boundary=b",
        b"Content-Type: message/rfc822",
        b"Content-Type: message/delivery-status",
        b"Content-Type: text/html; charset=*0",
        b"Content-Transfer-Encoding: base64",
        b"Subject: \xff =?utf-8?q?=C3?=",
        b"Content-Disposition: attachment; filename*=\0'x'%ff",
        b"From x",
        b" folded",
    ]
)
messages = st.one_of(
    st.binary(max_size=2_000),
    st.tuples(st.lists(lines, max_size=40), st.sampled_from([b"\n", b"\r\n", b"\r"])).map(
        lambda drawn: drawn[1].join(drawn[0])
    ),
)


def leaves(part: LocatedMessage) -> list[LocatedMessage]:
    return [part] if is_leaf(part) else [leaf for child in part.children for leaf in leaves(child)]


def assert_places(mime: bytes) -> None:
    for leaf in leaves(parse(mime)):
        offset, length = extent(leaf, mime)
        assert 0 <= offset <= offset + length <= len(mime)
        if leaf.source is not None:
            assert mime[offset : offset + length] == leaf.source.encode("ascii", "surrogateescape")


@given(messages)
def test_every_part_stands_where_the_index_says(mime: bytes) -> None:
    assert_places(mime)


@given(messages)
def test_any_bytes_make_an_index_that_survives_json(mime: bytes) -> None:
    message = index_message(mime, NOW)
    assert message.index is not None
    assert message.index.size == len(mime)
    assert msgspec.json.decode(msgspec.json.encode(message), type=Message) == message


@needs_shared
@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_places_in_the_corpus(path: object) -> None:
    mime = shared(f"corpora/mime/{getattr(path, 'name', '')}").read_bytes()
    assert_places(mime)
    assert msgspec.json.decode(msgspec.json.encode(index_message(mime, NOW)), type=Message).index is not None


def test_deep_nesting_ends_in_an_attachment() -> None:
    mime = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level) for level in range(1_000)
    )
    index = index_message(mime, NOW).index
    assert index is not None
    assert index.attachments[0].content_type == "application/octet-stream"
    assert mime[index.attachments[0].offset :].startswith(b"--b%d" % (MAX_DEPTH))


def test_too_many_parts_are_one_text() -> None:
    mime = b"Subject: many\nContent-Type: multipart/mixed; boundary=a\n\n" + b"--a\n\nx\n" * (MAX_PARTS + 1)
    message = index_message(mime, NOW)
    assert message.subject == "many"
    assert message.index is not None
    assert [part.content_type for part in message.index.text_body] == ["text/plain"]
    assert message.index.text_size == 7 * (MAX_PARTS + 1)


HOSTILE = {
    "boundaries": b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a\n\n" * 100_000,
    "nested": b"Content-Type: multipart/mixed; boundary=a\n\n--a\n" * 20_000,
    "nested messages": b"Content-Type: message/rfc822\n\n" * 20_000,
    "headers": b"X: y\n" * 200_000,
    "addresses": b"To: " + b"a@b," * 100_000,
    "comments": b"To: " + b"(" * 100_000,
    "quotes": b"To: " + b'"' * 100_000,
    "encoded words": b"Subject: " + b"=?utf-8?q?x?= " * 50_000,
    "half an encoded word": b"Subject: " + b"=?" * 200_000,
    "parameters": b"Content-Type: text/plain" + b"; a*0=b" * 20_000,
    "references": b"References: " + b"<" * 400_000,
    "replies": b"Subject: " + b"Re: " * 100_000,
    "folded": b"Subject: x\n" + b" y\n" * 200_000,
    "html": b"Content-Type: text/html\n\n" + b"<b><p></b>" * 50_000,
    "base64": b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n" + b"=" * 500_000,
    "quoted-printable": b"Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\n"
    + b"=" * 500_000,
    "uuencode": b"Content-Type: text/plain\nContent-Transfer-Encoding: x-uuencode\n\nbegin 644 x\n"
    + b"M\n" * 200_000,
    "8 bit": b"Content-Type: text/plain\n\n" + bytes(range(128, 256)) * 4_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_messages_take_little_time(name: str) -> None:
    began = time.process_time()
    assert index_message(HOSTILE[name], NOW).index is not None
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("german-qp.msg", "Hallo, das ist eine Testnachricht mit 8 Bit Sönderzäichen"),
        ("bluedot-postcard.msg", "Having a wonderful time... wish you were looking"),
        ("multi-2gifs.msg", "When unpacked, this message should produce two GIF files"),
        ("twopart.msg", "JOY LEE;Batiment Le Rabelais 22 Ave. des Nations"),
        ("ticket-60931.msg", "HELLO"),
        ("uu-junk-target.msg", "Eryq - I occasionally receive an email"),
        ("not-mime.msg", "try reading the LaTeX Companion"),
    ],
)
def test_the_text_that_a_reader_sees(name: str, text: str) -> None:
    message = index_message(shared(f"corpora/mime/{name}").read_bytes(), NOW)
    assert message.index is not None
    assert " ".join(message.index.text.split()).startswith(text)


@pytest.mark.parametrize(
    ("name", "attachments"),
    [
        ("dup-names.msg", ["one.gif", "one.gif", "two.nice.gif", "two.nice.gif", "two.nice.gif"]),
        ("russian.msg", ["Список.doc"]),
        ("attachment-filename-encoding-Latin1.msg", ["attachment.äöü"]),
        ("attachment-filename-encoding-UTF8.msg", ["attachment.äöü"]),
        ("ak-0696.msg", ["Re_ 34Mbit_s Netz.eml"]),
        ("twopart.msg", ["uk7200_110_6.jpg"]),
        ("simple.msg", []),
    ],
)
def test_the_attachments_that_a_reader_sees(name: str, attachments: list[str]) -> None:
    message = index_message(shared(f"corpora/mime/{name}").read_bytes(), NOW)
    assert message.index is not None
    assert [part.name for part in message.index.attachments] == attachments


@given(mime=messages, piece=st.integers(1, 40))
def test_pieces_make_no_difference(mime: bytes, piece: int) -> None:
    whole = index_message(mime, NOW)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(message_lines, "PIECE", piece)
        assert index_message(mime, NOW) == whole


@pytest.mark.parametrize("fold", [b"\r\n ", b"\n ", b"\r\n\t"])
def test_a_boundary_that_is_folded_divides_its_parts(fold: bytes) -> None:
    head = b'Content-Type: multipart/mixed; boundary="simple' + fold + b'boundary"\r\n\r\n'
    separator = b"--simple" + fold.lstrip(b"\r\n") + b"boundary"
    mime = head + separator + b"\r\n\r\nfirst\r\n" + separator + b"\r\n\r\nsecond\r\n" + separator + b"--"
    assert [leaf.source for leaf in leaves(parse(mime))] == ["first", "second"]
    assert_places(mime)


@pytest.mark.parametrize("fold", [b" ", b"\r\n "])
def test_the_first_of_two_content_types_counts(fold: bytes) -> None:
    first = b"Content-Type: text/plain;" + fold + b"charset=\xff\r\n"
    [leaf] = leaves(parse(first + b"Content-Type: text/html;\r\n charset=utf-8\r\n\r\nx"))
    assert leaf.get_content_type() == "text/plain"


@pytest.mark.parametrize("boundary", ["simple", "=_(a.b)+c?[d]\\\\", "a  b", "++'/:", "-", "--x--"])
def test_boundaries_are_found_without_expressions_as_with_them(
    monkeypatch: pytest.MonkeyPatch, boundary: str
) -> None:
    line = f"\r\n--{boundary}".encode()
    ends = [b"\r\n", b" \t\r\n", b"\n", b"x\r\n", b"-\r\n", b"--y\r\n", b" z\r\n"]
    parts = b"".join(line + end + b"\r\nA: b\r\n\r\n%d" % count for count, end in enumerate(ends))
    name = boundary.replace("\\", "\\\\").encode()
    mime = b'Content-Type: multipart/mixed; boundary="' + name + b'"\r\n\r\nbefore' + parts
    mime += line + b"-- \r\nbehind"
    own = [part.get_content_type() for part in parse(mime).walk()]
    assert own == [part.get_content_type() for part in message_from_bytes(mime).walk()]
    assert len(own) > 3

    def none(*_arguments: object) -> None:
        raise AssertionError("an expression was compiled")

    monkeypatch.setattr(re, "compile", none)
    assert len(list(parse(mime).walk())) == len(own)

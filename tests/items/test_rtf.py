"""Rich Text Format: read, decompressed, made."""

from __future__ import annotations

import struct
import time
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overair.items import rtf
from overair.items.markup import html_to_text

# The examples of MS-OXRTFCP, and what they decompress to.
EXAMPLES = {
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0": (
        b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    ),
    "1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0": b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}",
}


@pytest.mark.parametrize(("compressed", "plain"), EXAMPLES.items())
def test_compressed_rtf(compressed: str, plain: bytes) -> None:
    data = bytes.fromhex(compressed)
    assert rtf.is_compressed(data)
    assert rtf.decompress(data) == plain


def test_what_is_stored_and_not_compressed() -> None:
    plain = b"{\\rtf1 x}"
    assert rtf.decompress(struct.pack("<II4sI", len(plain) + 12, len(plain), b"MELA", 0) + plain) == plain


def test_damaged_compressed_rtf_is_read_as_far_as_it_goes() -> None:
    data = bytes.fromhex(next(iter(EXAMPLES)))
    for size in range(16, len(data)):
        assert next(iter(EXAMPLES.values())).startswith(rtf.decompress(data[:size]))
    for broken in (b"", b"{\\rtf1}", data[:15], data[:8] + b"XXXX" + data[12:]):
        with pytest.raises(ValueError, match="no compressed RTF"):
            rtf.decompress(broken)


def test_a_reference_may_lie_before_the_beginning_and_run_into_itself() -> None:
    def of(*references: int, size: int) -> bytes:
        tokens = b"".join(struct.pack(">H", one) for one in references)
        content = bytes([2 ** len(references) - 1]) + tokens
        return rtf.decompress(
            struct.pack("<II4sI", len(content) + 12, size, b"LZFu", crc32(content)) + content
        )

    assert of(206 << 4 | 15, size=17) == b"x" * 17
    assert of(4000 << 4 | 1, size=3) == bytes(3)


HEAD = rb"{\rtf1\ansi\ansicpg1251\deff0{\fonttbl{\f0\fcharset204 Arial;}{\f1\fcharset128 MS Gothic;}"
HEAD += rb"{\f2\fcharset0 Arial;}}"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (rb"\'cf\'f0\'e8 a", "При a"),
        (rb"\f1 \'83e\'83X\'83g", "テスト"),
        (rb"{\f1 \'83\\}x", "ソx"),
        (rb"\f2 caf\'e9", "café"),
        (b"\\f1 \x83\x65\x83\x58", "テス"),
        (rb"\u1055?\uc2\u1088 ab\u1080\'c0\'c1.", "При."),
        (rb"\uc0\u1055\u1088", "Пр"),
        (rb"\u-10179?\u-8704?", "😀"),
        (rb"\u-10179?x", "�x"),
        (rb"{\b bold}{\i it\b0 al}\plain x", "bolditalx"),
        (rb"a\par b\line c\tab d\cell e\row f", "a\nb\nc\td\te\nf"),
        (rb"\{\\\}\~\_\-\emdash\'d8", "{\\}\xa0\u2011—Ш"),
        (b"a\r\nb\\\nc", "ab\nc"),
        (rb"{\v hidden}{\*\unknown no{\b no}}{\pict 89504e}{\stylesheet{\s0 Normal;}}x", "x"),
        (
            rb"{\info{\title no}}{\header no}{\*\shppict{\pict no}}{\object{\*\objdata 00}{\result yes}}",
            "yes",
        ),
        (rb'{\field{\*\fldinst{HYPERLINK "http://x"}}{\fldrslt{\ul link}}}!', "link!"),
        (rb"{\upr{ansi}{\*\ud{unicode}}}", "ansi"),
        (rb"{\pntext\f0 1.\tab}one", "1.\tone"),
        (rb"{\*\shpinst{\sp{\sn a}{\sv b}}{\shptxt box}}", "box"),
        (b"\\bin5 \x00{}\\}x", "x"),
        (rb"\ls99999999999999999999 x\'zzy", "xzzy"),
        (b"x\x00", "x"),
    ],
)
def test_rtf_as_text(body: bytes, text: str) -> None:
    assert rtf.to_text(HEAD + body + b"}ignored") == text


@pytest.mark.parametrize("head", [rb"\mac", rb"\pc", rb"\pca", rb"\ansi\ansicpg65001", rb"\ansi\ansicpg936"])
def test_character_sets_of_documents(head: bytes) -> None:
    codec = {rb"\mac": "mac_roman", rb"\pc": "cp437", rb"\pca": "cp850"}.get(head)
    codec = codec or ("utf-8" if b"65001" in head else "gb18030")
    text = "中文" if codec == "gb18030" else "Grüße"
    escaped = "".join(f"\\'{byte:02x}" for byte in text.encode(codec))
    assert rtf.to_text(b"{\\rtf1" + head + b" " + escaped.encode() + b"}") == text


def test_rtf_as_html() -> None:
    shown = rtf.to_html(
        rb"{\rtf1 a <b> {\b B\i I} \strike S\strike0  H{\sub 2}O x{\super 2}\par"
        rb'{\field{\*\fldinst HYPERLINK "https://x.y/?a=1&b"}{\fldrslt l{\b i}nk}}'
        rb'{\field{\*\fldinst HYPERLINK "javascript:alert(1)"}{\fldrslt bad}}}'
    )
    assert shown == (
        "<html><body><div>a &lt;b&gt; <b>B</b><b><i>I</i></b> <s>S</s> H<sub>2</sub>O x<sup>2<br>\n</sup>"
        '<a href="https://x.y/?a=1&amp;b">l<b>i</b>nk</a>bad</div></body></html>'
    )


FROM_HTML = rb"""{\rtf1\ANSI\ansicpg1251\fromhtml1 \deff0 {\fonttbl {\f0\fmodern Courier New;}{\f1 A;}}
{\*\htmltag19 <html>}{\*\htmltag34 <head>\par \tab }{\*\htmltag41 </head>}
{\*\htmltag50 <body>}{\*\htmltag64 <p title="\'cf\{\}">}\htmlrtf \par\htmlrtf0 text\htmlrtf  twice\htmlrtf0
{\*\htmltag84 <b>}\htmlrtf {\b\htmlrtf0  \'cf\u1088?{\*\htmltag92 </b>}\htmlrtf }\htmlrtf0
{\*\htmltag84 &lt;}\htmlrtf <\htmlrtf0 1 \~ 2{\*\mhtmltag84 <img src="cid:1">}{\*\htmltag84 <img src="a">}\par
{\*\htmltag72 </p>}{\*\htmltag58 </body>}{\*\htmltag27 </html>}}"""


def test_the_html_that_rtf_was_made_from() -> None:
    assert rtf.to_html(FROM_HTML) == (
        "<html><head>\n\t</head><body>"
        '<p title="П{}">text<b> Пр</b>&lt;1 &nbsp; 2<img src="a">\n</p></body></html>'
    )
    assert rtf.to_text(FROM_HTML) == "text Пр<1   2"


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]) | st.sampled_from("\n\t{}\\"), max_size=60
)


@given(TEXTS)
def test_text_comes_back_from_rtf(text: str) -> None:
    assert rtf.to_text(rtf.from_text(text)) == text.rstrip("\n")


@given(st.lists(st.sampled_from('aé日😀<>&"{}\\\n\t '), max_size=40).map("".join))
def test_text_of_html_comes_back_from_rtf(text: str) -> None:
    page = text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br>")
    made = rtf.from_html(f"<p><b>{page}</b></p>")
    assert rtf.to_text(made).split() == html_to_text(page).split()


def test_html_as_rtf() -> None:
    page = '<h1>T</h1><p>a <b>b <a href="https://x.y/">c</b></a> <i>d</i></p><blockquote>q</blockquote>'
    made = rtf.from_html(page)
    assert made.isascii()
    assert rtf.to_text(made) == "T\n\na b c d\n\nq"
    assert rtf.to_html(made) == (
        "<html><body><div><b>T<br>\n<br>\n</b>a<b> b </b>"
        '<a href="https://x.y/"><b>c</b></a><i> d<br>\n<br>\n</i>q</div></body></html>'
    )


@pytest.mark.parametrize(
    "data", [rtf.from_text("Grüße 😀 {x} " * 20), rtf.from_html("<b>😀é</b><i>x" * 20), FROM_HTML]
)
def test_a_cut_of_rtf_is_rtf(data: bytes) -> None:
    whole = rtf.to_text(data)
    for size in range(len(data) + 2):
        part = rtf.cut(data, size)
        assert len(part) <= size
        assert part.count(b"{") - part.count(b"\\{") == part.count(b"}") - part.count(b"\\}")
        if data is not FROM_HTML:
            shown = rtf.to_text(part)
            assert whole.startswith(shown)
            # At most one token and the braces are left out.
            assert size < 110 or len(shown) >= len(rtf.to_text(data[:size])) - 16
    assert rtf.cut(data, len(data)) == data


@given(
    st.lists(
        st.sampled_from([b"{", b"}", b"\\", b"\\u", b"55357", b" ", b"\\'", b"e9", b"\\*", b"\\bin3 ", b"x"])
    )
)
def test_any_bytes_are_read(pieces: list[bytes]) -> None:
    for data in (b"".join(pieces), b"{\\rtf1 " + b"".join(pieces), b"{\\rtf1\\fromhtml1 " + b"".join(pieces)):
        rtf.to_text(data).encode()
        rtf.to_html(data).encode()
        assert len(rtf.cut(data, 10)) <= 10


HOSTILE = (
    *(b"{", b"{}", b"\\b ", b"\\b a\\b0 b", b"\\u1234?", b"\\'41", b"\\f1 a", b"{\\*\\x y}", b"\\bin1 "),
    *(b'{\\field{\\*\\fldinst HYPERLINK "http://x"}{\\fldrslt x}}', b"{\\fldinst a", b"\\htmlrtf x", b"\\"),
)


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_rtf_takes_linear_time(piece: bytes) -> None:
    data = b"{\\rtf1 " + piece * (80_000 // len(piece))
    began = time.process_time()
    rtf.to_text(data)
    shown = rtf.to_html(data)
    rtf.cut(data, 50_000)
    assert time.process_time() - began < 2
    assert len(shown) < 8 * len(data)


def test_a_long_address_is_not_said_again_and_again() -> None:
    inner = b'{\\field{\\*\\fldinst HYPERLINK "http://y"}{\\fldrslt y}}z'
    data = b'{\\rtf1{\\field{\\*\\fldinst HYPERLINK "http://%b"}{\\fldrslt a%b}}}' % (
        b"x" * 1_900,
        inner * 500,
    )
    assert len(rtf.to_html(data)) < 2 * len(data)

"""Rich text and what becomes of bodies: RTF, compressed RTF, folded text, character sets, own parts."""

from __future__ import annotations

from typing import Final, NamedTuple

from fuzz.letters import PAGES, html_shapes
from fuzz.target import Target, repeat
from overair.items import charsets, rtf
from overair.items.flowed import unfolded
from overair.items.mail.own_part import own_part
from overair.items.markup import html_to_text
from overair.items.plain_html import html_document

RTF_HEAD: Final = rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset128 B;}}"
RTF: Final = (
    RTF_HEAD + rb"\f1 \'83e\'83X{\b b\i i}\par\u-10179?\u-8704?{\*\x no}\'e9}",
    rb'{\rtf1{\field{\*\fldinst HYPERLINK "http://x.y/"}{\fldrslt\ul link}}\cell\row\line\tab\bin3 {}\}',
    rb"{\rtf1\ansi\fromhtml1{\*\htmltag64 <p>}\htmlrtf \par\htmlrtf0 a{\*\mhtmltag1 <b>}{\*\htmltag72 </p>}}",
    rtf.from_html("<h1>T</h1><p>a <b>b <a href='http://x'>c</b></a> \u65e5<blockquote type=cite>q"),
)
COMPRESSED_HEAD: Final = b"\xff\xff\x00\x00\xff\xff\xff\x7fLZFu\x00\x00\x00\x00"
COMPRESSED: Final = (
    bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0"),
    b"\x10\x00\x00\x00\x04\x00\x00\x00MELA\x00\x00\x00\x00rtf1",
    COMPRESSED_HEAD + b"\x02a\x0c\xff",
)
RTF_SHAPES: Final = {
    "groups": b"{",
    "styled text": b"\\b a\\b0 b",
    "units": b"\\u55357?",
    "links": b'{\\field{\\*\\fldinst HYPERLINK "http://x"}{\\fldrslt x}}',
    "an instruction": b"{\\fldinst a",
    "tags": b"{\\*\\htmltag <b>}",
    "signs": b"\\",
}


class Rich(NamedTuple):
    """RTF, as text and as HTML."""

    rtf: bytes
    text: str
    html: str


def read_rtf(data: bytes) -> Rich:
    return Rich(data, rtf.to_text(data), rtf.to_html(data))


def check_rtf(rich: Rich) -> None:
    """What is read is text; a start of RTF is RTF; text survives its way through RTF."""
    rich.text.encode()
    rich.html.encode()
    assert len(rich.html) <= 200 + 12 * len(rich.rtf)
    for size in (1, 50, 300):
        assert len(rtf.cut(rich.rtf, size)) <= size
    plain = "".join(one for one in rich.text if one >= " " and one != "\x7f")
    assert rtf.to_text(rtf.from_text(plain)) == plain
    rtf.to_text(rtf.from_html(rich.html)).encode()


def check_decompressed(found: bytes) -> None:
    """It is no bomb: what is read of 8 KB is at most nine times as long."""
    assert len(found) <= 9 * 8 * 1024 + 20


def read_flowed(data: bytes) -> tuple[str, str]:
    source = data.decode("utf-8", "replace")
    return source, unfolded(source, delete_space=False)


def check_flowed(read: tuple[str, str]) -> None:
    """A start of it gives a start, and nothing but folds, stuffed spaces and signs is lost."""
    source, whole = read
    for size in (5, 50, len(source) // 2):
        start = unfolded(source[:size], delete_space=False, complete=size >= len(source))
        assert whole.startswith(start)
    assert "".join(whole.replace(">", "").split()) == "".join(source.replace(">", "").split())


def read_label(data: bytes) -> tuple[str, bytes, str]:
    """A text with the label that stands on its first line."""
    label, _, content = data.partition(b"\n")
    name = label.decode("utf-8", "replace")
    codec = charsets.resolve(name, content, is_html=b"<" in content)
    return codec, content, charsets.decode(content, codec)


def check_label(read: tuple[str, bytes, str]) -> None:
    """Text without surrogates; of a start of it, a start, but for what may become another character."""
    codec, content, whole = read
    whole.encode("utf-8", "surrogatepass")
    charsets.decode_start(content[: len(content) // 2], codec)
    charsets.code_page(codec)


def read_own(data: bytes) -> tuple[str, str]:
    page = data.decode("utf-8", "replace")
    return page, own_part(page)


def check_own(read: tuple[str, str]) -> None:
    """It is no longer than the page, but for its end, and the page without marks is itself."""
    page, own = read
    assert len(own) <= len(page) + 30
    html_to_text(own)
    text = html_to_text(page).replace(">", " ").replace("-", " ")
    made = html_document(text)
    assert own_part(made) == made


TARGETS: Final = (
    Target(
        name="rtf",
        read=read_rtf,
        check=check_rtf,
        seeds=lambda: RTF,
        words=(*RTF_SHAPES.values(), b"}", b"\\par ", b"\\uc2 ", b"\\ansicpg932 ", b"\\fromhtml1 ", b"\\*"),
        size=2 * 1024,
        shapes={name: repeat(piece, RTF_HEAD) for name, piece in RTF_SHAPES.items()}
        | {
            f"{name} from HTML": repeat(RTF_SHAPES[name], rb"{\rtf1\fromhtml1 ")
            for name in ("groups", "tags", "units")
        },
        microseconds=5,
        memory=48,
    ),
    Target(
        name="compressed_rtf",
        read=rtf.decompress,
        check=check_decompressed,
        refuses=(ValueError,),
        seeds=lambda: COMPRESSED,
        words=(b"LZFu", b"MELA", b"\x00" * 8, b"\xff", b"\x0c\xff"),
        shapes={
            "references": repeat(b"\xff" + b"\x0c\xff" * 8, COMPRESSED_HEAD),
            "literals": repeat(b"\x00" + b"a" * 8, COMPRESSED_HEAD),
            "before the beginning": repeat(b"\xff" + b"\xf0\x0f" * 8, COMPRESSED_HEAD),
        },
        microseconds=2,
        memory=32,
    ),
    Target(
        name="rtf_of_html",
        read=lambda data: rtf.from_html(data.decode("utf-8", "replace")),
        check=lambda made: check_rtf(read_rtf(made)),
        seeds=lambda: PAGES,
        words=(
            *html_shapes().values(),
            b"<a href=http://x>",
            b"</a>",
            b"<b>",
            b"</b>",
            b"<blockquote type=cite>",
        ),
        size=1024,
        shapes={
            "styles": repeat(b"<b>a</b>"),
            "links": repeat(b"<a href=http://x>x</a>"),
            "quotations": repeat(b"<blockquote type=cite>a"),
            "wide characters": repeat("\u65e5".encode()),
        },
        microseconds=4,
        memory=48,
    ),
    Target(
        name="flowed",
        read=read_flowed,
        check=check_flowed,
        seeds=lambda: (b"a \nb\n> c \n> d\n-- \ne \n f", b">> a \r\n>> b\r\n > c"),
        words=(b" \n", b"\n", b">", b"-- \n", b"\r\n", b"\n "),
        shapes={
            "lines": repeat(b"\n"),
            "folds": repeat(b" \n"),
            "quoted folds": repeat(b"> \n"),
            "signs": repeat(b">"),
        },
        microseconds=2,
        memory=100,
    ),
    Target(
        name="charset",
        read=read_label,
        check=check_label,
        seeds=lambda: (
            *(b"%b\n\xe9a" % label for label in (b"iso-8859-1", b"utf-8", b"x-mac-ce", b"cp-1252", b"")),
            b"iso-2022-jp\n\x1b$BF|K\\\x1b(B \x1b(I12\x1b(B",
            b"\n<meta charset=koi8-r>\xcd\xc9\xd2",
        ),
        words=(
            b"\x1b$B",
            b"\x1b(I",
            b"\x1b$(D",
            b"\x0e",
            b"gb2312\n",
            b"utf-7\n",
            b"hz\n",
            b"\xff\xfe",
            b"+AOk-",
        ),
        shapes={
            "escapes": repeat(b"\x1b$B", b"iso-2022-jp\n"),
            "pairs": repeat(b"F|", b"iso-2022-jp\n\x1b$B"),
            "spaces between pairs": repeat(b"F| ", b"iso-2022-jp\n\x1b$B"),
            "meta": repeat(b"<meta ", b"\n\xe9"),
            "bytes without a label": repeat(b"\xe9a", b"\n"),
        },
        microseconds=2,
        memory=64,
    ),
    Target(
        name="own_part",
        read=read_own,
        check=check_own,
        seeds=lambda: (
            *PAGES,
            b"a<div class=gmail_quote>b<div>c</div></div>d",
            b"x 1:<br><blockquote type=cite>y",
        ),
        words=(
            *(b"<blockquote type=cite>", b"</blockquote>", b"<div>", b"</div>", b"<div class=gmail_quote>"),
            *(b"<hr id=stopSpelling>", b"-----Original Message-----", b"1:<br>", b"<div id=divRplyFwdMsg>"),
        ),
        size=2 * 1024,
        shapes={
            "quotations": repeat(b"<blockquote type=cite>"),
            "ended quotations": repeat(b"1:<br><blockquote type=cite></blockquote>"),
            "halves of tags": repeat(b"<div "),
            "rules": repeat(b"-----"),
        },
        microseconds=2,
        memory=40,
    ),
)

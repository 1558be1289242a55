"""Messages and pages of HTML: seeds, words, and the shapes that kill parsers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fuzz.target import numbered, repeat
from support.shared import SHARED

LETTER: Final = (
    b"From: Otto <otto@example.net>\r\nSubject: Hello\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/html\r\n\r\n<p>Hello</p>\r\n--b\r\nContent-Type: image/png\r\n"
    b"Content-ID: <1@x>\r\nContent-Disposition: inline; filename=a.png\r\n\r\nPNG\r\n--b--\r\n"
)
MESSAGES: Final = (
    LETTER,
    (
        b'To: =?utf-8?q?B=C3=BCrger?= <a@example.org>, "x, y" <b@example.org> (c)\n'
        b"Cc: g: c@example.org, d@e.f;\n"
        b"Bcc: e@example.org\nDate: Sun, 22 Nov 2026 10:00:00 +0100\nMessage-ID: <1@example.org>\n"
        b"References: <0@example.org>\n <00@example.org>\nImportance: high\n"
        b"Subject: =?iso-8859-1?b?4Q==?= =?x?q?=E9?=\n"
        b'Content-Type: text/plain; charset="iso-8859-1"\nContent-Transfer-Encoding: quoted-printable\n'
        b"\nGr=FC=DFe=\n x\n"
    ),
    (
        b'Content-Type: multipart/alternative; boundary="a b"\n\npreamble\n--a b\n'
        b"Content-Type: text/plain; charset=utf-8\n"
        b"Content-Transfer-Encoding: base64\n\nR3LDvMOfZQ==\n--a b\n"
        b"Content-Type: multipart/related; boundary=c\n\n--c\n"
        b'Content-Type: text/html\n\n<b>Gr\xc3\xbc\xc3\x9fe</b><img src="cid:1">\n--c\nContent-ID: <1>\n'
        b"Content-Type: image/gif; name*0*=utf-8''a%20; name*1=b.gif\n"
        b"Content-Transfer-Encoding: base64\n\nR0lGODlh\n"
        b"--c--\n--a b--\nepilogue\n"
    ),
    (
        b"Content-Type: message/rfc822\n\nSubject: inner\nContent-Type: text/plain; charset=utf-16\n\n"
        b"\xff\xfea\0"
    ),
    (
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=r\n\n--r\n\ntext\n--r\n"
        b"Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nAction: failed\n\n--r--\n"
    ),
    (
        b"Subject: x\nContent-Type: text/plain; charset=shift_jis\n"
        b"Content-Transfer-Encoding: x-uuencode\n\nbegin 644 a\n"
        b"#0V%T\n`\nend\n"
    ),
    b"From: a@example.org\nContent-Type: text/calendar; method=REPLY\n\nBEGIN:VCALENDAR\nPARTSTAT=ACCEPTED\n",
    (
        b'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; boundary=s\n\n--s\n\n'
        b"x\n--s\n"
        b"Content-Type: application/pkcs7-signature; name=smime.p7s\n\n1\n--s--"
    ),
)
"""Messages of every structure that the parser knows."""
PAGES: Final = (
    (
        b"<html><head><title>t</title><style>p{}</style></head><body><p>a &amp; b<br>c</p><pre> x\n"
        b" y</pre></body>"
    ),
    (
        b"<ul><li>1<li>2</ul><table><tr><td>a<th>b</table><!-- c --><a"
        b" title='>'>x</a>&#x41;&nbsp;&hearts;<![CDATA[x]]>"
    ),
    (
        b"<script>if (a<b)"
        b" x</script><object>n</object><template>n</template><textarea>y</textarea><!doctype html><?x?>"
    ),
)


def message_seeds() -> Iterator[bytes]:
    yield from MESSAGES
    if SHARED is not None:
        yield from (path.read_bytes() for path in sorted((SHARED / "corpora/mime").glob("*.msg")))


def html_shapes() -> dict[str, bytes]:
    """What is repeated in hostile HTML."""
    return {
        "nested blocks": b"<div>",
        "overlapping elements": b"<b id=1><p></b>",
        "signs": b"<",
        "comments": b"<!--",
        "whole comments": b"<!---->",
        "half comments": b"<!-- -",
        "declarations": b"<!DOCTYPE ",
        "CDATA": b"<![CDATA[",
        "entities": b"&amp;",
        "halves of entities": b"&a",
        "long references": b"&#" + b"9" * 50,
        "short references": b"&#x41;",
        "scripts": b"<script>",
        "ends of scripts": b"</script",
        "ends": b"</x>",
        "ends without end": b"</",
        "attributes": b" a=b",
        "quotes in tags": b"<a '",
        "quoted values": b"<a b='>'>",
        "hidden": b"<head>",
        "cells": b"<td>",
        "preformatted": b"<pre> \n",
        "spaces": b" \n",
        "tabs": b"\t",
        "items": b"<li>",
    }


HEAD: Final = b"From: a@example.org\nTo: b@example.org\n"
TEXT: Final = HEAD + b"Content-Type: text/plain"
MIXED: Final = HEAD + b"Content-Type: multipart/mixed; boundary=a\n\n"
HTML: Final = HEAD + b"Content-Type: text/html\n\n"
HEADER_SHAPES: Final = {
    "header lines": repeat(b"X: y\n", HEAD),
    "lines that are no fields": repeat(b"x\n", HEAD),
    "one folded header": repeat(b" y\n", HEAD + b"Subject: x\n"),
    "one long header": repeat(b"x", HEAD + b"Subject: "),
    "addresses": repeat(b"a@b.c,", b"From: a@example.org\nTo: "),
    "names and addresses": numbered(b'"N%d" <a%d@b>,'.replace(b"a%d", b"a"), b"From: a@example.org\nTo: "),
    "addresses without commas": repeat(b"a@b ", b"From: a@example.org\nTo: "),
    "a group": repeat(b"a@b,", b"From: a@example.org\nTo: g:"),
    "groups in groups": repeat(b"g:", b"From: a@example.org\nTo: "),
    "comments in comments": repeat(b"(", b"From: a@example.org\nTo: "),
    "comments": repeat(b"(c)", b"From: a@example.org\nTo: "),
    "whole comments": repeat(b"a@b (c),", b"From: a@example.org\nTo: "),
    "quotes": repeat(b'"', b"From: a@example.org\nTo: "),
    "quoted names": repeat(b'"a" ', b"From: a@example.org\nTo: "),
    "angles": repeat(b"<", b"From: a@example.org\nTo: "),
    "routes": repeat(b"@a,", b"From: a@example.org\nTo: <"),
    "at signs": repeat(b"@", b"From: a@example.org\nTo: "),
    "points": repeat(b".", b"From: a@example.org\nTo: a"),
    "domain literals": repeat(b"[", b"From: a@example.org\nTo: a@"),
    "semicolons": repeat(b";", b"From: a@example.org\nTo: "),
    "backslashes": repeat(b"\\", b'From: a@example.org\nTo: "'),
    "lists of recipients": repeat(b"To: a@b\n", b"From: a@example.org\n"),
    "senders": repeat(b"From: a@b\n", b"To: a@b\n"),
    "encoded words": repeat(b"=?utf-8?q?x?= ", HEAD + b"Subject: "),
    "encoded words in addresses": repeat(b"=?utf-8?q?x?= <a@b>,", b"From: a@example.org\nTo: "),
    "words of no charset": numbered(b"=?none?q?=E9%d?= ", HEAD + b"Subject: "),
    "words of no charset in addresses": numbered(b"=?none?q?=E9%d?= <a@b>,", b"From: a@example.org\nTo: "),
    "halves of encoded words": repeat(b"=?", HEAD + b"Subject: "),
    "encoded words without end": repeat(b"=?a?q?", HEAD + b"Subject: "),
    "bytes": repeat(bytes(range(128, 256)), HEAD + b"Subject: "),
    "references": repeat(b"<", HEAD + b"References: "),
    "whole references": repeat(b"<a@b>", HEAD + b"References: "),
    "replies": repeat(b"Re: ", HEAD + b"Subject: "),
    "spaces": repeat(b" ", HEAD + b"Subject: x", b"y"),
    "a date": repeat(b"1 ", HEAD + b"Date: "),
}
MIME_SHAPES: Final = HEADER_SHAPES | {
    "boundaries": repeat(b"--a\n\n", MIXED),
    "parts": repeat(b"--a\nContent-Type: text/plain\n\nx\n", MIXED),
    "html parts": repeat(b"--a\nContent-Type: text/html\n\n<p>x\n", MIXED),
    "files": repeat(b"--a\nContent-Type: image/png; name=a.png\n\nx\n", MIXED),
    "parts of no charset": numbered(b"--a\nContent-Type: text/plain; charset=none\n\n\xe9\xe8 %d\n", MIXED),
    "names of no charset": numbered(b'--a\nContent-Type: image/png; name="\xe9 %d.png"\n\nx\n', MIXED),
    "lines that look like boundaries": repeat(b"--\n", MIXED),
    "nested parts": repeat(b"Content-Type: multipart/mixed; boundary=a\n\n--a\n"),
    "nested parts of their own": numbered(b"Content-Type: multipart/mixed; boundary=b%d\n\n--x\n", MIXED),
    "nested messages": repeat(b"Content-Type: message/rfc822\n\n"),
    "deep parts and many lines": lambda size: (
        b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level) for level in range(300)
        )
        + b"\n\xe9\n" * (size // 3)
    ),
    "reports": repeat(b"a: b\n\n", HEAD + b"Content-Type: message/delivery-status\n\n"),
    "parameters": repeat(b"; a*0=b", TEXT),
    "continued parameters": numbered(b"; a*%d=b", TEXT),
    "charsets": repeat(b"; charset=x", TEXT),
    "quotes in parameters": repeat(b'"', TEXT + b"; a="),
    "a boundary": repeat(b"a", HEAD + b"Content-Type: multipart/mixed; boundary="),
    "content types": repeat(b"Content-Type: text/plain; a=b\n", HEAD),
    "lines": repeat(b"\n", TEXT + b"\n\n"),
    "short lines": repeat(b"a\n", TEXT + b"\n\n"),
    "returns": repeat(b"\r", TEXT + b"\n\n"),
    "one line": repeat(b"a", TEXT + b"\n\n"),
    "wide characters": repeat("\U0001f600".encode(), TEXT + b"\n\n"),
    "one wide character": repeat(b"a", TEXT + b"\n\n" + "\U0001f600".encode()),
    "text to escape": repeat(b"&", TEXT + b"\n\n" + "\U0001f600".encode()),
    "tabs": repeat(b"\t", TEXT + b"\n\n" + "\U0001f600".encode()),
    "8 bit": repeat(bytes(range(128, 256)), TEXT + b"\n\n"),
    "UTF-7": repeat(b"+AGE-", TEXT + b"; charset=utf-7\n\n"),
    "UTF-16": repeat(b"\0\xd8", TEXT + b"; charset=utf-16\n\n"),
    "ISO-2022": repeat(b"\x1b$B", TEXT + b"; charset=iso-2022-jp\n\n"),
    "HZ": repeat(b"~{", TEXT + b"; charset=hz\n\n"),
    "padding": repeat(b"=", TEXT + b"\nContent-Transfer-Encoding: base64\n\n"),
    "base64 in pieces": repeat(b"YQ==", TEXT + b"\nContent-Transfer-Encoding: base64\n\n"),
    "base64 of nothing": repeat(b"!", TEXT + b"\nContent-Transfer-Encoding: base64\n\n"),
    "soft breaks": repeat(b"=\n", TEXT + b"\nContent-Transfer-Encoding: quoted-printable\n\n"),
    "signs of quoted-printable": repeat(b"=", TEXT + b"\nContent-Transfer-Encoding: quoted-printable\n\n"),
    "uuencoded lines": repeat(b"M\n", TEXT + b"\nContent-Transfer-Encoding: x-uuencode\n\nbegin 644 x\n"),
    "empty uuencoded lines": repeat(
        b"\n", TEXT + b"\nContent-Transfer-Encoding: x-uuencode\n\nbegin 644 x\n"
    ),
    "HTML: a tag without an end": repeat(b"''", HTML + b"<a ", b">"),
    **{
        f"HTML: {name}": repeat(piece, HTML)
        for name, piece in html_shapes().items()
        if name in ("tabs", "entities")
    },
}
MIME_WORDS: Final = (
    *(
        b"Content-Type: ",
        b"multipart/mixed; boundary=a",
        b"\n--a\n",
        b"\n--a--\n",
        b"text/plain",
        b"text/html",
    ),
    *(
        b"message/rfc822",
        b"Content-Transfer-Encoding: ",
        b"base64",
        b"quoted-printable",
        b"x-uuencode",
        b"\n\n",
    ),
    *(b"; format=flowed; delsp=yes", b" \n> ", b"http://"),
    *(b"; charset=", b"utf-8", b"utf-7", b"utf-16", b"iso-2022-jp", b"hz", b"gb2312", b"name*0*=utf-8''%e9"),
    *(
        b"=?utf-8?q?=C3?=",
        b"=?x?b?6Q==?=",
        b"Subject: ",
        b"To: ",
        b"From: ",
        b"Bcc: ",
        b"Date: ",
        b"\r\n",
        b"\xe9",
    ),
    *(
        b"Content-Disposition: attachment; filename=",
        b"Content-ID: <1>",
        b"text/calendar; method=reply",
        b"=\n",
    ),
    *(
        b"multipart/report; report-type=x; boundary=a",
        b"message/delivery-status",
        b"begin 644 a\n",
        b"Received: ",
    ),
    *(
        b"multipart/alternative; boundary=a",
        b"multipart/related; boundary=a",
        b"References: <a@b>",
        b"a@example.org",
    ),
    *(b"(", b")", b"<", b">", b",", b";", b":", b'"', b"\\", b"@", b"[", b"]", b"\xf0\x9f\x98\x80", b"\0"),
)

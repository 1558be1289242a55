"""The messages of corpora/mime: what a reader of each sees, written down by reading them."""

from __future__ import annotations

from email import message_from_bytes
from email.message import Message
from email.policy import default
from typing import Final

from support.shared import SHARED

NAMES: Final = sorted(path.name for path in (SHARED / "corpora/mime").glob("*.msg")) if SHARED else []

SEEN: Final[dict[str, str]] = {
    "2002_06_12_doublebound.msg": "The plot was designed in a light vein that somehow became varicose.",
    "ak-0696.msg": "Juergen Specht - KULTURBOX",
    "attachment-filename-encoding-Latin1.msg": "Attachment Test",
    "attachment-filename-encoding-UTF8.msg": "Attachment Test",
    "badbound.msg": "couldn't deliver the message to one or more of the intended recipients because",
    "badfile.msg": "This had better not end up in /tmp!",
    "bluedot-postcard.msg": "",
    "bluedot-simple.msg": "",
    "double-bound.msg": "One bad thing is that the doubled-boundary above can be mistaken for",
    "double-semicolon.msg": "The better part",
    "double-semicolon2.msg": "The better part",
    "dup-names.msg": "",
    "empty-preamble.msg": "Das ist ein Test.",
    "frag.msg": "",
    "german-qp.msg": "das ist eine Testnachricht mit 8 Bit Sönderzäichen, und obendrein noch",
    "german.msg": "Temme steht der POP schon zur Verfügung! Standort: voraussichtlich: Winterfeldstr. 21",
    "hdr-fakeout.msg": 'The header is not properly terminated; the "blank line" actually has a space in it.',
    "infinite.msg": "Received: from marconi.base.com.br ([200.240.10.55]) by eiffel.base.com.br",
    "intl.msg": "How's this?",
    "jt-0498.msg": "I purchased a tall windshield about two weeks ago from Waynesville Cycle Center in NC.",
    "lennie.msg": "This is the message body. A picture should also be displayed.",
    "mp-msg-rfc822.msg": "Juergen Specht - KULTURBOX",
    "multi-2evil.msg": "When unpacked, this message should produce two GIF files: * The 1st should be called",
    "multi-2gifs-base64.msg": "",
    "multi-2gifs.msg": 'The 1st should be called "3d-compress.gif" * The 2nd should be called "3d-eye.gif"',
    "multi-bad.msg": "YIKES! IMS/www failed one of its internal consistency checks! Please SAVE THIS FILE",
    "multi-badnames.msg": "",
    "multi-clen.msg": "This is implicitly typed plain ASCII text. It does NOT end with a linebreak.",
    "multi-digest.msg": "",
    "multi-frag.msg": "This could have been part of the previous part, but illustrates explicit",
    "multi-igor.msg": 'Here my Makefile, Your own multipart-nested.msg and its out after "make test".',
    "multi-igor2.msg": 'Here my Makefile, Your own multipart-nested.msg and its out after "make test".',
    "multi-nested.msg": "Part 2 of the outer message. This could have been part of the previous part,",
    "multi-nested2.msg": "Part 2 of the outer message. This could have been part of the previous part,",
    "multi-nested3.msg": "Part 2 of the outer message. This could have been part of the previous part,",
    "multi-simple.msg": "This is explicitly typed plain ASCII text. It DOES end with a linebreak.",
    "multi-weirdspace.msg": "There is an empty preamble, and linear space after the bounds.",
    "not-mime.msg": "try reading the LaTeX Companion for more details ignore the checksum error",
    "re-fwd.msg": "",
    "russian.msg": "",
    "sig-uu.msg": "Well, I don't know much about how these things are output, so here goes... first off, my",
    "simple.msg": "Advance notice: I may take a second stretch of vacation after that, around New Year's.",
    "ticket-60931.msg": "HELLO",
    "twopart.msg": "Términos y Condiciones ¿Contraseña? Álbum êtes le propriétaire für geschäftliche",
    "uu-junk-target.msg": "I've uuencoded the ZeeGee logo and another GIF file below.",
    "uu-junk.msg": "I've uuencoded the ZeeGee logo and another GIF file below.",
    "uu-zeegee.msg": "I've uuencoded the ZeeGee logo and another GIF file below.",
    "x-gzip64.msg": "",
}
"""A piece of the text that stands in the message itself, on one line; ``""`` where there is no such text."""

FILES: Final[dict[str, tuple[str, ...]]] = {
    "2002_06_12_doublebound.msg": ("The Mutt E-Mail Client.html",),
    "ak-0696.msg": ("Re_ 34Mbit_s Netz.eml",),
    "attachment-filename-encoding-Latin1.msg": ("attachment.äöü",),
    "attachment-filename-encoding-UTF8.msg": ("attachment.äöü",),
    "bluedot-postcard.msg": ("bluedot.jpg",),
    "bluedot-simple.msg": ("bluedot.jpg",),
    "double-bound.msg": ("3d-eye.gif",),
    "dup-names.msg": ("one.gif", "one.gif", "two.nice.gif", "two.nice.gif", "two.nice.gif"),
    "empty-preamble.msg": ("dot.png",),
    "frag.msg": ("_Fwd_ _Fwd_ FW_ Another Priceless  Moment__.eml",),
    "jt-0498.msg": ("Re_ PC800_ Tall Hondaline Windshield Distortion.eml",),
    "lennie.msg": ("Pull3.html", "WWWIcon.gif"),
    "mp-msg-rfc822.msg": ("Re_ 34Mbit_s Netz.eml",),
    "multi-2evil.msg": (
        "3d-compress.gif",
        (
            "3d-eye-is-an-evil-filename because of excessive length and verbosity.  "
            "Unfortunately what can we do given an idiotic situation such as this?"
        ),
    ),
    "multi-2gifs-base64.msg": ("message.eml",),
    "multi-2gifs.msg": ("3d-compress.gif", "3d-eye.gif"),
    "multi-badnames.msg": ("foo bar", "foobar"),
    "multi-clen.msg": ("part1", "part2"),
    "multi-digest.msg": ("embedded message 1.eml", "embedded message 2.eml"),
    "multi-frag.msg": ("3d-vise.gif", "3d-eye.gif", "part4", "nice.name.eml"),
    "multi-igor.msg": ("Makefile", "multi-nested.msg", "Parser.n.out"),
    "multi-igor2.msg": ("Makefile", "multi-nested.msg", "Parser.n.out"),
    "multi-nested.msg": ("3d-vise.gif", "3d-eye.gif", "part4", "filename.eml"),
    "multi-nested2.msg": ("3d-vise.gif", "3d-eye.gif", "part4", "filename.eml"),
    "multi-nested3.msg": ("3d-vise.gif", "3d-eye.gif", "part4", "nice.name.eml"),
    "multi-weirdspace.msg": ("3d-compress.gif", "3d-eye.gif"),
    "re-fwd.msg": ("Fwd_ hello world.eml",),
    "russian.msg": ("Список.doc",),
    "twopart.msg": ("uk7200_110_6.jpg",),
    "uu-junk-target.msg": ("up.gif", "zeegee.gif"),
}
"""The names of the attachments of those messages that have any."""


def mime(name: str) -> bytes:
    """A message as a mail server hands it over: with the line ends of SMTP."""
    assert SHARED is not None
    data = (SHARED / "corpora/mime" / name).read_bytes()
    return data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def body_words(name: str) -> set[str]:
    """The words of the body that the standard library finds, without those that it could not decode."""
    found = message_from_bytes(mime(name), policy=default).get_body(("plain", "html"))
    if found is None or found.is_multipart() or found.get_content_maintype() != "text":
        return set()
    if found.get_filename() is not None:
        return set()
    try:
        text = found.get_content()
    except (LookupError, ValueError):
        return set()
    if found.get_content_subtype() == "html":
        return set()
    return {word for word in text.split() if "\ufffd" not in word}


def leaves(name: str) -> list[tuple[str, bytes]]:
    """The content type and the decoded bytes of every part that holds no other."""

    def inside(part: Message) -> list[tuple[str, bytes]]:
        if part.get_content_type() == "message/rfc822":
            return []
        if part.is_multipart():
            return [
                leaf for child in part.get_payload() if isinstance(child, Message) for leaf in inside(child)
            ]
        # It does not know an encoding behind which something else stands.
        if "base64" in str(part.get("Content-Transfer-Encoding", "")).lower():
            part.replace_header("Content-Transfer-Encoding", "base64")
        data = part.get_payload(decode=True)
        return [(part.get_content_type(), data)] if isinstance(data, bytes) else []

    # It does not find a boundary that is folded.
    return inside(message_from_bytes(mime(name).replace(b"simple\r\n boundary", b"simple boundary")))

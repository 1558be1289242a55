"""What IMAP servers send."""

from __future__ import annotations

from typing import Final

from fuzz.target import MEBIBYTE, Target, numbered, repeat
from overair.imap import mailbox_names
from overair.imap.atoms import Unreadable
from overair.imap.conditions import parse_condition
from overair.imap.errors import BrokenProtocol
from overair.imap.mailbox_responses import LONGEST_NAME
from overair.imap.reader import ResponseReader
from overair.imap.response_codes import appended, copied, modified
from overair.imap.responses import Condition, FetchResult, FolderStatus, ListEntry, Untagged
from overair.imap.server import Bounds
from overair.imap.untagged import parse_untagged

WORDS: Final = (
    *(b"* ", b"\r\n", b"A1 ", b"+ ", b"OK ", b"NO ", b"BYE ", b"[", b"] ", b"(", b")", b"NIL", b'"', b"\\"),
    *(b"{3}\r\n", b"~{2}\r\n", b"{0}\r\n", b"1 FETCH (", b"UID 7 ", b"FLAGS (\\Seen) ", b"BODY[1]<0> "),
    *(b"BODYSTRUCTURE ", b'INTERNALDATE "01-Jan-2020 00:00:00 +0000" ', b"MODSEQ (5) ", b"RFC822.SIZE 3 "),
    *(b"LIST (\\Sent) ", b'"/" ', b"STATUS ", b"(MESSAGES 1)", b"SEARCH 1 2", b"ESEARCH ", b"ALL 1:3"),
    *(b"VANISHED (EARLIER) 1:3", b"NAMESPACE ", b"COPYUID 1 1:2 3:4", b"APPENDUID 1 2", b"&AOk-", b"&"),
)
STREAM: Final = (
    b"* OK [CAPABILITY IMAP4rev1 IDLE] hello\r\n"
    b'* LIST (\\HasNoChildren \\Sent) "/" "Entw&APw-rfe"\r\n'
    b"* STATUS INBOX (MESSAGES 3 UIDNEXT 4 MAILBOXID (F1))\r\n"
    b'* 1 FETCH (UID 7 FLAGS (\\Seen $x) INTERNALDATE " 1-Feb-2020 03:04:05 +0100" RFC822.SIZE 9)\r\n'
    b'* 2 FETCH (UID 8 BODYSTRUCTURE (("TEXT" "PLAIN" ("CHARSET" "utf-8") NIL NIL "7BIT" 3 1 NIL NIL NIL)'
    b'("IMAGE" "PNG" ("NAME" {3}\r\na b) NIL NIL "BASE64" 3 NIL ("ATTACHMENT" ("FILENAME" "x")) NIL)'
    b' "MIXED" ("BOUNDARY" "x")) BODY[HEADER.FIELDS (SUBJECT)]<0> {4}\r\na: b)\r\n'
    b"* VANISHED (EARLIER) 1:3,9\r\n* SEARCH 1 2 (MODSEQ 5)\r\n"
    b'* ESEARCH (TAG "A1") UID ALL 1:3\r\n* NAMESPACE (("" "/")) NIL NIL\r\n'
    b'* ACL "a b" anyone lr\r\n* ID ("name" "x")\r\nA1 OK [COPYUID 5 1:2 3:4] done\r\n'
)


def read(data: bytes) -> list[Untagged]:
    """As a connection reads what has come; tagged lines are conditions, too."""
    reader = ResponseReader(Bounds())
    reader.feed(data)
    found: list[Untagged] = []
    while (response := reader.next()) is not None:
        first = response[0]
        line = first if isinstance(first, bytes) else first[0]
        if line.startswith(b"* "):
            said = parse_untagged(response, utf8=len(found) % 2 == 1)
        elif line.startswith(b"+"):
            said = None
        else:
            said = parse_condition(line.partition(b" ")[2])
        if said is not None:
            found.append(said)
    return found


def check(found: list[Untagged]) -> None:
    for said in found:
        if isinstance(said, Condition):
            copied(said.code)
            appended(said.code)
            modified(said.code)
        elif isinstance(said, ListEntry | FolderStatus):
            mailbox_names.encode(said.name)
            mailbox_names.encode(said.name, utf8=True)
        elif isinstance(said, FetchResult):
            assert said.internal_date is None or said.internal_date.tzinfo is not None
            assert said.body_structure is None or len(list(said.body_structure.walk())) >= 1


def check_name(names: tuple[str, str, bytes]) -> None:
    plain, utf8, wire = names
    assert mailbox_names.encode(plain) == wire
    assert mailbox_names.encode(utf8, utf8=True) == wire


TARGETS: Final = (
    Target(
        name="imap-responses",
        read=read,
        check=check,
        refuses=(BrokenProtocol, Unreadable),
        seeds=lambda: [STREAM, *(line + b"\r\n" for line in STREAM.split(b"\r\n"))],
        words=WORDS,
        shapes={
            "one-line": repeat(b"x", b"* "),
            "small-lines": repeat(b"* OK\r\n"),
            "overview": numbered(b"* 1 FETCH (UID %d FLAGS (\\Seen) RFC822.SIZE 9)\r\n"),
            "flags": numbered(b"* 1 FETCH (UID 1 FLAGS (\\Seen $%d))\r\n"),
            "one-structure": repeat(
                b'("TEXT" "PLAIN" NIL NIL NIL "7BIT" 1 1)', b"* 1 FETCH (BODYSTRUCTURE (", b"))\r\n"
            ),
            "nesting": repeat(b"(", b"* 1 FETCH (BODYSTRUCTURE ", b"\r\n"),
            "deep-structures": repeat(b"* 1 FETCH (BODYSTRUCTURE " + b"(" * 400 + b")" * 400 + b")\r\n"),
            "open-quote": repeat(b"x", b'* 1 FETCH (BODY[1] "', b"\r\n"),
            "escapes": repeat(b"\\\\", b'* LIST () "/" "', b'"\r\n'),
            "brackets": repeat(b"[", b"* 1 FETCH (", b")\r\n"),
            "empty-literals": repeat(b" A {0}\r\n", b"* 1 FETCH (UID 1", b")\r\n"),
            "literal": repeat(b"x", b"* 1 FETCH (BODY[] {99999999}\r\n"),
            "search": numbered(b" %d", b"* SEARCH", b"\r\n"),
            "search-blanks": repeat(b" ", b"* SEARCH 1", b"x\r\n"),
            "ranges": numbered(b"%d0,", b"* VANISHED ", b"1\r\n"),
            "names": repeat(b"&AOk-", b'* LIST () "/" "', b'"\r\n'),
            "shifts": repeat(b"&", b'* LIST () "/" "', b'"\r\n'),
        },
        limit=4 * MEBIBYTE,
        microseconds=4.0,
        memory=80.0,
    ),
    Target(
        name="imap-mailbox-names",
        read=lambda wire: (mailbox_names.decode(wire), mailbox_names.decode(wire, utf8=True), wire),
        check=check_name,
        seeds=lambda: [b"Entw&APw-rfe", b"&Jjo-/a&-b", b"&2D3coQ-", b"\xc3\xa9"],
        words=(b"&", b"-", b"AOk", b"&-", b"/", b"\xc3\xa9", b"\xff"),
        shapes={"shifts": repeat(b"&"), "runs": repeat(b"&AOk-"), "one-run": repeat(b"AOk", b"&", b"-")},
        limit=LONGEST_NAME,
        microseconds=4.0,
        memory=80.0,
    ),
)

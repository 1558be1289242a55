"""Responses are read the same in whatever pieces they come; names and sets survive both ways."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overair.imap import mailbox_names
from overair.imap.atoms import Unreadable
from overair.imap.errors import BrokenProtocol, ResponseCode
from overair.imap.fetch_response import parse_fetch
from overair.imap.reader import Response, ResponseReader
from overair.imap.response_codes import appended, copied, modified
from overair.imap.responses import (
    Appended,
    Condition,
    Copied,
    Exists,
    Expunge,
    FetchResult,
    FolderStatus,
    Found,
    ListEntry,
    Namespace,
    Namespaces,
    Rights,
    SearchResult,
    UnreadableFetch,
    Vanished,
    VanishedEarlier,
)
from overair.imap.server import Bounds
from overair.imap.uid_set import UidSet
from overair.imap.untagged import parse_untagged

STREAM = (
    b"* OK text with {5}\r\n"
    b"* 1 FETCH (UID 7 BODY[] {11}\r\n{3}\r\n) ab\r\n X-Y NIL)\r\n"
    b'* LIST (\\Sent) "/" {4}\r\nSe\r\n\r\n'
    b"A1 NO [OVERQUOTA] full {3}\r\n"
    b"* 2 FETCH (BODY[1] {0}\r\n BODY[2] ~{3}\r\nabc)\r\n"
    b"+ \r\n"
)


def responses(pieces: list[bytes]) -> list[Response]:
    """What a reader makes of a stream."""
    reader = ResponseReader(Bounds())
    found: list[Response] = []
    for piece in pieces:
        reader.feed(piece)
        while (response := reader.next()) is not None:
            found.append(response)
    assert not reader.waiting
    return found


def untagged(text: bytes, *, utf8: bool = False) -> object:
    """What one response without a tag says."""
    [response] = responses([text + b"\r\n"])
    return parse_untagged(response, utf8=utf8)


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_pieces_do_not_matter(cuts: list[int]) -> None:
    """A response is whole when its last literal is, not before, and free text has no literals."""
    places = [0, *sorted(cuts), len(STREAM)]
    pieces = [STREAM[start:end] for start, end in itertools.pairwise(places)]
    assert responses(pieces) == [
        [b"* OK text with {5}"],
        [(b"* 1 FETCH (UID 7 BODY[] {11}", b"{3}\r\n) ab\r\n"), b" X-Y NIL)"],
        [(b'* LIST (\\Sent) "/" {4}', b"Se\r\n"), b""],
        [b"A1 NO [OVERQUOTA] full {3}"],
        [(b"* 2 FETCH (BODY[1] {0}", b""), (b" BODY[2] {3}", b"abc"), b")"],
        [b"+ "],
    ]


@pytest.mark.parametrize(
    "stream",
    [
        b"* " + b"x" * 200,
        b"* " + b"x" * 200 + b"\r\n",
        b"* 1 FETCH (BODY[] {2000}\r\n",
        b"* 1 FETCH (A {0}\r\n A {0}\r\n A {0}\r\n A {0}\r\n",
        b"* 1 FETCH (A {900}\r\n" + b"x" * 900 + b" A {900}\r\n",
    ],
    ids=["no-end", "long-line", "literal", "many-literals", "many-bytes"],
)
def test_bounds(stream: bytes) -> None:
    """What is larger than the bounds is refused before it is held."""
    reader = ResponseReader(Bounds(line=100, literal=1_000, literals=3, response=1_500))
    reader.feed(stream)
    with pytest.raises(BrokenProtocol):
        reader.next()


@given(st.binary(max_size=40), st.booleans())
def test_whatever_a_server_calls_a_mailbox_means_it_when_given_back(wire: bytes, utf8: bool) -> None:
    """Ill-formed names, too."""
    name = mailbox_names.decode(wire, utf8=utf8)
    assert mailbox_names.encode(name, utf8=utf8) == wire
    name.encode("utf-8")  # and it can be stored


@given(
    st.text(st.characters(blacklist_categories=["Cs"], max_codepoint=0x10FDFF), max_size=30), st.booleans()
)
def test_every_name_has_a_form_on_the_wire(name: str, utf8: bool) -> None:
    """What a phone calls a folder is what it is called after the next listing."""
    wire = mailbox_names.encode(name, utf8=utf8)
    assert mailbox_names.decode(wire, utf8=utf8) == name
    assert utf8 or wire.isascii()


def test_names_as_rfc_3501_writes_them() -> None:
    """The examples of 5.1.3, and a character beyond the first plane."""
    name = "~peter/mail/台北/日本語"
    assert mailbox_names.encode(name) == b"~peter/mail/&U,BTFw-/&ZeVnLIqe-"
    assert mailbox_names.encode("&💡") == b"&-&2D3coQ-"
    assert mailbox_names.decode(b"Entw&APw-rfe") == "Entwürfe"


@given(st.sets(st.integers(1, 60)), st.sets(st.integers(1, 60)), st.integers(1, 20))
def test_sets_are_sets(one: set[int], other: set[int], longest: int) -> None:
    """As Python's sets, written as briefly as can be, and in pieces that are short enough."""
    uids = UidSet(one)
    assert list(uids) == sorted(one)
    assert len(uids) == len(one)
    assert bool(uids) == bool(one)
    assert UidSet.parse(str(uids)) == uids
    assert list(uids | UidSet(other)) == sorted(one | other)
    assert all((uid in uids) == (uid in one) for uid in range(62))
    assert list(uids.within(30)) == sorted(uid for uid in one if uid <= 30)
    pieces = list(uids.texts(longest))
    assert {uid for piece in pieces for uid in UidSet.parse(piece)} == one
    assert all(len(piece) <= longest or "," not in piece for piece in pieces)


def test_a_range_of_billions_costs_nothing() -> None:
    """Servers may name UIDs that never were."""
    uids = UidSet.parse("1:4294967295")
    assert len(uids) == 4_294_967_295
    assert 4_000_000_000 in uids
    for text in ("0", "1:0", "1,", "x", "1:4294967296", "-1", "1:2:3", "*"):
        with pytest.raises(ValueError, match="not a set"):
            UidSet.parse(text)


SAID = {
    b"* 12 EXISTS": Exists(12),
    b"* 3 expunge": Expunge(3),
    b"* 12 RECENT": None,
    b"* X-NEW (a b": None,
    b"* VANISHED 1:3,9": Vanished(UidSet([1, 2, 3, 9])),
    b"* VANISHED (EARLIER) 4": VanishedEarlier(UidSet([4])),
    b"* SEARCH": Found(SearchResult(UidSet())),
    b"* SEARCH 2 84 882 (MODSEQ 917162500)": Found(SearchResult(UidSet([2, 84, 882]), 917162500)),
    b'* ESEARCH (TAG "A3") UID ALL 2,10:11 MODSEQ 12': Found(SearchResult(UidSet([2, 10, 11]), 12)),
    b'* ESEARCH (TAG "A3") UID': Found(SearchResult(UidSet())),
    b'* LIST (\\HasChildren \\Sent) "/" Sent[1': ListEntry(
        "Sent[1", "/", frozenset({"\\haschildren", "\\sent"})
    ),
    b'* LIST () NIL "a \\"b\\\\"': ListEntry('a "b\\', None),
    b'* LIST () "\\\\" inbox ("OLDNAME" ("x"))': ListEntry("INBOX", "\\"),
    b"* STATUS a] (MESSAGES 3 UIDNEXT 4 X 5)": FolderStatus("a]", messages=3, uid_next=4),
    b'* STATUS INBOX (MESSAGES 2 MAILBOXID (x)y"() SIZE 5)': FolderStatus(
        "INBOX", messages=2, mailbox_id="?", size=5
    ),
    b'* STATUS INBOX (MAILBOXID ((")': FolderStatus("INBOX", mailbox_id="?"),
    b'* STATUS "&AOk-" (MAILBOXID (F1) HIGHESTMODSEQ 9)': FolderStatus(
        "é", mailbox_id="F1", highest_modseq=9
    ),
    b'* NAMESPACE (("" "/")) NIL (("Public." "." "X" ("Y")))': Namespaces(
        (Namespace("", "/"),), (), (Namespace("Public.", "."),)
    ),
    b"* MYRIGHTS INBOX lrs": Rights("INBOX", {"": frozenset("lrs")}),
    b'* ACL "b c" anyone "" bob lr': Rights("b c", {"anyone": frozenset(), "bob": frozenset("lr")}),
    b"* BYE [UNAVAILABLE] x": Condition("BYE", ResponseCode("UNAVAILABLE"), "x"),
    b"* ok [COPYUID 1 2:3 4,9] y": Condition("OK", ResponseCode("COPYUID", (1, b"2:3", b"4,9")), "y"),
    b"* NO [x": Condition("NO", ResponseCode(), "[x"),
    b'* 5 FETCH (FLAGS (\\seen $Junk) UID 9 INTERNALDATE " 1-Feb-2020 03:04:05 -0130" RFC822.SIZE 7)': (
        FetchResult(
            5,
            9,
            frozenset({"\\Seen", "$Junk"}),
            dt.datetime(2020, 2, 1, 3, 4, 5, tzinfo=dt.timezone(dt.timedelta(minutes=-90))),
            7,
        )
    ),
    b"* 5 FETCH (MODSEQ (12) UID 9 )": FetchResult(5, 9, modseq=12),
    b"* 5 FETCH (MODSEQ (12) EMAILID (M1) THREADID NIL)": FetchResult(5, modseq=12),
    b'* 5 FETCH (INTERNALDATE "31-Feb-2020 03:04:05 +0000" UID 9)': FetchResult(5, 9),
    b'* 5 FETCH (BODY[header.fields (SUBJECT)]<2> "ab" body[1] NIL)': FetchResult(
        5, sections={"HEADER.FIELDS (SUBJECT)<2>": b"ab", "1": b""}
    ),
    b"* 5 FETCH (UID 9 BODYSTRUCTURE ((((": UnreadableFetch(9),
    b"* 5 FETCH (BODYSTRUCTURE NIL FLAGS ())": FetchResult(5, flags=frozenset()),
}


@pytest.mark.parametrize("text", SAID, ids=lambda text: text.decode()[:40])
def test_what_servers_say(text: bytes) -> None:
    """Each response as the value it means."""
    assert untagged(text) == SAID[text]


@pytest.mark.parametrize(
    "text",
    [
        b"* VANISHED",
        b"* VANISHED 1:x",
        b"* SEARCH 1 x",
        b"* ESEARCH ALL x",
        b"* LIST Sent",
        b"* STATUS a",
        b"* STATUS a (MESSAGES x)",
        b"* STATUS a (MESSAGES)",
        b"* NAMESPACE NIL",
        b"* ",
        b"* (",
    ],
)
def test_what_cannot_be_read_is_not_guessed(text: bytes) -> None:
    """A listing or a set that is misread would look like deleted mail."""
    with pytest.raises(Unreadable):
        untagged(text)


def test_nesting_without_end_is_unreadable() -> None:
    """However deep, and without a traceback."""
    line = b"* 5 FETCH (UID 9 BODYSTRUCTURE " + b"(" * 100_000 + b")" * 100_000 + b")"
    assert parse_fetch([line]) == UnreadableFetch(9)


def test_codes_of_copies() -> None:
    """The n-th old UID is where the n-th new one is, in the order in which both are written."""
    assert copied(ResponseCode("COPYUID", (5, b"7,3:4", b"10:12"))) == Copied(5, {7: 10, 3: 11, 4: 12})
    assert copied(ResponseCode("COPYUID", (5, 7, 9))) == Copied(5, {7: 9})
    for wrong in ((5, b"1:3", b"1:2"), (5, b"1:4294967295", b"1:4294967295"), (5, b"x", b"x"), ()):
        assert copied(ResponseCode("COPYUID", wrong)) is None
    assert appended(ResponseCode("APPENDUID", (5, 7))) == Appended(5, 7)
    assert appended(ResponseCode("APPENDUID", (5, b"7:8"))) is None
    assert modified(ResponseCode("MODIFIED", (b"7,9",))) == UidSet([7, 9])
    assert modified(ResponseCode("MODIFIED", (7,))) == UidSet([7])

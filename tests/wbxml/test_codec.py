"""What is written is read again, and what is refused is refused with its offset."""

from __future__ import annotations

import gc
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from overair.wbxml import Element, Limits, WbxmlError, decode, encode
from overair.wbxml.pages import AirSync, AirSyncBase, ComposeMail, Email, FolderHierarchy, ItemOperations
from overair.wbxml.tokens import HEADER
from support.trees import trees

FOLDER_SYNC = bytes.fromhex("03016a00000756520330000101")


@given(trees)
def test_round_trip(tree: Element) -> None:
    assert decode(encode(tree)) == tree


def outcome(document: bytes) -> Element | WbxmlError:
    """The tree, or the error; any other exception fails the test."""
    try:
        return decode(document)
    except WbxmlError as error:
        return error


def is_tree_or_refusal(document: bytes) -> bool:
    """A tree can be written; a refusal names a place in the document."""
    result = outcome(document)
    if isinstance(result, Element):
        return decode(encode(result)).tag is result.tag
    return 0 <= result.offset <= len(document) and f"at byte {result.offset}" in str(result)


@given(st.binary(max_size=200), st.booleans())
@example(b"\x45\x00\x03b\x00\x01", True)
def test_any_bytes_are_a_tree_or_refused(data: bytes, with_header: bool) -> None:
    assert is_tree_or_refusal(HEADER + data if with_header else data)


@given(
    st.lists(st.sampled_from([0x00, 0x01, 0x03, 0x05, 0x45, 0x46, 0x85, 0xC3, 0x41, 0x20, 0x11]), max_size=60)
)
def test_any_tokens_are_a_tree_or_refused(tokens: list[int]) -> None:
    assert is_tree_or_refusal(HEADER + bytes(tokens))


@given(trees, st.data())
def test_a_broken_document_is_a_tree_or_refused(tree: Element, data: st.DataObject) -> None:
    document = bytearray(encode(tree))
    position = data.draw(st.integers(0, len(document) - 1))
    document[position] = data.draw(st.integers(0, 255))
    assert is_tree_or_refusal(bytes(document))


@given(trees)
def test_every_beginning_of_a_document_is_refused(tree: Element) -> None:
    document = encode(tree)
    for end in range(0, len(document), max(1, len(document) // 20)):
        with pytest.raises(WbxmlError):
            decode(document[:end])


@pytest.mark.req("MS-ASWBXML_R801", "MS-ASWBXML_R802", "MS-ASWBXML_R804", "MS-ASWBXML_R655", "MS-ASDTYPE_R91")
def test_bytes_of_a_small_document() -> None:
    tree = Element(FolderHierarchy.FolderSync, [Element(FolderHierarchy.SyncKey, "0")])
    assert encode(tree) == FOLDER_SYNC
    assert decode(FOLDER_SYNC) == tree


@pytest.mark.req("MS-ASWBXML_R819", "MS-ASDTYPE_R97", "MS-ASDTYPE_R98")
def test_bytes_are_opaque_and_text_is_inline() -> None:
    tree = Element(
        ComposeMail.SendMail, [Element(ComposeMail.ClientId, "1"), Element(ComposeMail.Mime, b"\0" * 300)]
    )
    data = encode(tree)
    assert data == HEADER + b"\x00\x15\x45\x51\x031\x00\x01\x50\xc3\x82\x2c" + b"\0" * 300 + b"\x01\x01"
    assert decode(data) == tree


def test_pages_are_switched_only_where_they_change() -> None:
    body = Element(AirSyncBase.Body, [Element(AirSyncBase.Type, "1")])
    tree = Element(AirSync.ApplicationData, [Element(Email.To, "a"), Element(Email.Cc, "b"), body])
    assert encode(tree).count(b"\0\x02") == 1
    assert encode(tree).count(b"\0\x11") == 1
    assert decode(encode(tree)) == tree


def test_text_is_utf_8() -> None:
    tree = Element(Email.Subject, "Grüße, 世界 🌍\r\n\tend")
    assert "Grüße, 世界 🌍\r\n\tend".encode() in encode(tree)
    assert decode(encode(tree)) == tree


def test_characters_that_xml_lacks_never_break_the_document() -> None:
    tree = Element(Email.To, [Element(Email.Subject, "a\0\x01b\x1f\x7f"), Element(Email.Cc, "c\ud800\uffff")])
    assert decode(encode(tree)) == Element(
        Email.To, [Element(Email.Subject, "ab\x7f"), Element(Email.Cc, "c?\ufffd")]
    )


def test_pieces_of_content_are_joined() -> None:
    assert decode(HEADER + b"\x45\x03ab\0\x03\0\x03c\0\x01") == Element(AirSync.Sync, "abc")
    assert decode(HEADER + b"\x45\x03ab\0\xc3\x02\x00\x01\x01") == Element(AirSync.Sync, b"ab\x00\x01")
    assert decode(HEADER + b"\x45\xc3\x01x\xc3\x01y\x01") == Element(AirSync.Sync, b"xy")


@pytest.mark.parametrize("document", [b"\x05", b"\x45\x01", b"\x45\x03\0\x01", b"\x45\xc3\x00\x01"])
def test_empty_elements(document: bytes) -> None:
    tree = decode(HEADER + document)
    assert tree == Element(AirSync.Sync)
    assert encode(tree) == HEADER + b"\x05"


@pytest.mark.parametrize("header", ["02016a00", "01016a00", "03016a00", "03a0696a00", "03046a00"])
def test_headers_that_are_read(header: str) -> None:
    assert decode(bytes.fromhex(header) + b"\x05") == Element(AirSync.Sync)


REFUSED = [
    ("", "no data", 0),
    ("00", "version byte 0x00", 0),
    ("04016a0005", "version byte 0x04", 0),
    ("03", "ends inside the public identifier", 1),
    ("0301046a00", "character set 4", 2),
    ("03016a", "ends inside the string table's length", 3),
    ("03ffffffffff6a00", "does not fit in 32 bits", 1),
    ("039fffffff7f6a0005", "does not fit in 32 bits", 1),
    ("0300006a00", "in a string table that is not there", 1),
    ("0300006a03616263", "a string table of 3 bytes", 4),
    ("03016a0361620005", "a string table of 3 bytes", 3),
    ("03016a00", "ends inside an element", 4),
    ("03016a00450205", "an entity", 5),
    ("03016a004504", "a literal tag", 5),
    ("03016a0044", "a literal tag", 4),
    ("03016a0084", "a literal tag", 4),
    ("03016a00c4", "a literal tag", 4),
    ("03016a004540610001", "an extension", 5),
    ("03016a0045c0", "an extension", 5),
    ("03016a00458000", "an extension", 5),
    ("03016a0043", "a processing instruction", 4),
    ("03016a0045830001", "a string table reference", 5),
    ("03016a004503410083", "a string table reference", 8),
    ("03016a0085", "attributes", 4),
    ("03016a00c5", "attributes", 4),
    ("03016a007f", "token 0x3f is not in code page 0", 4),
    ("03016a00001a", "no code page 26", 5),
    ("03016a0000", "ends inside", 5),
    ("03016a0001", "ends that did not begin", 4),
    ("03016a000505", "more behind the root", 5),
    ("03016a000541", "more behind the root", 5),
    ("03016a00034100", "outside of the root", 4),
    ("03016a00450603410001", "text stands beside an element", 6),
    ("03016a00450341000601", "an element stands beside text", 8),
    ("03016a0045034141", "a string has no end", 5),
    ("03016a004503ff0001", "not UTF-8", 6),
    ("03016a00450341eda0800001", "not UTF-8", 7),
    ("03016a0045c305414201", "runs past the end", 5),
    ("03016a0045c3ffffffff7f41", "does not fit in 32 bits", 6),
    ("03016a0045c38fffffff7f41", "runs past the end", 5),
    ("03016a0045c3", "ends inside the length of opaque data", 6),
    ("03016a004546", "ends inside an element", 6),
]


@pytest.mark.parametrize(("document", "message", "offset"), REFUSED, ids=[row[0] for row in REFUSED])
@pytest.mark.req("MS-ASWBXML_R656")
def test_refused_with_the_offset(document: str, message: str, offset: int) -> None:
    with pytest.raises(WbxmlError, match=message) as refusal:
        decode(bytes.fromhex(document))
    assert refusal.value.offset == offset


def nested(depth: int) -> bytes:
    return HEADER + b"\x45" * depth + b"\x05" + b"\x01" * depth


def test_limits() -> None:
    limits = Limits(size=100, depth=4, elements=10)
    assert decode(nested(4), limits).children[0].children
    with pytest.raises(WbxmlError, match="nested more than 4 deep"):
        decode(nested(5), limits)
    assert len(decode(HEADER + b"\x45" + b"\x06" * 9 + b"\x01", limits).children) == 9
    with pytest.raises(WbxmlError, match="more than 10 elements") as refusal:
        decode(HEADER + b"\x45" + b"\x06" * 10 + b"\x01", limits)
    assert refusal.value.offset == 14
    with pytest.raises(WbxmlError, match="101 bytes exceed the limit of 100"):
        decode(bytes(101), limits)


def test_depth_is_no_matter_of_recursion() -> None:
    tree = decode(nested(50_000), Limits(depth=50_000))
    data = encode(tree)
    assert data == nested(50_000)
    # Taken apart from the outside: a chain of this length is too deep for CPython's deallocation to like.
    while tree.children:
        tree = tree.children.pop()
    assert tree == Element(AirSync.Sync)


SHAPES = {
    "leaves": lambda n: b"\x45" + b"\x4b\x031\0\x01" * n + b"\x01",
    "empty elements": lambda n: b"\x45" + b"\x06" * n + b"\x01",
    "pieces of text": lambda n: b"\x45" + b"\x03a\0" * n + b"\x01",
    "opaque pieces": lambda n: b"\x45" + b"\x03a\0\xc3\x01b" * n + b"\x01",
    "page switches": lambda n: b"\0\x00" * n + b"\x05",
    "strings without an end": lambda n: b"\x45" + b"\x4b\x03" * n,
    "open elements": lambda n: b"\x45" * n,
    "containers": lambda n: b"\x45" + b"\x46\x47\x01\x01" * n + b"\x01",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_time_is_linear_in_the_length(shape: str) -> None:
    limits = Limits(elements=10**9, depth=10**9)

    def seconds(count: int) -> float:
        data = HEADER + SHAPES[shape](count)
        best = float("inf")
        for _ in range(3):
            gc.collect()
            gc.disable()  # whose cost is that of everything else in this process
            start = time.process_time()
            try:
                tree = decode(data, limits)
            except WbxmlError:
                tree = None
            best = min(best, time.process_time() - start)
            gc.enable()
            while tree is not None and tree.children:
                tree = tree.children.pop()
        return best

    small, large = seconds(2_000), seconds(32_000)
    # 16 times as long; a quadratic step would take 256 times as long.
    assert large < 60 * max(small, 0.0005)


def test_names_that_are_python_words_are_written_as_tags() -> None:
    data = encode(Element(ItemOperations.Properties, [Element(ItemOperations.Version_, "1")]))
    assert decode(data).children[0].tag.name == "Version"

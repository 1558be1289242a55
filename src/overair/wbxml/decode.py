"""WBXML to element trees.

One loop over the bytes without recursion; each byte is looked at a bounded number of times. The
common element, a tag around one inline string, is read in one step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from overair.wbxml.element import Element
from overair.wbxml.errors import WbxmlError
from overair.wbxml.tokens import ATTRIBUTES, CONTENT, END, INLINE_STRING, OPAQUE, REFUSED, SWITCH_PAGE, TAGS

UTF_8: Final = 106
"""The number of UTF-8 in IANA's list of character sets."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a document may be at most."""

    size: int = 64 * 1024 * 1024
    """Bytes."""
    depth: int = 64
    """Elements inside each other; what the protocol sends stays below 16."""
    elements: int = 1_000_000
    """Elements with the pieces of their texts; and as many changes of the code page."""


DEFAULT_LIMITS: Final = Limits()


def _read_number(data: bytes, position: int, what: str) -> tuple[int, int]:
    """An mb_u_int32 and the position behind it."""
    value = 0
    for index in range(position, min(position + 5, len(data))):
        byte = data[index]
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            if value > 0xFFFF_FFFF:
                break
            return value, index + 1
    else:
        if len(data) < position + 5:
            raise WbxmlError(f"the data ends inside {what}", len(data))
    raise WbxmlError(f"{what} does not fit in 32 bits", position)


def _read_header(data: bytes) -> int:
    """Check the header and give the position behind it."""
    if not data:
        raise WbxmlError("there is no data", 0)
    if not 0x01 <= data[0] <= 0x03:
        raise WbxmlError(f"WBXML version byte 0x{data[0]:02x} is not that of 1.1, 1.2 or 1.3", 0)
    # A public identifier of 0 is an index into the string table, which is refused below.
    public_id, position = _read_number(data, 1, "the public identifier")
    if public_id == 0:
        _, position = _read_number(data, position, "the public identifier's index")
    start = position
    charset, position = _read_number(data, start, "the character set")
    if charset != UTF_8:
        raise WbxmlError(f"character set {charset} is not UTF-8", start)
    start = position
    table_length, position = _read_number(data, start, "the string table's length")
    if table_length:
        raise WbxmlError(f"a string table of {table_length} bytes is not allowed", start)
    if public_id == 0:
        raise WbxmlError("the public identifier is in a string table that is not there", 1)
    return position


def _decode_text(data: bytes, start: int, stop: int) -> str:
    try:
        return data[start:stop].decode()
    except UnicodeDecodeError as error:
        raise WbxmlError(f"text is not UTF-8: {error.reason}", start + error.start) from None


def _read_content(data: bytes, position: int, most: int) -> tuple[str | bytes, int, int]:
    """Strings and opaque data up to the END of their element, the position behind it, and their number.

    Several pieces, at most ``most``, become one; they are bytes when any of them is opaque.
    """
    pieces: list[str | bytes] = []
    while (token := data[position]) != END:
        if len(pieces) >= most:
            raise WbxmlError("there are too many pieces of text", position)
        if token == INLINE_STRING:
            stop = data.find(0, position + 1)
            if stop < 0:
                raise WbxmlError("a string has no end", position)
            pieces.append(_decode_text(data, position + 1, stop))
            position = stop + 1
        elif token == OPAQUE:
            size, start = _read_number(data, position + 1, "the length of opaque data")
            if size > len(data) - start:
                raise WbxmlError(f"opaque data of {size} bytes runs past the end", position)
            pieces.append(data[start : start + size])
            position = start + size
        elif token in REFUSED:
            raise WbxmlError(f"{REFUSED[token]} (token 0x{token:02x}) is not allowed", position)
        else:
            raise WbxmlError("an element stands beside text", position)
    position += 1
    if len(pieces) == 1:
        return pieces[0], position, 1
    if all(isinstance(piece, str) for piece in pieces):
        return "".join(map(str, pieces)), position, len(pieces)
    joined = b"".join(piece if isinstance(piece, bytes) else piece.encode() for piece in pieces)
    return joined, position, len(pieces)


def _explain(token: int, page: int, offset: int) -> WbxmlError:
    """Why a byte cannot stand where a tag or content was expected."""
    if token in REFUSED:
        return WbxmlError(f"{REFUSED[token]} (token 0x{token:02x}) is not allowed", offset)
    if token & ATTRIBUTES:
        return WbxmlError(f"a tag with attributes (token 0x{token:02x}) is not allowed", offset)
    return WbxmlError(f"token 0x{token & ~CONTENT:02x} is not in code page {page}", offset)


def decode(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Element:
    """The element tree that WBXML bytes stand for.

    Raises WbxmlError for bytes that are not the WBXML of MS-ASWBXML or exceed a limit. Text beside
    child elements is refused, since no element of the protocol has both.
    """
    length = len(data)
    if length > limits.size:
        raise WbxmlError(f"{length} bytes exceed the limit of {limits.size}", limits.size)
    position = _read_header(data)
    find, most, deepest = data.find, limits.elements, limits.depth
    page, tags, count, switches = 0, TAGS[0], 0, 0

    # `children` belong to the innermost open element; `outer` has those of the elements around it,
    # and is empty where the document itself is open: before the root and, at the end, after it.
    outer: list[list[Element]] = []
    roots: list[Element] = []
    children = roots
    try:
        while True:
            token = data[position]
            tag = tags[token]
            if tag is not None:
                count += 1
                if count > most:
                    raise WbxmlError(f"there are more than {most} elements", position)
                if token < CONTENT:
                    children.append(Element(tag))
                    position += 1
                    if not outer:
                        break
                elif (following := data[position + 1]) == INLINE_STRING:
                    stop = find(0, position + 2)
                    if data[stop + 1] == END and stop > 0:
                        children.append(Element(tag, data[position + 2 : stop].decode()))
                        position = stop + 2
                    else:
                        content, position, pieces = _read_content(data, position + 1, most + 1 - count)
                        count += pieces - 1
                        children.append(Element(tag, content))
                    if not outer:
                        break
                elif following == OPAQUE:
                    content, position, pieces = _read_content(data, position + 1, most + 1 - count)
                    count += pieces - 1
                    children.append(Element(tag, content))
                    if not outer:
                        break
                else:
                    if len(outer) >= deepest:
                        raise WbxmlError(f"elements are nested more than {deepest} deep", position)
                    outer.append(children)
                    inner: list[Element] = []
                    children.append(Element(tag, inner))
                    children = inner
                    position += 1
            elif token == END:
                if not outer:
                    raise WbxmlError("an element ends that did not begin", position)
                children = outer.pop()
                position += 1
                if not outer:
                    break
            elif token == SWITCH_PAGE:
                switches += 1
                if switches > most:
                    raise WbxmlError(f"there are more than {most} changes of the code page", position)
                page = data[position + 1]
                if page not in TAGS:
                    raise WbxmlError(f"there is no code page {page}", position + 1)
                tags = TAGS[page]
                position += 2
            elif token in (INLINE_STRING, OPAQUE):
                where = "beside an element" if outer else "outside of the root element"
                raise WbxmlError(f"text stands {where}", position)
            else:
                raise _explain(token, page, position)
    except IndexError:
        raise WbxmlError("the data ends inside an element", length) from None
    except UnicodeDecodeError as error:
        raise WbxmlError(f"text is not UTF-8: {error.reason}", position + 2 + error.start) from None
    if position < length:
        raise WbxmlError("there is more behind the root element", position)
    return roots[0]

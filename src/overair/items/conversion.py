"""Bodies of one type as bodies of another; that of RTF is base64 (MS-ASAIRS_R179)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Final

from overair.items import markup, plain_html, rtf, text
from overair.protocol.body_preferences import BodyType

_PLAIN, _HTML, _RTF = BodyType.PLAIN_TEXT, BodyType.HTML, BodyType.RTF


def converted(data: str, given: BodyType, wanted: BodyType) -> str:
    """The data of a body as that of another type; neither is MIME. Nothing remains nothing."""
    return _CONVERSIONS[given, wanted](data) if data and given != wanted else data


def rtf_of(data: str) -> bytes:
    """The RTF that is the data of a body, decompressed. Raises ValueError for what is no RTF."""
    try:
        found = base64.b64decode(data, validate=True)
    except binascii.Error:
        # Folded, or not encoded at all.
        found = base64.b64decode("".join(data.split()), validate=True) if data[:1] != "{" else data.encode()
    if rtf.is_compressed(found):
        found = rtf.decompress(found)
    if not found.lstrip().startswith(b"{\\rtf"):
        raise ValueError("this is no RTF")
    return found


def rtf_data(found: bytes) -> str:
    """RTF as the data of a body."""
    return base64.b64encode(found).decode("ascii")


def _text_of_rtf(data: str) -> str:
    return text.cleaned(rtf.to_text(rtf_of(data)))


def _html_of_rtf(data: str) -> str:
    return text.cleaned(rtf.to_html(rtf_of(data)))


_CONVERSIONS: Final[dict[tuple[BodyType, BodyType], Callable[[str], str]]] = {
    (_PLAIN, _HTML): plain_html.html_document,
    (_PLAIN, _RTF): lambda data: rtf_data(rtf.from_text(data)),
    (_HTML, _PLAIN): markup.html_to_text,
    (_HTML, _RTF): lambda data: rtf_data(rtf.from_html(data)),
    (_RTF, _PLAIN): _text_of_rtf,
    (_RTF, _HTML): _html_of_rtf,
}

"""What a message says itself: its HTML without the messages that it answers.

Mail programs mark what they quote, each in its own way; the marks in the tables below are believed. What
stands behind a quotation, an answer below it or between its pieces, is the message's own and stays.
"""

from __future__ import annotations

import re
from typing import Final

_TAG: Final = re.compile(r"<(/?)(blockquote|div|hr|span)\b([^<>]{0,2000})>", re.IGNORECASE)
"""The elements that are marks."""
_QUOTES: Final = re.compile(
    r"""type\s*=\s*["']?cite\b
    |class\s*=\s*["']?[^"'>]*\b(?:gmail_quote|gmail_extra|protonmail_quote|yahoo_quoted|moz-cite-prefix
        |zmail_extra|tutanota_quote|moz-email-headers-table|OutlookMessageHeader)\b
    |name\s*=\s*["']?quote\b
    |id\s*=\s*["']?(?:reply-intro|mail-editor-reference-message-container)\b""",
    re.IGNORECASE | re.VERBOSE,
)
"""What is in the tag of an element that is a quotation, or says who is quoted."""
_REST: Final = re.compile(
    r"""id\s*=\s*["']?(?:x_)*(?:divRplyFwdMsg|appendonsend|stopSpelling|OLK_SRC_BODY_SECTION)\b
    |border:\s*none;\s*border-top:\s*solid\s+\#(?:E1E1E1|B5C4DF)""",
    re.IGNORECASE | re.VERBOSE,
)
"""What is in a tag behind which there is nothing but the message that is answered."""
_ORIGINAL: Final = re.compile(
    r"-{5}\s?(?:Original Message|Original-Nachricht|Ursprüngliche Nachricht|Message d'origine"
    r"|Mensaje original|Messaggio originale)\s?-{5}",
    re.IGNORECASE,
)
_INTRODUCTION: Final = re.compile(
    r"(?:^|>|\n)(?P<line>[^<>\n]{0,200}[0-9@][^<>\n]{0,200}:)(?:\s|<br\s*/?>|</?(?:p|div|span)>)*\Z"
)
"""The line before a quotation that says who wrote it and when."""
_LONGEST_INTRODUCTION: Final = 400
_MOST_INTRODUCTIONS: Final = 20
"""Quotations before which a line that introduces them is looked for."""
_END: Final = "</div></body></html>"


def own_part(source: str) -> str:
    """The HTML without what it quotes. Never raises; linear in its size."""
    original = _ORIGINAL.search(source)
    end = len(source) if original is None else original.start()
    pieces: list[str] = []
    kept = introductions = 0
    quotation, depth = "", 0
    """The name of the element that is being passed over, and how many of its kind are open in it."""
    for tag in _TAG.finditer(source, 0, end):
        name = tag[2].lower()
        if quotation:
            if name == quotation:
                depth += -1 if tag[1] else 1
                if not depth:
                    quotation, kept = "", tag.end()
        elif not tag[1] and _REST.search(tag[3]):
            return "".join([*pieces, source[kept : tag.start()], _END])
        elif not tag[1] and _QUOTES.search(tag[3]):
            introductions += 1
            looks = introductions <= _MOST_INTRODUCTIONS
            pieces.append(
                _without_introduction(source[kept : tag.start()]) if looks else source[kept : tag.start()]
            )
            quotation, depth = name, 1
    if quotation:
        pieces.append(_END)
    else:
        pieces.append(source[kept:end])
        if original is not None:
            pieces.append(_END)
    return "".join(pieces)


def _without_introduction(before: str) -> str:
    """What stands before a quotation without the line that says whose it is."""
    start = max(0, len(before) - _LONGEST_INTRODUCTION)
    found = _INTRODUCTION.search(before, start)
    return before if found is None else before[: found.start("line")]

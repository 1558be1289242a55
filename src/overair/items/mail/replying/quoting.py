"""How the original stands below what its reader wrote, in text and in HTML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from overair.items import plain_html

Heading = Sequence[tuple[str, str]]
"""The lines above a quotation: ``("From", "Ben Beck <ben@example.org>")``."""

REPLIED: Final = "-----Original Message-----"
FORWARDED: Final = "-------- Forwarded Message --------"

_STUFFED: Final = (" ", ">", "From ")
"""How lines of format=flowed must not begin that are no quotations (RFC 3676, 4.4)."""
_TAG: Final = r"(?=[\s/>])[^>]{0,2000}+>"
"""The rest of a tag behind its name; bounded, since one that nobody closes is looked for from each place."""
_BODY: Final = re.compile(rf"<body{_TAG}", re.IGNORECASE)
_END: Final = re.compile(r"</(body|html)\s*>", re.IGNORECASE)
_STYLE: Final = re.compile(rf"<style{_TAG}", re.IGNORECASE)
_END_OF_STYLE: Final = re.compile(r"</style\s*>", re.IGNORECASE)
_FRAME: Final = re.compile(rf"<!doctype[^>]{{0,1000}}+>|</?(?:html|head){_TAG}", re.IGNORECASE)
_CHARSET: Final = re.compile(
    r"""(<meta\b[^>]{0,300}?\bcharset\s{0,9}=\s{0,9}["']?)[\w.:-]{1,60}""", re.IGNORECASE
)
_BAR: Final = "margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex"


def text_quotation(heading: Heading, text: str, *, forwarded: bool, flowed: bool) -> str:
    """The original as plain text: a forwarded one as it is, one that is answered with its lines marked.

    ``flowed``: it goes into a text of format=flowed, where a space at the end of a line joins it to
    the next one.
    """
    title = FORWARDED if forwarded else REPLIED
    said = "".join(f"{line}\n" for line in (title, *(f"{name}: {value}" for name, value in heading), ""))
    # Replaced, not split: a line by itself takes fifty bytes, and there may be millions.
    original = "\n" + text.rstrip("\r\n").replace("\r\n", "\n").replace("\r", "\n") + "\n"
    if flowed:
        original = _without_spaces_at_ends(original)
    if not forwarded:
        original = original[:-1].replace("\n", "\n> ").replace("\n> >", "\n>>")
        original = original.replace("\n> \n", "\n>\n").replace("\n> \n", "\n>\n") + "\n"
    elif flowed:
        for start in _STUFFED:
            original = original.replace(f"\n{start}", f"\n {start}")
    return said + original[1:]


def _without_spaces_at_ends(text: str) -> str:
    """Lines without the spaces at their ends, up to 127 of them."""
    for count in (64, 32, 16, 8, 4, 2, 1):
        text = text.replace(" " * count + "\n", "\n")
    return text


def below(text: str, quotation: str) -> str:
    """A text with a quotation below it."""
    missing = "" if not text or text.endswith(("\n", "\r")) else "\n"
    return f"{text}{missing}\n{quotation}"


def html_quotation(heading: Heading, html: str, *, forwarded: bool) -> str:
    """The original, a document or a fragment, as a fragment of HTML."""
    said = "<br>\n".join(
        f"<b>{plain_html.escaped(name)}:</b> {plain_html.escaped(value)}" for name, value in heading
    )
    original = fragment(html)
    if not forwarded:
        original = f'<blockquote type="cite" style="{_BAR}">{original}</blockquote>'
    title = FORWARDED if forwarded else REPLIED
    return f"<br>\n<div>{title}<br>\n{said}<br>\n<br>\n</div>\n{original}\n"


def html_below(html: str, quotation: str) -> str:
    """A document with a quotation at the end of its body, and no charset in it but UTF-8."""
    html = _CHARSET.sub(r"\1utf-8", html)
    place = _end_of_body(html)
    return html[:place] + quotation + html[place:]


def _end_of_body(html: str) -> int:
    """Where the last end of a body stands, or else of a document, or else the end."""
    ends = {found[1].lower(): found.start() for found in _END.finditer(html)}
    return ends.get("body", ends.get("html", len(html)))


def fragment(html: str) -> str:
    """What stands within the body of a document, with the style sheets before it."""
    body = _BODY.search(html)
    if body is None:
        return _FRAME.sub("", _END.sub("", html))
    inner = html[body.end() : max(_end_of_body(html), body.end())]
    return "".join((*_styles(html[: body.start()]), _END.sub("", inner)))


def _styles(head: str) -> list[str]:
    """The style sheets of a head, as they stand."""
    found = []
    position = 0
    while (style := _STYLE.search(head, position)) is not None:
        end = _END_OF_STYLE.search(head, style.end())
        if end is None:
            break
        found.append(head[style.start() : end.end()])
        position = end.end()
    return found

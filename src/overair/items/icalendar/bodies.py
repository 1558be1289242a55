"""The body of an item: DESCRIPTION, how it is said in HTML, and the links that no field holds."""

from __future__ import annotations

import re
from html import escape
from typing import Final

from icalendar import Component as ICalendarComponent

from overair.items.body import Body
from overair.items.conversion import converted
from overair.items.icalendar.components import Component, Property
from overair.items.icalendar.losses import Losses
from overair.items.icalendar.text import as_text, with_line_ends
from overair.protocol.body_preferences import BodyType

CHARACTERS: Final = 2_000_000
"""The most of a body."""
LINKS: Final = 50
"""The most links that are put below a text."""
LINK_CHARACTERS: Final = 2_000
ALTERNATIVE: Final = "X-ALT-DESC"
STYLED: Final = "STYLED-DESCRIPTION"
PROPERTIES: Final = frozenset({"DESCRIPTION", ALTERNATIVE, STYLED, "URL", "ATTACH"})
"""What is read; of ATTACH the links."""
_HTML: Final = "TEXT/HTML"
_BODY_END: Final = re.compile("</body>", re.IGNORECASE)


def body_of(component: Component, losses: Losses) -> Body | None:
    """The body of a component, with its links at its end; None where there is nothing."""
    html = next((found for found in component.all(ALTERNATIVE, STYLED) if is_html(found)), None)
    for found in component.all(ALTERNATIVE, STYLED):
        if not is_html(found):
            losses.add(found.name, "is not HTML")
    descriptions = component.all("DESCRIPTION")
    if len(descriptions) > 1 and component.name == "VJOURNAL":
        text = "\n\n".join(found.text for found in descriptions)
    else:
        text = descriptions[0].text if descriptions else ""
    links = [link for link in links_of(component, losses) if link not in text]
    if html is not None and html.text.strip():
        data = html.text
        paragraphs = "".join(map(paragraph_of, links))
        end = max((match.start() for match in _BODY_END.finditer(data)), default=len(data))
        return _body(BodyType.HTML, data[:end] + paragraphs + data[end:], losses)
    return _body(BodyType.PLAIN_TEXT, "\n\n".join(filter(None, (text, "\n".join(links)))), losses)


def _body(body_type: BodyType, data: str, losses: Losses) -> Body | None:
    if len(data) > CHARACTERS:
        losses.add("DESCRIPTION", f"is cut at {CHARACTERS} characters")
    data = with_line_ends(data[:CHARACTERS])
    return Body(type=body_type, data=data) if data else None


def paragraph_of(link: str) -> str:
    """A link below a text in HTML."""
    return f'<p><a href="{escape(link)}">{escape(link)}</a></p>'


def is_html(found: Property) -> bool:
    """Whether a property says a body in HTML."""
    return (found.parameter("FMTTYPE") or _HTML) == _HTML and found.parameter("VALUE") != "URI"


def links_of(component: Component, losses: Losses) -> list[str]:
    """The addresses that a component names beside its text, which are put below it unless it has them."""
    links: list[str] = []
    for found in component.all("URL", "ATTACH"):
        if found.name == "ATTACH" and is_inline(found):
            continue
        link = found.text.strip()
        if len(link) > LINK_CHARACTERS or not link.isprintable() or ":" not in link:
            losses.add(found.name, "is no link")
        elif len(links) >= LINKS:
            losses.add(found.name, f"only {LINKS} links are kept")
        elif link not in links:
            links.append(link)
    return links


def is_inline(found: Property) -> bool:
    """Whether an ATTACH holds the bytes themselves."""
    return found.parameter("VALUE") == "BINARY" or found.parameter("ENCODING") in ("BASE64", "B")


def add_body(component: ICalendarComponent, body: Body | None) -> None:
    """Write a body; of HTML and of RTF the text, too, for those who read no other."""
    if body is None or not body.data:
        return
    text = converted(body.data, body.type, BodyType.PLAIN_TEXT)
    if body.type != BodyType.PLAIN_TEXT:
        html = as_text(converted(body.data, body.type, BodyType.HTML))
        html.params["FMTTYPE"] = "text/html"
        component.add(ALTERNATIVE, html)
    if text:
        component.add("DESCRIPTION", as_text(text))

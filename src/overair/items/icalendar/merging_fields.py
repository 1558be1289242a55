"""What a change of an item's texts does to the component that it was read from."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import msgspec
from icalendar import Component as ICalendarComponent
from icalendar import Event as VEvent

from overair.items.body import Body
from overair.items.calendar.event import Event
from overair.items.content_lines import merged_lists, split
from overair.items.icalendar.bodies import ALTERNATIVE, STYLED, add_body, is_html, links_of, paragraph_of
from overair.items.icalendar.components import Component, property_of
from overair.items.icalendar.events import JOIN_LINKS
from overair.items.icalendar.fields import Reader, Writer
from overair.items.icalendar.losses import Losses
from overair.items.icalendar.sheet import Line, Node, Sheet, lines_of
from overair.items.icalendar.text import LINE_END, as_text
from overair.items.task import Task
from overair.protocol.body_preferences import BodyType

_OF_TEXTS: Final = ("ALTREP", "ENCODING", "CHARSET")
"""The parameters that say how the text was, and nothing of another one."""


class Change(msgspec.Struct, frozen=True):
    """One component and what it is to say.

    ``before`` is what it says now and ``after`` what it is to say; the recurrence and the exceptions of a
    series are not looked at here.
    """

    sheet: Sheet
    node: Node
    component: Component
    before: Event | Task
    after: Event | Task
    written: ICalendarComponent
    """``after`` as a component of its own."""
    reader: Reader
    writer: Writer

    def differs(self, *fields: str) -> bool:
        """Whether any of some fields is to change."""
        return any(getattr(self.before, one) != getattr(self.after, one) for one in fields)


def set_text(change: Change, name: str, written: ICalendarComponent | None = None) -> None:
    """The text of a property, as it is written; without one it goes."""
    wanted = lines_of(change.written if written is None else written, (name,))[:1]
    line = change.node.first(name)
    if not wanted:
        change.node.remove(name)
    elif line is None:
        change.sheet.add(change.node, *wanted)
    else:
        set_value(line, wanted[0])


def set_value(line: Line, wanted: str) -> None:
    """Give a property the value of another one; its parameters stay, but for those of the value."""
    found = property_of(wanted)
    if found is not None and found.value != line.value:
        line.value = found.value
        for name in _OF_TEXTS:
            line.set_parameter(name, None)


def merge_texts(change: Change) -> None:
    """What events and tasks say alike."""
    if change.differs("subject"):
        set_text(change, "SUMMARY")
    if change.differs("sensitivity"):
        set_text(change, "CLASS")
    if change.differs("categories"):
        _merge_categories(change)
    if change.differs("body"):
        _merge_body(change)


def _merge_categories(change: Change) -> None:
    lines = change.node.all("CATEGORIES")
    if not lines:
        change.sheet.add(change.node, *lines_of(change.written, ("CATEGORIES",)))
        return
    before, wanted = change.before.categories or (), change.after.categories or ()
    lists = [list(zip(_parts(line), line.found.texts, strict=True)) for line in lines]
    values = merged_lists(lists, before, wanted, lambda text: as_text(text).to_ical().decode())
    for line, kept in zip(lines, values, strict=True):
        if not kept:
            line.removed = True
        elif kept != _parts(line):
            line.value = ",".join(kept)


def _parts(line: Line) -> list[str]:
    """The parts of a list of texts, as they stand."""
    parts, texts = split(line.found.value, ","), line.found.texts
    return parts if len(parts) == len(texts) else [as_text(text).to_ical().decode() for text in texts]


def _merge_body(change: Change) -> None:
    """The body, less the links that were put below it; HTML that does not say the same goes."""
    node, own = change.node, _own_body(change)
    written = VEvent()
    add_body(written, own)
    set_text(change, "DESCRIPTION", written)
    html = [line for line in node.all(ALTERNATIVE, STYLED) if is_html(line.found)]
    wanted = lines_of(written, (ALTERNATIVE,))
    if html and wanted:
        set_value(html[0], wanted[0])
    elif wanted:
        change.sheet.add(node, *wanted)
    for line in html[bool(wanted) :]:
        line.removed = True


def _own_body(change: Change) -> Body | None:
    body = change.after.body
    if body is None or not body.data:
        return None
    component = change.component
    said = component.text("DESCRIPTION")
    html = next((one.text for one in component.all(ALTERNATIVE, STYLED) if is_html(one)), "")
    below = [link for link in links_of(component, Losses()) if link not in said]
    if body.type == BodyType.HTML:
        data = body.data
        for link in below:
            data = data if paragraph_of(link) in html else data.replace(paragraph_of(link), "", 1)
    else:
        data = _without_last(body.data, below) if body.type == BodyType.PLAIN_TEXT else body.data
    return Body(type=body.type, data=data) if data else None


def _without_last(text: str, links: Collection[str]) -> str:
    """A text without the links in its last lines."""
    lines = LINE_END.split(text)
    kept = len(lines)
    while kept and (lines[kept - 1].strip() in links):
        kept -= 1
    if kept == len(lines):
        return text
    while kept and not lines[kept - 1].strip():
        kept -= 1
    return "\r\n".join(lines[:kept])


def merge_event_texts(change: Change, before: Event, after: Event) -> None:
    """What only events say in texts."""
    for field, name in (
        ("appointment_reply_time", "X-MICROSOFT-CDO-REPLYTIME"),
        ("disallow_new_time_proposal", "X-MICROSOFT-DISALLOW-COUNTER"),
        ("online_meeting_conf_link", "X-MICROSOFT-ONLINEMEETINGCONFLINK"),
    ):
        if change.differs(field):
            set_text(change, name)
    if change.differs("online_meeting_external_link"):
        _merge_join_link(change, before, after)


def _merge_join_link(change: Change, before: Event, after: Event) -> None:
    """The link to join a meeting, in the property that says it."""
    said = before.online_meeting_external_link
    lines = [line for line in change.node.all(*JOIN_LINKS) if line.found.text.strip() == said]
    link = after.online_meeting_external_link
    if not lines:
        set_text(change, JOIN_LINKS[0])
    for line in lines:
        line.removed = not link
        line.value = as_text(link).to_ical().decode() if link else line.value

"""What a line of a list says of an item, and which comes first."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parseaddr
from functools import singledispatch
from typing import Final

from overair.cli.client.words import Kind
from overair.items import Contact, Event, Item, Message, Note, Task
from overair.items.recurrence.occurrences import Occurrence

COLUMNS: Final[dict[Kind, tuple[str, ...]]] = {
    Kind.EMAIL: ("Received", "From", "Subject", "Marks"),
    Kind.CONTACTS: ("Name", "E-mail", "Phone"),
    Kind.CALENDAR: ("Start", "End", "Subject", "Place"),
    Kind.TASKS: ("Due", "Done", "Subject"),
    Kind.NOTES: ("Changed", "Subject"),
}
FIRST: Final = datetime.min.replace(tzinfo=UTC)
LAST: Final = datetime.max.replace(tzinfo=UTC)
Order = tuple[bool, float, str]
"""What items are sorted by."""


@singledispatch
def cells(item: Item, occurrence: Occurrence | None = None) -> tuple[str, ...]:
    """The values of an item's columns, as others wrote them; ``occurrence`` is the one meant of an event."""
    raise TypeError(f"no columns for {item.item_class}")


@singledispatch
def order(item: Item, occurrence: Occurrence | None = None) -> Order:
    """Messages and notes newest first, events and tasks by their dates, contacts by their names."""
    raise TypeError(f"no order of {item.item_class}")


@cells.register
def _(item: Message, occurrence: Occurrence | None = None) -> tuple[str, ...]:
    marks = [mark for mark, is_so in (("unread", item.read is False), ("files", item.attachments)) if is_so]
    name, address = parseaddr(item.from_ or "")
    return clock(item.date_received), name or address, item.subject or "", ", ".join(marks)


@order.register
def _(item: Message, occurrence: Occurrence | None = None) -> Order:
    return False, -(item.date_received or FIRST).timestamp(), ""


@cells.register
def _(item: Contact, occurrence: Occurrence | None = None) -> tuple[str, ...]:
    phone = item.mobile_phone_number or item.business_phone_number or item.home_phone_number
    written = item.email1_address or ""
    return _name(item), parseaddr(written)[1] or written, phone or ""


@order.register
def _(item: Contact, occurrence: Occurrence | None = None) -> Order:
    return False, 0.0, _name(item).casefold()


def _name(contact: Contact) -> str:
    parts = (contact.first_name, contact.middle_name, contact.last_name)
    return contact.file_as or " ".join(part for part in parts if part) or contact.company_name or ""


@cells.register
def _(item: Event, occurrence: Occurrence | None = None) -> tuple[str, ...]:
    start, end, all_day = item.start_time, item.end_time, item.all_day_event
    subject, location = item.subject, item.location
    if occurrence is not None:
        start, end, all_day = occurrence.start, occurrence.end, occurrence.all_day
        if occurrence.exception is not None:
            own = occurrence.exception
            subject = subject if own.subject is None else own.subject
            location = location if own.location is None else own.location
    when = (day(start), "all day") if all_day else (clock(start), clock(end))
    return *when, subject or "", (location.display_name if location else None) or ""


@order.register
def _(item: Event, occurrence: Occurrence | None = None) -> Order:
    start = item.start_time if occurrence is None else occurrence.start
    return False, (start or LAST).timestamp(), ""


@cells.register
def _(item: Task, occurrence: Occurrence | None = None) -> tuple[str, ...]:
    return day(item.due_date or item.utc_due_date), "yes" if item.complete else "", item.subject or ""


@order.register
def _(item: Task, occurrence: Occurrence | None = None) -> Order:
    return bool(item.complete), (item.due_date or item.utc_due_date or LAST).timestamp(), ""


@cells.register
def _(item: Note, occurrence: Occurrence | None = None) -> tuple[str, ...]:
    return clock(item.last_modified_date), item.subject or ""


@order.register
def _(item: Note, occurrence: Occurrence | None = None) -> Order:
    return False, -(item.last_modified_date or FIRST).timestamp(), ""


def clock(moment: datetime | None) -> str:
    """A time on this machine's clock."""
    return "" if moment is None else moment.astimezone().strftime("%Y-%m-%d %H:%M")


def day(moment: datetime | None) -> str:
    """A day that is written as midnight in UTC."""
    return "" if moment is None else moment.strftime("%Y-%m-%d")

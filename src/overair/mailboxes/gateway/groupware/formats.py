"""Objects of a server as items, and items as objects: one format for each class."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import ClassVar, Generic, Protocol, TypeVar

import msgspec

from overair.items import Contact, Event, Item, Task
from overair.items.icalendar import merging as calendar_merging
from overair.items.icalendar.attachments import Get, Put
from overair.items.icalendar.reading import decoded, items_from_icalendar
from overair.items.icalendar.results import Converted
from overair.items.icalendar.writing import icalendar_of
from overair.items.vcard import merging as card_merging
from overair.items.vcard.contacts import Refusal, contacts_from_vcard
from overair.mailboxes.gateway.groupware.stand_ins import first_that_works, shown_again

OneItem = TypeVar("OneItem", bound=Item)


class Unreadable(ValueError):
    """An object holds nothing that can be shown; the message says why and nothing of its content."""


class Nowhere(ValueError):
    """An object does not hold the item that was to be changed in it."""


class Format(Protocol):
    """How items of one class stand in objects."""

    extension: ClassVar[str]
    """Of the names of new objects."""

    def read(self, data: str | bytes) -> list[Item]:
        """The items of an object that are of the class; none where it holds others alone.

        Raises Unreadable.
        """

    def write(self, item: Item, name: str) -> str:
        """A new object of an item; ``name`` is its UID where the item has none."""

    def merge(self, text: str, old: Item, new: Item) -> str:
        """An object after an edit of an item of it. Raises Nowhere."""

    def without(self, text: str, item: Item) -> str | None:
        """An object without an item of it; None where nothing would remain. Raises Nowhere."""

    def spoken(self, item: Item) -> Item | None:
        """What its server could say of an item, its attachments apart; None where that is nothing."""


class ContactFormat:
    """Contacts as vCards."""

    extension: ClassVar[str] = ".vcf"

    def read(self, data: str | bytes) -> list[Item]:
        """The contact of an object: of several cards the first, for the others are none of its own."""
        reason = ""
        for one in contacts_from_vcard(data):
            if isinstance(one, Contact):
                return [one]
            if one.whole:
                reason = one.reason
        raise Unreadable(reason)

    def write(self, item: Item, name: str) -> str:
        """A new vCard."""
        return card_merging.written(_of(item, Contact), uid=name, now=datetime.now(UTC))

    def merge(self, text: str, old: Item, new: Item) -> str:
        """A vCard after an edit. Raises Nowhere."""
        try:
            return card_merging.merged(text, _of(old, Contact), _of(new, Contact), now=datetime.now(UTC))
        except card_merging.Unmergeable as error:
            raise Nowhere(str(error)) from None

    def without(self, text: str, item: Item) -> str | None:
        """A card is one contact."""
        return None

    def spoken(self, item: Item) -> Item | None:
        """The contact as its card would say it."""
        found = contacts_from_vcard(card_merging.written(_of(item, Contact), uid="", now=datetime.now(UTC)))
        return next((one for one in found if not isinstance(one, Refusal)), None)


class _CalendarFormat(Generic[OneItem]):
    """What events and tasks have in common."""

    extension: ClassVar[str] = ".ics"
    kind: type[OneItem]

    def __init__(
        self, time_zone: str, addresses: Callable[[], Iterable[str]], put: Put | None, get: Get | None
    ) -> None:
        """``time_zone`` is the IANA name of the zone of times that name none, ``addresses`` are the user's
        own in meetings; ``put`` and ``get`` keep the bytes of attachments.
        """
        self.time_zone = time_zone
        self.addresses = addresses
        self.put = put
        self.get = get

    def read(self, data: str | bytes) -> list[Item]:
        """The events or tasks of an object, or stand-ins for them. Raises Unreadable."""
        return first_that_works(decoded(data) if isinstance(data, bytes) else data, self._read, Unreadable)

    def _read(self, text: str) -> list[Item]:
        """The items of the class. Raises Unreadable where there should be one and is none."""
        found: list[Item] = []
        reason = ""
        # Bytes in UTF-8 are told by their mark: nothing is to be guessed of what is text already.
        data = b"\xef\xbb\xbf" + text.removeprefix("\ufeff").encode("utf-8", "replace")
        read = items_from_icalendar(
            data, default_zone=self.time_zone, addresses=self.addresses(), put=self.put
        )
        for one in read:
            if isinstance(one, Converted):
                if isinstance(one.item, self.kind):
                    found.append(one.item)
            elif not one.component or one.component == _COMPONENTS.get(self.kind):
                reason = one.reason
        if reason and not found:
            raise Unreadable(reason)
        return found

    def write(self, item: Item, name: str) -> str:
        """A new iCalendar object."""
        own = _alone(_of(item, self.kind))
        if isinstance(own, Event | Task) and own.uid is None:
            own = msgspec.structs.replace(own, uid=name)
        written = icalendar_of(own, default_zone=self.time_zone, get=self.get)
        return written.data.decode()

    def _merged(self, text: str, merged: Callable[[str], str]) -> str:
        """An edit of an item, or of a stand-in for one. Raises Nowhere."""
        try:
            return shown_again(first_that_works(text, merged, calendar_merging.Unmergeable))
        except calendar_merging.Unmergeable as error:
            raise Nowhere(str(error)) from None

    def without(self, text: str, item: Item) -> str | None:
        """An object without an event or a task of it."""
        if not isinstance(item, Event | Task):
            raise TypeError(f"{item.item_class} is in no calendar")
        try:
            return calendar_merging.without(text, item, default_zone=self.time_zone)
        except calendar_merging.Unmergeable as error:
            raise Nowhere(str(error)) from None

    def spoken(self, item: Item) -> Item | None:
        """The event or task as iCalendar would say it."""
        written = icalendar_of(_alone(_of(item, self.kind)), default_zone=self.time_zone)
        try:
            return next(iter(self._read(written.data.decode())), None)
        except Unreadable:
            return None


class EventFormat(_CalendarFormat[Event]):
    """Events as VEVENTs."""

    kind = Event

    def merge(self, text: str, old: Item, new: Item) -> str:
        """An object after an edit of an event of it. Raises Nowhere."""

        def merged(there: str) -> str:
            return calendar_merging.merged_event(
                there,
                _of(old, Event),
                _of(new, Event),
                default_zone=self.time_zone,
                addresses=frozenset(self.addresses()),
                now=datetime.now(UTC),
                get=self.get,
            )

        return self._merged(text, merged)


class TaskFormat(_CalendarFormat[Task]):
    """Tasks as VTODOs."""

    kind = Task

    def merge(self, text: str, old: Item, new: Item) -> str:
        """An object after an edit of a task of it. Raises Nowhere."""

        def merged(there: str) -> str:
            return calendar_merging.merged_task(
                there, _of(old, Task), _of(new, Task), default_zone=self.time_zone, now=datetime.now(UTC)
            )

        return self._merged(text, merged)


_COMPONENTS: dict[type[Item], str] = {Event: "VEVENT", Task: "VTODO"}


def _alone(item: Item) -> Item:
    """An item without an organizer where nobody is invited: a meeting alone names one (RFC 5545 3.8.4.3)."""
    if isinstance(item, Event) and not item.attendees:
        return msgspec.structs.replace(item, organizer_email=None, organizer_name=None)
    return item


def _of(item: Item, kind: type[OneItem]) -> OneItem:
    if not isinstance(item, kind):
        raise TypeError(f"an item of {item.item_class} is no {kind.__name__}")
    return item

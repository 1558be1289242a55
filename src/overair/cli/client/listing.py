"""What is in a folder, by a Sync from its beginning, and single items of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from overair.cli.client.columns import order
from overair.cli.client.folders import CLASSES
from overair.cli.client.items import Listed
from overair.cli.client.words import Kind, Since
from overair.cli.output import Failure
from overair.client import Calendar, Client, Collection, StatusError
from overair.items import CLASSES as RECORDS
from overair.items import Author
from overair.items.calendar.telling import told_event
from overair.items.time_zones.zones import machine_zone
from overair.protocol.body_preferences import BodyPreference, BodyType
from overair.protocol.http import Command
from overair.protocol.statuses import ItemOperationsStatus, SyncStatus
from overair.protocol.sync_options import FilterType, MIMESupport, Options
from overair.wbxml import Element

FILTERS: Final = {
    Since.ONE_DAY: FilterType.ONE_DAY,
    Since.THREE_DAYS: FilterType.THREE_DAYS,
    Since.ONE_WEEK: FilterType.ONE_WEEK,
    Since.TWO_WEEKS: FilterType.TWO_WEEKS,
    Since.ONE_MONTH: FilterType.ONE_MONTH,
    Since.THREE_MONTHS: FilterType.THREE_MONTHS,
    Since.SIX_MONTHS: FilterType.SIX_MONTHS,
    Since.ALL: FilterType.ALL,
}
ALLOWED: Final[dict[Kind, frozenset[Since]]] = {
    Kind.EMAIL: frozenset(set(Since) - {Since.THREE_MONTHS, Since.SIX_MONTHS}),
    Kind.CALENDAR: frozenset(
        {Since.TWO_WEEKS, Since.ONE_MONTH, Since.THREE_MONTHS, Since.SIX_MONTHS, Since.ALL}
    ),
}
"""Which filters a class has (MS-ASCMD 2.2.3.68.2)."""
DEFAULT: Final = {Kind.EMAIL: Since.ONE_MONTH, Kind.CALENDAR: Since.TWO_WEEKS}
AHEAD: Final = timedelta(days=366)
"""How far the occurrences of a calendar are listed."""
WINDOW: Final = 200
HEADERS: Final = BodyPreference(type=BodyType.PLAIN_TEXT, truncation_size=0)
WHOLE: Final = BodyPreference(type=BodyType.PLAIN_TEXT)
MIME: Final = BodyPreference(type=BodyType.MIME)
GONE: Final = frozenset({ItemOperationsStatus.NOT_FOUND, SyncStatus.OBJECT_NOT_FOUND})
"""Both are answered for an item that is not there, by servers of several ages."""


def replica(client: Client, collection_id: str, kind: Kind, since: Since | None) -> Collection:
    """A folder as a phone would ask for it, without bodies. Raises Failure."""
    if since is not None and since not in ALLOWED.get(kind, ()):
        known = ", ".join(one for one in Since if one in ALLOWED.get(kind, ()))
        raise Failure(
            f"--since for {kind} is one of {known}" if known else f"--since is not for {kind}", code=2
        )
    back = since or DEFAULT.get(kind)
    options = Options(filter_type=None if back is None else FILTERS[back], body_preferences=(HEADERS,))
    if kind is Kind.CALENDAR:
        return client.calendar(collection_id, options=options, window_size=WINDOW)
    return client.collection(collection_id, CLASSES[kind], options=options, window_size=WINDOW)


async def listed(client: Client, collection_id: str, kind: Kind, since: Since | None) -> list[Listed]:
    """The items of a folder, in the order of its class. Raises Failure, ClientError, SchemaError."""
    collection = replica(client, collection_id, kind, since)
    await collection.sync()
    if isinstance(collection, Calendar):
        found = _occurrences(collection, since)
    else:
        found = [Listed(server_id, collection.item(server_id)) for server_id in collection.elements]
    return sorted(found, key=lambda one: order(one.item, one.occurrence))


def _occurrences(calendar: Calendar, since: Since | None) -> list[Listed]:
    """What is in a calendar from today on, or from what the filter lets through."""
    now = datetime.now(UTC)
    first = datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    if since is not None:
        starts = [calendar.item(server_id).start_time for server_id in calendar.elements]
        first = min((start for start in starts if start is not None), default=first)
    entries = calendar.occurrences(first.astimezone(UTC), now + AHEAD)
    return [Listed(entry.server_id, entry.event, entry.occurrence) for entry in entries]


async def fetched(client: Client, collection_id: str, kind: Kind, server_id: str) -> Listed:
    """An item whole, with its body as text. Raises Failure, ClientError, SchemaError."""
    elements = await _fetched(client, collection_id, server_id, WHOLE)
    version = await client.version()
    if kind is Kind.CALENDAR:
        author = Author(version=version, now=datetime.now(UTC), time_zone=machine_zone())
        return Listed(server_id, told_event(elements, author))
    return Listed(server_id, RECORDS[CLASSES[kind]].from_children(elements, version))


async def fetched_mime(client: Client, collection_id: str, server_id: str) -> bytes:
    """A message as the server composes it. Raises Failure, ClientError, SchemaError."""
    elements = await _fetched(client, collection_id, server_id, MIME, MIMESupport.ALWAYS)
    record = RECORDS[CLASSES[Kind.EMAIL]].from_children(elements, await client.version())
    body = getattr(record, "body", None)
    if body is None or body.type != BodyType.MIME or body.data is None:
        raise Failure(f"the server does not give {server_id} as MIME")
    return str(body.data).encode()


async def _fetched(
    client: Client,
    collection_id: str,
    server_id: str,
    preference: BodyPreference,
    mime_support: MIMESupport | None = None,
) -> list[Element]:
    try:
        found = await client.fetch_item(
            collection_id, server_id, body_preferences=[preference], mime_support=mime_support
        )
    except StatusError as error:
        if error.command is Command.ITEM_OPERATIONS and error.status in GONE:
            raise Failure(
                f"there is no item {server_id} in this folder: `overair client list` lists them"
            ) from None
        raise
    return found.item

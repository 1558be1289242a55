"""A collection as the client has it: a local replica that is kept in step by Sync."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from overair.client.absence import Absence
from overair.client.errors import InvalidAnswer, StatusError
from overair.client.outcome import Outcome, Refusal
from overair.items import CLASSES, Item, ItemClass
from overair.protocol.get_item_estimate import EstimateCollectionRequest, EstimateOptions
from overair.protocol.http import Command
from overair.protocol.statuses import SyncStatus
from overair.protocol.sync import (
    AddCommand,
    AddResponse,
    ChangeCommand,
    CollectionRequest,
    CollectionResponse,
    CommandResponse,
    DeleteCommand,
    FetchCommand,
    ServerAdd,
    ServerChange,
    SoftDelete,
    SyncRequest,
    SyncResponse,
)
from overair.protocol.sync import Command as SyncCommand
from overair.protocol.sync_options import Options
from overair.versions import Version
from overair.wbxml import Element

if TYPE_CHECKING:
    from overair.client.client import Client

NEW: Final = "0"
COMMANDS_PER_REQUEST: Final = 100
ITEMS_PER_FETCH: Final = 100
MADE_BY_THE_SERVER: Final = frozenset({ItemClass.CALENDAR, ItemClass.TASKS, ItemClass.NOTES})
"""The classes of which the server makes more of an item than its client says."""


class Collection:
    """The replica of one collection.

    ``add``, ``change``, ``delete`` and ``fetch`` wait until ``sync`` sends them. What the server
    has told stands in ``elements``, and typed in ``item``; of events, tasks and notes what the
    client itself added or changed is fetched anew, since the server fills in what it was not told.
    A request whose answer was lost is repeated as it was, so that the server can tell that it has
    executed it.
    """

    def __init__(
        self,
        client: Client,
        collection_id: str,
        item_class: ItemClass = ItemClass.EMAIL,
        *,
        options: Options | Sequence[Options] = (),
        window_size: int | None = None,
        deletes_as_moves: bool | None = None,
        supported: Iterable[Element] | None = None,
    ) -> None:
        self.collection_id = collection_id
        self.item_class = item_class
        self.options = (options,) if isinstance(options, Options) else tuple(options)
        self.window_size = window_size
        self.deletes_as_moves = deletes_as_moves
        self.supported = None if supported is None else list(supported)
        self.conversation_mode: bool | None = None
        """Whether whole conversations are shown; None for what the server knows of it."""
        self.key = NEW
        self.elements: dict[str, list[Element]] = {}
        """The properties of every item as the server told them, by its id."""
        self.pending: list[SyncCommand] = []
        """What has not been sent yet, in order."""
        self._client = client
        self._in_flight: SyncRequest | None = None
        self._version = Version.V12_1
        self._outcome = Outcome()
        self._own: set[str] = set()
        """Items that this client changed, as the server has them now."""
        self._last_client_id = 0

    def item(self, server_id: str) -> Item:
        """An item, typed. Raises KeyError, and SchemaError for properties that its class lacks."""
        return CLASSES[self.item_class].from_children(self.elements[server_id], self._version)

    async def add(self, item: Item | list[Element], *, send: bool = False) -> str:
        """Add an item; gives the id that ``Outcome.created`` knows it by. ``send`` sends a draft."""
        self._last_client_id += 1
        client_id = str(self._last_client_id)
        data = await self._children(item)
        self.pending.append(AddCommand(client_id=client_id, application_data=data, send=send))
        return client_id

    async def change(self, server_id: str, item: Item | list[Element], *, send: bool = False) -> None:
        """Change an item; the server deletes what is not said and not ghosted.

        From 16.0 on it deletes nothing of an event that is not said, and of a message it never does.
        """
        data = await self._children(item)
        self.pending.append(ChangeCommand(server_id=server_id, application_data=data, send=send))

    async def update(self, server_id: str, item: Item, *, clear: Iterable[str] = ()) -> None:
        """Change the fields that are set in ``item``, and delete those that ``clear`` names.

        Whatever the version, the others stay as the server told them. Raises KeyError for an item
        that the replica does not have, and ValueError for a field that cannot be deleted.
        """
        said = await self._children_of_update(server_id, item)
        version = await self._client.version()
        cleared = [self._to_clear(name, version) for name in clear]
        data = self._absence(version).completed(self.elements[server_id], said, cleared)
        self.pending.append(ChangeCommand(server_id=server_id, application_data=data))

    def delete(self, server_id: str) -> None:
        """Delete an item."""
        self.pending.append(DeleteCommand(server_id=server_id))

    def fetch(self, server_id: str) -> None:
        """Ask for an item whole."""
        self.pending.append(FetchCommand(server_id=server_id))

    async def estimate(self) -> int:
        """How many changes the server has. Raises StatusError."""
        filters = [options.filter_type for options in self.options if options.filter_type is not None]
        old = await self._client.version() < Version.V14_0
        asked = EstimateCollectionRequest(
            sync_key=self.key,
            collection_id=self.collection_id,
            filter_type=filters[0] if old and filters else None,
            conversation_mode=self.conversation_mode,
            options=()
            if old
            else tuple(
                EstimateOptions(item_class=options.item_class, filter_type=options.filter_type)
                for options in self.options
            ),
        )
        estimate = (await self._client.get_item_estimate((asked,)))[self.collection_id]
        if isinstance(estimate, StatusError):
            raise estimate
        return estimate

    async def sync(self, *, wait: int | None = None, heartbeat: int | None = None) -> Outcome:
        """Send what is pending and fetch what changed, until there is nothing more.

        ``wait`` in minutes or ``heartbeat`` in seconds lets the server wait for a change. Starts
        anew where the server refuses the key. Raises StatusError for other failures, after which
        everything that was not executed is pending again. What had been done until an error stands
        in the outcome of the next call that succeeds.
        """
        outcome = self._outcome
        self._version = await self._client.version()
        restarted = False
        waited = False
        while True:
            request = self._in_flight or self._request(
                None if waited else wait, None if waited else heartbeat
            )
            self._in_flight = request
            (sent,) = request.collections
            answer = self._answer_to(await self._client.sync(request))
            self._in_flight = None
            if answer is not None and answer.status == SyncStatus.INVALID_SYNC_KEY and not restarted:
                restarted = True
                self._restart(sent, outcome)
                continue
            more = self._apply(sent, answer, outcome)
            waited = waited or sent.sync_key != NEW
            if not more and not self.pending and sent.sync_key != NEW:
                await self._fetch_own()
                self._outcome = Outcome()
                return outcome

    def _request(self, wait: int | None, heartbeat: int | None) -> SyncRequest:
        if self.key == NEW:
            first = CollectionRequest(
                sync_key=NEW,
                collection_id=self.collection_id,
                supported=self.supported,
                deletes_as_moves=self.deletes_as_moves,
                window_size=self.window_size,
                conversation_mode=self.conversation_mode,
                options=self.options,
            )
            return SyncRequest(collections=(first,))
        commands, self.pending = (
            self.pending[:COMMANDS_PER_REQUEST],
            self.pending[COMMANDS_PER_REQUEST:],
        )
        collection = CollectionRequest(
            sync_key=self.key,
            collection_id=self.collection_id,
            deletes_as_moves=self.deletes_as_moves,
            get_changes=True,
            window_size=self.window_size,
            conversation_mode=self.conversation_mode,
            options=self.options,
            commands=tuple(commands),
        )
        return SyncRequest(collections=(collection,), wait=wait, heartbeat_interval=heartbeat)

    def _answer_to(self, response: SyncResponse | None) -> CollectionResponse | None:
        """This collection's part of an answer; None where there is nothing new."""
        if response is None:
            return None
        for collection in response.collections:
            if collection.collection_id == self.collection_id:
                return collection
        if response.status is not None and response.status != SyncStatus.SUCCESS:
            self._withdraw()
            raise StatusError(Command.SYNC, response.status)
        return None

    def _withdraw(self) -> None:
        """Take back a request that was not executed."""
        if self._in_flight is not None:
            self.pending[:0] = self._in_flight.collections[0].commands
            self._in_flight = None

    def _restart(self, sent: CollectionRequest, outcome: Outcome) -> None:
        """Forget what the server told (MS-ASCMD_R4427); items that it may not have are added again."""
        self.key = NEW
        self.elements.clear()
        commands, self.pending = [*sent.commands, *self.pending], []
        for command in commands:
            if isinstance(command, AddCommand):
                self.pending.append(command)
            else:
                outcome.refused.append(Refusal(command, SyncStatus.INVALID_SYNC_KEY))

    def _apply(self, sent: CollectionRequest, answer: CollectionResponse | None, outcome: Outcome) -> bool:
        """Take over an answer; whether there is more to fetch."""
        if answer is not None and answer.status != SyncStatus.SUCCESS:
            self.pending[:0] = sent.commands
            raise StatusError(Command.SYNC, answer.status)
        self._apply_commands(sent, answer, outcome)
        if answer is None:
            return False
        self.key = answer.sync_key
        for command in answer.commands:
            match command:
                case ServerAdd():
                    known = command.server_id in self.elements
                    (outcome.changed if known else outcome.added).append(command.server_id)
                    self.elements[command.server_id] = command.application_data
                case ServerChange():
                    outcome.changed.append(command.server_id)
                    self._merge(command.server_id, command.application_data)
                case SoftDelete():
                    outcome.soft_deleted.append(command.server_id)
                    self.elements.pop(command.server_id, None)
                case _:
                    outcome.deleted.append(command.server_id)
                    self.elements.pop(command.server_id, None)
        return answer.more_available

    def _apply_commands(
        self, sent: CollectionRequest, answer: CollectionResponse | None, outcome: Outcome
    ) -> None:
        """What became of the client's own commands; those without an answer succeeded (R760)."""
        responses = answer.responses if answer is not None else ()
        by_key = {_key_of(response): response for response in responses}
        for command in sent.commands:
            response = by_key.get(_key_of(command))
            if response is not None and response.status != SyncStatus.SUCCESS:
                outcome.refused.append(Refusal(command, response.status))
                continue
            match command:
                case AddCommand():
                    if not isinstance(response, AddResponse) or response.server_id is None:
                        raise InvalidAnswer(f"the Add of {command.client_id} was not answered with an id")
                    outcome.created[command.client_id] = response.server_id
                    self.elements[response.server_id] = command.application_data
                    self._merge(response.server_id, response.application_data or [], partial=True)
                    self._own.add(response.server_id)
                case ChangeCommand(instance_id=None):
                    self._change(command.server_id, command.application_data)
                    self._own.add(command.server_id)
                case ChangeCommand() | DeleteCommand(instance_id=str()):
                    self._own.add(command.server_id)  # an occurrence, which is one of the series' properties
                case DeleteCommand():
                    self.elements.pop(command.server_id, None)
                case FetchCommand():
                    data = getattr(response, "application_data", None)
                    self._merge(command.server_id, data or [], partial=True)

    def _merge(self, server_id: str, data: list[Element], *, partial: bool = False) -> None:
        """Take over the properties of a change: of a message those that are said, else all."""
        if self.item_class is ItemClass.EMAIL or partial:
            said = {element.tag for element in data}
            kept = [element for element in self.elements.get(server_id, []) if element.tag not in said]
            data = [*kept, *data]
        self.elements[server_id] = data

    def _absence(self, version: Version) -> Absence:
        return Absence(CLASSES[self.item_class], version, self.supported)

    def _change(self, server_id: str, said: list[Element]) -> None:
        """Take over a Change of the client's own."""
        before = self.elements.get(server_id, [])
        self.elements[server_id] = self._absence(self._version).left(before)
        self._merge(server_id, said, partial=True)

    async def _fetch_own(self) -> None:
        """Fetch what the client added or changed, as the server has it now."""
        if self.item_class in MADE_BY_THE_SERVER:
            preferences = [one for options in self.options for one in options.body_preferences]
            own = sorted(self._own & self.elements.keys())
            for start in range(0, len(own), ITEMS_PER_FETCH):
                asked = own[start : start + ITEMS_PER_FETCH]
                found = await self._client.fetch_items(
                    self.collection_id, asked, body_preferences=preferences
                )
                self.elements.update({server_id: one.item for server_id, one in found.items()})
                self._own.difference_update(asked)
        self._own.clear()

    def _to_clear(self, name: str, version: Version) -> str:
        """The field that says what another one is called that a version lacks."""
        return name

    async def _children_of_update(self, server_id: str, item: Item) -> list[Element]:
        return await self._children(item)

    async def _children(self, item: Item | list[Element]) -> list[Element]:
        return item if isinstance(item, list) else item.to_children(await self._client.version())


def _key_of(one: SyncCommand | CommandResponse) -> tuple[object, ...]:
    """What a command and its answer have in common."""
    named = one.client_id if isinstance(one, AddCommand | AddResponse) else one.server_id
    return one.element_tag, named, getattr(one, "instance_id", None)

"""A phone as the engine meets it: it keeps what it is told, and notices what it should not be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from overair.items import Contact, Item
from overair.mailboxes.interface import Folder
from overair.protocol.statuses import SyncStatus
from overair.protocol.sync import (
    AddCommand,
    AddResponse,
    ChangeCommand,
    CollectionRequest,
    CollectionResponse,
    Command,
    DeleteCommand,
    FetchResponse,
    ServerAdd,
    ServerChange,
    ServerDelete,
)
from overair.protocol.sync_options import Conflict, Options
from overair.sync.partner import Partner
from overair.wbxml.element import Element, Tag
from overair.wbxml.pages import Calendar, Contacts, Email, Notes, Tasks
from sync.world import World

Shown = dict[Tag, Element]
NAMES = (Contacts.FirstName, Email.Subject, Calendar.Subject, Tasks.Subject, Notes.Subject)


@dataclass
class Phone:
    """One collection on one phone.

    ``items`` is what it shows, by ServerId. ``echoes`` counts what it was told that it knew already.
    """

    world: World
    partner: Partner
    folder: Folder
    options: tuple[Options, ...] = ()
    key: str = "0"
    items: dict[str, Shown] = field(default_factory=dict)
    more: bool = False
    echoes: int = 0
    next_client_id: int = 0
    fresh: bool = True
    """Whether its key is that of a beginning, not used yet."""

    @property
    def names(self) -> list[str]:
        """The first names or subjects of what it shows, sorted."""
        return sorted(name_of(shown) for shown in self.items.values())

    def id_of(self, name: str) -> str:
        """The ServerId of the one item with a name."""
        [found] = [item_id for item_id, shown in self.items.items() if name_of(shown) == name]
        return found

    def add(self, item: Item, client_id: str | None = None) -> AddCommand:
        """The command for a new item."""
        if client_id is None:
            self.next_client_id += 1
            client_id = f"new{self.next_client_id}"
        return AddCommand(client_id=client_id, application_data=item.to_children(self.partner.version))

    def change(self, item_id: str, item: Item) -> ChangeCommand:
        """The command for changed content."""
        return ChangeCommand(server_id=item_id, application_data=item.to_children(self.partner.version))

    async def begin(self, **request: Any) -> CollectionResponse:
        """Sync with key 0."""
        self.key, self.items, self.more = "0", {}, False
        response = await self.sync(**request)
        assert response is not None
        assert not response.commands
        assert not response.more_available
        return response

    async def ask(
        self, *commands: Command, key: str | None = None, **request: Any
    ) -> CollectionResponse | None:
        """Send a Sync and give the answer, without taking it."""
        asked = CollectionRequest(
            sync_key=key or self.key,
            collection_id=self.folder.folder_id,
            commands=commands,
            **{"options": self.options, **request},
        )
        responses = await self.world.engine.exchange(self.partner, [asked], 512)
        return responses[0] if responses else None

    async def sync(self, *commands: Command, **request: Any) -> CollectionResponse | None:
        """Send a Sync and take the answer."""
        response = await self.ask(*commands, **request)
        if response is not None:
            self.take(response, commands)
        else:
            self.more = False
        return response

    def take(self, response: CollectionResponse, commands: Sequence[Command] = ()) -> None:
        """Believe an answer, and notice what contradicts what is known."""
        assert response.collection_id == self.folder.folder_id
        if response.status != SyncStatus.SUCCESS:
            return
        assert response.sync_key != self.key, "an answer with content has a new key"
        self.key, self.more = response.sync_key, response.more_available
        refused = {
            one.client_id if isinstance(one, AddResponse) else one.server_id
            for one in response.responses
            if one.status != SyncStatus.SUCCESS
        }
        given = {one.client_id: one.server_id for one in response.responses if isinstance(one, AddResponse)}
        for command in commands:
            if isinstance(command, AddCommand):
                assert command.client_id in given
                if command.client_id not in refused and (server_id := given[command.client_id]):
                    self.items[server_id] = shown_of(command.application_data)
            elif isinstance(command, ChangeCommand) and command.server_id not in refused:
                if command.instance_id is not None:
                    continue  # what the series looks like then is for the test to say
                self.items[command.server_id] |= shown_of(command.application_data)
            elif isinstance(command, DeleteCommand) and command.instance_id is None:
                self.items.pop(command.server_id, None)
        for told in response.commands:
            if isinstance(told, ServerAdd):
                self._show(told.server_id, shown_of(told.application_data))
            elif isinstance(told, ServerChange):
                assert told.server_id in self.items, "a change of an item that was never told"
                self._show(told.server_id, {**self._kept(told), **shown_of(told.application_data)})
            else:
                known = self.items.pop(told.server_id, None)
                self.echoes += known is None and isinstance(told, ServerDelete)

    def _kept(self, told: ServerChange) -> Shown:
        """Of a message only what changed is told; a contact is told whole."""
        return self.items[told.server_id] if self.folder.item_class == "Email" else {}

    def _show(self, item_id: str, shown: Shown) -> None:
        self.echoes += self.items.get(item_id) == shown
        self.items[item_id] = shown

    async def rest(self, **request: Any) -> int:
        """Sync until nothing more is told; returns how many things were told."""
        told = 0
        while (response := await self.sync(**request)) is not None:
            assert response.status == SyncStatus.SUCCESS
            told += len(response.commands)
        return told


def shown_of(application_data: Sequence[Element]) -> Shown:
    """What a phone remembers of an item."""
    return {element.tag: element for element in application_data}


def name_of(shown: Shown) -> str:
    """The first name or the subject."""
    return next((shown[tag].text for tag in NAMES if tag in shown), "")


def statuses(response: CollectionResponse | None) -> list[int]:
    """The statuses of the responses to commands."""
    return [] if response is None else [one.status for one in response.responses]


def fetched(response: CollectionResponse | None) -> list[FetchResponse]:
    """What was fetched."""
    return [] if response is None else [one for one in response.responses if isinstance(one, FetchResponse)]


CLIENT_WINS = (Options(conflict=Conflict.CLIENT_WINS),)

__all__ = ["CLIENT_WINS", "Contact", "Phone", "fetched", "name_of", "shown_of", "statuses"]

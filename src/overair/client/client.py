"""The client whole."""

from __future__ import annotations

import ssl as tls
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Self

from aiohttp.abc import AbstractResolver

from overair.client.calendar import Calendar
from overair.client.changes import CollectionCommands
from overair.client.conversations import ConversationCommands
from overair.client.discovery import discover
from overair.client.folders import FolderCommands
from overair.client.mail import MailCommands
from overair.client.mail_folder import MailFolder
from overair.client.recipients import RecipientCommands
from overair.client.replica import Collection
from overair.client.searching import SearchCommands
from overair.client.task_list import TaskList
from overair.items import ItemClass
from overair.protocol.sync_options import Options
from overair.wbxml import Element


class Client(
    FolderCommands,
    CollectionCommands,
    ConversationCommands,
    MailCommands,
    SearchCommands,
    RecipientCommands,
):
    """One device of one user, with all commands; see Session for what it is made with.

    Everything raises ClientError: ConnectionFailed, HttpError, StatusError, InvalidAnswer or
    WipeRequested.
    """

    @classmethod
    async def discover(
        cls,
        address: str,
        password: str,
        *,
        user: str | None = None,
        ssl: tls.SSLContext | bool = True,
        confirm: Callable[[str], bool] | None = None,
        hosts: AbstractResolver | None = None,
        **settings: Any,  # those of a Session, which types them
    ) -> Self:
        """A client of the server that ``discovery.discover`` finds for an address.

        ``settings`` are the others that a client is made with, ``device_id`` at least. Raises
        DiscoveryFailed.
        """
        found = await discover(address, password, user=user, ssl=ssl, confirm=confirm, hosts=hosts)
        return cls(found.url, found.user, password, ssl=ssl, **settings)

    def collection(
        self,
        collection_id: str,
        item_class: ItemClass = ItemClass.EMAIL,
        *,
        options: Options | Sequence[Options] = (),
        window_size: int | None = None,
        deletes_as_moves: bool | None = None,
        supported: Iterable[Element] | None = None,
    ) -> Collection:
        """A replica of a collection, empty at first."""
        return Collection(
            self,
            collection_id,
            item_class,
            options=options,
            window_size=window_size,
            deletes_as_moves=deletes_as_moves,
            supported=supported,
        )

    def mail_folder(
        self,
        collection_id: str,
        *,
        options: Options | Sequence[Options] = (),
        window_size: int | None = None,
        deletes_as_moves: bool | None = None,
        conversations: bool | None = None,
    ) -> MailFolder:
        """A replica of a folder of messages, empty at first; with ``conversations`` of whole ones."""
        return MailFolder(
            self,
            collection_id,
            options=options,
            window_size=window_size,
            deletes_as_moves=deletes_as_moves,
            conversations=conversations,
        )

    def calendar(
        self,
        collection_id: str,
        *,
        options: Options | Sequence[Options] = (),
        window_size: int | None = None,
        deletes_as_moves: bool | None = None,
        supported: Iterable[Element] | None = None,
        time_zone: str | None = None,
    ) -> Calendar:
        """A replica of a calendar, empty at first; ``time_zone`` is the machine's unless given."""
        return Calendar(
            self,
            collection_id,
            options=options,
            window_size=window_size,
            deletes_as_moves=deletes_as_moves,
            supported=supported,
            time_zone=time_zone,
        )

    def task_list(
        self,
        collection_id: str,
        *,
        options: Options | Sequence[Options] = (),
        window_size: int | None = None,
        deletes_as_moves: bool | None = None,
        time_zone: str | None = None,
    ) -> TaskList:
        """A replica of a folder of tasks, empty at first; ``time_zone`` is the machine's unless given."""
        return TaskList(
            self,
            collection_id,
            options=options,
            window_size=window_size,
            deletes_as_moves=deletes_as_moves,
            time_zone=time_zone,
        )

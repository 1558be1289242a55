"""The client for programs without an event loop: the same methods, which block."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterable, Sequence
from datetime import datetime
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec, Protocol, Self, TypeVar

from overair.client.calendar import Calendar, Entry
from overair.client.client import Client
from overair.client.mail_folder import MailFolder
from overair.client.replica import Collection
from overair.client.task_list import TaskList
from overair.items import Event, Item, ItemClass, Message, Task
from overair.protocol.sync import Command as SyncCommand
from overair.protocol.sync_options import Options
from overair.wbxml import Element

P = ParamSpec("P")
R = TypeVar("R")
W = TypeVar("W")
W_co = TypeVar("W_co", covariant=True)


class Loop:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="overair-client", daemon=True)
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, R]) -> R:
        """Run a coroutine there and wait for its result."""
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        try:
            return future.result()
        except BaseException:
            # An interrupt ends the waiting here; it is to end the request there, too.
            future.cancel()
            raise

    def close(self) -> None:
        """End the thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class Face(Protocol[W_co]):
    """Something asynchronous and the loop that it lives in."""

    @property
    def asynchronous(self) -> W_co:
        """What does the work."""

    @property
    def loop(self) -> Loop:
        """Where it is done."""


def blocking(
    method: Callable[Concatenate[W, P], Coroutine[Any, Any, R]],
) -> Callable[Concatenate[Face[W], P], R]:
    """The method of a face that runs an asynchronous one and waits for it."""

    def call(face: Face[W], /, *args: P.args, **kwargs: P.kwargs) -> R:
        return face.loop.run(method(face.asynchronous, *args, **kwargs))

    update_wrapper(call, method)
    return call


class SynchronousCollection:
    """A Collection whose methods block."""

    def __init__(self, collection: Collection, loop: Loop) -> None:
        self.asynchronous = collection
        self.loop = loop

    add = blocking(Collection.add)
    change = blocking(Collection.change)
    update = blocking(Collection.update)
    estimate = blocking(Collection.estimate)
    sync = blocking(Collection.sync)

    def delete(self, server_id: str) -> None:
        """Delete an item."""
        self.asynchronous.delete(server_id)

    def fetch(self, server_id: str) -> None:
        """Ask for an item whole."""
        self.asynchronous.fetch(server_id)

    def item(self, server_id: str) -> Item:
        """An item, typed."""
        return self.asynchronous.item(server_id)

    @property
    def key(self) -> str:
        """The sync key."""
        return self.asynchronous.key

    @property
    def elements(self) -> dict[str, list[Element]]:
        """The properties of every item as the server told them, by its id."""
        return self.asynchronous.elements

    @property
    def pending(self) -> list[SyncCommand]:
        """What has not been sent yet."""
        return self.asynchronous.pending


class SynchronousCalendar(SynchronousCollection):
    """A Calendar whose methods block."""

    asynchronous: Calendar

    change_occurrence = blocking(Calendar.change_occurrence)
    delete_occurrence = blocking(Calendar.delete_occurrence)
    revert_occurrence = blocking(Calendar.revert_occurrence)

    def item(self, server_id: str) -> Event:
        """An event."""
        return self.asynchronous.item(server_id)

    def occurrences(self, first: datetime, last: datetime) -> list[Entry]:
        """What is in the calendar from ``first`` to before ``last``, by its start."""
        return self.asynchronous.occurrences(first, last)


class SynchronousMailFolder(SynchronousCollection):
    """A MailFolder whose methods block."""

    asynchronous: MailFolder

    def __init__(self, mail_folder: MailFolder, loop: Loop) -> None:
        super().__init__(mail_folder, loop)

    mark_conversation = blocking(MailFolder.mark_conversation)
    flag_conversation = blocking(MailFolder.flag_conversation)
    complete_conversation = blocking(MailFolder.complete_conversation)
    clear_flags = blocking(MailFolder.clear_flags)

    def item(self, server_id: str) -> Message:
        """A message."""
        return self.asynchronous.item(server_id)

    def conversation(self, conversation_id: bytes) -> list[str]:
        """The ids of the messages that the replica has of a conversation, the oldest first."""
        return self.asynchronous.conversation(conversation_id)

    def delete_conversation(self, conversation_id: bytes) -> None:
        """Delete what the folder has of a conversation, but not what will come in it."""
        self.asynchronous.delete_conversation(conversation_id)


class SynchronousTaskList(SynchronousCollection):
    """A TaskList whose methods block."""

    asynchronous: TaskList

    def __init__(self, task_list: TaskList, loop: Loop) -> None:
        super().__init__(task_list, loop)

    complete = blocking(TaskList.complete)

    def item(self, server_id: str) -> Task:
        """A task."""
        return self.asynchronous.item(server_id)


class SynchronousClient:
    """A Client whose methods block; made with the same arguments.

    ``asynchronous`` is the client underneath, for what it knows: folders, keys, the policy.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Client types them
        self.loop = Loop()
        self.asynchronous = Client(*args, **kwargs)

    @classmethod
    def discover(cls, address: str, password: str, **settings: Any) -> Self:  # Client.discover types them
        """As ``Client.discover``."""
        loop = Loop()
        try:
            client = loop.run(Client.discover(address, password, **settings))
        except BaseException:
            loop.close()
            raise
        face = cls.__new__(cls)
        face.loop, face.asynchronous = loop, client
        return face

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections and end the thread."""
        self.loop.run(self.asynchronous.close())
        self.loop.close()

    def collection(
        self,
        collection_id: str,
        item_class: ItemClass = ItemClass.EMAIL,
        *,
        options: Options | Sequence[Options] = (),
        window_size: int | None = None,
        deletes_as_moves: bool | None = None,
        supported: Iterable[Element] | None = None,
    ) -> SynchronousCollection:
        """A replica of a collection, empty at first."""
        collection = self.asynchronous.collection(
            collection_id,
            item_class,
            options=options,
            window_size=window_size,
            deletes_as_moves=deletes_as_moves,
            supported=supported,
        )
        return SynchronousCollection(collection, self.loop)

    def mail_folder(self, collection_id: str, **kwargs: Any) -> SynchronousMailFolder:  # Client types them
        """A replica of a folder of messages, made as ``Client.mail_folder`` makes one."""
        return SynchronousMailFolder(self.asynchronous.mail_folder(collection_id, **kwargs), self.loop)

    def calendar(self, collection_id: str, **kwargs: Any) -> SynchronousCalendar:  # Client types them
        """A replica of a calendar, made as ``Client.calendar`` makes one."""
        return SynchronousCalendar(self.asynchronous.calendar(collection_id, **kwargs), self.loop)

    def task_list(self, collection_id: str, **kwargs: Any) -> SynchronousTaskList:  # Client types them
        """A replica of a folder of tasks, made as ``Client.task_list`` makes one."""
        return SynchronousTaskList(self.asynchronous.task_list(collection_id, **kwargs), self.loop)

    options = blocking(Client.options)
    version = blocking(Client.version)
    provision = blocking(Client.provision)
    acknowledge_wipe = blocking(Client.acknowledge_wipe)
    folder_sync = blocking(Client.folder_sync)
    folder_create = blocking(Client.folder_create)
    folder_update = blocking(Client.folder_update)
    folder_delete = blocking(Client.folder_delete)
    sync = blocking(Client.sync)
    get_item_estimate = blocking(Client.get_item_estimate)
    ping = blocking(Client.ping)
    move_items = blocking(Client.move_items)
    item_operations = blocking(Client.item_operations)
    move_conversation = blocking(Client.move_conversation)
    fetch_item = blocking(Client.fetch_item)
    fetch_items = blocking(Client.fetch_items)
    fetch_attachment = blocking(Client.fetch_attachment)
    get_attachment = blocking(Client.get_attachment)
    send_mail = blocking(Client.send_mail)
    smart_reply = blocking(Client.smart_reply)
    smart_forward = blocking(Client.smart_forward)
    forward_event = blocking(Client.forward_event)
    settings = blocking(Client.settings)
    send_device_information = blocking(Client.send_device_information)
    user_information = blocking(Client.user_information)
    out_of_office = blocking(Client.out_of_office)
    set_out_of_office = blocking(Client.set_out_of_office)
    search = blocking(Client.search)
    resolve_recipients = blocking(Client.resolve_recipients)
    resolve = blocking(Client.resolve)
    search_gal = blocking(Client.search_gal)
    find = blocking(Client.find)
    find_gal = blocking(Client.find_gal)
    search_mailbox = blocking(Client.search_mailbox)
    fetch_found = blocking(Client.fetch_found)
    find_messages = blocking(Client.find_messages)

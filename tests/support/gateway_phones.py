"""What phones of a gateway do, and their users meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, TypeVar

from overair.client import StatusError, SynchronousClient
from overair.client.synchronous import SynchronousCollection, SynchronousMailFolder
from overair.items import ItemClass
from overair.mailboxes.interface import FolderType
from overair.protocol.body_preferences import BodyPreference, BodyType
from overair.protocol.statuses import CommonStatus, SyncStatus
from overair.protocol.sync_options import Options
from support.radicale import Radicale

T = TypeVar("T")

TEXT: Final = Options(body_preferences=(BodyPreference(type=BodyType.PLAIN_TEXT, truncation_size=512),))
WAIT: Final = 60
"""Seconds that a phone waits at most."""
LATER: Final = (SyncStatus.RETRY, CommonStatus.SERVER_ERROR_RETRY_LATER)


def letter(subject: str, text: str = "Hello") -> bytes:
    return (
        f"From: otto@example.net\r\nTo: anna@example.org\r\nSubject: {subject}\r\n"
        f"Message-ID: <{subject}@example.net>\r\n\r\n{text}\r\n"
    ).encode()


def meanwhile(work: Callable[[], T]) -> Future[T]:
    """Run something in a thread."""
    pool = ThreadPoolExecutor(1)
    future = pool.submit(work)
    pool.shutdown(wait=False)
    return future


def persistent(work: Callable[[], T]) -> T:
    """What a phone does that was told to come again."""
    deadline = time.monotonic() + WAIT
    while True:
        try:
            return work()
        except StatusError as error:
            if error.status not in LATER or time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def inbox_of(client: SynchronousClient) -> SynchronousMailFolder:
    """A replica of the Inbox with texts."""
    folder = client.asynchronous.folder_of_type(FolderType.INBOX)
    return client.mail_folder(folder.server_id, options=TEXT, deletes_as_moves=True)


def contacts_of(client: SynchronousClient) -> SynchronousCollection:
    """A replica of the contacts."""
    folder = client.asynchronous.folder_of_type(FolderType.CONTACTS)
    return client.collection(folder.server_id, ItemClass.CONTACTS)


def subjects(box: SynchronousMailFolder, ids: Iterable[str]) -> list[str | None]:
    """The subjects of messages, sorted."""
    return sorted((box.item(server_id).subject for server_id in ids), key=str)


def book_of(radicale: Radicale, user: str) -> str:
    """The path of a user's address book."""
    folder = radicale.folder / "collections" / "collection-root" / user
    for one in folder.iterdir():
        properties = one / ".Radicale.props"
        if properties.exists() and "VADDRESSBOOK" in properties.read_text():
            return f"/{user}/{one.name}/"
    raise AssertionError("there is no address book")

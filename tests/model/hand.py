"""The other hand over HTTP: a device of the account's own whose connections never fail."""

from __future__ import annotations

import asyncio
import smtplib
from pathlib import Path
from typing import Final

from model.drive import DOMAIN, PASSWORD
from model.edit import Edit
from model.forms import FORMS, Writer
from model.shown import NOTHING
from overair.client import Client, Collection, StatusError
from overair.items import ItemClass
from overair.mailboxes.interface import FolderType
from overair.protocol.http import Command
from overair.protocol.move_items import ItemMove
from overair.protocol.statuses import MoveItemsStatus
from overair.protocol.sync import ChangeCommand, DeleteCommand
from overair.versions import Version
from overair.wbxml.pages import AirSync

SENDER: Final = "x@example.net"
ACCEPTED: Final = 250
LOOKED_AT: Final = {FolderType.INBOX: ItemClass.EMAIL, FolderType.CONTACTS: ItemClass.CONTACTS}
ZONE: Final = "Europe/Berlin"


class Hand:
    """One for each account. What is asked raises ClientError where it was not done, or perhaps not."""

    def __init__(self, url: str, account: str) -> None:
        self._account = account
        self._writer = Writer(account, Version.V16_1, zone=ZONE)
        self._client = Client(
            url,
            f"{account}@{DOMAIN}",
            PASSWORD.decode(),
            device_id=f"HAND{account}",
            version=self._writer.version,
            timeout=60.0,
        )
        self._collections: dict[str, Collection] = {}

    async def close(self) -> None:
        """End the connections; it can go on with new ones."""
        await self._client.close()

    def forget(self) -> None:
        """Start again from key 0, with nothing left to be sent."""
        self._client.hierarchy_key = "0"
        self._client.folders.clear()
        self._collections.clear()

    async def _folder(self, folder_id: str, item_class: ItemClass) -> Collection:
        """A folder as it is now."""
        if folder_id not in self._client.folders:
            await self._client.folder_sync()
        if folder_id not in self._collections:
            self._collections[folder_id] = self._client.collection(
                folder_id, item_class, deletes_as_moves=False, window_size=512
            )
        collection = self._collections[folder_id]
        await collection.sync()
        return collection

    @staticmethod
    async def _send(collection: Collection) -> None:
        for refusal in (await collection.sync()).refused:
            raise StatusError(Command.SYNC, refusal.status)

    async def add(self, folder_id: str, item_class: ItemClass, edit: Edit) -> None:
        """Put an item into a folder."""
        collection = await self._folder(folder_id, item_class)
        await collection.add(FORMS[item_class].data(edit, NOTHING, self._writer))
        await self._send(collection)

    async def change(self, folder_id: str, item_id: str, item_class: ItemClass, edit: Edit) -> None:
        """Change an item as it is shown now."""
        collection, form = await self._folder(folder_id, item_class), FORMS[item_class]
        if item_id not in collection.elements:
            return
        data = {element.tag: element for element in collection.elements[item_id]}
        shown = form.read(data, NOTHING, self._writer.version)
        for command in form.commands(item_id, edit, shown, self._writer):
            record = ChangeCommand if command.tag is AirSync.Change else DeleteCommand
            collection.pending.append(record.from_element(command, self._writer.version))
        await self._send(collection)

    async def remove(self, folder_id: str, item_id: str, item_class: ItemClass) -> None:
        """Delete an item for good."""
        collection = await self._folder(folder_id, item_class)
        collection.delete(item_id)
        await self._send(collection)

    async def move(self, folder_id: str, item_id: str, item_class: ItemClass, destination_id: str) -> None:
        """Move an item."""
        await self._folder(folder_id, item_class)
        asked = ItemMove(
            source_message_id=item_id, source_folder_id=folder_id, destination_folder_id=destination_id
        )
        [result] = await self._client.move_items([asked])
        if result.status != MoveItemsStatus.SUCCESS:
            raise StatusError(Command.MOVE_ITEMS, result.status)

    async def look(self) -> None:
        """Ask for folders of every server that a gateway may have."""
        await self._client.folder_sync()
        for kind, item_class in LOOKED_AT.items():
            await self._folder(self._client.folder_of_type(kind).server_id, item_class)

    async def create_folder(self, name: str) -> None:
        """Make a mail folder at the top."""
        await self._client.folder_sync()
        await self._client.folder_create(name, FolderType.USER_MAIL)

    async def rename_folder(self, folder_id: str, name: str) -> None:
        """Give a folder another name."""
        await self._client.folder_sync()
        await self._client.folder_update(folder_id, name)

    async def delete_folder(self, folder_id: str) -> None:
        """Delete a folder with what it holds."""
        await self._client.folder_sync()
        await self._client.folder_delete(folder_id)


async def deliver(socket: Path, account: str, mime: bytes) -> bool:
    """Hand a message over by LMTP; whether it was taken."""

    def work() -> bool:
        with smtplib.LMTP(str(socket), timeout=60) as lmtp:
            lmtp.ehlo()
            lmtp.mail(SENDER)
            code, _ = lmtp.rcpt(f"{account}@{DOMAIN}")
            return code == ACCEPTED and lmtp.data(mime)[0] == ACCEPTED

    try:
        return await asyncio.to_thread(work)
    except (OSError, smtplib.SMTPException):
        return False

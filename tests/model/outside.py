"""What others do to the mailboxes: mail arrives, and other hands change what is there."""

from __future__ import annotations

import msgspec

from model.drive import DOMAIN, Drive
from model.hierarchy import SERVED
from model.ledger import OUTSIDE, Ledger, Shown
from model.steps import ACCOUNTS, Outside
from overair.items import Contact
from overair.items.flag import Flag, FlagStatus
from overair.items.message import Message
from overair.mailboxes.interface import FolderType


class OutsideWorld:
    """Everybody but the phones. What they do, or may have done, is written into the ledger."""

    def __init__(self, drive: Drive, ledger: Ledger) -> None:
        self._drive = drive
        self._ledger = ledger

    async def do(self, step: Outside) -> None:
        """One step of others."""
        account = ACCOUNTS[step.account % len(ACCOUNTS)]
        mailbox = self._ledger.mailboxes[account]
        folders = sorted(mailbox, key=int)
        by_type = {mailbox[key].folder.type: key for key in reversed(folders)}
        if step.what == "deliver":
            marker = f"m{self._ledger.number()}"
            self._ledger.may_appear(account, marker, by_type[FolderType.INBOX], "", OUTSIDE)
            mime = f"From: x@example.net\r\nTo: {account}@{DOMAIN}\r\nSubject: {marker}\r\n\r\nHello\r\n"
            if await self._drive.deliver(account, mime.encode()):
                self._ledger.promised_at_rest(account, marker)
        elif step.what == "add":
            marker, value = f"i{self._ledger.number()}", f"v{self._ledger.number()}"
            folder_id = by_type[FolderType.CONTACTS]
            self._ledger.may_appear(account, marker, folder_id, value, OUTSIDE)
            item = Contact(first_name=marker, last_name=value)
            if await self._drive.add(account, folder_id, item):
                self._ledger.promised_at_rest(account, marker)
        elif step.what == "create folder":
            await self._drive.create_folder(account, f"f{self._ledger.number()}")
        elif step.what in ("rename folder", "delete folder"):
            own = [key for key in folders if mailbox[key].folder.type is FolderType.USER_MAIL]
            if own and step.what == "rename folder":
                await self._drive.rename_folder(
                    account, own[step.choice % len(own)], f"f{self._ledger.number()}"
                )
            elif own:
                self._ledger.may_lose_folder(own[step.choice % len(own)])
                await self._drive.delete_folder(account, own[step.choice % len(own)])
        else:
            await self._touch(step, account)

    async def _touch(self, step: Outside, account: str) -> None:
        """Another hand on an item that is there."""
        mailbox = self._ledger.mailboxes[account]
        places = [
            (folder_id, item_id)
            for folder_id, one in sorted(mailbox.items())
            for item_id in one.items
            if one.folder.type is not FolderType.DRAFTS
        ]
        if not places:
            return
        folder_id, item_id = places[(step.folder * 100 + step.choice) % len(places)]
        item = mailbox[folder_id].items[item_id]
        marker = Shown.of(item).marker
        if step.what == "remove":
            self._ledger.may_go(account, marker, OUTSIDE)
            await self._drive.remove(account, folder_id, item_id)
        elif step.what == "move" and isinstance(item, Message):
            mail = [
                key
                for key, one in sorted(mailbox.items())
                if one.folder.type in SERVED
                and one.folder.type not in (FolderType.DRAFTS, FolderType.CONTACTS)
                and key != folder_id
            ]
            destination = mail[step.choice % len(mail)]
            self._ledger.may_move(account, marker, destination, OUTSIDE)
            await self._drive.move(account, folder_id, item_id, destination)
        elif step.what == "mark" and isinstance(item, Message):
            changed = msgspec.structs.replace(item, read=not item.read)
            await self._drive.change(account, folder_id, item_id, changed)
        elif step.what == "change":
            value = f"v{self._ledger.number()}"
            self._ledger.may_become(account, marker, value, OUTSIDE)
            if isinstance(item, Message):
                flagged = msgspec.structs.replace(item, flag=Flag(status=FlagStatus.ACTIVE, flag_type=value))
                await self._drive.change(account, folder_id, item_id, flagged)
            elif isinstance(item, Contact):
                contact = msgspec.structs.replace(item, last_name=value)
                await self._drive.change(account, folder_id, item_id, contact)

"""What others do to the mailboxes: mail arrives, and other hands change what is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from model.choosing import NEW
from model.drive import DOMAIN, Drive
from model.edit import Edit, Kind
from model.forms import FORMS, Writer, planning
from model.hierarchy import OWN, SERVED
from model.ledger import OUTSIDE, Ledger
from model.shown import VALUE, WHEN
from model.steps import ACCOUNTS, CLASSES, Among, Outside
from overair.items import ItemClass
from overair.mailboxes.interface import FolderType
from overair.versions import Version

THREADS: Final = range(1, 4)
"""The conversations of mail that comes; other messages begin one each."""
WRITER: Final = Writer("outside", Version.V16_1, zone="Europe/Berlin")
"""How another hand writes."""


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
            self._ledger.may_appear(account, marker, by_type[FolderType.INBOX], {VALUE: ""}, OUTSIDE)
            thread = step.choice % 4
            answers = f"References: <t{thread}@example.net>\r\n" if thread in THREADS else ""
            head = f"From: x@example.net\r\nTo: {account}@{DOMAIN}\r\nSubject: {marker}\r\n"
            mime = f"{head}{answers}\r\nHello\r\n"
            if await self._drive.deliver(account, mime.encode()):
                self._ledger.promised_at_rest(account, marker)
        elif step.what == "add":
            kind = FolderType.CONTACTS if step.among is Among.MAIL else NEW[step.choice % len(NEW)]
            marker, number = f"i{self._ledger.number()}", self._ledger.number()
            form, folder_id = FORMS[SERVED[kind]], by_type[kind]
            says = form.new(number, step.choice, self._ledger.today, WRITER)
            self._ledger.may_appear(account, marker, folder_id, says, OUTSIDE)
            if await self._drive.add(account, folder_id, form.item_class, Edit(Kind.ADD, marker, says)):
                self._ledger.promised_at_rest(account, marker)
        elif step.what == "create folder":
            await self._drive.create_folder(account, f"f{self._ledger.number()}")
        elif step.what in ("rename folder", "delete folder"):
            own = [key for key in folders if mailbox[key].folder.type in OWN]
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
            for item_id, item in one.items.items()
            if one.folder.type is not FolderType.DRAFTS and item.item_class in CLASSES[step.among]
        ]
        if not places:
            return
        folder_id, item_id = places[(step.folder * 100 + step.choice) % len(places)]
        item = mailbox[folder_id].items[item_id]
        shown, form = self._ledger.shown(item_id, item), FORMS[item.item_class]
        says: Mapping[str, str] = {}
        ticked: bool | None = None
        match step.what:
            case "remove":
                self._ledger.may_go(account, shown.marker, OUTSIDE)
                await self._drive.remove(account, folder_id, item_id)
            case "move" if item.item_class is not ItemClass.CONTACTS:
                await self._move(step, account, folder_id, item_id, shown.marker)
            case "mark" if item.item_class in (ItemClass.EMAIL, ItemClass.TASKS):
                ticked = not shown.ticked
            case "change":
                says = {VALUE: f"v{self._ledger.number()}"}
            case "change more":
                says = form.more(self._ledger.number(), step.choice, self._ledger.today, shown, WRITER)
            case "change occurrence":
                says = planning.changed(self._ledger.number(), step.choice, shown, WRITER)
            case "cancel occurrence":
                says = planning.cancelled(step.choice, shown, WRITER.zone)
        if says or ticked is not None:
            self._ledger.may_become(account, shown.marker, says, OUTSIDE)
            if WHEN in says:
                self._ledger.may_reset(account, shown.marker)
            edit = Edit(Kind.CHANGE, shown.marker, says, ticked)
            await self._drive.change(account, folder_id, item_id, edit)

    async def _move(self, step: Outside, account: str, folder_id: str, item_id: str, marker: str) -> None:
        mailbox = self._ledger.mailboxes[account]
        item_class = mailbox[folder_id].items[item_id].item_class
        places = [
            key
            for key, one in sorted(mailbox.items())
            if SERVED.get(one.folder.type) is item_class
            and one.folder.type is not FolderType.DRAFTS
            and key != folder_id
        ]
        if places:
            destination = places[step.choice % len(places)]
            self._ledger.may_move(account, marker, destination, OUTSIDE)
            await self._drive.move(account, folder_id, item_id, destination)

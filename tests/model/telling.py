"""Tells a story to a server: each step is done, and after each the laws are looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

import msgspec

from model.collection import Collection
from model.drive import DOMAIN, Asked, Drive, Fate
from model.laws import Law, hold
from model.ledger import OUTSIDE, Ledger, Shown
from model.phone import FOLDER_COMMANDS, SERVED, Exchange, Phone, Temper
from model.steps import (
    ACCOUNTS,
    FILTERS,
    AnyStep,
    Ask,
    Edit,
    Outside,
    Pass,
    Relief,
    Rest,
    Story,
    Trouble,
)
from overair.items import Contact
from overair.items.flag import Flag, FlagStatus
from overair.items.message import Message
from overair.mailboxes.interface import FolderType
from overair.protocol.http import Command
from overair.sync.filters import view_of
from overair.versions import SERVED as SERVED_VERSIONS

HEARTBEAT: Final = 600
DAY: Final = 86_400
ARRIVING: Final = frozenset({Fate.GOOD, Fate.ANSWER_LOST, Fate.ANSWER_CUT, Fate.TWICE})
"""What does not keep a request from the server."""
ROUNDS_OF_REST: Final = 400
"""Requests after which a phone that does not come to rest never will."""


@dataclass
class Flying:
    """A request on its way."""

    phone: Phone
    exchange: Exchange
    asked: Asked
    cutoffs: dict[str, int | None] = field(default_factory=dict)
    """Where the views of the folders that it waits for ended when it was asked."""
    superseded: bool = False
    """The phone has asked anew since, and no longer reads the answer."""
    overtaken: bool = False
    """It was doubled, and what is read is the first of two answers."""
    unnoticed: bool = False
    """A notification that it needs may have been lost or be late."""


class Teller:
    """Tells one story. ``counts`` is what happened, by kind."""

    def __init__(self, drive: Drive, story: Story) -> None:
        self._drive = drive
        self._story = story
        self.ledger = Ledger()
        self.phones = [Phone(owner, self.ledger) for owner in story.phones]
        self.flying: list[Flying] = []
        self.counts: Counter[str] = Counter()
        self.place = 0
        """The step that is told now."""
        self.trace: Callable[[str], None] | None = None
        """Told what happens, line by line, by whoever wants to understand a story."""
        self._moved = False
        self._settled = True
        self._unreliable = False
        """Whether notifications may be lost or late."""
        self._calm = False
        """Whether only one thing happens to the mailbox in this step."""
        self._troubled = False
        """Whether requests may be refused."""

    async def tell(self) -> None:
        """The whole story. Raises Broken."""
        await self._look()
        await self._begin()
        for place, step in enumerate(self._story.steps):
            self.place = place
            self._calm = isinstance(step, Outside) and all(one.exchange.waits for one in self.flying)
            self._say(self.place, step)
            await self._do(step)
            self.counts["steps"] += 1
            if not isinstance(step, Rest):
                await self._look()

    def _say(self, *words: object) -> None:
        if self.trace is not None:
            self.trace(" ".join(map(str, words)))

    async def _begin(self) -> None:
        """Every phone gets to know its folders."""
        for phone in self.phones:
            await self._now(phone, phone.folder_sync())

    # One step.

    async def _do(self, step: AnyStep) -> None:
        match step:
            case Edit():
                self._edit(step)
            case Ask():
                self.counts[f"fate: {step.fate}"] += 1
                await self._ask(step)
            case Outside():
                await self._outside(step)
            case Pass():
                await self._drive.pass_time(step.seconds)
                self._settled = True
            case Trouble():
                self.counts[f"fault: {step.fault}"] += 1
                await self._trouble(step)
            case Relief():
                await self._relieve()
            case Rest():
                await self._rest()

    def _edit(self, step: Edit) -> None:
        phone = self.phones[step.phone % len(self.phones)]
        collection = self._collection(phone, step.folder)
        if collection is None:
            return
        work: dict[str, Callable[[], None]] = {
            "add": phone.add,
            "change": lambda: phone.change(collection, step.choice),
            "mark": lambda: phone.mark(collection, step.choice),
            "delete": lambda: phone.delete(collection, step.choice),
            "draft": phone.write_draft,
            "send draft": lambda: phone.send_draft(step.choice),
            "letter": phone.write_letter,
            "think again": lambda: phone.think_again(collection, step.choice),
            "upgrade": lambda: phone.upgrade(sorted(SERVED_VERSIONS)[step.choice % len(SERVED_VERSIONS)]),
            "filter": lambda: phone.set_filter(collection, FILTERS[step.choice % len(FILTERS)]),
        }
        work[step.what]()

    @staticmethod
    def _collection(phone: Phone, choice: int) -> Collection | None:
        found = sorted(phone.collections.values(), key=lambda one: int(one.folder_id))
        return found[choice % len(found)] if found else None

    async def _ask(self, step: Ask) -> None:
        phone = self.phones[step.phone % len(self.phones)]
        exchange = self._exchange(phone, step)
        if exchange is None:
            return
        self._make_room(phone, exchange, step.fate)
        await self._send(phone, exchange, step.fate, step.moment, at_once=step.at_once)

    def _exchange(self, phone: Phone, step: Ask) -> Exchange | None:
        collection = self._collection(phone, step.folder)
        if collection is None or step.what == "folders":
            return phone.folder_sync()
        move = phone.unanswered.get(Command.MOVE_ITEMS)
        if phone.owner.keeps_moved and move is not None:
            return move  # its copy waits for the id that the answer has
        unanswered = phone.unanswered.get(Command.SYNC)
        if phone.behind or phone.hierarchy_key == "0":
            return phone.folder_sync()
        if unanswered is not None and step.again and step.what.startswith("sync"):
            return unanswered
        folders = sorted(phone.collections)
        match step.what:
            case "sync":
                return phone.sync(self._pair(phone, step), step.window)
            case "sync all":
                return phone.sync(folders, step.window, total=step.choice if step.choice % 3 == 0 else None)
            case "sync and wait":
                ready = [one for one in phone.settled() if not phone.collections[one].more]
                return phone.sync(ready, step.window, wait=1 + step.choice % 30, edits=False)
            case "sync without a body":
                return phone.sync_in_short(partial=False)
            case "partial sync":
                return phone.sync_in_short(partial=True)
            case "ping":
                return phone.ping(HEARTBEAT, folders)
            case "send":
                return self._again(phone, Command.SEND_MAIL, step) or phone.send()
            case "move":
                destination = self._collection(phone, step.choice)
                assert destination is not None
                again = self._again(phone, Command.MOVE_ITEMS, step)
                return again or phone.move(collection, step.choice, destination)
            case "create folder":
                return self._again(phone, Command.FOLDER_CREATE, step) or phone.create_folder()
            case "rename folder":
                return self._again(phone, Command.FOLDER_UPDATE, step) or phone.rename_folder(step.choice)
            case "delete folder":
                return self._again(phone, Command.FOLDER_DELETE, step) or phone.delete_folder(step.choice)
            case "restart":
                return phone.restart(collection, step.window)
        raise ValueError(step.what)

    @staticmethod
    def _pair(phone: Phone, step: Ask) -> list[str]:
        """One collection, or two of them."""
        folders = sorted(phone.collections)
        first = folders[step.folder % len(folders)]
        second = folders[step.choice % len(folders)]
        return [first] if step.choice % 2 else sorted({first, second})

    @staticmethod
    def _again(phone: Phone, command: Command, step: Ask) -> Exchange | None:
        return phone.unanswered.get(command) if step.again else None

    def _make_room(self, phone: Phone, exchange: Exchange, fate: Fate = Fate.GOOD) -> None:
        """A phone that asks anew no longer reads the answer to what it asked before.

        Other commands' answers it still reads; those of the hierarchy come one after the other. A Ping
        or Sync that waits has to end when the next one arrives, if the phone does not end it itself.
        """
        ends_wait = exchange.command in (Command.SYNC, Command.PING) and fate in ARRIVING
        patient = phone.owner.temper is not Temper.IMPATIENT and not self._troubled
        patient = patient and not exchange.in_short
        rivals = {
            Command.SYNC: (Command.SYNC, Command.PING, Command.MOVE_ITEMS),
            Command.PING: (Command.SYNC, Command.PING),
            Command.MOVE_ITEMS: (Command.SYNC, Command.MOVE_ITEMS),
        }
        hierarchy = (Command.FOLDER_SYNC, *FOLDER_COMMANDS)
        ended = rivals.get(
            exchange.command, hierarchy if exchange.command in hierarchy else (exchange.command,)
        )
        if exchange.command in hierarchy:
            ended = (*hierarchy, Command.SYNC)
        for flying in list(self.flying):
            if flying.phone is phone and flying.exchange.command in ended:
                if ends_wait and patient and flying.exchange.waits:
                    flying.superseded = True
                else:
                    flying.asked.hang_up()
                    self.flying.remove(flying)

    async def _send(
        self, phone: Phone, exchange: Exchange, fate: Fate, moment: int, *, at_once: bool
    ) -> None:
        if fate is Fate.REQUEST_LOST:
            return
        cut = fate if fate in (Fate.REQUEST_CUT, Fate.ANSWER_LOST, Fate.ANSWER_CUT) else Fate.GOOD
        flying = self._start(phone, exchange, cut)
        if fate is Fate.TWICE:
            await self._settle(moment // 2)
            second = self._start(phone, exchange, cut)
            ignored = flying if moment % 2 else second
            flying.overtaken = ignored is second
            await self._settle()
            if ignored in self.flying:
                ignored.asked.hang_up()
                self.flying.remove(ignored)
        elif fate is Fate.HANGS_UP:
            await self._settle(moment)
            await self._look()
            if flying in self.flying:
                flying.asked.hang_up()
                self.flying.remove(flying)
        elif fate is Fate.KILLED:
            await self._settle(moment)
            await self._look()
            await self._kill()
        elif at_once:
            await self._settle(moment)
        if not at_once:
            await self._settle()

    async def _settle(self, rounds: int | None = None) -> None:
        await self._drive.settle(rounds)
        self._settled = rounds is None

    def _start(self, phone: Phone, exchange: Exchange, cut: Fate) -> Flying:
        self.counts["requests"] += 1
        asked = self._drive.ask(phone.account, exchange.request, cut, waits=bool(exchange.waits))
        self._say("  ", phone.author, "asks", exchange, cut)
        flying = Flying(phone, exchange, asked)
        for folder_id in exchange.waits:
            if folder_id in phone.collections:
                flying.cutoffs[folder_id] = self._cutoff(phone.collections[folder_id])
        self.flying.append(flying)
        return flying

    def _cutoff(self, collection: Collection) -> int | None:
        return view_of(collection.item_class, collection.in_force, self._drive.now()).cutoff

    async def _kill(self) -> None:
        await self._drive.trouble("kill", 0)
        # What had not come to its end never will.
        self.flying = [one for one in self.flying if one.asked.done]

    async def _trouble(self, step: Trouble) -> None:
        if step.fault == "kill":
            await self._kill()
            return
        if step.fault.startswith("notification"):
            self._unreliable = True
        self._troubled = True
        await self._drive.trouble(step.fault, step.amount)
        self.ledger.unshown.update(self._drive.unshowable)
        await self._settle()

    async def _relieve(self) -> None:
        await self._drive.relieve()
        self._settled, self._unreliable, self._troubled = True, False, False

    # The outside world.

    async def _outside(self, step: Outside) -> None:
        account = ACCOUNTS[step.account % len(ACCOUNTS)]
        mailbox = self.ledger.mailboxes[account]
        folders = sorted(mailbox, key=int)
        by_type = {mailbox[key].folder.type: key for key in reversed(folders)}
        if step.what == "deliver":
            marker = f"m{self.ledger.number()}"
            self.ledger.may_appear(account, marker, by_type[FolderType.INBOX], "", OUTSIDE)
            mime = f"From: x@example.net\r\nTo: {account}@{DOMAIN}\r\nSubject: {marker}\r\n\r\nHello\r\n"
            if await self._drive.deliver(account, mime.encode()):
                self.ledger.promised_at_rest(account, marker)
        elif step.what == "add":
            marker, value = f"i{self.ledger.number()}", f"v{self.ledger.number()}"
            folder_id = by_type[FolderType.CONTACTS]
            self.ledger.may_appear(account, marker, folder_id, value, OUTSIDE)
            item = Contact(first_name=marker, last_name=value)
            if await self._drive.add(account, folder_id, item):
                self.ledger.promised_at_rest(account, marker)
        elif step.what == "create folder":
            await self._drive.create_folder(account, f"f{self.ledger.number()}")
        elif step.what in ("rename folder", "delete folder"):
            own = [key for key in folders if mailbox[key].folder.type is FolderType.USER_MAIL]
            if own and step.what == "rename folder":
                await self._drive.rename_folder(
                    account, own[step.choice % len(own)], f"f{self.ledger.number()}"
                )
            elif own:
                self.ledger.may_lose_folder(own[step.choice % len(own)])
                await self._drive.delete_folder(account, own[step.choice % len(own)])
        else:
            await self._touch(step, account)
        await self._settle()

    async def _touch(self, step: Outside, account: str) -> None:
        """Another hand on an item that is there."""
        mailbox = self.ledger.mailboxes[account]
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
            self.ledger.may_go(account, marker, OUTSIDE)
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
            self.ledger.may_move(account, marker, destination, OUTSIDE)
            await self._drive.move(account, folder_id, item_id, destination)
        elif step.what == "mark" and isinstance(item, Message):
            changed = msgspec.structs.replace(item, read=not item.read)
            await self._drive.change(account, folder_id, item_id, changed)
        elif step.what == "change":
            value = f"v{self.ledger.number()}"
            self.ledger.may_become(account, marker, value, OUTSIDE)
            if isinstance(item, Message):
                flagged = msgspec.structs.replace(item, flag=Flag(status=FlagStatus.ACTIVE, flag_type=value))
                await self._drive.change(account, folder_id, item_id, flagged)
            elif isinstance(item, Contact):
                contact = msgspec.structs.replace(item, last_name=value)
                await self._drive.change(account, folder_id, item_id, contact)

    # The laws.

    async def _look(self) -> None:
        """See what happened, give the phones their answers and, where all has settled, check who waits."""
        self._moved = False
        await self._observe()
        if self._settled:
            await self._drive.patience(self._woken)
        for flying in list(self.flying):
            if flying.asked.done:
                self.flying.remove(flying)
                self._take(flying)
        for flying in self.flying:
            flying.unnoticed = flying.unnoticed or self._unreliable
            if self._settled:
                served = flying.exchange.waits and not flying.superseded
                hold(served, Law.ALONE, f"{flying.phone.author}'s {flying.exchange.command} hangs")
                if not flying.unnoticed:
                    self._check_waiting(flying)

    async def _observe(self) -> None:
        """See what the mailboxes hold."""
        if not await self._drive.changed() and self.ledger.mailboxes:
            return
        self._moved = True
        for account in ACCOUNTS:
            self.ledger.observe(account, await self._drive.mailbox(account))

    async def _woken(self) -> bool:
        """Whether everybody has an answer who is to have one."""
        await self._observe()
        return all(one.asked.done or self._may_wait(one) for one in self.flying)

    def _may_wait(self, flying: Flying) -> bool:
        """Whether a request is rightly without an answer."""
        if flying.superseded or not flying.exchange.waits:
            return False
        return flying.unnoticed or not self._waits_for(flying)

    def _take(self, flying: Flying) -> None:
        answer = flying.asked.answer
        phone = flying.phone
        self._say("  ", phone.author, "gets", answer, "to", flying.exchange.command)
        if answer is None or flying.superseded:
            self.counts["answers lost"] += 1
            return
        if flying.exchange.command is Command.PING:
            phone.named, phone.behind = set(), False
        flying.exchange.take(answer)
        if flying.overtaken and flying.exchange.command is Command.SYNC:
            for collection in phone.collections.values():
                collection.unsettled = True  # the server takes the second answer for the one that was read
        self.counts["answers"] += 1
        if flying.exchange.command is Command.PING:
            self._check_woken(phone)
            if isinstance(self._story.steps[self.place], Pass) and not phone.behind and not phone.named:
                # Its time was up: what a lost notification kept from it is told now at the latest.
                self._check_waiting(flying)

    def _check_woken(self, phone: Phone) -> None:
        """A Ping that was answered for news: the next Sync shows some (law 8)."""
        self.counts["pings answered"] += 1
        for folder_id in sorted(phone.named):
            collection = phone.collections.get(folder_id)
            if collection is None or (self._moved and not self._calm):
                continue  # what it was woken for may have gone again
            fruitful = (
                collection.more
                or collection.moved_away
                or self.ledger.may_be_unshown(folder_id)
                or self._differs(collection, self._cutoff(collection))
            )
            if not fruitful:
                self.counts["fruitless pings"] += 1
            hold(fruitful, Law.NOT_FRUITLESS, f"{phone.author} is told of news in folder {folder_id}: none")

    def _check_waiting(self, flying: Flying) -> None:
        waits = self._waits_for(flying)
        hold(not waits, Law.WOKEN, f"{flying.phone.author} waits for {waits}")

    def _waits_for(self, flying: Flying) -> str:
        """What is there for whoever waits; the empty string where there is nothing."""
        phone = flying.phone
        if flying.exchange.command is Command.PING and phone.asked_for_folders is None:
            there = self._folders(phone.account)
            if phone.folders != there:
                return f"folders, which are {there}"
        for folder_id in flying.exchange.waits:
            collection = flying.phone.collections.get(folder_id)
            if collection is not None and collection.key != "0":
                differs = self._differs(collection, flying.cutoffs[folder_id])
                if differs:
                    return f"folder {folder_id}: {differs}"
        return ""

    def _differs(self, collection: Collection, cutoff: int | None) -> str:
        """What a phone does not show as the mailbox has it; the empty string where all is right."""
        there = self._view(collection, cutoff)
        shown = collection.items
        if collection.type is FolderType.DRAFTS:
            shown = {key: replace(one, read=False) for key, one in shown.items()}
        unshown = self.ledger.unshown
        there, shown = (
            {key: one for key, one in them.items() if key not in unshown} for them in (there, shown)
        )
        if there == shown:
            return ""
        different = {
            key: (shown.get(key), there.get(key))
            for key in sorted(there.keys() | shown.keys())
            if there.get(key) != shown.get(key)
        }
        return f"shown and there: {different}"

    def _view(self, collection: Collection, cutoff: int | None) -> dict[str, Shown]:
        one = self.ledger.mailboxes[collection.account].get(collection.folder_id)
        found = {}
        for item_id, item in one.items.items() if one is not None else ():
            if item.item_class is collection.item_class and (cutoff is None or item.view_date >= cutoff):
                shown = Shown.of(item)
                if collection.type is FolderType.DRAFTS:
                    shown = replace(shown, read=False)
                found[item_id] = shown
        return found

    # At rest.

    async def _now(self, phone: Phone, exchange: Exchange | None) -> bool:
        """Ask and take the answer; whether there was one."""
        if exchange is None:
            return False
        self._make_room(phone, exchange)
        await self._send(phone, exchange, Fate.GOOD, 0, at_once=False)
        await self._look()
        return phone.unanswered.get(exchange.command) is not exchange

    async def _rest(self) -> None:
        await self._relieve()
        await self._look()
        for flying in self.flying:
            flying.asked.hang_up()
        self.flying.clear()
        for _ in range(2):  # what one phone sends last is news for another
            if self.ledger.unshown:
                await self._drive.pass_time(DAY)  # what could not be rendered is tried again
            for phone in self.phones:
                await self._rest_phone(phone)
        await self._drive.pass_time(120)  # mail that could not be delivered at once is tried again
        await self._drive.patience(self._delivered)
        for phone in self.phones:
            await self._rest_phone(phone)
        self.ledger.unshown.clear()
        self.ledger.check_promises()
        for phone in self.phones:
            self._check_agreed(phone)
        self.counts["acknowledged"] = self.ledger.acknowledged

    async def _delivered(self) -> bool:
        """Whether everything is there that was acknowledged."""
        await self._observe()
        return self.ledger.keeps_promises

    async def _rest_phone(self, phone: Phone) -> None:
        requests = 0

        async def now(exchange: Exchange | None) -> bool:
            nonlocal requests
            requests += 1
            hold(requests < ROUNDS_OF_REST, Law.NEVER_BLOCKED, f"{phone.author} does not come to rest")
            return await self._now(phone, exchange)

        for command in (*FOLDER_COMMANDS, Command.MOVE_ITEMS, Command.SYNC):
            unanswered = phone.unanswered.get(command)
            if unanswered is not None and not unanswered.waits:
                hold(await now(unanswered), Law.NEVER_BLOCKED, f"no answer to {command}")
        while phone.outbox:
            hold(await now(phone.send()), Law.NEVER_BLOCKED, "no answer to SendMail")
        before: tuple[object, ...] = ()
        while before != (before := self._where(phone)):
            hold(await now(phone.folder_sync()), Law.NEVER_BLOCKED, "no answer to FolderSync")
            if phone.collections:
                sync = phone.sync(sorted(phone.collections), 512)
                hold(await now(sync), Law.NEVER_BLOCKED, "no answer to Sync")

    @staticmethod
    def _where(phone: Phone) -> tuple[object, ...]:
        """What changes as long as there is something to tell."""
        keys = (one.key for one in phone.collections.values())
        return (phone.hierarchy_key, phone.behind, *keys)

    def _folders(self, account: str) -> dict[str, tuple[str, str, FolderType]]:
        return {
            key: (one.folder.parent_id, one.folder.name, one.folder.type)
            for key, one in self.ledger.mailboxes[account].items()
        }

    def _check_agreed(self, phone: Phone) -> None:
        there = self._folders(phone.account)
        hold(phone.folders == there, Law.AGREED, f"{phone.author} shows {phone.folders}, there is {there}")
        for collection in phone.collections.values():
            differs = self._differs(collection, self._cutoff(collection))
            hold(not differs, Law.AGREED, f"{phone.author}, folder {collection.folder_id}: {differs}")
        self.counts["rests"] += 1

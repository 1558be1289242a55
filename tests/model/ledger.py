"""What everybody asked for and was promised, against what the mailboxes were seen to hold.

Every item has a marker that no other has and, once somebody wrote to it, values that nobody else
writes: so what was lost, done twice, undone or made up shows by itself. What is no value of its own, as
that an occurrence is gone, may be seen as often as it was asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from itertools import count, pairwise

from model.drive import FolderAsItIs
from model.edit import Edit
from model.fate import Fate
from model.forms import FORMS
from model.laws import Law, hold
from model.shown import NOTHING, VALUE, Shown
from model.threads import STAYING, Thread, Threads
from overair.items import Item
from overair.mailboxes.interface import FolderType

OUTSIDE = "outside"
"""The author of what no phone did."""


class Ledger:
    """The items of every account, by marker."""

    def __init__(self, begin: datetime, *, lags: bool = False) -> None:
        """``lags`` where a mirror is seen, which may have what others move twice, or not, until a rest."""
        self._lags = lags
        self._fates: dict[tuple[str, str], Fate] = {}
        self._doomed: set[str] = set()
        self._numbers = count(1)
        self.serial = 0
        """Grows with everything that is seen to happen."""
        self.acknowledged = 0
        """What phones and mail servers were told is done."""
        self.unshown: set[str] = set()
        """Items that could not be rendered for a while, which phones may lack until a day later."""
        self.mailboxes: dict[str, Mapping[str, FolderAsItIs]] = {}
        self.threads = Threads()
        self.today = begin.replace(hour=0, minute=0, second=0, microsecond=0)
        """The day on which the story begins."""
        self._read: dict[str, tuple[Item, Shown]] = {}
        self._missing: dict[tuple[str, str], str] = {}
        """What is not seen any more, by account and marker, and the folder in which it was."""

    def number(self) -> int:
        """A number that was never given before."""
        return next(self._numbers)

    def fate(self, account: str, marker: str) -> Fate:
        """What is known of an item."""
        return self._fates.setdefault((account, marker), Fate())

    def shown(self, item_id: str, item: Item) -> Shown:
        """An item as the mailbox has it."""
        known = self._read.get(item_id)
        if known is None or known[0] is not item:
            known = self._read[item_id] = (item, FORMS[item.item_class].of(item))
        return known[1]

    def may_appear(
        self, account: str, marker: str, folder_id: str, says: Mapping[str, str], author: str
    ) -> None:
        """Somebody asks for a new item."""
        self.fate(account, marker).places.add(folder_id)
        self.may_become(account, marker, says, author)

    def may_become(self, account: str, marker: str, says: Mapping[str, str], author: str) -> None:
        """Somebody asks for other values."""
        fate = self.fate(account, marker)
        for name, value in says.items():
            fate.registers[name].ask(value, author)

    def may_return(self, account: str, marker: str, said: Mapping[str, str]) -> None:
        """Somebody whose word is the last asks for values again, with something else."""
        fate = self.fate(account, marker)
        for name, value in said.items():
            fate.registers[name].again.add(value)

    def may_reset(self, account: str, marker: str) -> None:
        """Somebody asks for another time of a series."""
        self.fate(account, marker).reset = True

    def may_move(self, account: str, marker: str, folder_id: str, author: str) -> None:
        """Somebody asks for a move."""
        fate = self.fate(account, marker)
        fate.places.add(folder_id)
        fate.movers.add((author, folder_id))

    def may_be_elsewhere(self, account: str, marker: str, folder_id: str, author: str) -> bool:
        """Whether anything but that author's move to that folder may have taken an item away."""
        fate = self.fate(account, marker)
        others = fate.movers - {(author, folder_id)} or fate.removers or self._doomed
        return bool(others or self._went_with_others(account, fate))

    def may_be_copied(self, account: str, other: str, marker: str, folder_id: str) -> None:
        """Somebody asks for a copy in another account's folder, as it will be then."""
        copy = self.fate(other, marker)
        copy.places.add(folder_id)
        copy.sources.append(self.fate(account, marker))

    def may_be_unshown(self, folder_id: str) -> bool:
        """Whether an item of a folder may be missing because it could not be rendered."""
        return any(item_id.startswith(f"{folder_id}:") for item_id in self.unshown)

    def markers(self, account: str) -> set[str]:
        """The markers of everything that a mailbox holds."""
        folders = self.mailboxes[account].values()
        return {self.shown(item_id, item).marker for one in folders for item_id, item in one.items.items()}

    def folder_of(self, account: str, kind: FolderType) -> str:
        """The first folder of a type."""
        return next(key for key, one in self.mailboxes[account].items() if one.folder.type is kind)

    def may_be_gone(self, account: str, folder_id: str) -> bool:
        """Whether somebody asked for the removal of a folder."""
        return folder_id in self._doomed or folder_id not in self.mailboxes[account]

    def taken_by_others(self, account: str, marker: str, author: str) -> bool:
        """Whether anybody else may have taken an item from where it was."""
        fate = self.fate(account, marker)
        others = {who for who, _ in fate.movers} | fate.removers
        return bool(others - {author} or self._doomed or self._went_with_others(account, fate))

    def _went_with_others(self, account: str, fate: Fate) -> bool:
        return fate.seen is not None and self.threads.may_move((account, fate.seen.conversation))

    def place(self, account: str, marker: str) -> tuple[str, str] | None:
        """Folder and ServerId of an item, while it is seen."""
        return None if (account, marker) in self._missing else self.fate(account, marker).present

    def stays(self, account: str, marker: str, place: tuple[str, str]) -> bool:
        """Whether an item is where it was, and that is known for sure."""
        fate = self.fate(account, marker)
        return self.place(account, marker) == place and not (self._lags and (fate.removers or fate.movers))

    def may_go(self, account: str, marker: str, author: str) -> None:
        """Somebody asks for its removal."""
        self.fate(account, marker).removers.add(author)

    def may_lose_folder(self, folder_id: str) -> None:
        """Somebody asks for the removal of a folder with what it holds, now or until then."""
        self._doomed.add(folder_id)

    def promised(self, account: str, marker: str) -> None:
        """Whoever asked for an item was told that it is there."""
        self.acknowledged += 1
        fate = self.fate(account, marker)
        fate.promised = True
        hold(fate.seen, Law.KEPT, f"{marker} of {account} was acknowledged and was never there")

    def promised_at_rest(self, account: str, marker: str) -> None:
        """Whoever asked for an item was told that it will be there."""
        self.acknowledged += 1
        self.fate(account, marker).promised = True

    def promised_folder(self, account: str, folder_id: str) -> None:
        """Whoever asked for a folder was told that it is there."""
        self.acknowledged += 1
        there = folder_id in self.mailboxes[account] or folder_id in self._doomed
        hold(there, Law.KEPT, f"folder {folder_id} of {account} was acknowledged and is not there")

    def promised_values(self, account: str, edit: Edit) -> None:
        """Whoever asked for values was told that it is so."""
        self.acknowledged += 1
        fate = self.fate(account, edit.marker)
        for name, value in edit.says.items():
            values = fate.registers[name].values
            overwritten = len(values) > edit.known.get(name, 0) or fate.gone
            hold(
                value in (values or [""]) or overwritten or (fate.reset and name.startswith("@")),
                Law.KEPT,
                f"{name} of {edit.marker} of {account} was acknowledged as {value!r}, and is {values[-1:]}",
            )

    def before(self, account: str, marker: str, name: str, value: str) -> list[tuple[str, str | None]]:
        """What a register was before a value, each time that it got it, and whose that was."""
        register = self.fate(account, marker).registers[name]
        pairs = pairwise(register.values)
        return [(before, register.wanted.get(before)) for before, after in pairs if after == value]

    def most_touches(self, account: str, folder_id: str, author: str, since: int) -> int:
        """How often others changed the item of a folder that they changed most, since a serial."""
        folder = self.mailboxes[account].get(folder_id)
        if folder is None:
            return 0
        markers = (self.shown(item_id, item).marker for item_id, item in folder.items.items())
        touched = (self.fate(account, marker).touched for marker in markers)
        return max((sum(at > since and who != author for at, who in one) for one in touched), default=0)

    def touched_by_others(self, account: str, marker: str, author: str, since: int) -> bool:
        """Whether somebody else changed an item since a serial."""
        return any(serial > since and who != author for serial, who in self.fate(account, marker).touched)

    def observe(self, account: str, mailbox: Mapping[str, FolderAsItIs]) -> None:
        """See what an account's mailbox holds now."""
        before = self.mailboxes.get(account, {})
        if mailbox is before:
            return
        self.mailboxes[account] = mailbox
        names = Counter((one.folder.parent_id, one.folder.name) for one in mailbox.values())
        hold(not names or max(names.values()) == 1, Law.NOT_TWICE, f"folders of {account}: {names}")
        for folder_id in before.keys() - mailbox.keys():
            hold(folder_id in self._doomed, Law.KEPT, f"folder {folder_id} of {account} is gone")
        self.serial += 1
        self.threads.observe(before, mailbox)
        here: dict[str, tuple[str, str, Shown]] = {}
        for folder_id, one in mailbox.items():
            for item_id, item in one.items.items():
                shown = self.shown(item_id, item)
                other = here.get(shown.marker)
                hold(
                    other is None or (self._lags and other[0] != folder_id),
                    Law.NOT_TWICE,
                    f"{shown.marker} of {account} is {item_id} and {other and other[1]}",
                )
                if other is None or _number(other[1]) < _number(item_id):
                    here[shown.marker] = (folder_id, item_id, shown)
        for marker, (folder_id, item_id, shown) in here.items():
            self._see(account, marker, folder_id, item_id, shown)
        for folder_id, one in before.items():
            for item_id, item in one.items.items():
                marker = self.shown(item_id, item).marker
                if marker not in here:
                    self._missing[account, marker] = folder_id
        for marker in here:
            self._missing.pop((account, marker), None)
        if not self._lags:
            self.settle()

    def settle(self) -> None:
        """What is not there now is gone."""
        for (account, marker), folder_id in self._missing.items():
            self._miss(account, marker, folder_id)
        self._missing.clear()

    def _see(self, account: str, marker: str, folder_id: str, item_id: str, shown: Shown) -> None:
        fate = self.fate(account, marker)
        if fate.seen is shown and fate.present == (folder_id, item_id):
            return
        hold(not fate.gone, Law.NOT_BACK, f"{marker} of {account} was removed and is there again")
        thread = (account, shown.conversation)
        hold(
            folder_id in fate.places or self.threads.may_move(thread, folder_id),
            Law.NOT_OUT_OF_NOTHING,
            f"{marker} of {account} is in folder {folder_id}, where nobody put it",
        )
        if fate.seen is None and folder_id == self.folder_of(account, FolderType.INBOX):
            self._see_delivered(thread, marker, folder_id)
        fate.touched.append((self.serial, self._see_values(f"{marker} of {account}", fate, shown)))
        fate.present = (folder_id, item_id)
        fate.seen = shown

    def _see_delivered(self, thread: Thread, marker: str, inbox: str) -> None:
        """What comes in a conversation that was moved goes there, for as long as that folder is there."""
        places = self.threads.places(thread)
        stray = places and inbox not in places and not any(self.may_be_gone(thread[0], one) for one in places)
        hold(not stray, Law.FOLLOWS, f"{marker} of {thread[0]} came into the Inbox, not into {places}")

    def members(self, thread: Thread, since: int) -> dict[str, str]:
        """The folders of the messages of a conversation that were there at a serial and that nobody else
        asked to be moved or removed, by marker."""
        account, conversation = thread
        found = {}
        for folder_id, one in self.mailboxes[account].items():
            for item_id, item in one.items.items():
                shown = self.shown(item_id, item)
                fate = self.fate(account, shown.marker)
                stays = one.folder.type in STAYING or bool(fate.movers or fate.removers)
                if shown.conversation == conversation and not stays and fate.touched[0][0] <= since:
                    found[shown.marker] = folder_id
        return found

    def promised_conversation(self, thread: Thread, folder_id: str, since: int) -> None:
        """Whoever asked for a conversation to be moved was told that it is so."""
        self.acknowledged += 1
        left = {marker: place for marker, place in self.members(thread, since).items() if place != folder_id}
        hold(not left, Law.FOLLOWS, f"the conversation was moved to {folder_id}, and there is {left}")

    def _see_values(self, name_of_item: str, fate: Fate, shown: Shown) -> str | None:
        """See the registers of an item; returns who did what is new, where that was one and is known."""
        before = NOTHING.said if fate.seen is None else fate.seen.said
        carried = fate.carried()
        authors: set[str | None] = set()
        for name in dict.fromkeys((VALUE, *before, *shown.said)):
            value, register = shown.said.get(name, ""), fate.registers[name]
            if fate.seen is not None and before.get(name, "") == value:
                unseen, now = fate.seen.unseen.get(name, ""), shown.unseen.get(name, "")
                kept = now == unseen or not unseen
                hold(kept, Law.UNSEEN, f"{name} of {name_of_item} was {unseen!r} and is {now!r}")
                continue
            if fate.seen is not None and not register.values:
                register.values.append("")  # it was seen to be nothing
                register.times[""] += 1
            is_exception = name.startswith("@")
            if not (is_exception and value in carried):
                wanted = value in register.wanted or value in register.again
                wanted = wanted or any(value in one.registers[name].wanted for one in fate.sources)
                hold(
                    wanted,
                    Law.EXCEPTIONS if is_exception and not value else Law.NOT_OUT_OF_NOTHING,
                    f"{name} of {name_of_item} is {value!r} after {register.values}, which nobody asked for",
                )
                hold(
                    register.may_be(value),
                    Law.NOT_BACK,
                    f"{name} of {name_of_item} is {value!r} again after {register.values}",
                )
            register.values.append(value)
            authors.add(register.wanted.get(value))
        return authors.pop() if len(authors) == 1 else None

    def _miss(self, account: str, marker: str, folder_id: str) -> None:
        fate = self.fate(account, marker)
        if fate.gone:
            return
        hold(
            fate.removers or folder_id in self._doomed,
            Law.KEPT,
            f"{marker} of {account} is gone from folder {folder_id}, and nobody removed it",
        )
        fate.gone, fate.present = True, None
        fate.touched.append((self.serial, None))

    @property
    def keeps_promises(self) -> bool:
        """Whether everything that was acknowledged is there, or somebody removed it."""
        return not self._broken_promise()

    def check_promises(self) -> None:
        """At rest promises are kept."""
        broken = self._broken_promise()
        hold(not broken, Law.KEPT, f"{broken} was acknowledged and is not there")

    def _broken_promise(self) -> str:
        for (account, marker), fate in self._fates.items():
            if fate.promised and not fate.present and not fate.gone:
                return f"{marker} of {account}"
        return ""


def _number(item_id: str) -> int:
    return int(item_id.rpartition(":")[2])

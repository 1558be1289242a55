"""What everybody asked for and was promised, against what the mailboxes were seen to hold.

Every item has a marker that no other has and, once somebody wrote to it, a value that nobody else
writes: so what was lost, done twice, undone or made up shows by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count

from model.drive import FolderAsItIs
from model.laws import Law, hold
from overair.items import Contact, Item
from overair.items.message import Message

OUTSIDE = "outside"
"""The author of what no phone did."""


@dataclass(frozen=True)
class Shown:
    """What is looked at of an item."""

    marker: str
    value: str
    read: bool
    written: str = field(default="", compare=False)
    """The value in its subject, which it has where no flag says another."""

    @classmethod
    def of(cls, item: Item) -> Shown:
        """An item as the mailbox has it."""
        if isinstance(item, Contact):
            return cls(item.first_name or "", item.last_name or "", read=False)
        assert isinstance(item, Message)
        flag = item.flag.flag_type if item.flag is not None else None
        return cls.named(item.subject or "", flag or "", read=bool(item.read))

    @classmethod
    def named(cls, subject: str, flag_type: str, *, read: bool) -> Shown:
        """A message: a draft has its value in its subject, another in its flag."""
        marker, _, value = subject.partition(" ")
        return cls(marker, flag_type or value, read, value)


@dataclass
class Fate:
    """What is known of one item: what was asked for it and what was seen."""

    wanted: dict[str, str] = field(default_factory=dict)
    """Each value that somebody asked for, and who."""
    again: set[str] = field(default_factory=set)
    """The values that may come back after others."""
    places: set[str] = field(default_factory=set)
    """The folders in which it may be."""
    sources: list[Fate] = field(default_factory=list)
    """What it may be a copy of."""
    removers: set[str] = field(default_factory=set)
    movers: set[tuple[str, str]] = field(default_factory=set)
    """Who asked for a move, and where to."""
    values: list[str] = field(default_factory=list)
    """The values that it was seen to have, one after the other."""
    touched: list[tuple[int, str | None]] = field(default_factory=list)
    """When it was seen to change, and by whose hand if that can be told."""
    present: tuple[str, str] | None = None
    """Folder and ServerId, while it is there."""
    seen: Shown | None = None
    gone: bool = False
    promised: bool = False


class Ledger:
    """The items of every account, by marker."""

    def __init__(self) -> None:
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

    def number(self) -> int:
        """A number that was never given before."""
        return next(self._numbers)

    def fate(self, account: str, marker: str) -> Fate:
        """What is known of an item."""
        return self._fates.setdefault((account, marker), Fate())

    def may_appear(self, account: str, marker: str, folder_id: str, value: str, author: str) -> None:
        """Somebody asks for a new item."""
        fate = self.fate(account, marker)
        fate.places.add(folder_id)
        fate.wanted[value] = author

    def may_become(self, account: str, marker: str, value: str, author: str) -> None:
        """Somebody asks for another value."""
        self.fate(account, marker).wanted[value] = author

    def may_return(self, account: str, marker: str, value: str) -> None:
        """Somebody whose word is the last asks for a value again, with something else."""
        self.fate(account, marker).again.add(value)

    def may_move(self, account: str, marker: str, folder_id: str, author: str) -> None:
        """Somebody asks for a move."""
        fate = self.fate(account, marker)
        fate.places.add(folder_id)
        fate.movers.add((author, folder_id))

    def may_be_elsewhere(self, account: str, marker: str, folder_id: str, author: str) -> bool:
        """Whether anything but that author's move to that folder may have taken an item away."""
        fate = self.fate(account, marker)
        return bool(fate.movers - {(author, folder_id)} or fate.removers or self._doomed)

    def may_be_copied(self, account: str, other: str, marker: str, folder_id: str) -> None:
        """Somebody asks for a copy in another account's folder, as it will be then."""
        copy = self.fate(other, marker)
        copy.places.add(folder_id)
        copy.sources.append(self.fate(account, marker))

    def may_be_unshown(self, folder_id: str) -> bool:
        """Whether an item of a folder may be missing because it could not be rendered."""
        return any(item_id.startswith(f"{folder_id}:") for item_id in self.unshown)

    def may_be_gone(self, account: str, folder_id: str) -> bool:
        """Whether somebody asked for the removal of a folder."""
        return folder_id in self._doomed or folder_id not in self.mailboxes[account]

    def taken_by_others(self, account: str, marker: str, author: str) -> bool:
        """Whether anybody else may have taken an item from where it was."""
        fate = self.fate(account, marker)
        others = {who for who, _ in fate.movers} | fate.removers
        return bool(others - {author} or self._doomed)

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
        hold(fate.values, Law.KEPT, f"{marker} of {account} was acknowledged and was never there")

    def promised_at_rest(self, account: str, marker: str) -> None:
        """Whoever asked for an item was told that it will be there."""
        self.acknowledged += 1
        self.fate(account, marker).promised = True

    def promised_folder(self, account: str, folder_id: str) -> None:
        """Whoever asked for a folder was told that it is there."""
        self.acknowledged += 1
        there = folder_id in self.mailboxes[account] or folder_id in self._doomed
        hold(there, Law.KEPT, f"folder {folder_id} of {account} was acknowledged and is not there")

    def promised_value(self, account: str, marker: str, value: str, known: int) -> None:
        """Whoever asked for a value was told that it is so; ``known`` values had been seen before."""
        self.acknowledged += 1
        fate = self.fate(account, marker)
        overwritten = len(fate.values) > known or fate.gone
        hold(
            value in fate.values or overwritten,
            Law.KEPT,
            f"{marker}={value!r} of {account} was acknowledged, and it is {fate.values[-1:]}",
        )

    def before(self, account: str, marker: str, value: str) -> tuple[str | None, str | None]:
        """What an item was before a value, and whose that was; None where it was nothing."""
        fate = self.fate(account, marker)
        place = fate.values.index(value) if value in fate.values else 0
        return (fate.values[place - 1], fate.wanted.get(fate.values[place - 1])) if place else (None, None)

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
        here: dict[str, tuple[str, str, Shown]] = {}
        for folder_id, one in mailbox.items():
            for item_id, item in one.items.items():
                shown = Shown.of(item)
                other = here.get(shown.marker)
                hold(
                    other is None,
                    Law.NOT_TWICE,
                    f"{shown.marker} of {account} is {item_id} and {other and other[1]}",
                )
                here[shown.marker] = (folder_id, item_id, shown)
        for marker, (folder_id, item_id, shown) in here.items():
            self._see(account, marker, folder_id, item_id, shown)
        for folder_id, one in before.items():
            for item in one.items.values():
                marker = Shown.of(item).marker
                if marker not in here:
                    self._miss(account, marker, folder_id)

    def _see(self, account: str, marker: str, folder_id: str, item_id: str, shown: Shown) -> None:
        fate = self.fate(account, marker)
        if fate.seen == shown and fate.present == (folder_id, item_id):
            return
        hold(not fate.gone, Law.NOT_BACK, f"{marker} of {account} was removed and is there again")
        hold(
            folder_id in fate.places,
            Law.NOT_OUT_OF_NOTHING,
            f"{marker} of {account} is in folder {folder_id}, where nobody put it",
        )
        author: str | None = None
        if not fate.values or fate.values[-1] != shown.value:
            hold(
                shown.value not in fate.values or shown.value in fate.again,
                Law.NOT_BACK,
                f"{marker} of {account} is {shown.value!r} again after {fate.values}",
            )
            hold(
                shown.value in fate.wanted or any(shown.value in one.wanted for one in fate.sources),
                Law.NOT_OUT_OF_NOTHING,
                f"{marker} of {account} is {shown.value!r}, which nobody asked for",
            )
            fate.values.append(shown.value)
            author = fate.wanted.get(shown.value)
        fate.touched.append((self.serial, author))
        fate.present = (folder_id, item_id)
        fate.seen = shown

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

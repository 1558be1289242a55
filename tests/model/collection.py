"""What a phone keeps of one folder, and how it believes the answers of Sync (MS-ASCMD 3.1.5)."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from model.asking import Asking
from model.edit import Edit, Kind
from model.forms import FORMS, Form, Writer
from model.forms.form import sends
from model.laws import Law, hold
from model.ledger import Ledger
from model.shown import GONE, NOTHING, WHEN, Shown, occurrence, registers_of, spoken_of
from model.sight import EVERYTHING, Sight
from overair.items import ItemClass
from overair.mailboxes.interface import FolderType
from overair.protocol.statuses import SyncStatus
from overair.protocol.sync_options import Conflict
from overair.versions import Version
from overair.wbxml.element import Element, Tag
from overair.wbxml.pages import AirSync
from phones.handset import e, text

RETRIED: Final = frozenset({SyncStatus.RETRY, SyncStatus.SERVER_ERROR})
"""What says that the same may be asked again."""


@dataclass
class Collection:
    """A folder on a phone.

    ``items`` is what the server has confirmed or told, by ServerId; ``edits`` are by ServerId or, for
    new items, by ClientId.
    """

    account: str
    author: str
    version: Version
    ledger: Ledger
    folder_id: str
    type: FolderType
    item_class: ItemClass
    conflict: Conflict
    zone: str = "UTC"
    """The time zone of the phone."""
    key: str = "0"
    items: dict[str, Shown] = field(default_factory=dict)
    edits: dict[str, Edit] = field(default_factory=dict)
    more: bool = False
    begun: bool = False
    """Whether items were told since key 0."""
    sight: Sight = EVERYTHING
    in_force: Sight = EVERYTHING
    """What the last answer that was taken shows."""
    moved_here: set[str] = field(default_factory=set)
    """What a MoveItems brought, of which the server cannot tell how much the phone had heard."""
    moved_early: set[str] = field(default_factory=set)
    """What a MoveItems brought before the folder's first items were told, and with them once more."""
    moved_away: set[str] = field(default_factory=set)
    """Ids that a MoveItems of the phone's own took away, whose end it does not mind."""
    serial: int = 0
    """The ledger's when the last request was made whose answer left nothing to be told."""
    unsettled: bool = False
    """Whether it was asked for and the answer did not come: the server may have told more than is here."""

    @property
    def form(self) -> Form:
        """How its items are written and read."""
        return FORMS[self.item_class]

    @property
    def writer(self) -> Writer:
        """Who writes here."""
        return Writer(self.account, self.version, self.takes_drafts, self.zone)

    @property
    def takes_drafts(self) -> bool:
        """Whether mail is written here."""
        return self.type is FolderType.DRAFTS and self.version >= Version.V16_0

    def compose(self, window: int | None, *, edits: bool = True, anew: bool = False) -> Asking:
        """The Collection element of a Sync, with everything that the owner did, or key 0 alone."""
        key = "0" if anew else self.key
        first = key == "0"
        self.unsettled = True
        asked = dict(self.edits) if edits and not first else {}
        permanent = any(edit.permanent for edit in asked.values())  # it is said for all of a request
        options = [e(AirSync.Conflict, int(self.conflict))]
        if self.form.filters:
            options.insert(0, e(AirSync.FilterType, int(self.sight.filter)))
        mode = self.sight.conversations
        commands = [command for name, edit in asked.items() for command in self._commands(name, edit)]
        element = e(
            AirSync.Collection,
            e(AirSync.SyncKey, key),
            e(AirSync.CollectionId, self.folder_id),
            e(AirSync.DeletesAsMoves, "0") if permanent else None,
            None if window is None else e(AirSync.WindowSize, window),
            None if mode is None else e(AirSync.ConversationMode, int(mode)),
            e(AirSync.Options, *options),
            e(AirSync.Commands, *commands) if commands else None,
        )
        return Asking(element, key, asked, self.sight, self.ledger.serial)

    def _commands(self, name: str, edit: Edit) -> list[Element]:
        if edit.kind is Kind.DELETE:
            return [e(AirSync.Delete, e(AirSync.ServerId, name))]
        before = self.items.get(name, NOTHING)
        if self.conflict is Conflict.CLIENT_WINS:
            # What is said again with it may have been overwritten by others since.
            again = self.form.said_again(edit, before, self.writer)
            self.ledger.may_return(self.account, edit.marker, again)
        if edit.kind is Kind.CHANGE:
            return self.form.commands(name, edit, before, self.writer)
        data = e(AirSync.ApplicationData, *self.form.data(edit, before, self.writer))
        return [e(AirSync.Add, e(AirSync.ClientId, name), sends(edit.send), data)]

    def take(self, asking: Asking, answer: Element) -> None:
        """Believe an answer. Raises Broken."""
        status = int(text(answer, AirSync.Status))
        if status in RETRIED:
            # What was asked before and not answered is as unsettled as it was.
            hold(text(answer, AirSync.SyncKey) == asking.key, Law.RETRIED, f"{status} changes the key")
            return
        self.unsettled = False
        # No story is long enough for what is remembered to be forgotten.
        hold(status != SyncStatus.INVALID_SYNC_KEY, Law.KEY_LIVES, f"the key {asking.key} is refused")
        if status in (SyncStatus.OBJECT_NOT_FOUND, SyncStatus.HIERARCHY_CHANGED):
            gone = self.ledger.may_be_gone(self.account, self.folder_id)
            hold(gone, Law.RETRIED, f"{status} of folder {self.folder_id}, which is there")
            return  # the phone will ask for the folders
        hold(status == SyncStatus.SUCCESS, Law.KEY_LIVES, f"status {status} of folder {self.folder_id}")
        key = text(answer, AirSync.SyncKey)
        # A beginning that is repeated is the same one.
        moved_on = key not in (self.key, "0") or (asking.key == "0" != key)
        hold(moved_on, Law.KEY_LIVES, "an answer with content has the key that it had")
        if asking.key == "0":
            self.begin_anew()
        self.begun = asking.key != "0"
        self.key, self.in_force, since = key, asking.sight, self.serial
        self.more = answer.find(AirSync.MoreAvailable) is not None
        if not self.more:
            self.serial = asking.serial
        commands = list(answer.find(AirSync.Commands) or ())
        something = asking.key == "0" or asking.edits or commands or self.more
        something = something or self.ledger.may_be_unshown(self.folder_id)
        hold(something, Law.NOT_FRUITLESS, f"folder {self.folder_id} has a new key and no news")
        shown = {text(told, AirSync.ServerId) for told in commands}
        self._settle(asking.edits, answer.find(AirSync.Responses) or (), shown)
        for told in commands:
            self._told(told, since)
        if self.begun and not self.more:
            self.forget_early()

    def forget_early(self) -> None:
        """What is gone since, and was never told here, is not shown any longer."""
        there = self.ledger.mailboxes[self.account].get(self.folder_id)
        for server_id in self.moved_early:
            if there is None or server_id not in there.items:
                self.items.pop(server_id, None)
        self.moved_early.clear()

    def keep_moved(self, server_id: str, shown: Shown) -> None:
        """Show an item that the phone moved here itself, before the server tells of it."""
        self.items[server_id] = shown
        (self.moved_here if self.begun else self.moved_early).add(server_id)

    def begin_anew(self) -> None:
        """Forget what was here; what was not confirmed is given up."""
        self.key, self.more = "0", False
        self.items.clear()
        self.edits.clear()
        for moved in (self.moved_away, self.moved_here, self.moved_early):
            moved.clear()

    def _settle(self, asked: Mapping[str, Edit], responses: Iterable[Element], shown: Container[str]) -> None:
        """What became of the phone's own commands; what is not answered was a success.

        ``shown`` are the items that the same answer tells of.
        """
        statuses: dict[str, int] = {}
        given: dict[str, str] = {}
        for one in responses:
            name = text(one, AirSync.ClientId) or text(one, AirSync.ServerId)
            status = int(text(one, AirSync.Status))
            if statuses.get(name, SyncStatus.SUCCESS) == SyncStatus.SUCCESS:
                statuses[name] = status  # of an event and its occurrences there may be several
            if one.tag is AirSync.Add:
                given[name] = text(one, AirSync.ServerId)
        for name, edit in asked.items():
            later = self.edits.get(name)
            if later is edit:
                del self.edits[name]
                later = None
            status = statuses.get(name, SyncStatus.SUCCESS)
            if edit.kind is Kind.ADD:
                hold(name in statuses, Law.ONCE, f"the Add of {edit.marker} has no response")
                self._added(edit, status, given[name], name, later, shown=given[name] in shown)
            elif edit.kind is Kind.CHANGE:
                self._changed(edit, status, name, name in shown)
            else:
                known = (SyncStatus.SUCCESS, SyncStatus.OBJECT_NOT_FOUND)
                hold(status in known, Law.ONCE, f"the Delete of {name} got {status}")
                others = self.ledger.taken_by_others(self.account, edit.marker, f"{self.author} deletes")
                hold(others or status == SyncStatus.SUCCESS, Law.ONCE, f"the Delete of {name} got {status}")
                self.items.pop(name, None)

    def _added(
        self, edit: Edit, status: int, server_id: str, name: str, later: Edit | None, *, shown: bool
    ) -> None:
        if edit.send and status == SyncStatus.OBJECT_NOT_FOUND:
            # It is a draft there already, which another phone deleted.
            others = self.ledger.fate(self.account, edit.marker).movers
            hold(others, Law.ONCE, f"the Add of {edit.marker} got 8")
            self.edits.pop(name, None)
            return
        hold(status == SyncStatus.SUCCESS, Law.ONCE, f"the Add of {edit.marker} got {status}")
        self.ledger.promised(self.account, edit.marker)
        if not server_id:
            self.edits.pop(name, None)  # it left as mail
            return
        hold(server_id not in self.items, Law.ADD_FIRST, f"{server_id} is given to a second item")
        lost = shown and self.conflict is Conflict.SERVER_WINS
        if not lost and not self.ledger.taken_by_others(self.account, edit.marker, self.author):
            # What another phone deleted stays so, whatever is said of it then (MS-ASCMD_R2076); of what
            # it changed since the phone's lost Add the phone is told with the answer.
            self.ledger.promised_values(self.account, edit)
        self.items[server_id] = edit.applied(replace(NOTHING, ticked=self.type is FolderType.DRAFTS))
        if later is not None:
            # Edited again meanwhile: from now on that is a change of an item that has an id.
            del self.edits[name]
            left = later.without(edit)
            if left is not None:
                self.edits[server_id] = replace(left, kind=Kind.CHANGE)

    def _changed(self, edit: Edit, status: int, server_id: str, shown: bool) -> None:
        if status == SyncStatus.SUCCESS:
            if edit.send:
                return  # the draft's end is told like any other
            later = self.edits.get(server_id)
            if later is not None and later.kind is Kind.CHANGE:
                left = later.without(edit)
                if left is None:
                    del self.edits[server_id]
                else:
                    self.edits[server_id] = left
            if edit.says:
                self.ledger.promised_values(self.account, edit)
                self._overwrote(edit, server_id)
            if server_id in self.items:
                self.items[server_id] = edit.applied(self.items[server_id])
            return
        hold(
            status in (SyncStatus.CONFLICT, SyncStatus.OBJECT_NOT_FOUND),
            Law.CONFLICTS,
            f"the Change of {server_id} got {status}",
        )
        if status == SyncStatus.CONFLICT:
            hold(self.conflict is Conflict.SERVER_WINS, Law.CONFLICTS, "7, though the client wins")
            others = self.ledger.touched_by_others(self.account, edit.marker, self.author, -1)
            hold(others, Law.CONFLICTS, f"7, though nobody else changed {edit.marker}")
            shown = shown or server_id in self.ledger.unshown
            hold(shown, Law.CONFLICTS, f"the change of {server_id} lost, and the winner is not shown")

    def _overwrote(self, edit: Edit, server_id: str) -> None:
        """Where the server wins, a change stands only on what the phone had seen."""
        known = self.items.get(server_id)
        if self.conflict is Conflict.CLIENT_WINS or known is None:
            return
        for name, value in edit.says.items():
            if edit.says.get(name.partition(" ")[0]) == GONE:
                continue  # a deletion stands whatever became of it before (MS-ASCMD_R2076)
            if name.startswith("@") and self.ledger.fate(self.account, edit.marker).reset:
                continue  # what it was may have come there with the series
            seen = known.said.get(name, "")
            overwritten = self.ledger.before(self.account, edit.marker, name, value)
            fair = [before for before, author in overwritten if before == seen or author == self.author]
            hold(
                fair or not overwritten or seen == value,
                Law.CONFLICTS,
                f"{name} of {edit.marker}, {value!r}, overwrote {overwritten}, though the server wins",
            )

    def _told(self, told: Element, since: int) -> None:
        server_id = text(told, AirSync.ServerId)
        data = told.find(AirSync.ApplicationData)
        if told.tag is AirSync.Add:
            new = server_id not in self.items or server_id in self.moved_early
            hold(new, Law.ADD_FIRST, f"{server_id} is told a second time")
            self.moved_early.discard(server_id)
            self.items[server_id] = self._read(data, NOTHING)
        elif told.tag is AirSync.Change:
            known = self.items.get(server_id)
            hold(known, Law.ADD_FIRST, f"a change of {server_id}, which was never told")
            assert known is not None
            shown = self._read(data, known)
            others = self.ledger.touched_by_others(self.account, known.marker, self.author, since)
            others = others or server_id in self.moved_here
            self.moved_here.discard(server_id)
            hold(shown != known or others, Law.NO_ECHO, f"{server_id} is told as {shown}, as it was")
            self.items[server_id] = shown
            edit = self.edits.get(server_id)
            if edit is not None:
                self._drop_occurrences(server_id, edit, known, shown)
        elif server_id in self.moved_away:
            self.moved_away.discard(server_id)
            self.items.pop(server_id, None)
        else:
            hold(server_id in self.items, Law.ADD_FIRST, f"the end of {server_id}, which was never told")
            del self.items[server_id]
        if told.tag in (AirSync.Delete, AirSync.SoftDelete):
            self.edits.pop(server_id, None)

    def _drop_occurrences(self, server_id: str, edit: Edit, known: Shown, shown: Shown) -> None:
        """Give up what is said of occurrences where somebody else moved the series, or deleted them.

        Up to 14.1 an occurrence that was deleted can be changed back.
        """
        says, newer = dict(edit.says), self.version >= Version.V16_0
        if WHEN in edit.says and newer:
            says |= {name: "" for name in shown.said if name.startswith("@") and name not in says}
        for original in spoken_of(name for name, value in edit.says.items() if value):
            gone = shown.said.get(occurrence(original)) == GONE and newer
            if gone or shown.said.get(WHEN) != known.said.get(WHEN):
                for name in registers_of(original):
                    says.pop(name, None)
        if says == edit.says:
            return
        if says or edit.ticked is not None or edit.kind is Kind.DELETE:
            self.edits[server_id] = replace(edit, says=says)
        else:
            del self.edits[server_id]

    def give_up_moves(self) -> None:
        """Give up what cannot be said from 16.0 on: that a series moves and keeps its exceptions."""
        for name, edit in list(self.edits.items()):
            if WHEN in edit.says and spoken_of((*edit.says, *self.items.get(name, NOTHING).said)):
                del self.edits[name]

    def _read(self, data: Element | None, known: Shown) -> Shown:
        fields: dict[Tag, Element] = {child.tag: child for child in data or ()}
        return self.form.read(fields, known, self.version)

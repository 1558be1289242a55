"""Defects in what a phone is told (laws 4 and 5)."""

from __future__ import annotations

from typing import Any, Final

import pytest

from model.defects.defect import defect
from model.laws import Law
from overair.devices import hierarchy
from overair.mailboxes.embedded.reading import Reading
from overair.mailboxes.embedded.session import EmbeddedSession
from overair.mailboxes.embedded.token import Token
from overair.mailboxes.interface import FolderChanges, ItemChange
from overair.sync import applying
from overair.sync.apply import Applier
from overair.sync.news import Kind, NewsReader, Telling


def a_phone_hears_its_own_changes(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(EmbeddedSession, "accounted", lambda self, token, applied: token)


def a_phone_hears_its_own_folders(patch: pytest.MonkeyPatch) -> None:
    def echo(changes: FolderChanges, *_: object) -> FolderChanges:
        return changes

    patch.setattr(hierarchy, "news", echo)


def a_folder_that_changed_on_is_the_phones_own(patch: pytest.MonkeyPatch) -> None:
    def quiet(changes: FolderChanges, own: Any, current: Any) -> FolderChanges:
        def others(folders: Any) -> Any:
            return tuple(one for one in folders if one.folder_id not in own)

        removed = tuple(one for one in changes.removed if one not in own)
        return FolderChanges(others(changes.added), others(changes.changed), removed, changes.token)

    patch.setattr(hierarchy, "news", quiet)


def a_full_window_loses_the_rest(patch: pytest.MonkeyPatch) -> None:
    tell = Reading._tell

    def pretend(self: Reading, *args: Any, **more: Any) -> bool:
        tell(self, *args, **more)
        return True

    patch.setattr(Reading, "_tell", pretend)


def a_full_window_ends_the_first_sync(patch: pytest.MonkeyPatch) -> None:
    move_edge = Reading._move_edge

    async def hasty(self: Reading) -> bool:
        found = await move_edge(self)
        self.token.edge = self._target
        return found

    patch.setattr(Reading, "_move_edge", hasty)


def a_cut_off_that_moves_up_is_not_told(patch: pytest.MonkeyPatch) -> None:
    move_edge = Reading._move_edge

    async def down_only(self: Reading) -> bool:
        if self.token.edge < self._target:
            self.token.edge = self._target
        return await move_edge(self)

    patch.setattr(Reading, "_move_edge", down_only)


def a_cut_off_that_moves_down_is_not_told(patch: pytest.MonkeyPatch) -> None:
    move_edge = Reading._move_edge

    async def up_only(self: Reading) -> bool:
        if self.token.edge != (2**63 - 1, 2**63 - 1) and self.token.edge > self._target:
            self.token.edge = self._target
        return await move_edge(self)

    patch.setattr(Reading, "_move_edge", up_only)


def what_changes_between_two_windows_is_told_twice(patch: pytest.MonkeyPatch) -> None:
    note = Token.note

    def forgetful(self: Token, item_id: int, known: Any) -> None:
        note(self, item_id, known)
        self.ahead.pop(item_id, None)

    patch.setattr(Token, "note", forgetful)


def _retold(patch: pytest.MonkeyPatch, other: Any) -> None:
    telling = NewsReader._telling

    def changed(self: NewsReader, change: ItemChange, stored: Any) -> Telling | None:
        found = telling(self, change, stored)
        return found and other(found, change)

    patch.setattr(NewsReader, "_telling", changed)


def what_comes_into_the_view_is_a_change(patch: pytest.MonkeyPatch) -> None:
    _retold(
        patch,
        lambda found, _: (
            Telling(Kind.CHANGE, found.item_id, found.stored) if found.kind is Kind.ADD else found
        ),
    )


def what_leaves_the_view_is_not_told(patch: pytest.MonkeyPatch) -> None:
    _retold(patch, lambda found, _: None if found.kind is Kind.SOFT_DELETE else found)


def an_end_is_not_told(patch: pytest.MonkeyPatch) -> None:
    _retold(patch, lambda found, _: None if found.kind is Kind.DELETE else found)


def an_end_is_told_to_whom_it_does_not_concern(patch: pytest.MonkeyPatch) -> None:
    telling = NewsReader._telling

    def always(self: NewsReader, change: ItemChange, stored: Any) -> Telling | None:
        if not change.exists:
            return Telling(Kind.DELETE, change.item_id)
        return telling(self, change, stored)

    async def read_row(self: Reading, row: Any) -> bool:
        removed, before, item = row[3], row[2], row[1]
        if removed and before is not None and before < self.token.edge[0]:
            self.told.append(ItemChange(f"{self._folder_id}:{item}", False, False, False, None))
        return await original(self, row)

    original = Reading._read_row
    patch.setattr(Reading, "_read_row", read_row)
    patch.setattr(NewsReader, "_telling", always)


def some_changed_fields_are_forgotten(patch: pytest.MonkeyPatch) -> None:
    """Of two changes of an item, only the fields of the last one are told."""

    async def last(self: Reading, item_id: int, since: int) -> frozenset[str] | None:
        return await fields(self, item_id, self._modseq - 1)

    fields = Reading._fields
    patch.setattr(Reading, "_fields", last)


def the_loser_is_not_told(patch: pytest.MonkeyPatch) -> None:
    run = Applier.run

    async def silent(self: Applier, commands: Any) -> None:
        await run(self, commands)
        self.conflicts.clear()

    patch.setattr(Applier, "run", silent)


def the_client_always_wins(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(applying, "client_wins", lambda _: True)


def the_server_always_wins(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(applying, "client_wins", lambda _: False)


def a_conflict_is_not_noticed(patch: pytest.MonkeyPatch) -> None:
    async def never(*_: object) -> bool:
        return False

    patch.setattr(Applier, "_is_newer", never)


def a_phones_own_change_is_a_conflict(patch: pytest.MonkeyPatch) -> None:
    token_of = Applier._token_of

    def forgetful(self: Applier, item_id: str, revision: int | None) -> str:
        return token_of(self, item_id, None)

    patch.setattr(Applier, "_token_of", forgetful)


DEFECTS: Final = (
    defect("a phone hears its own changes", a_phone_hears_its_own_changes, Law.NO_ECHO, Law.ADD_FIRST),
    defect("a phone hears its own folders", a_phone_hears_its_own_folders, Law.NO_ECHO, Law.ADD_FIRST),
    defect(
        "a folder that changed on is the phone's own",
        a_folder_that_changed_on_is_the_phones_own,
        Law.AGREED,
        Law.WOKEN,
    ),
    defect("a full window loses the rest", a_full_window_loses_the_rest, Law.AGREED, Law.WOKEN),
    defect("a full window ends the first Sync", a_full_window_ends_the_first_sync, Law.AGREED, Law.WOKEN),
    defect("a cut-off that moves up is not told", a_cut_off_that_moves_up_is_not_told, Law.AGREED, Law.WOKEN),
    defect(
        "a cut-off that moves down is not told", a_cut_off_that_moves_down_is_not_told, Law.AGREED, Law.WOKEN
    ),
    defect(
        "what changes between two windows is told twice",
        what_changes_between_two_windows_is_told_twice,
        Law.ADD_FIRST,
    ),
    defect("what comes into the view is a Change", what_comes_into_the_view_is_a_change, Law.ADD_FIRST),
    defect("what leaves the view is not told", what_leaves_the_view_is_not_told, Law.AGREED, Law.WOKEN),
    defect("an end is not told", an_end_is_not_told, Law.AGREED, Law.WOKEN),
    defect(
        "an end is told to whom it does not concern",
        an_end_is_told_to_whom_it_does_not_concern,
        Law.ADD_FIRST,
    ),
    defect("some changed fields are forgotten", some_changed_fields_are_forgotten, Law.AGREED, Law.WOKEN),
    defect("the loser is not told", the_loser_is_not_told, Law.CONFLICTS),
    defect("the client always wins", the_client_always_wins, Law.CONFLICTS),
    defect("the server always wins", the_server_always_wins, Law.CONFLICTS),
    defect("a conflict is not noticed", a_conflict_is_not_noticed, Law.CONFLICTS, Law.AGREED),
    defect("a phone's own change is a conflict", a_phones_own_change_is_a_conflict, Law.CONFLICTS, Law.ONCE),
)

"""Defects in events, their occurrences and their times, and in tasks (laws 2, 4 and 5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec
import pytest

from model.defects.defect import defect
from model.laws import Law
from overair import items
from overair.items import changes
from overair.items.calendar import events
from overair.items.calendar import exceptions as event_exceptions
from overair.items.calendar import occurring as event_occurring
from overair.items.calendar import showing as event_showing
from overair.items.calendar.event import Event, EventException
from overair.items.calendar.times import clock_of
from overair.items.recurrence.occurrences import FAR_FUTURE, view_date
from overair.items.task import Task
from overair.protocol.sync import ChangeCommand
from overair.sync import adding
from overair.sync.apply import Applier
from overair.sync.changing import Changing
from overair.versions import Version


def the_exceptions_of_a_change_replace_all_others(patch: pytest.MonkeyPatch) -> None:
    followed = event_exceptions.followed

    def none(before: Any, after: Any, clock: Any, sent: Any) -> Any:
        return {} if sent.values.get("exceptions") else followed(before, after, clock, sent)

    patch.setattr(event_exceptions, "followed", none)


def an_exception_of_an_occurrence_comes_beside_the_one_it_had(patch: pytest.MonkeyPatch) -> None:
    def beside(event: Event, original: Any, exception: EventException | None) -> Event:
        added = () if exception is None else (exception,)
        return msgspec.structs.replace(event, exceptions=(*(event.exceptions or ()), *added))

    patch.setattr(events, "_with_occurrence", beside)


def a_series_whose_add_is_repeated_otherwise_is_all_the_clients(patch: pytest.MonkeyPatch) -> None:
    def forgetful(before: Event, again: Event, version: Version, **_: Any) -> Event:
        return msgspec.structs.replace(again, uid=before.uid)

    patch.setattr(adding, "made_again", forgetful)


def a_repeated_change_of_an_occurrence_is_another_one(patch: pytest.MonkeyPatch) -> None:
    is_repeated = Changing._is_repeated

    def of_items_alone(self: Changing, edit: Any, stored: Any) -> bool:
        return edit.instance_id is None and is_repeated(self, edit, stored)

    patch.setattr(Changing, "_is_repeated", of_items_alone)


def a_conflict_over_an_occurrence_is_not_noticed(patch: pytest.MonkeyPatch) -> None:
    change, is_contested = Changing._change, Changing._is_contested
    changed: list[ChangeCommand] = []

    async def remembered(self: Changing, place: int, command: ChangeCommand) -> None:
        changed[:] = [command]
        await change(self, place, command)

    async def of_items_alone(self: Changing, item_id: str) -> bool:
        return changed[0].instance_id is None and await is_contested(self, item_id)

    patch.setattr(Changing, "_change", remembered)
    patch.setattr(Changing, "_is_contested", of_items_alone)


def the_end_of_an_occurrence_is_that_of_its_series(patch: pytest.MonkeyPatch) -> None:
    async def whole(self: Applier, command: Any, instance_id: str) -> None:
        await self._delete(command)

    patch.setattr(Applier, "_delete_occurrence", whole)


def what_a_newer_phone_leaves_out_is_deleted(patch: pytest.MonkeyPatch) -> None:
    deleted = changes.deleted_by_absence

    def as_before(model: Any, version: Version, supported: Any) -> frozenset[int]:
        return deleted(model, min(version, Version.V14_1), supported)

    patch.setattr(changes, "deleted_by_absence", as_before)


def what_is_said_as_it_was_told_is_stored_so(patch: pytest.MonkeyPatch) -> None:
    def all_of_it(model: Any, values: Any, told: Any, version: Version) -> Any:
        return dict(values)

    patch.setattr(events, "differing", all_of_it)
    patch.setattr(event_occurring, "differing", all_of_it)


def where_exceptions_went_is_not_told(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(items, "misplaced", lambda *_: False)


def deleted_occurrences_are_not_shown(patch: pytest.MonkeyPatch) -> None:
    shown = event_showing._exceptions

    def there(event: Event, *more: Any) -> Any:
        left = tuple(one for one in event.exceptions or () if not one.deleted)
        return shown(msgspec.structs.replace(event, exceptions=left), *more)

    patch.setattr(event_showing, "_exceptions", there)


def all_day_events_are_shown_to_all_as_to_the_oldest(patch: pytest.MonkeyPatch) -> None:
    def old(event: Event, version: Version, *more: Any, **names: Any) -> Any:
        return clock_of(event, min(version, Version.V14_1), *more, **names)

    patch.setattr(event_showing, "clock_of", old)


def _dated(patch: pytest.MonkeyPatch, other: Callable[[Event], int]) -> None:
    patch.setattr(Event, "view_date", property(other))


def an_event_that_moves_keeps_its_view_date(patch: pytest.MonkeyPatch) -> None:
    known: dict[str | None, int] = {}
    _dated(patch, lambda event: known.setdefault(event.uid, view_date(event)))


def an_occurrence_that_moves_counts_where_it_was(patch: pytest.MonkeyPatch) -> None:
    _dated(patch, lambda event: view_date(msgspec.structs.replace(event, exceptions=None)))


def a_series_counts_to_its_first_occurrence(patch: pytest.MonkeyPatch) -> None:
    _dated(patch, lambda event: view_date(msgspec.structs.replace(event, recurrence=None)))


def a_task_that_is_complete_stays(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Task, "view_date", property(lambda _: FAR_FUTURE))


DEFECTS: Final = (
    defect(
        "the exceptions of a Change replace all others",
        the_exceptions_of_a_change_replace_all_others,
        Law.EXCEPTIONS,
    ),
    defect(
        "an exception of an occurrence comes beside the one that it had",
        an_exception_of_an_occurrence_comes_beside_the_one_it_had,
        Law.EXCEPTIONS,
    ),
    defect(
        "a series whose Add is repeated otherwise is all the client's",
        a_series_whose_add_is_repeated_otherwise_is_all_the_clients,
        Law.EXCEPTIONS,
        Law.UNSEEN,
    ),
    defect(
        "a repeated change of an occurrence is another one",
        a_repeated_change_of_an_occurrence_is_another_one,
        Law.CONFLICTS,
        Law.NOT_BACK,
    ),
    defect(
        "a conflict over an occurrence is not noticed",
        a_conflict_over_an_occurrence_is_not_noticed,
        Law.CONFLICTS,
    ),
    defect(
        "the end of an occurrence is that of its series",
        the_end_of_an_occurrence_is_that_of_its_series,
        Law.KEPT,
        Law.NOT_OUT_OF_NOTHING,
    ),
    defect(
        "what a newer phone leaves out is deleted",
        what_a_newer_phone_leaves_out_is_deleted,
        Law.NOT_OUT_OF_NOTHING,
    ),
    defect("what is said as it was told is stored so", what_is_said_as_it_was_told_is_stored_so, Law.UNSEEN),
    defect("where exceptions went is not told", where_exceptions_went_is_not_told, Law.AGREED, Law.WOKEN),
    defect("deleted occurrences are not shown", deleted_occurrences_are_not_shown, Law.AGREED, Law.WOKEN),
    defect(
        "all-day events are shown to all as to the oldest",
        all_day_events_are_shown_to_all_as_to_the_oldest,
        Law.AGREED,
    ),
    defect(
        "an event that moves keeps its view date",
        an_event_that_moves_keeps_its_view_date,
        Law.AGREED,
        Law.WOKEN,
    ),
    defect(
        "an occurrence that moves counts where it was",
        an_occurrence_that_moves_counts_where_it_was,
        Law.AGREED,
        Law.WOKEN,
    ),
    defect(
        "a series counts to its first occurrence",
        a_series_counts_to_its_first_occurrence,
        Law.AGREED,
        Law.WOKEN,
    ),
    defect("a task that is complete stays", a_task_that_is_complete_stays, Law.AGREED, Law.WOKEN),
)

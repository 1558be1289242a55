"""Tasks: the subject is the marker and the value, beside it the day when it is due. A Change is whole."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Final

import msgspec

from model.edit import Edit
from model.forms.form import Form, Writer, text_of
from model.shown import VALUE, Shown
from overair.items import ItemClass
from overair.items.recurrence.occurrences import FAR_FUTURE
from overair.items.task import Task
from overair.protocol.sync_options import FilterType
from overair.versions import Version
from overair.wbxml.element import Element, Tag
from overair.wbxml.pages import Tasks
from phones.handset import e

DUE: Final = "due"
"""The register of the moment when it is due."""
FORMAT: Final = "%Y-%m-%dT%H:%M:%S.000Z"
COMPLETED: Final = "2026-03-05T00:00:00.000Z"
"""When owners say that they have done everything that they have done."""


class TaskForm(Form):
    """Tasks."""

    item_class: ClassVar = ItemClass.TASKS
    filters: ClassVar = (FilterType.ALL, FilterType.INCOMPLETE_TASKS)
    registers: ClassVar = (VALUE, DUE)

    def of(self, item: Task) -> Shown:
        due = item.utc_due_date.strftime(FORMAT) if item.utc_due_date is not None else ""
        return _shown(item.subject or "", due, complete=bool(item.complete))

    def view_date(self, item: Task) -> int:
        """The far future until it is complete."""
        return 0 if item.complete else FAR_FUTURE

    def made(self, marker: str, says: Mapping[str, str]) -> Task:
        due = _moment(says.get(DUE, ""))
        return Task(subject=f"{marker} {says[VALUE]}", utc_due_date=due, due_date=due, complete=False)

    def edited(self, item: Task, edit: Edit) -> Task:
        shown = edit.applied(self.of(item))
        due = _moment(shown.said.get(DUE, ""))
        return msgspec.structs.replace(
            item,
            subject=f"{shown.marker} {shown.value}",
            utc_due_date=due,
            due_date=due,
            complete=shown.ticked,
            date_completed=_moment(COMPLETED) if shown.ticked else None,
        )

    def more(
        self, number: int, choice: int, today: datetime, shown: Shown, writer: Writer
    ) -> Mapping[str, str]:
        return {DUE: (today + timedelta(days=choice % 40, minutes=number)).strftime(FORMAT)}

    def data(self, edit: Edit, before: Shown, writer: Writer) -> list[Element]:
        shown = edit.applied(before)
        due = shown.said.get(DUE)
        return [
            e(Tasks.Subject, f"{shown.marker} {shown.value}"),
            *([e(Tasks.UtcDueDate, due), e(Tasks.DueDate, due)] if due else []),
            e(Tasks.Complete, int(shown.ticked)),
            *([e(Tasks.DateCompleted, COMPLETED)] if shown.ticked else []),
        ]

    def read(self, data: Mapping[Tag, Element], known: Shown, version: Version) -> Shown:
        complete = text_of(data, Tasks.Complete) == "1"
        return _shown(text_of(data, Tasks.Subject), text_of(data, Tasks.UtcDueDate), complete=complete)


def _shown(subject: str, due: str, *, complete: bool) -> Shown:
    marker, _, value = subject.partition(" ")
    said = {VALUE: value, DUE: due}
    return Shown(marker, {name: one for name, one in said.items() if one}, complete)


def _moment(due: str) -> datetime | None:
    return datetime.strptime(due, FORMAT).replace(tzinfo=UTC) if due else None

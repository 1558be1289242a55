"""The recurrence to keep of what a client sends: what is filled in, passed over, and left as it was."""

from __future__ import annotations

from datetime import date
from typing import Final, TypeVar

import msgspec

from overair.items.author import Author
from overair.items.recurrence.days import defaults
from overair.items.recurrence.pattern import CalendarType, Recurrence, RecurrenceType
from overair.items.recurrence.rules import check
from overair.items.task import TaskRecurrence

R = TypeVar("R", Recurrence, TaskRecurrence)

_WEEKLY: Final = RecurrenceType.WEEKLY
_MONTHLY, _MONTHLY_ON_NTH_DAY = RecurrenceType.MONTHLY, RecurrenceType.MONTHLY_ON_NTH_DAY
_YEARLY, _YEARLY_ON_NTH_DAY = RecurrenceType.YEARLY, RecurrenceType.YEARLY_ON_NTH_DAY
_REQUIRED: Final = {
    # MS-ASTASK_R167, MS-ASCAL_R52523
    "first_day_of_week": (_WEEKLY,),
    # MS-ASTASK_R135, R530, R531
    "day_of_week": (_WEEKLY, _MONTHLY_ON_NTH_DAY, _YEARLY_ON_NTH_DAY),
    # MS-ASTASK_R404, R406
    "day_of_month": (_MONTHLY, _YEARLY),
    # MS-ASTASK_R430, R431
    "week_of_month": (_MONTHLY_ON_NTH_DAY, _YEARLY_ON_NTH_DAY),
    # MS-ASTASK_R417, R418
    "month_of_year": (_YEARLY, _YEARLY_ON_NTH_DAY),
    # MS-ASTASK_R82, MS-ASCAL_R143
    "calendar_type": (_MONTHLY, _MONTHLY_ON_NTH_DAY, _YEARLY, _YEARLY_ON_NTH_DAY),
}
"""The types of recurrence that have a field in every answer."""


def to_store(sent: R, before: R | None, start: date, author: Author) -> R:
    """The recurrence to keep of one that a client sent.

    ``before`` is the one that the item had, ``start`` the local day on which the series begins. What
    the client's version has no word for stays as it was, unless the recurrence is of another type
    now. Raises SchemaError.
    """
    check(sent)
    if sent.occurrences:
        # MS-ASTASK_R37013, MS-ASCAL_R53911
        sent = msgspec.structs.replace(sent, until=None)
    if sent.interval == 0:
        # MS-ASCAL_R5
        sent = msgspec.structs.replace(sent, interval=1)
    if sent.occurrences == 0:
        # A series without occurrences would be nowhere; it has no end that is said.
        sent = msgspec.structs.replace(sent, occurrences=None)
    if before is not None and before.type == sent.type:
        unseen = {
            bound.name: getattr(before, bound.name)
            for bound in sent.fields()
            if not bound.field.in_version(author.version)
        }
        sent = msgspec.structs.replace(sent, **unseen)
    return filled_in(sent, start, author.first_day_of_week)


def filled_in(pattern: R, start: date, first_day_of_week: int = 0) -> R:
    """The recurrence with all that answers hold; what it leaves out is as ``Series`` reckons it."""
    known = {
        "first_day_of_week": first_day_of_week,
        "calendar_type": CalendarType.DEFAULT,
        **defaults(pattern, start)._asdict(),
    }
    missing = {
        name: known[name]
        for name, types in _REQUIRED.items()
        if pattern.type in types and getattr(pattern, name) is None
    }
    return msgspec.structs.replace(pattern, **missing) if missing else pattern

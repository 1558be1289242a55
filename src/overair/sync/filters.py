"""FilterType: which classes take which filters, and where they cut (MS-ASCMD 2.2.3.68.2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from overair.items import ItemClass
from overair.mailboxes.interface import OF_ITS_CLASS, View
from overair.protocol.sync_options import FilterType
from overair.times import microseconds

Clock = Callable[[], datetime]
"""Gives the time now, with its time zone."""

PERIODS: Final[dict[FilterType, timedelta]] = {
    FilterType.ONE_DAY: timedelta(days=1),
    FilterType.THREE_DAYS: timedelta(days=3),
    FilterType.ONE_WEEK: timedelta(weeks=1),
    FilterType.TWO_WEEKS: timedelta(weeks=2),
    FilterType.ONE_MONTH: timedelta(days=31),
    FilterType.THREE_MONTHS: timedelta(days=92),
    FilterType.SIX_MONTHS: timedelta(days=184),
}
"""How far back a filter goes; months count with as many days as they can have."""

_MAIL: Final = frozenset(
    {
        FilterType.ALL,
        FilterType.ONE_DAY,
        FilterType.THREE_DAYS,
        FilterType.ONE_WEEK,
        FilterType.TWO_WEEKS,
        FilterType.ONE_MONTH,
    }
)
FILTERS: Final[dict[ItemClass, frozenset[FilterType]]] = {
    ItemClass.EMAIL: _MAIL,
    ItemClass.SMS: _MAIL,
    ItemClass.CALENDAR: frozenset(
        {
            FilterType.ALL,
            FilterType.TWO_WEEKS,
            FilterType.ONE_MONTH,
            FilterType.THREE_MONTHS,
            FilterType.SIX_MONTHS,
        }
    ),
    ItemClass.TASKS: frozenset({FilterType.ALL, FilterType.INCOMPLETE_TASKS}),
}
"""The filters that a class takes; a class that is not here has its filter ignored (R3078)."""


def takes_filter(item_class: ItemClass, filter_type: FilterType | None) -> bool:
    """Whether a collection of a class may be asked for with a filter."""
    filters = FILTERS.get(item_class)
    return filters is None or filter_type is None or filter_type in filters


def view_of(
    item_class: ItemClass, filter_type: FilterType | None, now: datetime, *, conversations: bool = False
) -> View:
    """The view that a filter means now, and with ``conversations`` ConversationMode.

    The cut-off lies at midnight UTC, so it moves once a day and not with every request: nothing
    that the filter covers is left out, and up to a day more is shown.
    """
    if filter_type is None or filter_type is FilterType.ALL or item_class not in FILTERS:
        return View(cutoff=OF_ITS_CLASS)
    if filter_type is FilterType.INCOMPLETE_TASKS:
        # The view date of a completed task is 0.
        return View(cutoff=1)
    start = (now.astimezone(UTC) - PERIODS[filter_type]).replace(hour=0, minute=0, second=0, microsecond=0)
    return View(microseconds(start), conversations)

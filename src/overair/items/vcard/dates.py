"""Birthdays and anniversaries: a day in a vCard, an instant on the wire."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final

from overair.items.vcard.slots import NO_YEAR

_DAY: Final = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?![\d-]).*+", re.ASCII | re.DOTALL)
_NO_YEAR: Final = re.compile(r"--(\d\d)-?(\d\d)(?!\d).*+", re.ASCII | re.DOTALL)


def instant_of(text: str, omitted_year: str = "") -> datetime | None:
    """Midnight UTC of the day that a text names, which is what most phones show as that day.

    The time of day and its zone are left out: the day is the one where it was written. A date
    without a year gets NO_YEAR; ``omitted_year`` is X-APPLE-OMIT-YEAR. None for what is no date.
    """
    text = text.strip()
    match = _DAY.fullmatch(text)
    year, month, day = match.groups() if match else ("0000", *_without_year(text))
    if int(year) == 0 or year == omitted_year:
        year = str(NO_YEAR)
    try:
        return datetime(int(year), int(month), int(day), tzinfo=UTC)
    except ValueError:
        return None


def _without_year(text: str) -> tuple[str, str]:
    match = _NO_YEAR.fullmatch(text)
    return (match[1], match[2]) if match else ("0", "0")


def day_of(value: datetime) -> date:
    """The day that an instant stands for.

    Phones say midnight where they are, or any time up to noon UTC of the day. East of Greenwich
    midnight is in the afternoon before in UTC.
    """
    try:
        return (value.astimezone(UTC) + timedelta(hours=12, microseconds=-1)).date()
    except OverflowError:
        return value.date()

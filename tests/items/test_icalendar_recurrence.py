"""RRULE as recurrences: what is one, what is fitted, what is refused, and what it costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from icalendar.prop import vRecur

from items.icalendar_rules import (
    PATTERNS,
    START,
    occurrences,
    said,
)
from overair.items.icalendar.recurrence import (
    NotExpressible,
    recurrence_of,
    rrule_of,
)
from overair.items.recurrence.occurrences import Series, check
from support.shared import needs_shared, shared


class Case(NamedTuple):
    """A rule of the corpus and the occurrences that it has."""

    rule: str
    start: datetime
    all_day: bool
    expected: list[datetime]


def corpus() -> Iterator[Case]:
    """The rules of the corpus that say what they have; in UTC what has no zone."""
    values: dict[str, str] = {}
    for line in shared("corpora/recurrence/icalrecur_test.txt").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == "RRULE":
            values = {}
        values[name] = value.strip()
        if name == "INSTANCES" and "UNIMPLEMENTED" not in value:
            yield Case(
                values["RRULE"],
                moment(values["DTSTART"]),
                "T" not in values["DTSTART"],
                [moment(one) for one in value.strip().split(",")],
            )


def moment(text: str) -> datetime:
    """A time or date of iCalendar."""
    return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC)


@needs_shared
def test_the_corpus() -> None:
    """Each rule has exactly its occurrences, or is refused; and most are not."""
    results: Counter[str] = Counter()
    for case in corpus():
        try:
            found = recurrence_of(case.rule, case.start, UTC, all_day=case.all_day)
        except NotExpressible as error:
            results[str(error)] += 1
            continue
        assert not found.otherwise, case.rule
        assert occurrences(found) == case.expected, case.rule
        assert found.start == case.expected[0]
        check(found.recurrence)
        results["with deleted occurrences" if found.deleted else "as a pattern alone"] += 1
        again = recurrence_of(rrule_of(found.recurrence, found.start, UTC), found.start, UTC)
        if not found.deleted:
            assert occurrences(again) == case.expected, case.rule
    assert results == {
        "as a pattern alone": 56,
        "with deleted occurrences": 38,
        "recurs several times a day": 29,
        "its occurrences follow no pattern": 22,
    }


class TestPatterns:
    """Rules that are one pattern."""

    @pytest.mark.parametrize(("rule", "expected"), PATTERNS)
    def test_without_an_end(self, rule: str, expected: dict[str, object]) -> None:
        found = recurrence_of(rule, START, UTC)
        assert said(found.recurrence) == expected
        assert (found.deleted, found.otherwise) == ((), "")
        check(found.recurrence)

    def test_a_parsed_rule(self) -> None:
        found = recurrence_of(vRecur.from_ical("FREQ=MONTHLY;BYDAY=2TU;UNTIL=20260401"), START, UTC)
        assert found.recurrence.until == datetime(2026, 3, 10, 9, tzinfo=UTC)

    def test_a_start_off_the_rule_is_no_occurrence(self) -> None:
        """The series starts with the first one, and counts from it."""
        found = recurrence_of("FREQ=MONTHLY;BYMONTH=2,5,8,11;BYMONTHDAY=3;COUNT=2", START, UTC)
        assert found.start == datetime(2026, 2, 3, 9, tzinfo=UTC)
        assert occurrences(found) == [found.start, datetime(2026, 5, 3, 9, tzinfo=UTC)]

    def test_the_start_of_every_13th_month(self) -> None:
        found = recurrence_of("FREQ=MONTHLY;INTERVAL=13;BYMONTH=5;COUNT=3", START, UTC)
        assert [one.year for one in occurrences(found)] == [2030, 2043, 2056]


class TestEnds:
    """UNTIL and COUNT."""

    @pytest.mark.parametrize(
        ("until", "last"),
        [
            ("20260110T080000Z", 10),  # the last start itself
            ("20260110T075959Z", 9),
            ("20260110T090000", 10),  # a local time
            ("20260110T085959", 9),
            ("20260110", 10),
            ("20260109T230000Z", 9),  # midnight in Berlin
            ("99991231T235959Z", None),
            ("99991231", None),
        ],
    )
    def test_until(self, until: str, last: int | None) -> None:
        """It becomes the start of the last occurrence, which is what every phone takes it for."""
        berlin = ZoneInfo("Europe/Berlin")
        start = datetime(2026, 1, 5, 9, tzinfo=berlin).astimezone(UTC)
        found = recurrence_of(f"FREQ=DAILY;UNTIL={until}", start, berlin).recurrence
        assert found.until is not None
        assert found.until == Series(found, start, berlin).last()
        if last is not None:
            assert found.until == datetime(2026, 1, last, 8, tzinfo=UTC)

    @pytest.mark.parametrize("until", ["20260110", "20260110T000000Z", "20260110T235959"])
    def test_until_of_days(self, until: str) -> None:
        start = datetime(2026, 1, 5, tzinfo=UTC)
        found = recurrence_of(f"FREQ=DAILY;BYHOUR=12;UNTIL={until}", start, UTC, all_day=True).recurrence
        assert found.until == datetime(2026, 1, 10, tzinfo=UTC)

    def test_the_earlier_of_two_ends_counts(self) -> None:
        until = "FREQ=DAILY;UNTIL=20260107;COUNT="
        assert len(occurrences(recurrence_of(until + "2", START, UTC))) == 2
        assert len(occurrences(recurrence_of(until + "9", START, UTC))) == 3

    @pytest.mark.req("MS-ASCAL_R345")
    def test_more_than_999_end_by_a_date(self) -> None:
        assert recurrence_of("FREQ=DAILY;COUNT=999", START, UTC).recurrence.occurrences == 999
        found = recurrence_of("FREQ=DAILY;COUNT=1000", START, UTC).recurrence
        assert (found.occurrences, found.until) == (None, START + timedelta(days=999))

    @pytest.mark.parametrize(
        "rule",
        [
            "FREQ=DAILY;UNTIL=20251231",
            "FREQ=DAILY;UNTIL=00010101",
            "FREQ=MONTHLY;BYMONTHDAY=31;UNTIL=20260120",
            "FREQ=YEARLY;BYWEEKNO=20;UNTIL=20260120",
            "FREQ=YEARLY;BYWEEKNO=20;UNTIL=00010101",
            "RSCALE=CHINESE;FREQ=YEARLY;BYMONTH=12L;BYMONTHDAY=1",
        ],
    )
    def test_a_rule_without_occurrences_is_refused(self, rule: str) -> None:
        with pytest.raises(NotExpressible, match="no occurrence"):
            recurrence_of(rule, START, UTC)


class TestShortMonths:
    """iCalendar passes over months that lack a day, a recurrence takes their last one."""

    def test_with_an_end_the_others_are_deleted(self) -> None:
        found = recurrence_of("FREQ=MONTHLY;BYMONTHDAY=31;COUNT=4", START, UTC)
        assert [one.month for one in occurrences(found)] == [1, 3, 5, 7]
        assert [one.month for one in found.deleted] == [2, 4, 6]
        assert not found.otherwise

    def test_without_an_end_it_is_said(self) -> None:
        for rule in ("FREQ=MONTHLY;BYMONTHDAY=30", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29"):
            found = recurrence_of(rule, START, UTC)
            assert (found.deleted, found.otherwise) == (
                (),
                "in months without its day it is on their last one",
            )

    def test_with_too_many_it_is_said_too(self) -> None:
        found = recurrence_of("FREQ=MONTHLY;BYMONTHDAY=31;COUNT=500", START, UTC)
        assert (found.deleted, found.recurrence.occurrences) == ((), 500)
        assert found.otherwise

    @pytest.mark.parametrize(
        "rule", ["FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=31", "FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=30"]
    )
    def test_months_that_have_the_day_are_exact(self, rule: str) -> None:
        assert not recurrence_of(rule, START, UTC).otherwise

    def test_the_first_is_a_month_that_has_the_day(self) -> None:
        start = datetime(2026, 2, 10, 9, tzinfo=UTC)
        assert recurrence_of("FREQ=MONTHLY;BYMONTHDAY=31", start, UTC).start.month == 3

    def test_skip_forward_is_said(self) -> None:
        rule = "RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=31;SKIP=FORWARD"
        assert recurrence_of(rule, START, UTC).otherwise

    def test_leap_months_that_are_to_be_replaced(self) -> None:
        """The month that most years have; the leap month itself is left out, which is said."""
        forward = recurrence_of("RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=5L;BYMONTHDAY=8;SKIP=FORWARD", START, UTC)
        assert (forward.recurrence.month_of_year, forward.recurrence.is_leap_month) == (6, None)
        backward = recurrence_of(
            "RSCALE=CHINESE;FREQ=YEARLY;BYMONTH=4L;BYMONTHDAY=8;SKIP=BACKWARD", START, UTC
        )
        assert (backward.recurrence.month_of_year, backward.recurrence.is_leap_month) == (4, None)
        assert forward.otherwise == backward.otherwise == "it is never in the leap month"


REFUSED = [
    ("", "not known"),
    ("%n;BYMONTH=", "malformed"),
    ("FREQ=INVALID_TYPE_CAUSES_ERROR", "malformed"),
    ("BYDAY=MO", "no FREQ"),
    ("FREQ=DAILY;X-SECRET=1", "not known"),
    ("FREQ=DAILY;COUNT=0", "COUNT"),
    ("FREQ=DAILY;INTERVAL=0", "INTERVAL"),
    ("FREQ=DAILY;INTERVAL=-2", "INTERVAL"),
    ("FREQ=DAILY;UNTIL=P1D", "UNTIL"),
    ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY"),
    ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY"),
    ("FREQ=YEARLY;BYMONTH=13", "BYMONTH"),
    ("FREQ=YEARLY;BYMONTH=5L", "BYMONTH"),
    ("FREQ=DAILY;BYHOUR=24", "BYHOUR"),
    ("FREQ=DAILY;BYDAY=XX", "malformed"),
    ("FREQ=DAILY;" + "BYDAY=MO;" * 1000, "too long"),
    ("RSCALE=ETHIOPIC;FREQ=MONTHLY;BYMONTH=13", "calendar that is not known"),
    ("FREQ=SECONDLY", "several times a day"),
    ("FREQ=HOURLY;INTERVAL=25", "several times a day"),
    ("FREQ=DAILY;BYHOUR=9,10", "several times a day"),
    ("FREQ=DAILY;BYHOUR=10", "another time"),
    ("FREQ=DAILY;INTERVAL=1000", "FREQ=DAILY"),
    ("FREQ=DAILY;INTERVAL=14;BYDAY=TU", "FREQ=DAILY, BYDAY"),
    ("FREQ=DAILY;BYMONTH=3", "FREQ=DAILY, BYMONTH"),
    ("FREQ=WEEKLY;BYDAY=1MO", "FREQ=WEEKLY, BYDAY"),
    ("FREQ=MONTHLY;BYMONTHDAY=-2", "BYMONTHDAY"),
    ("FREQ=MONTHLY;BYMONTHDAY=1,15", "BYMONTHDAY"),
    ("FREQ=MONTHLY;BYDAY=5FR", "BYDAY"),
    ("FREQ=MONTHLY;BYDAY=1MO,3MO", "BYDAY"),
    ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "BYMONTHDAY, BYDAY"),
    ("FREQ=YEARLY;BYWEEKNO=20", "BYWEEKNO"),
    ("FREQ=YEARLY;BYYEARDAY=60", "BYYEARDAY"),  # the 1st of March, or the 29th of February
    ("FREQ=YEARLY;BYYEARDAY=-307", "BYYEARDAY"),
    ("FREQ=YEARLY;BYMONTH=1,2", "BYMONTH"),
    ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=3", "too long to be listed"),
    ("FREQ=MONTHLY;BYMONTHDAY=1,2,15;COUNT=40", "follow no pattern"),
    ("RSCALE=CHINESE;FREQ=YEARLY;BYMONTH=1,4;COUNT=4", "RSCALE"),
]


@pytest.mark.parametrize(("rule", "reason"), REFUSED)
def test_what_is_no_recurrence_is_refused_with_the_reason(rule: str, reason: str) -> None:
    with pytest.raises(NotExpressible, match=reason) as caught:
        recurrence_of(rule, START, UTC)
    assert "SECRET" not in str(caught.value)
    assert "INVALID" not in str(caught.value)

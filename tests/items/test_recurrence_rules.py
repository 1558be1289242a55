"""Which elements of a recurrence are answered with status 6 (MS-ASCAL 3.2.5.3, MS-ASTASK 2.2.2)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from overair.items import Author
from overair.items.recurrence.changes import to_store
from overair.items.recurrence.occurrences import check
from overair.items.recurrence.pattern import CalendarType, Recurrence, RecurrenceType
from overair.items.task import TaskRecurrence
from overair.protocol.schema import Problem, SchemaError
from overair.versions import SERVED, Version
from overair.wbxml.element import Element, Tag
from overair.wbxml.pages import Calendar, Tasks

TYPES = tuple(RecurrenceType)
DAILY, WEEKLY, MONTHLY, MONTHLY_NTH, YEARLY, YEARLY_NTH = TYPES
START = datetime(2026, 1, 5, tzinfo=UTC)
AUTHOR = Author(Version.V16_1, START)


def read(*children: tuple[Tag, str], version: Version = Version.V16_1) -> Recurrence:
    """The recurrence of an event that a client sends, checked."""
    element = Element(Calendar.Recurrence, [Element(tag, text) for tag, text in children])
    recurrence = Recurrence.from_element(element, version)
    check(recurrence)
    return recurrence


EVENT_ELEMENTS = [
    pytest.param(tag, text, types, marks=pytest.mark.req(requirement))
    for requirement, tag, text, types in (
        ("MS-ASCAL_R53916", Calendar.DayOfMonth, "5", (MONTHLY, YEARLY)),
        ("MS-ASCAL_R53917", Calendar.DayOfWeek, "2", (DAILY, WEEKLY, MONTHLY_NTH, YEARLY_NTH)),
        ("MS-ASCAL_R53918", Calendar.MonthOfYear, "3", (YEARLY, YEARLY_NTH)),
        ("MS-ASCAL_R53919", Calendar.WeekOfMonth, "1", (MONTHLY_NTH, YEARLY_NTH)),
    )
]


class TestEvents:
    """The recurrences of events."""

    @pytest.mark.parametrize("version", SERVED)
    @pytest.mark.parametrize(("tag", "text", "types"), EVENT_ELEMENTS)
    def test_an_element_stands_with_some_types_alone(
        self, tag: Tag, text: str, types: tuple[RecurrenceType, ...], version: Version
    ) -> None:
        for kind in TYPES:
            sent = (Calendar.Type, str(int(kind))), (tag, text)
            if kind in types:
                read(*sent, version=version)
                continue
            with pytest.raises(SchemaError) as caught:
                read(*sent, version=version)
            assert (caught.value.tag, caught.value.problem) == (tag, Problem.VALUE)

    @pytest.mark.req("MS-ASCAL_R53912")
    @pytest.mark.parametrize("kind", TYPES[2:])
    def test_one_calendar_type(self, kind: RecurrenceType) -> None:
        sent = (Calendar.Type, str(int(kind))), *[(Calendar.CalendarType, "1")] * 2
        with pytest.raises(SchemaError) as caught:
            read(*sent)
        assert (caught.value.tag, caught.value.problem) == (Calendar.CalendarType, Problem.REPEATED)

    @pytest.mark.req(
        *("MS-ASCAL_R53913", "MS-ASCAL_R146", "MS-ASCAL_R148", "MS-ASCAL_R152", "MS-ASCAL_R156"),
        *("MS-ASCAL_R160", "MS-ASCAL_R164", "MS-ASCAL_R167", "MS-ASCAL_R170", "MS-ASCAL_R174"),
    )
    def test_calendars_that_are_reserved(self) -> None:
        reserved = (13, 16, 17, 18, 19, 21, 22, 23)
        for number in range(-1, 30):
            sent = (Calendar.Type, "2"), (Calendar.CalendarType, str(number))
            if 0 <= number <= 20 and number not in reserved:
                assert read(*sent).calendar_type == number
                continue
            with pytest.raises(SchemaError):
                read(*sent)

    @pytest.mark.parametrize(
        ("tag", "good", "bad"),
        [
            pytest.param(
                *(Calendar.FirstDayOfWeek, range(7), (-1, 7, 255)),
                marks=pytest.mark.req("MS-ASCAL_R53914", "MS-ASCAL_R277"),
            ),
            pytest.param(
                *(Calendar.Interval, (0, 1, 999), (-1, 1000)), marks=pytest.mark.req("MS-ASCAL_R28311")
            ),
            pytest.param(
                *(Calendar.Occurrences, (1, 999), (-1, 1000)), marks=pytest.mark.req("MS-ASCAL_R345")
            ),
            pytest.param(
                *(Calendar.DayOfWeek, (1, 62, 65, 127), (0, 128)),
                marks=pytest.mark.req("MS-ASCAL_R200", "MS-ASCAL_R201"),
            ),
            pytest.param(*(Calendar.IsLeapMonth, (0, 1), (2, -1)), marks=pytest.mark.req("MS-ASCAL_R292")),
        ],
    )
    def test_ranges(self, tag: Tag, good: range | tuple[int, ...], bad: tuple[int, ...]) -> None:
        for number in good:
            read((Calendar.Type, "1"), (tag, str(number)))
        for number in bad:
            with pytest.raises(SchemaError):
                read((Calendar.Type, "1"), (tag, str(number)))

    @pytest.mark.parametrize(
        ("kind", "tag", "good", "bad"),
        [
            pytest.param(
                *(MONTHLY, Calendar.DayOfMonth, (1, 31), (0, 32)), marks=pytest.mark.req("MS-ASCAL_R193")
            ),
            pytest.param(
                *(YEARLY, Calendar.MonthOfYear, (1, 12), (0, 13)), marks=pytest.mark.req("MS-ASCAL_R326")
            ),
            pytest.param(
                *(MONTHLY_NTH, Calendar.WeekOfMonth, (1, 5), (0, 6)),
                marks=pytest.mark.req("MS-ASCAL_R476"),
            ),
        ],
    )
    def test_ranges_of_months(
        self, kind: RecurrenceType, tag: Tag, good: tuple[int, ...], bad: tuple[int, ...]
    ) -> None:
        for number in good:
            read((Calendar.Type, str(int(kind))), (tag, str(number)))
        for number in bad:
            with pytest.raises(SchemaError):
                read((Calendar.Type, str(int(kind))), (tag, str(number)))

    @pytest.mark.req("MS-ASCAL_R453")
    def test_types(self) -> None:
        for number in range(-1, 9):
            if number in (0, 1, 2, 3, 5, 6):
                assert read((Calendar.Type, str(number))).type == number
                continue
            with pytest.raises(SchemaError):
                read((Calendar.Type, str(number)))

    @pytest.mark.req("MS-ASCAL_R374", "MS-ASCAL_R448")
    def test_a_pattern_has_a_type(self) -> None:
        with pytest.raises(SchemaError) as caught:
            read((Calendar.Interval, "1"))
        assert (caught.value.tag, caught.value.problem) == (Calendar.Type, Problem.MISSING)

    def test_calendars_are_not_looked_at_with_days_and_weeks(self) -> None:
        """Unlike in tasks they are not refused there."""
        assert read((Calendar.Type, "0"), (Calendar.CalendarType, "1")).calendar_type is not None


class TestStored:
    """What of a recurrence that was sent is kept."""

    @pytest.mark.req("MS-ASCAL_R5")
    def test_an_interval_of_0_is_1(self) -> None:
        kept = to_store(Recurrence(type=DAILY, interval=0), None, START.date(), AUTHOR)
        assert kept.interval == 1

    @pytest.mark.req("MS-ASCAL_R53911", "MS-ASCAL_R5391111", "MS-ASCAL_R341", "MS-ASCAL_R467")
    def test_of_two_ends_the_count_is_kept(self) -> None:
        sent = Recurrence(type=DAILY, occurrences=3, until=START)
        kept = to_store(sent, None, START.date(), AUTHOR)
        assert (kept.occurrences, kept.until) == (3, None)

    def test_no_occurrences_are_no_end(self) -> None:
        sent = Recurrence(type=DAILY, occurrences=0, until=START)
        kept = to_store(sent, None, START.date(), AUTHOR)
        assert (kept.occurrences, kept.until) == (None, START)

    @pytest.mark.req(
        *("MS-ASCAL_R38929", "MS-ASCAL_R38935", "MS-ASCAL_R3893713", "MS-ASCAL_R3893717", "MS-ASCAL_R38941"),
        *("MS-ASCAL_R38943", "MS-ASCAL_R38948", "MS-ASCAL_R38950", "MS-ASCAL_R52523"),
    )
    @pytest.mark.parametrize(
        ("kind", "names"),
        [
            (DAILY, set()),
            (WEEKLY, {"day_of_week", "first_day_of_week"}),
            (MONTHLY, {"day_of_month", "calendar_type"}),
            (MONTHLY_NTH, {"day_of_week", "week_of_month", "calendar_type"}),
            (YEARLY, {"day_of_month", "month_of_year", "calendar_type"}),
            (YEARLY_NTH, {"day_of_week", "week_of_month", "month_of_year", "calendar_type"}),
        ],
    )
    def test_what_is_required_is_filled_in(self, kind: RecurrenceType, names: set[str]) -> None:
        """So that every answer has it, whoever left it out."""
        kept = to_store(Recurrence(type=kind), None, START.date(), AUTHOR)
        filled = {name for name in Recurrence.__struct_fields__ if getattr(kept, name) is not None}
        assert filled == names | {"type"}

    @pytest.mark.req("MS-ASCAL_R52524", "MS-ASCAL_R11028", "MS-ASCAL_R2119", "MS-ASCAL_R2120")
    @pytest.mark.parametrize("version", [Version.V12_1, Version.V14_0])
    def test_the_first_day_of_the_week_is_the_author_s(self, version: Version) -> None:
        """Where the version has no word for it; a day that was told stays."""
        author = Author(version, START, first_day_of_week=1)
        kept = to_store(Recurrence(type=WEEKLY), None, START.date(), author)
        assert kept.first_day_of_week == 1
        again = to_store(
            Recurrence(type=WEEKLY), Recurrence(type=WEEKLY, first_day_of_week=6), START.date(), author
        )
        assert again.first_day_of_week == 6


class TestTasks:
    """Where tasks are refused otherwise than events; what is alike is in test_task_recurrence.py."""

    @pytest.mark.req("MS-ASTASK_R81")
    @pytest.mark.parametrize("kind", TYPES)
    def test_calendars_go_with_months_and_years(self, kind: RecurrenceType) -> None:
        pattern = TaskRecurrence(type=kind, start=START, calendar_type=CalendarType.DEFAULT)
        if kind not in (DAILY, WEEKLY):
            check(pattern)
            return
        with pytest.raises(SchemaError) as caught:
            check(pattern)
        assert caught.value.tag is Tasks.CalendarType

    @pytest.mark.parametrize("kind", TYPES)
    def test_a_month_goes_with_every_type(self, kind: RecurrenceType) -> None:
        """MS-ASTASK names no type with which it is refused; where it has no meaning it does nothing."""
        check(TaskRecurrence(type=kind, start=START, month_of_year=3))

"""The recurrences of tasks: what is refused, filled in and kept (MS-ASTASK 2.2.2.20 and 3.2.5.3)."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from overair.items import Task
from overair.items.item import FAR_FUTURE
from overair.items.recurrence.pattern import CalendarType, RecurrenceType
from overair.items.task import TaskRecurrence
from overair.protocol.schema import Problem, SchemaError
from overair.storage.blobs import FileBlobStore
from overair.versions import SERVED, Version
from overair.wbxml.element import Element, Tag
from overair.wbxml.pages import Tasks
from support.tasks import FULL, SUNDAY, WEEKLY_TASK, added, changed, day, recurrence, shown

DAILY, WEEKLY, MONTHLY = RecurrenceType.DAILY, RecurrenceType.WEEKLY, RecurrenceType.MONTHLY
MONTHLY_NTH, YEARLY = RecurrenceType.MONTHLY_ON_NTH_DAY, RecurrenceType.YEARLY
YEARLY_NTH = RecurrenceType.YEARLY_ON_NTH_DAY
TYPES = (DAILY, WEEKLY, MONTHLY, MONTHLY_NTH, YEARLY, YEARLY_NTH)


def pattern_of(kind: int, *names: str) -> Element:
    """A Recurrence of a type with some of the elements that belong to one type or another."""
    texts = {
        "DayOfWeek": "2",
        "DayOfMonth": "31",
        "WeekOfMonth": "5",
        "MonthOfYear": "2",
        "CalendarType": "1",
        "FirstDayOfWeek": "1",
        "IsLeapMonth": "0",
    }
    return recurrence(kind, *(Element(getattr(Tasks, name), texts[name]) for name in names))


class TestRecurrence:
    """The recurrence of a task."""

    @pytest.mark.req("MS-ASTASK_R226", "MS-ASTASK_R265", "MS-ASTASK_R37011")
    @pytest.mark.parametrize("version", SERVED)
    def test_start_is_required(self, version: Version) -> None:
        with pytest.raises(SchemaError) as caught:
            added(recurrence(0, start=None), version=version)
        assert (caught.value.tag, caught.value.problem) == (Tasks.Start, Problem.MISSING)
        with pytest.raises(SchemaError):
            changed(FULL, recurrence(0, start=None), version=version)

    @pytest.mark.req("MS-ASTASK_R633")
    def test_an_answer_without_start_is_read(self) -> None:
        read = Task.from_children([recurrence(0, start=None)], Version.V14_0)
        assert read.recurrence == TaskRecurrence(type=DAILY)

    @pytest.mark.req("MS-ASTASK_R225", "MS-ASTASK_R285", "MS-ASTASK_R289")
    @pytest.mark.parametrize("version", SERVED)
    def test_type_is_required(self, version: Version) -> None:
        with pytest.raises(SchemaError) as caught:
            added(recurrence(None), version=version)
        assert (caught.value.tag, caught.value.problem) == (Tasks.Type, Problem.MISSING)

    @pytest.mark.req(
        *("MS-ASTASK_R84", "MS-ASTASK_R382", "MS-ASTASK_R384", "MS-ASTASK_R386", "MS-ASTASK_R388"),
        *("MS-ASTASK_R390", "MS-ASTASK_R141", "MS-ASTASK_R170", "MS-ASTASK_R171", "MS-ASTASK_R192"),
        *("MS-ASTASK_R201", "MS-ASTASK_R210", "MS-ASTASK_R292", "MS-ASTASK_R317", "MS-ASTASK_R525"),
        *("MS-ASTASK_R4221", "MS-ASTASK_R154", "MS-ASTASK_R213"),
    )
    @pytest.mark.parametrize(
        ("kind", "tag", "texts"),
        [
            (2, Tasks.CalendarType, ("13", "16", "17", "18", "19", "21", "22", "23", "24", "-1")),
            (1, Tasks.DayOfWeek, ("0", "128", "-1")),
            (1, Tasks.FirstDayOfWeek, ("-1", "7", "8")),
            (0, Tasks.Interval, ("-1", "1000")),
            (2, Tasks.IsLeapMonth, ("2", "-1")),
            (5, Tasks.MonthOfYear, ("0", "13")),
            (3, Tasks.WeekOfMonth, ("0", "6")),
            (2, Tasks.DayOfMonth, ("0", "32")),
            (0, Tasks.Regenerate, ("2", "-1")),
            (0, Tasks.DeadOccur, ("-1", "256")),
            (0, Tasks.Occurrences, ("-1", "256")),
            (0, Tasks.Until, ("", "20261122T000000Z")),
        ],
        ids=lambda value: value.name if isinstance(value, Tag) else None,
    )
    def test_values_out_of_range_are_refused(self, kind: int, tag: Tag, texts: tuple[str, ...]) -> None:
        for text in texts:
            with pytest.raises(SchemaError) as caught:
                added(recurrence(kind, Element(tag, text)))
            assert caught.value.tag is tag, text

    @pytest.mark.req("MS-ASTASK_R292")
    @pytest.mark.parametrize("kind", [-1, 4, 7])
    def test_types_that_do_not_exist_are_refused(self, kind: int) -> None:
        with pytest.raises(SchemaError) as caught:
            added(recurrence(kind))
        assert caught.value.tag is Tasks.Type

    @pytest.mark.req(
        *("MS-ASTASK_R81", "MS-ASTASK_R132", "MS-ASTASK_R320", "MS-ASTASK_R397", "MS-ASTASK_R631"),
        *("MS-ASTASK_R532", "MS-ASTASK_R533"),
    )
    @pytest.mark.parametrize("version", SERVED)
    @pytest.mark.parametrize("kind", TYPES)
    def test_elements_of_other_types_are_refused(self, kind: RecurrenceType, version: Version) -> None:
        allowed = {
            Tasks.DayOfMonth: (MONTHLY, YEARLY),
            Tasks.DayOfWeek: (DAILY, WEEKLY, MONTHLY_NTH, YEARLY_NTH),
            Tasks.WeekOfMonth: (MONTHLY_NTH, YEARLY_NTH),
            Tasks.CalendarType: (MONTHLY, MONTHLY_NTH, YEARLY, YEARLY_NTH),
        }
        for tag, types in allowed.items():
            if version not in tag.versions:
                continue
            sent = pattern_of(kind, tag.name)
            if kind in types:
                assert added(sent, version=version).recurrence is not None
                continue
            with pytest.raises(SchemaError) as caught:
                added(sent, version=version)
            assert caught.value.tag is tag
            with pytest.raises(SchemaError):
                changed(FULL, sent, version=version)

    @pytest.mark.req("MS-ASTASK_R505", "MS-ASTASK_R546", "MS-ASTASK_R547", "MS-ASTASK_R559")
    @pytest.mark.parametrize("name", ["CalendarType", "IsLeapMonth", "FirstDayOfWeek"])
    def test_elements_of_later_versions_are_refused(self, name: str) -> None:
        kind = WEEKLY if name == "FirstDayOfWeek" else MONTHLY
        for version in SERVED:
            if version in getattr(Tasks, name).versions:
                assert added(pattern_of(kind, name), version=version).recurrence is not None
                continue
            with pytest.raises(SchemaError) as caught:
                added(pattern_of(kind, name), version=version)
            assert caught.value.problem is Problem.NOT_IN_VERSION

    @pytest.mark.req(
        *("MS-ASTASK_R82", "MS-ASTASK_R8211", "MS-ASTASK_R8212", "MS-ASTASK_R8213", "MS-ASTASK_R135"),
        *("MS-ASTASK_R167", "MS-ASTASK_R238", "MS-ASTASK_R396", "MS-ASTASK_R404", "MS-ASTASK_R406"),
        *("MS-ASTASK_R409", "MS-ASTASK_R410", "MS-ASTASK_R417", "MS-ASTASK_R418", "MS-ASTASK_R430"),
        *("MS-ASTASK_R431", "MS-ASTASK_R319", "MS-ASTASK_R433", "MS-ASTASK_R530", "MS-ASTASK_R531"),
    )
    @pytest.mark.parametrize("version", SERVED)
    def test_what_an_answer_must_hold_is_filled_in(self, version: Version, blobs: FileBlobStore) -> None:
        """From the start, Sunday the 22nd of November 2026."""
        expected = {
            DAILY: {},
            WEEKLY: {Tasks.DayOfWeek: "1", Tasks.FirstDayOfWeek: "0"},
            MONTHLY: {Tasks.DayOfMonth: "22", Tasks.CalendarType: "0"},
            MONTHLY_NTH: {Tasks.DayOfWeek: "1", Tasks.WeekOfMonth: "4", Tasks.CalendarType: "0"},
            YEARLY: {Tasks.DayOfMonth: "22", Tasks.MonthOfYear: "11", Tasks.CalendarType: "0"},
            YEARLY_NTH: {
                Tasks.DayOfWeek: "1",
                Tasks.WeekOfMonth: "4",
                Tasks.MonthOfYear: "11",
                Tasks.CalendarType: "0",
            },
        }
        for kind, texts in expected.items():
            imported = Task(recurrence=TaskRecurrence(type=kind, start=SUNDAY))
            for task in (added(recurrence(kind), version=version), imported):
                told = shown(task, blobs, version)[Tasks.Recurrence]
                assert {child.tag: child.text for child in told} == {
                    Tasks.Type: str(int(kind)),
                    Tasks.Start: "2026-11-22T00:00:00.000Z",
                    **{tag: text for tag, text in texts.items() if version in tag.versions},
                }

    @pytest.mark.req("MS-ASTASK_R37013")
    def test_occurrences_count_and_until_is_ignored(self) -> None:
        both = (Element(Tasks.Until, "2027-01-01T00:00:00.000Z"), Element(Tasks.Occurrences, "5"))
        for order in (both, both[::-1]):
            task = added(recurrence(0, *order))
            assert task.recurrence is not None
            assert (task.recurrence.occurrences, task.recurrence.until) == (5, None)
        task = added(recurrence(0, both[0]))
        assert task.recurrence is not None
        assert task.recurrence.until == datetime(2027, 1, 1, tzinfo=UTC)

    @pytest.mark.req("MS-ASTASK_R204", "MS-ASTASK_R158")
    def test_defaults_are_not_written_for_the_client(self, blobs: FileBlobStore) -> None:
        told = shown(added(recurrence(0)), blobs)[Tasks.Recurrence]
        assert told.find(Tasks.IsLeapMonth) is None
        assert told.find(Tasks.DeadOccur) is None

    @pytest.mark.parametrize("version", [Version.V12_1, Version.V14_0])
    def test_an_older_client_leaves_what_it_cannot_see(self, version: Version) -> None:
        lunar = Task(
            subject="Feast",
            complete=False,
            recurrence=TaskRecurrence(
                type=YEARLY,
                start=SUNDAY,
                day_of_month=15,
                month_of_year=8,
                calendar_type=CalendarType.CHINESE_LUNAR,
                is_leap_month=0,
            ),
        )
        for before in (lunar, WEEKLY_TASK):
            sent = before.to_children(version)
            assert changed(before, *sent, version=version) == before
            assert before.recurrence is not None
            edited = msgspec.structs.replace(
                before, recurrence=msgspec.structs.replace(before.recurrence, interval=2)
            )
            assert changed(before, *edited.to_children(version), version=version) == edited
        daily = changed(lunar, recurrence(0), version=version)
        assert daily.recurrence == TaskRecurrence(type=DAILY, start=SUNDAY)

    @pytest.mark.req("MS-ASTASK_R223")
    def test_a_recurrence_is_deleted_by_its_absence(self) -> None:
        assert changed(FULL, Element(Tasks.Subject, "Once")).recurrence is None

    @pytest.mark.parametrize("element", [Tasks.Type, Tasks.Start, Tasks.DeadOccur], ids=lambda tag: tag.name)
    def test_nothing_stands_twice(self, element: Tag) -> None:
        texts = {Tasks.Type: "0", Tasks.Start: "2026-11-22T00:00:00.000Z", Tasks.DeadOccur: "1"}
        twice = [Element(element, texts[element]), Element(element, texts[element])]
        others = [Element(tag, text) for tag, text in texts.items() if tag is not element]
        with pytest.raises(SchemaError) as caught:
            added(Element(Tasks.Recurrence, [*others, *twice]))
        assert caught.value.problem is Problem.REPEATED


class TestCompletedOccurrences:
    """What a client says when an occurrence of a recurring task is done."""

    @pytest.mark.req("MS-ASTASK_R156", "MS-ASTASK_R157")
    @pytest.mark.parametrize("version", SERVED)
    def test_the_occurrence_stands_beside_the_series_that_goes_on(
        self, version: Version, blobs: FileBlobStore
    ) -> None:
        series = added(
            Element(Tasks.Subject, "Bins"),
            Element(Tasks.DueDate, "2026-11-22T00:00:00.000Z"),
            recurrence(1, Element(Tasks.DayOfWeek, "1"), Element(Tasks.Regenerate, "0")),
            version=version,
        )
        done = added(
            Element(Tasks.Subject, "Bins"),
            Element(Tasks.DueDate, "2026-11-22T00:00:00.000Z"),
            Element(Tasks.Complete, "1"),
            recurrence(1, Element(Tasks.DayOfWeek, "1"), Element(Tasks.DeadOccur, "255")),
            version=version,
        )
        goes_on = changed(
            series,
            Element(Tasks.Subject, "Bins"),
            Element(Tasks.DueDate, "2026-11-29T00:00:00.000Z"),
            recurrence(
                1,
                Element(Tasks.DayOfWeek, "1"),
                Element(Tasks.DeadOccur, "0"),
                start="2026-11-29T00:00:00.000Z",
            ),
            version=version,
        )
        told = shown(done, blobs, version)
        dead = told[Tasks.Recurrence].find(Tasks.DeadOccur)
        assert dead is not None
        assert (dead.text, told[Tasks.Complete].text) == ("255", "1")
        assert done.view_date == 0
        assert goes_on.recurrence is not None
        assert (goes_on.recurrence.start, goes_on.recurrence.dead_occur) == (day(29), 0)
        assert (goes_on.complete, goes_on.view_date) == (False, FAR_FUTURE)

    @pytest.mark.parametrize("version", SERVED)
    def test_a_completed_series_keeps_its_recurrence(self, version: Version) -> None:
        series = added(recurrence(1), version=version)
        done = changed(series, Element(Tasks.Complete, "1"), recurrence(1), version=version)
        assert (done.complete, done.recurrence) == (True, series.recurrence)
        assert changed(done, Element(Tasks.Complete, "0"), recurrence(1), version=version) == series

    @pytest.mark.req("MS-ASTASK_R241", "MS-ASTASK_R4221")
    @pytest.mark.parametrize("kind", [DAILY, WEEKLY, MONTHLY, YEARLY])
    def test_a_task_that_regenerates(self, kind: RecurrenceType, blobs: FileBlobStore) -> None:
        sent = recurrence(kind, Element(Tasks.Interval, "3"), Element(Tasks.Regenerate, "1"))
        told = shown(added(sent), blobs)[Tasks.Recurrence]
        found = {child.tag: child.text for child in told}
        assert (found[Tasks.Regenerate], found[Tasks.Interval]) == ("1", "3")

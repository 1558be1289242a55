"""Calendar files of other programs: what is refused and dropped of them, and that the rest comes back."""

from __future__ import annotations

from collections import defaultdict
from itertools import islice

import msgspec

from overair.items import Event, Note, Task
from overair.items.icalendar.results import Converted, Refused
from overair.items.icalendar.writing import icalendar_of
from overair.items.recurrence.series import Series
from overair.items.time_zones.names import tzinfo
from support.calendar_texts import NOW, ZONE, read
from support.shared import needs_shared, shared

NO_START = "has no DTSTART"
NOTHING = "holds no event, task or note"
NO_ITEM = "is no event, task or note"
BAD_START = "has a DTSTART that is no time, or none that can be kept"
REFUSED: dict[str, dict[str, tuple[int, ...]]] = {
    NO_START: {
        "big_bad_calendar": tuple(range(1, 21)),
        "broken_ical": (1,),
        "created_calendar_with_unicode_fields": (3,),
        **{f"event_with_escaped_character{number}": (1,) for number in (1, 2, 3, 4)},
        "event_with_escaped_characters": (1,),
        "event_with_rsvp": (1,),
        "event_with_unicode_organizer": (1,),
        "issue_100_transformed_doctests_into_unittests": (1,),
        "issue_1050_multiple_calendars": (1, 2),
        "issue_1050_uid_in_description": (1, 2),
        "issue_1081_with_summary": (1,),
        "issue_1549_binary_attachment": (1,),
        "issue_1561_image_value": (1, 2, 3, 4),
        "issue_322_expected_calendar": (1,),
        "issue_355_url_escaping_empty_param": (1,),
        "issue_64_event_with_ascii_summary": (1,),
        "issue_64_event_with_non_ascii_summary": (1,),
        "issue_722_missing_timezones": (2, 4),
        "issue_798_related_to": (1, 2),
        "issue_82_expected_output": (1,),
        "multiple_calendar_components": (1,),
        "pr_480_summary_with_colon": (1, 2),
        "rfc_5545_RDATE_example": (1, 2, 3, 4, 5, 6),
        "rfc_6868": (1,),
        "rfc_7256_multi_value_parameters": (1, 2),
        "rfc_7265_request_status": (1,),
        "rfc_7986_conferences": (1,),
        "rfc_7986_image": (1, 4),
        "rfc_9074_example_proximity": (1,),
        "rfc_9253_gap": (1, 2),
        "rfc_9253_related_to": (1,),
        "small_bad_calendar": (1,),
    },
    NOTHING: dict.fromkeys(
        (
            "bom_calendar",
            "calendar_with_unicode",
            "empty",
            "empty_RDATE",
            "fuzz_testcase_0_char_in_component_name",
            "fuzz_testcase_invalid_month",
            "fuzz_testcase_vtimezone_lone_cr",
            "issue_1050_empty_calendar",
            "issue_1050_timezone_only_calendar",
            "issue_1238",
            "issue_178_component_with_invalid_name_represented",
            "issue_178_custom_component_inside_other",
            "parsing_error_in_UTC_offset",
            "rfc_7265_example_1",
            "rfc_7986_properties",
            "time",
        ),
        (0,),
    ),
    BAD_START: dict.fromkeys(
        ("broken_dtstart", "issue_1081_invalid_start_and_end", "issue_1081_invalid_start_valid_end"), (1,)
    ),
    NO_ITEM: {
        "issue_1050_all_components": (4,),
        "issue_1081_freebusy_comma_separated": (1,),
        "issue_1633_freebusy_with_dates": (1,),
        "issue_27_multiple_periods_in_freebusy_multiple_freebusies": (1,),
        "issue_27_multiple_periods_in_freebusy_one_freebusy": (1,),
        "issue_348_exception_parsing_value": (1,),
        "issue_798_freebusy": (1, 2, 3),
        "rfc_7953_3": (1, 2, 3),
    },
    "its RRULE is none that an event can have: is malformed": {"issue_1081_invalid_rrule_freq": (1,)},
    "its RRULE is none that an event can have: RSCALE names a calendar that is not known": {"rfc_7529": (2,)},
    "says nothing that a task holds": {"rfc_7986_image": (2, 5)},
    "says nothing that a note holds": {"rfc_7986_image": (3, 6)},
}
"""By reason: the files, less .ics, and the places of what is refused in each."""
IMPORTED = 126
NEAREST = "VALARM: only the nearest one to the start is kept"
ADDED = "RDATE: each date becomes an event of its own"
UNKNOWN_ZONE = "TZID: is no zone that is known: read in the calendar's own"
BAD_LINES = "VEVENT: has lines that are no properties"
DROPPED: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        (
            "alarm_etar_future",
            "alarm_etar_notification",
            *(f"alarm_thunderbird_{name}" for name in ("closed", "future", "snoozed_until_1457")),
            *(
                f"alarm_thunderbird_2_{name}"
                for name in (
                    "future",
                    "notification_5_min_postponed",
                    "notification_5_min_postponed_and_closed",
                    "notification_5_min_postponed_and_popped_up",
                    "notification_popped_up",
                )
            ),
            *(f"rfc_9074_example_{number}" for number in (2, 3, 4)),
        ),
        frozenset({NEAREST}),
    ),
    "alarm_google_acknowledged": frozenset({NEAREST, "VALARM: is neither shown nor heard"}),
    "alarm_google_future": frozenset({NEAREST, "VALARM: is neither shown nor heard"}),
    "invalid_duration": frozenset({"DURATION: is no time, or none that can be kept"}),
    **dict.fromkeys(
        ("issue_104_mark_events_broken", "issue_168_input", "timezone_rdate"), frozenset({BAD_LINES})
    ),
    "issue_1426": frozenset({"VALARM: is at a time of its own, in a series", ADDED}),
    **dict.fromkeys(
        (
            "issue_156_RDATE_with_PERIOD",
            "issue_156_RDATE_with_PERIOD_list",
            "issue_722_missing_timezones",
            "period_with_timezone",
            "rfc_7265_appendix_example_2_ical",
        ),
        frozenset({ADDED}),
    ),
    "issue_157_removes_trailing_semicolon": frozenset(
        {"DTSTART: is no day of its RRULE: an event of its own"}
    ),
    "issue_464_invalid_rdate": frozenset({ADDED, "RDATE: has a date that cannot be read"}),
    **dict.fromkeys(
        (
            "issue_526_calendar_with_different_events",
            "issue_526_calendar_with_event_subset",
            "issue_526_calendar_with_events",
            "issue_526_calendar_with_shuffeled_events",
            "issue_722_missing_VTIMEZONE_custom",
        ),
        frozenset({UNKNOWN_ZONE}),
    ),
    "multiple_timezones": frozenset({"RDATE: has a date that cannot be read"}),
    "rfc_7529": frozenset(
        {
            "RRULE: it is never in the leap month",
            "RRULE: in shorter months it is on their last day",
            "DTSTART: is no day of its RRULE: an event of its own",
        }
    ),
}
"""What is left out though there is a field for it, or kept otherwise than it was."""


def corpus() -> dict[str, list[Converted | Refused]]:
    """What is read of each file."""
    return {path.stem: read(path.read_bytes()) for path in sorted(shared("corpora/ical").glob("*.ics"))}


@needs_shared
def test_what_is_refused_has_a_reason_and_blocks_nothing() -> None:
    refused: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    imported = 0
    for name, found in corpus().items():
        assert found, name
        for one in found:
            if isinstance(one, Refused):
                refused[one.reason][name].append(one.place)
            else:
                imported += 1
    assert {
        reason: {name: tuple(places) for name, places in files.items()} for reason, files in refused.items()
    } == REFUSED
    assert imported == IMPORTED


@needs_shared
def test_what_is_dropped_is_said() -> None:
    dropped: dict[str, set[str]] = defaultdict(set)
    for name, found in corpus().items():
        for one in found:
            if isinstance(one, Converted):
                dropped[name] |= {f"{lost.name}: {lost.reason}" for lost in one.dropped if lost.reason}
    assert {name: lost for name, lost in dropped.items() if lost} == DROPPED


@needs_shared
def test_everything_comes_back_as_it_was_written() -> None:
    for name, found in corpus().items():
        for one in found:
            if isinstance(one, Refused):
                continue
            blobs: dict[str, bytes] = {}
            written = icalendar_of(one.item, default_zone=ZONE, now=NOW, get=blobs.__getitem__)
            [again] = read(written.data)
            assert isinstance(again, Converted), name
            assert again.dropped == (), name
            assert compared(again.item) == compared(one.item), name


def compared(item: Event | Task | Note) -> object:
    """An item, with its first occurrences in place of the pattern, of which several may have the same."""
    if isinstance(item, Event) and item.recurrence is not None and item.start_time is not None:
        zone = tzinfo("UTC" if item.all_day_event or item.zone is None else item.zone)
        series = Series(item.recurrence, item.start_time, zone)
        starts = list(islice(series.between(item.start_time, NOW.replace(year=2200)), 50))
        return msgspec.structs.replace(item, recurrence=None), series.endless, starts
    if isinstance(item, Task) and item.utc_due_date is not None:
        # One file has a task that is due in a zone of its own.
        return msgspec.structs.replace(item, due_date=None)
    return item

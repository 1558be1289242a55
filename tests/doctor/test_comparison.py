"""Two reports side by side, and files that are none."""

from __future__ import annotations

import msgspec
import pytest

from overair.doctor.check import Section
from overair.doctor.host import Host
from overair.doctor.illness import Severity
from overair.doctor.reporting.comparison import NoReport, compare, read
from overair.doctor.reporting.report import Verdict
from overair.doctor.step import State
from support.told import ill, report, step, well

OTHER = Host("other.ward.test")


def test_what_is_new_gone_and_changed() -> None:
    earlier = report(
        *well(),
        step("old", Section.TLS, ill("mended", Severity.IMPAIRS)),
        step("both", Section.TLS, ill("stays", Severity.ODDITY)),
        step("late", Section.PUSH, state=State.NOT_REACHED, reason="only with --push"),
    )
    later = report(
        *well(),
        step("old", Section.TLS),
        step("both", Section.TLS, ill("stays", Severity.ODDITY)),
        step("late", Section.PUSH, ill("cut", Severity.IMPAIRS)),
    )

    found = compare(earlier, later)

    assert found.was is None
    assert [one.id for one in found.new] == ["cut"]
    assert [one.id for one in found.gone] == ["mended"]
    assert [(one.check, one.before, one.after) for one in found.changed] == [("late", "not reached", "found")]
    assert found.since == earlier.date


def test_the_same_at_another_host_is_new() -> None:
    odd = ill("odd", Severity.ODDITY)
    here = report(step("one", Section.TLS, odd), step("one", Section.TLS, host=OTHER))
    there = report(step("one", Section.TLS), step("one", Section.TLS, odd, host=OTHER))

    found = compare(here, there)

    assert [one.host for one in found.gone] == ["mail.ward.test"]
    assert [one.host for one in found.new] == ["other.ward.test"]
    assert found.changed == ()


def test_another_verdict_is_told() -> None:
    assert compare(report(step("one", Section.TLS, ill("sick"))), report(*well())).was is Verdict.BROKEN


def test_the_same_is_empty() -> None:
    assert compare(report(*well()), report(*well())).empty


def test_a_report_that_was_written_is_read() -> None:
    told = report(*well(), step("one", Section.TLS, ill("sick")))

    assert read(msgspec.json.format(msgspec.json.encode(told))) == told


REPORT = msgspec.to_builtins(report(*well()))
NONE = {
    "nothing": (b"", "truncated"),
    "text": (b"a report", "malformed"),
    "another document": (b"[1, 2]", "array"),
    "no format": (b"{}", "`format`"),
    "a newer format": (msgspec.json.encode({**REPORT, "format": 2}), "its format is 2"),
    "no steps": (msgspec.json.encode({name: REPORT[name] for name in REPORT if name != "steps"}), "`steps`"),
    "a verdict that is none": (msgspec.json.encode({**REPORT, "verdict": "fine\x1b[2J"}), "verdict"),
    "no UTF-8": (b'{"format": 1, "address": "\xff"}', ""),
    "much too deep": (b'{"format": 1, "steps": ' + b"[" * 100_000, ""),
}


@pytest.mark.parametrize(("data", "why"), NONE.values(), ids=NONE)
def test_a_file_that_is_no_report_is_named_in_a_line(data: bytes, why: str) -> None:
    with pytest.raises(NoReport) as refused:
        read(data)

    assert why in str(refused.value)
    assert str(refused.value).isprintable()


def test_an_earlier_report_may_come_from_anybody() -> None:
    hostile = {**REPORT, "product": "\x1b[2Jowned"}

    assert read(msgspec.json.encode(hostile)).product == "\ufffd[2Jowned"

"""The report: its verdict, its exit codes, its published schema, and that it keeps the password."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import msgspec
import pytest
from jsonschema import Draft202012Validator
from tools.report_schema import PUBLISHED

from overair.doctor.check import Section
from overair.doctor.complaint import Complaint
from overair.doctor.illness import Severity
from overair.doctor.reporting.report import EXIT_CODES, Verdict, exit_code, schema, worst
from overair.doctor.secret import HIDDEN, Secret
from overair.doctor.step import State
from support.told import ANNA, ill, report, step, well

GUIDE = Path(__file__).parents[2] / "docs/doctor.md"
PASSWORD = "correct-horse-9"
RAISES = {Severity.BREAKS: (Verdict.BROKEN, 10), Severity.IMPAIRS: (Verdict.IMPAIRED, 20)}


@pytest.mark.parametrize("severity", RAISES, ids=lambda severity: severity.name)
@pytest.mark.parametrize("section", Section, ids=lambda section: section.name)
def test_the_exit_code_tells_the_section_and_whether_any_phone_works(
    section: Section, severity: Severity
) -> None:
    verdict, first = RAISES[severity]
    found = report(*well(), step("something", section, ill("sick", severity)))

    assert (found.verdict, found.section) == (verdict, section.value)
    assert exit_code(found) == first + list(Section).index(section)


def test_nothing_found_is_well_only_where_it_was_looked() -> None:
    odd = step("odd", Section.PORTS, ill("harmless", Severity.ODDITY))
    unreached = [step(one.check.id, Section.LOGIN, state=State.NOT_REACHED) for one in well()]

    assert exit_code(report(*well(), odd)) == 0
    assert exit_code(report(*unreached, odd)) == 3


def test_every_exit_code_is_another() -> None:
    assert len(set(EXIT_CODES.values())) == len(EXIT_CODES)
    assert not {1, 2} & set(EXIT_CODES.values()), "those of any command that fails"


def test_the_worst_of_several() -> None:
    broken_late = report(step("a", Section.LOGIN, ill("one")))
    broken_early = report(step("b", Section.NAMES, ill("two")))
    impaired = report(*well(), step("c", Section.MACHINE, ill("three", Severity.IMPAIRS)))

    assert worst([report(*well()), impaired, broken_late, broken_early]) == exit_code(broken_early)
    assert worst([report(*well()), impaired]) == exit_code(impaired)
    assert worst([report(*well()), report()]) == exit_code(report())


def test_the_guide_has_every_exit_code() -> None:
    rows = re.findall(r"^\| (\d+) \| (.*?) \| (.*?) \|$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    written = {(verdict, section or None): int(code) for code, verdict, section in rows}

    assert written == {(verdict.value, section): code for (verdict, section), code in EXIT_CODES.items()}


def test_the_published_schema_is_that_of_the_code() -> None:
    """`make schema` writes it anew."""
    assert PUBLISHED.read_bytes() == schema()


def test_the_schema_refuses_what_is_no_report() -> None:
    validator = Draft202012Validator(msgspec.json.decode(schema()))
    document = msgspec.json.decode(msgspec.json.encode(report(*well())))
    validator.validate(document)

    for change in ({"verdict": "fine"}, {"format": 2}, {"steps": None}, {"seconds": "long"}):
        assert not validator.is_valid({**document, **change}), change
    assert not validator.is_valid({name: value for name, value in document.items() if name != "verdict"})


ECHOES = {
    "plain": PASSWORD,
    "in a URL": f"https://evil.test/?who={PASSWORD}",
    "credentials": base64.b64encode(f"anna@ward.test:{PASSWORD}".encode()).decode(),
}


@pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES)
def test_a_server_that_says_the_password_does_not_get_it_into_the_report(echo: str) -> None:
    quoting = ill("moved", says="It leads to {target}, not to {host}.")
    told = report(
        step("moved", Section.WEB, quoting, details={"target": echo}, notes=[f"it said {echo}"]),
        step("late", Section.WEB, state=State.NOT_REACHED, reason=f"{echo} was said"),
    )
    text = msgspec.json.encode(told).decode()

    assert PASSWORD not in text
    assert ECHOES["credentials"] not in text
    assert told.cause is not None
    assert told.cause.says == f"It leads to {HIDDEN}, not to mail.ward.test."


def test_a_password_of_other_letters_is_found_where_a_url_has_it() -> None:
    complaint = Complaint(address="anna@ward.test", password=Secret("grün & 100%"))
    told = report(
        step("x", Section.WEB, notes=["https://x.test/gr%C3%BCn%20%26%20100%25", "at gr%C3%BCn+%26+100%25"]),
        complaint=complaint,
    )

    assert told.steps[0].notes == (HIDDEN, f"at {HIDDEN}")


@pytest.mark.parametrize("word", ["password", "mail", "ward.test", "anna"])
def test_a_password_that_is_a_word_of_the_report_is_not_told_by_a_gap(word: str) -> None:
    complaint = Complaint(address=ANNA.address, password=Secret(word))
    reason = "the password is not told to mail.ward.test, where anna is"
    told = report(step("x", Section.WEB, state=State.NOT_REACHED, reason=reason), complaint=complaint)

    assert told.steps[0].reason == reason


def test_nothing_that_controls_a_terminal_is_reported() -> None:
    hostile = "\x1b[2J\x1b]0;owned\x07 a\u202eb\u200b\x00c\n\rd \ud800"
    told = report(
        step("x", Section.WEB, ill("odd", says="{said}"), details={"said": hostile}, notes=[hostile]),
        step("y", Section.WEB, state=State.NOT_REACHED, reason=hostile),
    )
    text = msgspec.json.encode(told).decode()

    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u200b\u202a-\u202e\ud800-\udfff]", text.replace("\\n", "\n"))
    assert not re.search(r"\\u00[01]|\\r|\\n", text)

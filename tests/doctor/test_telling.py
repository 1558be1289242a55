"""The answer in words: the paragraph, and what stands below it."""

from __future__ import annotations

import io
import re
from typing import Literal

import msgspec
from rich.console import Console

from overair.cli.doctor.speaking import plain_lines
from overair.cli.doctor.tree import Watch, tree_of
from overair.doctor.check import Section
from overair.doctor.devices.device import Device
from overair.doctor.devices.profiles import PROFILES
from overair.doctor.illness import Severity
from overair.doctor.reporting.comparison import compared
from overair.doctor.reporting.report import Report, ReportedDevice
from overair.doctor.reporting.telling import devices, grouped, paragraph, parts
from overair.doctor.step import State
from support.told import ill, report, step, well

SICK = step("sick", Section.TLS, ill("expired", says="It has expired.", cure="Renew it."))
MARKUP = "[bold red]x[/] :CD: \x1b[31m"


def parts_of(told: Report) -> dict[str, list[str]]:
    return dict(parts(told))


def test_the_paragraph_names_the_cause_the_cure_and_the_page() -> None:
    assert paragraph(report(SICK)) == (
        "Phones cannot work. It has expired. Renew it. (More: docs/doctor/sick.md#expired)"
    )
    assert paragraph(report(*well())).startswith("Phones should work. Nothing")
    assert "as far as could be looked" in paragraph(report())


def test_the_paragraph_is_about_the_one_kind_of_device_that_was_asked_for() -> None:
    told = msgspec.structs.replace(report(SICK), seen_as=Device.IOS.value)

    assert paragraph(told).startswith(f"{PROFILES[Device.IOS].called} cannot work.")


def test_the_rest_stands_below_in_its_order() -> None:
    told = report(
        SICK,
        step("other", Section.WEB, ill("slow", Severity.IMPAIRS)),
        step("odd", Section.WEB, ill("strange", Severity.ODDITY)),
        step("away", Section.PUSH, state=State.NOT_REACHED, reason="only with --push"),
        step("behind", Section.PUSH, state=State.NOT_REACHED, reason="it stands on “Is away well?”"),
    )
    below = parts_of(compared(report(*well()), told))

    assert list(below)[:3] == ["Also to be mended", "Harmless", "Not reached"]
    assert below["Also to be mended"] == ["slow. Mend slow."]
    assert below["Harmless"] == ["strange. (strange)"]
    assert below["Not reached"] == ["Is away well? (only with --push)"]
    assert below[list(below)[-1]][0] == "It was well, and is broken."


def test_an_unchanged_patient_is_said_to_be_one() -> None:
    told = compared(report(SICK), report(SICK))

    assert ["Nothing is different."] in parts_of(told).values()


def test_of_each_kind_of_device_the_first_no_decides() -> None:
    answers: dict[Device, list[tuple[str, Literal["yes", "no", "unknown"], str]]] = {
        Device.IOS: [("find", "yes", ""), ("trust", "yes", "")],
        Device.ANDROID: [("find", "unknown", "who knows"), ("trust", "no", "its root is unknown")],
        Device.OUTLOOK: [("find", "yes", ""), ("log in", "unknown", "nobody tried")],
    }
    told = msgspec.structs.replace(
        report(*well()),
        devices=tuple(ReportedDevice(device.value, *one) for device, said in answers.items() for one in said),
    )

    assert [(one.answer, one.says) for one in devices(told)] == [
        ("yes", "works"),
        ("no", "does not trust the server (its root is unknown)"),
        ("unknown", "unknown whether it would log in (nobody tried)"),
    ]


def test_a_section_stays_together() -> None:
    told = report(
        step("a", Section.TLS), step("b", Section.WEB, host=None), step("c", Section.TLS, host=None)
    )

    assert [(section, host) for section, host, _ in grouped(told.steps)] == [
        ("TLS", "mail.ward.test"),
        ("TLS", None),
        ("The web side", None),
    ]


def test_what_servers_say_is_neither_markup_nor_control() -> None:
    hostile = step("x", Section.WEB, ill("odd", says="{said}"), details={"said": MARKUP}, notes=[MARKUP])
    told = report(hostile)
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(tree_of(told))

    for text in ("\n".join(plain_lines(told)), console.export_text()):
        assert "[bold red]x[/] :CD: \ufffd[31m" in text
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)


def test_while_it_runs_only_what_runs_or_was_found_is_open() -> None:
    watch = Watch("anna@ward.test")
    steps = [
        step("one", Section.TLS),
        SICK,
        step("two", Section.WEB, state=State.RUNNING),
        step("three", Section.PUSH, state=State.WAITING),
    ]
    for one in steps:
        watch(one)
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(watch)
    shown = console.export_text()

    assert "anna@ward.test: 2 of 4 steps" in shown
    assert "TLS mail.ward.test ✓1 ✗1" in shown
    assert "✗ Is sick well? expired" in shown
    assert "… Is two well?" in shown
    assert "Is one well?" not in shown
    assert "Push" not in shown

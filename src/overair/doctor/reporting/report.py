"""What an examination came to, as programs read it; docs/doctor/report.schema.json is its schema."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Final, Literal

import msgspec

import overair
from overair.doctor.check import Section
from overair.doctor.devices.device import Device
from overair.doctor.devices.opinion import Reply
from overair.doctor.diagnosis import Diagnosis
from overair.doctor.examination import Examined
from overair.doctor.facts.web import Endpoint
from overair.doctor.illness import Finding, Product, Severity
from overair.doctor.reporting.discretion import Discretion
from overair.doctor.step import State, Step

FORMAT: Final = 1
"""Grows when a program that read the older form could misread the newer one."""
PAGES: Final = "docs/doctor"
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
DECISIVE: Final = frozenset(("log-in", "folder-sync"))
"""Without these nobody knows whether a phone would work."""


class Verdict(StrEnum):
    """How the patient is."""

    WELL = "well"
    IMPAIRED = "impaired"
    """Some phones, or some of what they do, fail."""
    BROKEN = "broken"
    """No phone works."""
    UNDETERMINED = "undetermined"
    """Nothing was found, and what would show it was not reached."""


class ReportedFinding(msgspec.Struct, frozen=True):
    """An illness that was found."""

    id: Annotated[str, msgspec.Meta(description="Stable id of the illness.")]
    check: Annotated[str, msgspec.Meta(description="Stable id of the check that found it.")]
    host: str | None
    severity: Literal["breaks", "impairs", "oddity"]
    says: Annotated[str, msgspec.Meta(description="What is the case.")]
    cure: Annotated[str, msgspec.Meta(description="What to do about it.")]
    page: Annotated[str, msgspec.Meta(description="Where the documentation says more.")]


class ReportedStep(msgspec.Struct, frozen=True):
    """A check at one host, or of the whole."""

    check: str
    title: str
    section: str
    host: str | None
    state: Literal["passed", "found", "not reached", "stumbled"]
    reason: Annotated[str, msgspec.Meta(description="Why it was not reached.")]
    notes: tuple[str, ...]
    findings: Annotated[tuple[str, ...], msgspec.Meta(description="Ids of what it found.")]
    seconds: float


class ReportedDevice(msgspec.Struct, frozen=True):
    """Whether one kind of device would work."""

    device: str
    question: Annotated[str, msgspec.Meta(description="find, trust, log in, speak or accept policies")]
    answer: Literal["yes", "no", "unknown"]
    reason: str


class Change(msgspec.Struct, frozen=True):
    """A step that went differently than before."""

    check: str
    title: str
    host: str | None
    before: str
    after: str


class Difference(msgspec.Struct, frozen=True):
    """What is different from an earlier report of the same address."""

    since: Annotated[str, msgspec.Meta(description="When the earlier one ended, ISO 8601 in UTC.")]
    was: Annotated[Verdict | None, msgspec.Meta(description="The earlier verdict, where it was another.")]
    new: Annotated[tuple[ReportedFinding, ...], msgspec.Meta(description="Findings that were not there.")]
    gone: Annotated[tuple[ReportedFinding, ...], msgspec.Meta(description="Findings that are not there now.")]
    changed: Annotated[
        tuple[Change, ...], msgspec.Meta(description="Steps that were reached and are not, or the other way.")
    ]

    @property
    def empty(self) -> bool:
        """Whether nothing is different."""
        return not (self.was or self.new or self.gone or self.changed)


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The report of one examination."""

    format: Literal[1] = FORMAT
    overair: Annotated[str, msgspec.Meta(description="Version of the doctor.")]
    date: Annotated[str, msgspec.Meta(description="When it ended, ISO 8601 in UTC.")]
    anonymous: Annotated[bool, msgspec.Meta(description="Whether other names stand for all names in it.")]
    address: str
    server: str | None
    product: str | None
    seen_as: Annotated[
        str | None,
        msgspec.Meta(description="The one kind of device that verdict and cause are of; null: of all."),
    ] = None
    verdict: Verdict
    cause: ReportedFinding | None
    section: Annotated[
        str | None, msgspec.Meta(description="The part of the examination that found the cause.")
    ]
    others: Annotated[tuple[ReportedFinding, ...], msgspec.Meta(description="What else should be mended.")]
    oddities: Annotated[tuple[ReportedFinding, ...], msgspec.Meta(description="Harmless; never the cause.")]
    steps: tuple[ReportedStep, ...]
    devices: tuple[ReportedDevice, ...]
    seconds: float
    difference: Annotated[
        Difference | None, msgspec.Meta(description="From an earlier report, where one was given.")
    ] = None


def report_of(
    examined: Examined,
    diagnosis: Diagnosis,
    devices: tuple[ReportedDevice, ...],
    discretion: Discretion | None = None,
) -> Report:
    """The report of an examination; ``discretion`` decides what may be told."""
    discreet = discretion or Discretion(examined.complaint)

    def told(finding: Finding) -> ReportedFinding:
        return _finding(discreet.finding(finding), product, diagnosis.device)

    product = product_of(examined)
    cause = diagnosis.cause
    return Report(
        overair=overair.__version__,
        date=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        anonymous=discreet.anonymous,
        address=discreet.address(examined.complaint.address),
        server=discreet.host(examined.server.host).authority if examined.server is not None else None,
        product=product.value if product is not None else None,
        seen_as=diagnosis.device.value if diagnosis.device is not None else None,
        verdict=verdict(examined, diagnosis),
        cause=told(cause) if cause is not None else None,
        section=diagnosis.section.value if diagnosis.section is not None else None,
        others=tuple(told(one) for one in diagnosis.others),
        oddities=tuple(told(one) for one in diagnosis.oddities),
        steps=tuple(reported_step(discreet.step(step)) for step in examined.steps),
        devices=tuple(msgspec.structs.replace(one, reason=discreet.text(one.reason)) for one in devices),
        seconds=round(examined.seconds, 3),
    )


def verdict(examined: Examined, diagnosis: Diagnosis) -> Verdict:
    """How the patient is, in a word."""
    if diagnosis.cause is not None:
        breaks = diagnosis.cause.illness.severity_for(diagnosis.device) is Severity.BREAKS
        return Verdict.BROKEN if breaks else Verdict.IMPAIRED
    looked = {step.check.id for step in examined.steps if step.state in (State.PASSED, State.FOUND)}
    doubtful = any(one.reply is Reply.UNKNOWN for one in diagnosis.opinions)
    return Verdict.WELL if looked >= DECISIVE and not doubtful else Verdict.UNDETERMINED


def product_of(examined: Examined) -> Product | None:
    """What the cure is told for: the EAS server where it is known, else what stands in front."""
    if examined.server is None:
        return None
    endpoint = examined.facts.get((Endpoint, examined.server.host))
    return (endpoint.product or endpoint.front) if isinstance(endpoint, Endpoint) else None


def _finding(finding: Finding, product: Product | None, device: Device | None) -> ReportedFinding:
    severity = finding.illness.severity_for(device).name.lower()
    return ReportedFinding(
        id=finding.id,
        check=finding.check,
        host=finding.host.authority if finding.host is not None else None,
        severity=msgspec.convert(severity, Literal["breaks", "impairs", "oddity"]),
        says=finding.says,
        cure=finding.cure(product),
        page=f"{PAGES}/{finding.check}.md#{finding.id}",
    )


def reported_step(step: Step) -> ReportedStep:
    """A step that is settled, as it is reported."""
    return ReportedStep(
        check=step.check.id,
        title=step.check.title,
        section=step.check.section.value,
        host=step.host.authority if step.host is not None else None,
        state=msgspec.convert(step.state.value, Literal["passed", "found", "not reached", "stumbled"]),
        reason=step.reason,
        notes=step.notes,
        findings=tuple(one.id for one in step.findings),
        seconds=round(step.seconds, 3),
    )


EXIT_CODES: Final[dict[tuple[Verdict, str | None], int]] = {
    (Verdict.WELL, None): 0,
    (Verdict.UNDETERMINED, None): 3,
    **{(Verdict.BROKEN, section.value): 10 + place for place, section in enumerate(Section)},
    **{(Verdict.IMPAIRED, section.value): 20 + place for place, section in enumerate(Section)},
}
"""What ``overair doctor`` ends with: 10 to 18 where no phone works, by the section of the cause, 20 to 28
where some do; 1 and 2 are those of any command."""


GRAVEST_FIRST: Final = (Verdict.BROKEN, Verdict.IMPAIRED, Verdict.UNDETERMINED, Verdict.WELL)


def exit_code(report: Report) -> int:
    """The exit code that tells of a report."""
    return EXIT_CODES[report.verdict, report.section]


def worst(reports: Iterable[Report]) -> int:
    """The exit code for several reports: the gravest's, of equals that with the earliest section."""
    return min((GRAVEST_FIRST.index(one.verdict), exit_code(one)) for one in reports)[1]


def schema() -> bytes:
    """The JSON schema of a report, as it is published."""
    document = {"$schema": DIALECT, "title": "Report of overair doctor", **msgspec.json.schema(Report)}
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"

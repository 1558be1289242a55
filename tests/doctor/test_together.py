"""Two illnesses at once: the one that counts is the cause, and the other is told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from overair.doctor.answering import answer
from overair.doctor.complaint import Complaint
from overair.doctor.reporting.report import Report
from overair.doctor.secret import Secret
from overair.ward.cases import CASES
from overair.ward.site import AUTODISCOVER, MAIL, NAMES, healthy_site, records
from overair.ward.supplies import Supplies
from overair.ward.ward import DOMAIN, Ward
from support.asynchronous import run
from support.packages import needs

Start = Callable[[Ward], AbstractAsyncContextManager[Complaint]]


@asynccontextmanager
async def closed_and_unannounced(ward: Ward) -> AsyncIterator[Complaint]:
    records(ward, ward.address())
    ward.zone.remove(AUTODISCOVER)
    yield ward.complaint()


@asynccontextmanager
async def not_in_the_certificate(ward: Ward) -> AsyncIterator[Complaint]:
    async with healthy_site(ward, certificate=ward.authority.issue((MAIL,))):
        yield ward.complaint()


@asynccontextmanager
async def not_in_the_certificate_and_mistyped(ward: Ward) -> AsyncIterator[Complaint]:
    async with healthy_site(ward, certificate=ward.authority.issue((MAIL,))):
        yield ward.complaint(password=Secret("Ward-Password-2"))


@asynccontextmanager
async def autodiscover_of_a_stranger(ward: Ward) -> AsyncIterator[Complaint]:
    """Its certificate has expired as well."""
    elsewhere = ward.address()
    stranger = ward.other_authority.issue((AUTODISCOVER,), start=-90, end=-3)
    async with (
        healthy_site(ward, certificate=ward.authority.issue((MAIL,)), names=(MAIL,)),
        healthy_site(ward, address=elsewhere, certificate=stranger, names=(AUTODISCOVER,), dns=False),
    ):
        ward.zone.remove(AUTODISCOVER)
        ward.zone.add(AUTODISCOVER, "A", elsewhere)
        yield ward.complaint()


@asynccontextmanager
async def expired_for_another_name(ward: Ward) -> AsyncIterator[Complaint]:
    certificate = ward.authority.issue((f"old.{DOMAIN}",), start=-90, end=-3)
    async with healthy_site(ward, certificate=certificate):
        yield ward.complaint()


@asynccontextmanager
async def expired_and_unannounced(ward: Ward) -> AsyncIterator[Complaint]:
    certificate = ward.authority.issue(NAMES, start=-90, end=-3)
    async with healthy_site(ward, certificate=certificate):
        ward.zone.remove(AUTODISCOVER)
        yield ward.complaint()


@asynccontextmanager
async def expired_behind_a_form(ward: Ward) -> AsyncIterator[Complaint]:
    certificate = ward.authority.issue(NAMES, start=-90, end=-3)
    form = "location / { return 302 https://$host/owa/auth/logon.aspx; }"
    async with healthy_site(ward, certificate=certificate, locations=form):
        yield ward.complaint()


HOTEL = next(case.start for case in CASES if case.id == "hotel")
TOGETHER: dict[Start, tuple[str, str | None, str]] = {
    closed_and_unannounced: ("server-unknown at None", "autodiscover-missing", "broken"),
    not_in_the_certificate: ("autodiscover-not-in-certificate at None", None, "impaired"),
    not_in_the_certificate_and_mistyped: (
        f"password-wrong at {MAIL}",
        "autodiscover-not-in-certificate",
        "broken",
    ),
    autodiscover_of_a_stranger: (
        f"certificate-expired at {AUTODISCOVER}",
        "autodiscover-certificate-differs",
        "impaired",
    ),
    expired_for_another_name: (f"certificate-expired at {MAIL}", "name-mismatch", "broken"),
    expired_behind_a_form: (f"certificate-expired at {MAIL}", "forms-based-authentication", "broken"),
    HOTEL: ("captive-portal at None", None, "broken"),
    expired_and_unannounced: (f"certificate-expired at {MAIL}", "autodiscover-missing", "broken"),
}
"""The cause and where it is, what else has to be told, and how phones fare."""


async def _examined() -> dict[Start, Report]:
    reports = {}
    async with Supplies() as supplies:
        for start in TOGETHER:
            async with Ward(supplies) as ward, start(ward) as complaint:
                reports[start] = await answer(complaint)
    return reports


@pytest.fixture(scope="module")
def reports() -> dict[Start, Report]:
    return run(_examined())


@needs("nginx")
@pytest.mark.parametrize("start", TOGETHER)
def test_the_cause_and_the_other(start: Start, reports: dict[Start, Report]) -> None:
    report, (cause, other, verdict) = reports[start], TOGETHER[start]

    assert report.cause is not None
    assert f"{report.cause.id} at {report.cause.host}" == cause
    assert other is None or other in {one.id for one in report.others}
    assert report.verdict == verdict


@needs("nginx")
def test_a_usual_name_that_is_there_and_closed_is_told(reports: dict[Start, Report]) -> None:
    cause = reports[closed_and_unannounced].cause

    assert cause is not None
    assert f"answers as one; in DNS, and without an answer: {MAIL} (connection refused)." in cause.says


@needs("nginx")
def test_what_a_portal_answers_is_not_held_against_the_server(reports: dict[Start, Report]) -> None:
    assert reports[HOTEL].others == ()

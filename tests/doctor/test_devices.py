"""What becomes of each kind of device at servers of the ward, and the examination told as one of them."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Final

import pytest

from overair.doctor.complaint import Complaint
from overair.doctor.devices.answers import opinions
from overair.doctor.devices.device import Device
from overair.doctor.devices.opinion import Question, Reply
from overair.doctor.devices.verdict import verdicts
from overair.doctor.diagnosis import diagnose
from overair.doctor.reporting.anonymous import Anonymity
from overair.doctor.reporting.report import Verdict, exit_code, report_of, verdict
from overair.ward.case import Case, Program
from overair.ward.cases import CASES
from overair.ward.site import NAMES, USUAL, healthy_site
from overair.ward.ward import DOMAIN, Ward
from support.packages import needs
from support.rounds import Rounds, rounds_of

pytestmark = needs("nginx", "haproxy")
LETTERS: Final = {"y": Reply.YES, "n": Reply.NO, "u": Reply.UNKNOWN}


@contextlib.asynccontextmanager
async def _for_the_oldest(ward: Ward) -> AsyncIterator[Complaint]:
    """TLS 1.0 beside newer versions, RSA, and a certificate that is installed on the devices by hand."""
    own = ward.authority.issue(NAMES, key="rsa2048", self_signed=True)
    protocols, ciphers = "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3", "    ssl_ciphers ALL:@SECLEVEL=0;"
    around = replace(ward.surroundings(), device_authorities=(own.root_file,))
    async with healthy_site(ward, certificate=own, protocols=protocols, server=ciphers, old=True):
        yield ward.complaint(around)


@contextlib.asynccontextmanager
async def _password_forgotten(ward: Ward) -> AsyncIterator[Complaint]:
    async with healthy_site(ward):
        yield ward.complaint(password=None)


@contextlib.asynccontextmanager
async def _no_camera(ward: Ward) -> AsyncIterator[Complaint]:
    """A policy that some cannot keep, and Autodiscover at a path that some do not write."""
    policy = {"device_password_enabled": True, "allow_camera": False}
    capitals = "    location /autodiscover { return 404; }\n"
    async with ward.own_overair(settings={"policy.required": True, "policy.document": policy}) as overair:
        upstream = f"{overair.place.address}:{overair.place.port}"
        async with healthy_site(ward, upstream=upstream, locations=capitals + USUAL):
            yield ward.complaint()


def _own(name: str, start: Callable[[Ward], AbstractAsyncContextManager[Complaint]]) -> Case:
    return Case(id=name, title=name, illness=None, program=Program.NGINX, start=start)


CHOSEN: Final = {
    case.id: case
    for case in (
        _own("for-the-oldest", _for_the_oldest),
        _own("password-forgotten", _password_forgotten),
        _own("no-camera", _no_camera),
        *CASES,
    )
}
QUESTIONS: Final = ("find", "trust", "log in", "speak", "accept policies")
ANSWERS: Final = {
    # Each in the order of the devices: iOS, Android, Samsung, Outlook, Windows Mobile 6.
    # The ward's authority is a private one, and but for one case its keys are EC.
    "for-the-oldest": ("yyyny", "yyyny", "yyyyy", "yyyuy", "yyyyy"),
    "password-forgotten": ("uuunn", "yyynn", "uuuuu", "uuuuu", "uuuuu"),
    "no-camera": ("ununn", "yyynn", "yyyyy", "yyyuy", "ynuuu"),
    "intermediate-missing": ("unnnn", "ynnnn", "uuuuu", "uuuuu", "uuuuu"),
    "only-srv": ("ununn", "yyynn", "yyyyy", "yyyuy", "yyyyy"),
    "http-redirect": ("uyunn", "yyynn", "yyyyy", "yyyuy", "yyyyy"),
    "only-2.5": ("yyynn", "yyynn", "yyyyy", "nnnny", "uuuuu"),
    "latin1-password": ("yyynn", "yyynn", "nnnuu", "yyyuy", "yyyyy"),
}
CLOUD: Final = (Verdict.BROKEN, "device-does-not-trust")
"""Of Outlook, wherever the root is a private one; and of the oldest."""
WELL: Final = (Verdict.WELL, None)
UNDETERMINED: Final = (Verdict.UNDETERMINED, None)
LETTER_CASE: Final = (Verdict.IMPAIRED, "autodiscover-letter-case")
MISSING: Final = (Verdict.BROKEN, "intermediate-missing")
TOO_OLD: Final = (Verdict.BROKEN, "versions-too-old")
LATIN1: Final = (Verdict.BROKEN, "latin1-password")
CAUSES: Final = {
    "for-the-oldest": (WELL, WELL, WELL, CLOUD, WELL),
    "password-forgotten": (UNDETERMINED, UNDETERMINED, UNDETERMINED, CLOUD, CLOUD),
    "no-camera": (LETTER_CASE, LETTER_CASE, LETTER_CASE, CLOUD, CLOUD),
    # An iPhone fetches it; what this machine does not believe is not the iPhone's matter.
    "intermediate-missing": (UNDETERMINED, MISSING, MISSING, MISSING, MISSING),
    "only-srv": (UNDETERMINED, (Verdict.IMPAIRED, "device-does-not-find"), UNDETERMINED, CLOUD, CLOUD),
    "http-redirect": (UNDETERMINED, WELL, UNDETERMINED, CLOUD, CLOUD),
    "only-2.5": (TOO_OLD, TOO_OLD, TOO_OLD, CLOUD, CLOUD),
    "latin1-password": (LATIN1, LATIN1, LATIN1, CLOUD, CLOUD),
}
PARAMETERS: Final = [pytest.param(CHOSEN[name], id=name) for name in ANSWERS]


@pytest.fixture(scope="module")
def rounds(request: pytest.FixtureRequest) -> Iterator[Rounds]:
    yield from rounds_of(request)


@pytest.mark.parametrize("case", PARAMETERS)
def test_each_question_is_answered_for_each_device(case: Case, rounds: Rounds) -> None:
    examined = rounds.visit(case).examined
    expected = {
        (device, question): LETTERS[letter]
        for question, letters in zip(Question, ANSWERS[case.id], strict=True)
        for device, letter in zip(Device, letters, strict=True)
    }

    found = {(device, one.question): one for device in Device for one in opinions(examined, device)}

    assert {key: one.reply for key, one in found.items()} == expected
    assert all(one.reason() for one in found.values() if one.reply is not Reply.YES)


@pytest.mark.parametrize("case", PARAMETERS)
def test_the_examination_is_told_as_each_device(case: Case, rounds: Rounds) -> None:
    examined = rounds.visit(case).examined
    diagnoses = [diagnose(examined, device) for device in Device]

    told = [(verdict(examined, one), one.cause.id if one.cause else None) for one in diagnoses]

    assert told == list(CAUSES[case.id])


@pytest.mark.parametrize("case", PARAMETERS)
def test_a_device_that_is_well_has_no_question_left(case: Case, rounds: Rounds) -> None:
    """The verdict as a device says what its row in the report says."""
    examined = rounds.visit(case).examined
    for device in Device:
        replies = {one.question: one.reply for one in opinions(examined, device)}
        refused = {question for question, reply in replies.items() if reply is Reply.NO}
        told = verdict(examined, diagnose(examined, device))
        assert (told is Verdict.WELL) == (set(replies.values()) == {Reply.YES})
        if refused & {Question.TRUST, Question.LOG_IN, Question.SPEAK}:
            assert told is Verdict.BROKEN
        elif refused:
            assert told is Verdict.IMPAIRED


@pytest.mark.parametrize("case", PARAMETERS[:4])
def test_reports_tell_it_and_strangers_no_names(case: Case, rounds: Rounds) -> None:
    examined = rounds.visit(case).examined
    veil = Anonymity(examined.complaint)
    report = report_of(examined, diagnose(examined, Device.WINDOWS_MOBILE), verdicts(examined, veil), veil)

    assert report.seen_as == "windows-mobile"
    assert [(one.device, one.question) for one in report.devices] == [
        (device.value, question) for device in Device for question in QUESTIONS
    ]
    told = [*(one.reason for one in report.devices), *((report.cause.says,) if report.cause else ())]
    assert not any(DOMAIN in one or "Ward" in one or "anna" in one for one in told)
    if report.cause is not None and report.cause.id == "device-does-not-trust":
        assert report.cause.page == "docs/doctor/devices.md#device-does-not-trust"
        assert report.section == "TLS"
        assert exit_code(report) == 13

"""What becomes of each kind of device at an examined server, question by question."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from overair.doctor.check import Section
from overair.doctor.devices.chart import Chart
from overair.doctor.devices.device import Device
from overair.doctor.devices.discovery import find
from overair.doctor.devices.opinion import Objection, Opinion, Question, no, unknown, yes
from overair.doctor.devices.policies import OBEDIENCE
from overair.doctor.devices.trust import trust
from overair.doctor.examination import Examined
from overair.doctor.facts.login import LoggedIn
from overair.doctor.facts.protocol import Provisioned
from overair.doctor.facts.web import Endpoint
from overair.versions import Version

_LOG_IN: Final = frozenset((Section.WEB, Section.LOGIN))
OFFER: Final = frozenset(
    ("options-without-versions", "versions-too-old", "versions-old", "versions-too-new", "commands-missing")
)
"""Illnesses of what the server offers to whoever has logged in."""
POLICIES: Final = frozenset(("wipe-ordered", "provisioning-fails", "provisioning-endless"))
WITHOUT_PASSWORD: Final = frozenset(("oauth-demanded", "basic-not-offered"))
"""What is found where a server wants another log-in than a password."""
OAUTH: Final = frozenset(("oauth-demanded",))
ENCODING: Final = frozenset(("latin1-password",))


def opinions(examined: Examined, device: Device) -> tuple[Opinion, ...]:
    """The answers for one kind of device, in the order of the questions."""
    chart = Chart(examined, device)
    return tuple(ANSWERS[question](chart) for question in Question)


def log_in(chart: Chart) -> Opinion:
    """Whether it can log in with the password."""
    taken = chart.fact(LoggedIn, chart.server)
    if taken is not None:
        return _encoded(chart, taken)
    found = [one for one in chart.breaking(chart.server, _LOG_IN) if not one.ids & OFFER]
    endpoint = chart.fact(Endpoint, chart.server)
    bearer = endpoint is not None and "bearer" in endpoint.schemes and "basic" not in endpoint.schemes
    if chart.profile.oauth and (bearer or any(one.ids & OAUTH for one in found)):
        text = "the server wants OAuth instead of a password, which it can do at Microsoft; it was not tried"
        if all(one.ids & WITHOUT_PASSWORD for one in found):
            return unknown(Question.LOG_IN, text)
    if found:
        return no(Question.LOG_IN, found)
    if bearer:
        return no(Question.LOG_IN, [Objection("the server takes no password, and it knows nothing else")])
    return unknown(Question.LOG_IN, chart.why_without(LoggedIn, chart.server))


def _encoded(chart: Chart, taken: LoggedIn) -> Opinion:
    """Whether the password comes as the server reads it; of one in ASCII there is but one form."""
    if taken.login.password.reveal().isascii():
        return yes(Question.LOG_IN)
    if chart.profile.encoding is None:
        text = "the password has letters outside ASCII, and it is not published how it writes those"
        return unknown(Question.LOG_IN, text)
    if chart.profile.encoding == taken.login.encoding:
        return yes(Question.LOG_IN)
    text = f"it writes the password in {chart.profile.encoding.upper()}, which the server does not read"
    return no(Question.LOG_IN, [Objection(text, told_by=ENCODING)])


def speak(chart: Chart) -> Opinion:
    """Whether there is a version in common."""
    found = [one for one in chart.breaking(chart.server, frozenset((Section.LOGIN,))) if one.ids & OFFER]
    if found:
        return no(Question.SPEAK, found)
    taken = chart.fact(LoggedIn, chart.server)
    if taken is None:
        return unknown(Question.SPEAK, chart.why_without(LoggedIn, chart.server))
    offered = frozenset(version for version in Version if version.text in taken.versions)
    common = offered & chart.profile.versions
    if common:
        return yes(Question.SPEAK, f"{max(common).text} at least")
    if offered & chart.profile.perhaps_versions:
        return unknown(Question.SPEAK, "the versions that it speaks are not published, or not all of them")
    return no(Question.SPEAK, [Objection("no version of the protocol in common", told_by=OFFER)])


def accept(chart: Chart) -> Opinion:
    """Whether it can keep what the server demands."""
    provisioned = chart.fact(Provisioned, chart.server)
    if provisioned is None:
        found = chart.breaking(chart.server, frozenset((Section.PROTOCOL,)))
        told = [one for one in found if one.ids & POLICIES]
        if told:
            return no(Question.ACCEPT, told)
        return unknown(Question.ACCEPT, chart.why_without(Provisioned, chart.server))
    obedience, demanded = OBEDIENCE[chart.device], provisioned.policies
    cannot = [name for name in demanded if name in obedience.cannot]
    if cannot:
        text = f"it cannot keep {', '.join(cannot)}: turned away unless the policy lets such devices in"
        return no(Question.ACCEPT, [Objection(text)])
    unsaid = [name for name in demanded if name not in obedience.keeps]
    if unsaid:
        return unknown(Question.ACCEPT, f"it is not published whether it keeps {', '.join(unsaid)}")
    return yes(Question.ACCEPT, f"it keeps {', '.join(demanded)}" if demanded else "there are none")


ANSWERS: Final[Mapping[Question, Callable[[Chart], Opinion]]] = {
    Question.FIND: find,
    Question.TRUST: trust,
    Question.LOG_IN: log_in,
    Question.SPEAK: speak,
    Question.ACCEPT: accept,
}
"""Who answers what."""

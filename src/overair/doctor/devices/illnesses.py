"""What one kind of device suffers from at a server that is healthy for others; docs/doctor/devices.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from overair.doctor.check import Section
from overair.doctor.devices.device import Device
from overair.doctor.devices.opinion import Objection, Opinion, Question, Reply
from overair.doctor.devices.profiles import PROFILES
from overair.doctor.host import Host
from overair.doctor.illness import Finding, Illness, Severity

PAGE: Final = "devices"
"""In place of a check: what is found here no check finds."""


class Suffering(msgspec.Struct, frozen=True):
    """What an answer of no makes of a device."""

    illness: Illness
    section: Section
    """To which it belongs."""


SUFFERING: Final[Mapping[Question, Suffering]] = {
    Question.FIND: Suffering(
        Illness(
            id="device-does-not-find",
            severity=Severity.IMPAIRS,
            says="{kind} does not find the server by the address: {why}.",
            cure="Type the server's name in when setting the device up, or have Autodiscover answer at "
            "https://autodiscover.DOMAIN, where every kind of device looks.",
        ),
        Section.AUTODISCOVER,
    ),
    Question.TRUST: Suffering(
        Illness(
            id="device-does-not-trust",
            severity=Severity.BREAKS,
            says="{kind} does not trust the server: {why}.",
            cure="Have the server offer what this kind of device knows, beside what it offers others; where "
            "that is too old to be safe, by a proxy for these devices alone. The page of the device in "
            "docs/devices says what it knows.",
        ),
        Section.TLS,
    ),
    Question.LOG_IN: Suffering(
        Illness(
            id="device-does-not-log-in",
            severity=Severity.BREAKS,
            says="{kind} cannot log in: {why}.",
            cure="Allow Basic authentication over HTTPS at the endpoint, and choose a password in ASCII.",
        ),
        Section.LOGIN,
    ),
    Question.SPEAK: Suffering(
        Illness(
            id="device-speaks-another-version",
            severity=Severity.BREAKS,
            says="{kind} and the server do not understand each other: {why}.",
            cure="Have the server offer an older or newer version of the protocol as well, or use another "
            "device: no setting of this one changes that.",
        ),
        Section.LOGIN,
    ),
    Question.ACCEPT: Suffering(
        Illness(
            id="device-refuses-policies",
            severity=Severity.IMPAIRS,
            says="{kind} cannot do what the server demands of devices: {why}.",
            cure="Take the setting out of the policy for the users of this kind of device, or let devices in "
            "that cannot keep all of it (on Exchange: Set-MobileDeviceMailboxPolicy NAME "
            "-AllowNonProvisionableDevices $true).",
        ),
        Section.PROTOCOL,
    ),
}
"""By question."""
SECTIONS: Final = {one.illness.id: one.section for one in SUFFERING.values()}


def suffered(
    device: Device, opinions: Sequence[Opinion], found: frozenset[str], server: Host | None
) -> tuple[Finding, ...]:
    """What a device suffers from beside the illnesses (by their ids) that are found to concern it."""
    return tuple(
        _finding(device, opinion.question, left, server)
        for opinion in opinions
        if opinion.reply is Reply.NO
        and (left := [one for one in opinion.objections if one.finding is None and not one.ids & found])
    )


def _finding(device: Device, question: Question, left: Sequence[Objection], server: Host | None) -> Finding:
    why = "; ".join(one.text for one in left)
    details = {"kind": PROFILES[device].called, "why": why}
    return Finding(SUFFERING[question].illness, PAGE, server, details)

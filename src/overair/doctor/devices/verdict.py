"""What is reported of each kind of device."""

from __future__ import annotations

from overair.doctor.devices.answers import opinions
from overair.doctor.devices.device import Device
from overair.doctor.examination import Examined
from overair.doctor.reporting.discretion import Discretion
from overair.doctor.reporting.report import ReportedDevice


def verdicts(examined: Examined, discretion: Discretion) -> tuple[ReportedDevice, ...]:
    """The answers for every kind of device, question by question, as they may be shown."""
    return tuple(
        ReportedDevice(
            device=device.value,
            question=one.question.value,
            answer=one.reply.value,
            reason=one.reason(discretion.finding),
        )
        for device in Device
        for one in opinions(examined, device)
    )

"""From a complaint to its report."""

from __future__ import annotations

from overair.doctor.checks import CHECKS
from overair.doctor.complaint import Complaint
from overair.doctor.devices.verdict import verdicts
from overair.doctor.diagnosis import diagnose
from overair.doctor.examination import Examination, Watcher
from overair.doctor.reporting.anonymous import Anonymity
from overair.doctor.reporting.discretion import Discretion
from overair.doctor.reporting.report import Report, report_of
from overair.doctor.step import Step


async def answer(
    complaint: Complaint, *, watch: Watcher | None = None, without_names: bool = False
) -> Report:
    """Examine and report; ``without_names`` makes the report one that can be shown to strangers.

    ``watch`` is told of the steps as they may be shown.
    """
    discretion = Anonymity(complaint) if without_names else Discretion(complaint)

    def told(step: Step) -> None:
        if watch is not None:
            watch(discretion.step(step))

    examined = await Examination(complaint, CHECKS, told).run()
    diagnosis = diagnose(examined, complaint.device)
    return report_of(examined, diagnosis, verdicts(examined, discretion), discretion)

"""From a complaint to its report."""

from __future__ import annotations

from overair.doctor.anonymous import Anonymity
from overair.doctor.checks import CHECKS
from overair.doctor.complaint import Complaint
from overair.doctor.device_verdict import verdicts
from overair.doctor.diagnosis import diagnose
from overair.doctor.discretion import Discretion
from overair.doctor.examination import Examination, Watcher
from overair.doctor.report import Report, report_of
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

"""From a complaint to its report."""

from __future__ import annotations

from overair.doctor.anonymous import anonymous, veiled
from overair.doctor.checks import CHECKS
from overair.doctor.complaint import Complaint
from overair.doctor.diagnosis import diagnose
from overair.doctor.examination import Examination, Watcher
from overair.doctor.report import Report, report_of


async def answer(
    complaint: Complaint, *, watch: Watcher | None = None, without_names: bool = False
) -> Report:
    """Examine and report; ``without_names`` makes the report one that can be shown to strangers."""
    examined = await Examination(complaint, CHECKS, watch).run()
    diagnosis = diagnose(examined)
    if without_names:
        return anonymous(report_of(examined, diagnosis, (), veil=veiled), complaint)
    return report_of(examined, diagnosis, ())

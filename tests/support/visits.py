"""Some cases of the ward, each examined once and reported plainly and anonymously."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import cache

import msgspec

from overair.doctor.checks import CHECKS
from overair.doctor.complaint import Complaint
from overair.doctor.devices.verdict import verdicts
from overair.doctor.diagnosis import diagnose
from overair.doctor.examination import Examination, Examined
from overair.doctor.reporting.anonymous import Anonymity
from overair.doctor.reporting.discretion import Discretion
from overair.doctor.reporting.report import Report, report_of
from overair.ward.cases import CASES
from overair.ward.rounds import admitted
from overair.ward.supplies import Supplies
from overair.ward.ward import PASSWORD


class Visited(msgspec.Struct, frozen=True):
    """One case, as it is reported."""

    complaint: Complaint
    password: str
    examined: Examined
    plain: Report
    anonymous: Report


@cache
def visits(names: tuple[str, ...]) -> dict[str, Visited]:
    """The cases of these ids, examined in one ward."""
    return asyncio.run(_visit_all(names))


async def _visit_all(names: Sequence[str]) -> dict[str, Visited]:
    cases = {case.id: case for case in CASES}
    visited = {}
    async with Supplies() as supplies:
        for name in names:
            case = cases[name]
            async with admitted(case, supplies) as ward, case.start(ward) as complaint:
                examined = await Examination(complaint, CHECKS).run()
            password = case.password or PASSWORD
            discretions = Discretion(complaint), Anonymity(complaint)
            visited[name] = Visited(
                complaint, password, examined, *(reported(examined, one) for one in discretions)
            )
    return visited


def reported(examined: Examined, discretion: Discretion) -> Report:
    """As ``answer`` reports."""
    return report_of(examined, diagnose(examined), verdicts(examined, discretion), discretion)

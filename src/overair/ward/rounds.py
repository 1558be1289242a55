"""The doctor's rounds of the ward: every case examined, and what the doctor named there."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import msgspec

from overair.doctor.checks import CHECKS
from overair.doctor.diagnosis import Diagnosis, diagnose
from overair.doctor.examination import Examination, Examined
from overair.ward.case import Case
from overair.ward.supplies import Supplies
from overair.ward.ward import PASSWORD, Ward


class Visit(msgspec.Struct, frozen=True):
    """One case, examined."""

    case: Case
    examined: Examined
    diagnosis: Diagnosis

    @property
    def named(self) -> str | None:
        """The illness that the doctor took for the cause."""
        return None if self.diagnosis.cause is None else self.diagnosis.cause.id

    @property
    def lacking(self) -> tuple[str, ...]:
        """The oddities that it should have found, and did not."""
        found = {one.id for one in self.diagnosis.oddities}
        return tuple(one for one in self.case.shows if one not in found)

    @property
    def right(self) -> bool:
        """Whether it is the one, or whether none was named where there is none; and the oddities with it."""
        return self.named == self.case.illness and not self.lacking


@contextlib.asynccontextmanager
async def admitted(
    case: Case, supplies: Supplies | None = None, patience: float = 1.0
) -> AsyncIterator[Ward]:
    """A ward for a case, with the account and the clock that the case wants."""
    password = case.password or PASSWORD
    async with Ward(supplies, password=password, minute=case.minute, patience=patience) as ward:
        yield ward


async def visit(case: Case, supplies: Supplies | None = None, patience: float = 1.0) -> Visit:
    """Start a case, examine it, stop it. Raises programs.Missing, programs.DidNotStart."""
    async with admitted(case, supplies, patience) as ward, case.start(ward) as complaint:
        examined = await Examination(complaint, CHECKS).run()
    return Visit(case, examined, diagnose(examined))

"""A check at a host, with facts of a test's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from overair.doctor.attempts import Attempts
from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, Fact
from overair.doctor.complaint import Complaint, Surroundings
from overair.doctor.host import Host
from support.asynchronous import run

HOST = Host("mail.ward.test")


def bedside_of(
    check: Check,
    *facts: Fact,
    host: Host = HOST,
    around: Surroundings | None = None,
    complaint: Complaint | None = None,
    everywhere: Mapping[Host, Sequence[Fact]] | None = None,
) -> Bedside:
    """As an examination would hand it to the check; ``everywhere`` are facts of hosts, and a ``complaint``
    of one's own has its surroundings itself."""
    complaint = complaint or Complaint(address="anna@ward.test", surroundings=around or Surroundings())

    def of_hosts(kind: type[Fact]) -> Mapping[Host, Fact]:
        known = (everywhere or {}).items()
        return {host: fact for host, facts in known for fact in facts if type(fact) is kind}

    return Bedside(check, complaint, host, {type(fact): fact for fact in facts}, of_hosts, Attempts())


def looked_at(check: Check, bedside: Bedside) -> tuple[Fact | None, list[str]]:
    """What a check yields, and the ids of what it finds."""

    async def look() -> Fact | None:
        return await check.examine(bedside)

    return run(look()), [finding.id for finding in bedside.findings]

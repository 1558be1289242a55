"""Is this machine's clock right, and the server's?"""

from __future__ import annotations

import asyncio
import datetime as dt
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.certificates.certificate import Unreadable, read
from overair.doctor.check import Check, NotReached, Scope, Section
from overair.doctor.consequences import NOT_BELIEVED
from overair.doctor.facts.hosts import Server
from overair.doctor.facts.tls import Encrypted
from overair.doctor.host import Host
from overair.doctor.illness import Illness, Product, Severity
from overair.doctor.network.web import Unanswered, ask

NTP: Final = (
    "Set the clock by NTP: `timedatectl set-ntp true` (or `chronyc makestep`), on Windows `w32tm /resync`, "
    "and look at the time zone, too."
)
OURS_WRONG: Final = Illness(
    id="clock-wrong",
    severity=Severity.BREAKS,
    says="This machine's clock is {how}: it takes a certificate for expired or not yet valid that is not, or "
    "the other way round. {witnesses} say so.",
    cure=f"{NTP} Then run the doctor again. A phone with such a clock fails in the same way.",
    explains=NOT_BELIEVED | {"certificate-expired", "certificate-not-yet-valid", "intermediate-expired"},
)
SERVERS_WRONG: Final = Illness(
    id="server-clock-wrong",
    severity=Severity.IMPAIRS,
    says="The clock of {host} is {how}, by what the clocks of others say: log-ins by Kerberos or with a "
    "second factor fail, and mail and appointments get wrong times.",
    cure=f"On the server: {NTP}",
    cures={
        Product.EXCHANGE: "Look at the domain controller that the Exchange server takes its time from: "
        "`w32tm /query /source`, then `w32tm /resync /rediscover`.",
    },
)
OURS_OFF: Final = Illness(
    id="clock-off",
    severity=Severity.ODDITY,
    says="This machine's clock is {how}; nothing that the doctor looked at depends on it. {witnesses} say "
    "so.",
    cure=NTP,
)
DIFFER: Final = Illness(
    id="clocks-differ",
    severity=Severity.ODDITY,
    says="Seen from this machine, the clock of {host} is {how}; which of the two is wrong, nobody else was "
    "there to say.",
    cure=f"Compare both with a third clock. {NTP}",
)
TOLERATED: Final = dt.timedelta(minutes=5)
"""What Kerberos tolerates; one-time passwords tolerate less."""
AGREEING: Final = dt.timedelta(minutes=2)
"""How far apart the clocks of witnesses may be that say the same."""


@dataclass(frozen=True)
class Witness:
    """What a server takes for the time."""

    host: Host
    address: str
    ahead: dt.timedelta
    """Of this machine's clock."""


async def _examine(bedside: Bedside) -> None:
    hosts = bedside.of_hosts(Encrypted)
    heard = await asyncio.gather(*(_heard(bedside, host, fact) for host, fact in hosts.items()))
    # The same server under several names is one witness.
    witnesses = list({one.address: one for one in heard if one is not None}.values())
    if not witnesses:
        raise NotReached("no server told the time")
    judge(bedside, witnesses)


def judge(bedside: Bedside, witnesses: Sequence[Witness]) -> None:
    """Find whose clock is wrong, of those of this machine and of servers at different addresses."""
    for one in witnesses:
        bedside.note(f"{one.host.name}: {_how(one.ahead) if _is_off(one) else 'the same time as here'}")
    off = [one for one in witnesses if _is_off(one)]
    if len(off) == len(witnesses) and _agree(off):
        _all_off(bedside, off)
        return
    server = bedside.wanted(Server)
    for one in off:
        if server is not None and one.address in _addresses(bedside, server.host):
            bedside.find(SERVERS_WRONG, host=server.host.name, how=_how(one.ahead))


def _all_off(bedside: Bedside, off: Sequence[Witness]) -> None:
    """Everybody has another time: then it is this machine's, or that of the only witness."""
    ahead = dt.timedelta(seconds=statistics.median(one.ahead.total_seconds() for one in off))
    now = dt.datetime.now(dt.UTC)
    here, there = _validity(bedside, now), _validity(bedside, now + ahead)
    told = {"how": _how(-ahead), "witnesses": ", ".join(one.host.name for one in off)}
    if len(off) > 1:
        bedside.find(OURS_WRONG if here != there else OURS_OFF, **told)
    elif all(there) and not all(here):
        # An authority has written into the certificate when it was made, and for how long.
        bedside.find(OURS_WRONG, **told)
    elif all(here) and not all(there):
        bedside.find(SERVERS_WRONG, host=off[0].host.name, how=_how(ahead))
    else:
        bedside.find(DIFFER, host=off[0].host.name, how=_how(ahead))


async def _heard(bedside: Bedside, host: Host, fact: Encrypted) -> Witness | None:
    try:
        answer = await ask(bedside.complaint, "HEAD", f"https://{host.authority}/", address=fact.address)
    except Unanswered:
        return None  # a server that says nothing is no witness; why it does not is for the web's checks
    if answer.date is None:
        return None
    return Witness(host, fact.address, answer.date - dt.datetime.now(dt.UTC))


def _addresses(bedside: Bedside, host: Host) -> frozenset[str]:
    fact = bedside.of_hosts(Encrypted).get(host)
    return frozenset(fact.shakes) if fact is not None else frozenset()


def _is_off(witness: Witness) -> bool:
    return abs(witness.ahead) > TOLERATED


def _agree(witnesses: Sequence[Witness]) -> bool:
    aheads = [one.ahead for one in witnesses]
    return max(aheads) - min(aheads) <= AGREEING


def _validity(bedside: Bedside, moment: dt.datetime) -> tuple[bool, ...]:
    """Of each host's own certificate, whether it is valid at a moment."""
    valid: list[bool] = []
    for fact in bedside.of_hosts(Encrypted).values():
        for der in fact.first.chain[:1]:
            try:
                certificate = read(der)
            except Unreadable:
                continue  # has a finding of its own
            valid.append(certificate.starts <= moment <= certificate.ends)
    return tuple(valid)


def _how(ahead: dt.timedelta) -> str:
    """How far a clock is off, as people say it."""
    seconds = abs(ahead.total_seconds())
    for size, unit in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit} {'fast' if ahead > dt.timedelta() else 'slow'}"
    return "right"


CHECK: Final = Check(
    id="clock",
    title="Is the clock right?",
    section=Section.MACHINE,
    scope=Scope.ONCE,
    examine=_examine,
    wants=(Encrypted, Server),
    finds=(OURS_WRONG, SERVERS_WRONG, OURS_OFF, DIFFER),
)

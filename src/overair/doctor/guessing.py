"""Guessing the server of a domain: the names that are usual, and whether an EAS endpoint is there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from overair.doctor.complaint import Complaint
from overair.doctor.host import Host
from overair.doctor.network.lookup import mail_exchangers
from overair.doctor.network.web import Answer, Unanswered, Why, ask
from overair.protocol.http import PATH
from overair.protocol.http.responses import PROTOCOL_VERSIONS, SERVER_VERSION

LABELS: Final = ("mail", "webmail", "owa", "exchange", "sync", "eas", "activesync")
_MISSING: Final = frozenset((404, 405, 410, 501))


@dataclass(frozen=True)
class Probe:
    """What OPTIONS at the endpoint of a host brought."""

    host: Host
    path: str
    answer: Answer | None
    why: Why | None = None
    """Why there is no answer."""

    @property
    def is_endpoint(self) -> bool:
        """Whether it answers as an EAS endpoint does: asks for a log-in, or says what EAS it speaks."""
        if self.answer is None:
            return False
        headers = self.answer.headers
        return self.answer.status == 401 or PROTOCOL_VERSIONS in headers or SERVER_VERSION in headers

    @property
    def is_sick_endpoint(self) -> bool:
        """Whether something is at the path, though no EAS comes of it."""
        return self.answer is not None and self.answer.status not in _MISSING and self.answer.status >= 300


async def probe(complaint: Complaint, host: Host, path: str = PATH) -> Probe:
    """Ask a host for OPTIONS at its endpoint, without a log-in and whoever it is."""
    try:
        return Probe(host, path, await ask(complaint, "OPTIONS", f"https://{host.authority}{path}"))
    except Unanswered as error:
        return Probe(host, path, None, error.why)


async def guesses(complaint: Complaint) -> list[Host]:
    """The hosts that a server of the domain is usually called, the likeliest first."""
    domain = complaint.mail_domain
    names = [f"{label}.{domain}" for label in LABELS]
    exchangers = await mail_exchangers(complaint.surroundings, domain)
    names += [name for name in exchangers if name.endswith(f".{domain}")]
    names += [f"autodiscover.{domain}", domain]
    return [Host(name) for name in dict.fromkeys(names)]


async def probed(complaint: Complaint) -> Sequence[Probe]:
    """What each of the guesses answers, the likeliest first."""
    hosts = await guesses(complaint)
    return await asyncio.gather(*(probe(complaint, host) for host in hosts))


def best_of(probes: Sequence[Probe], domain: str) -> Probe | None:
    """The first that answers as an endpoint; failing that, one where something is in its way.

    The domain itself is often a web site of somebody else, of which only an endpoint counts.
    """
    sound = [one for one in probes if one.is_endpoint]
    sick = [one for one in probes if one.is_sick_endpoint and one.host.name != domain]
    return next(iter(sound + sick), None)

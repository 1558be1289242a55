"""Whether a kind of device would trust a host, by what was found and by what it demands."""

from __future__ import annotations

from typing import Final

from overair.doctor.check import Section
from overair.doctor.devices.chart import Chart
from overair.doctor.devices.demands import Shown, doubts, objections
from overair.doctor.devices.opinion import Objection, Opinion, Question, no, unknown, yes
from overair.doctor.facts.tls import Chain, Ciphers, Encrypted, Nameless, Presented, RootStores, Versions
from overair.doctor.host import Host

SECTIONS: Final = frozenset((Section.TLS,))


def trust(chart: Chart) -> Opinion:
    """Of the server."""
    host = chart.server
    if host is None:
        return unknown(Question.TRUST, "no server is known")
    against = distrust(chart, host)
    if against:
        return no(Question.TRUST, against)
    if chart.fact(Encrypted, host) is None:
        return unknown(Question.TRUST, chart.why_without(Encrypted, host))
    left = doubts(chart.device, _shown(chart, host))
    return unknown(Question.TRUST, *left) if left else yes(Question.TRUST)


def distrust(chart: Chart, host: Host) -> tuple[Objection, ...]:
    """Why not; each reason once, in the words of a finding where there is one."""
    found = chart.breaking(host, SECTIONS)
    present = frozenset().union(*(one.ids for one in found))
    own = objections(chart.device, _shown(chart, host))
    return (*found, *(one for one in own if not one.ids & present))


def _shown(chart: Chart, host: Host) -> Shown:
    return Shown(
        presented=chart.fact(Presented, host),
        chain=chart.fact(Chain, host),
        stores=chart.fact(RootStores, host),
        versions=chart.fact(Versions, host),
        ciphers=chart.fact(Ciphers, host),
        nameless=chart.fact(Nameless, host),
    )

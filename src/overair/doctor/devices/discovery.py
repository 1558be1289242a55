"""Whether a kind of device would find the server by an address and a password."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec
from yarl import URL

from overair.doctor.autodiscovering import Kind, Stop
from overair.doctor.check import Section
from overair.doctor.checks.autodiscover.answering import CAPITALS
from overair.doctor.checks.autodiscover.candidates import host_of
from overair.doctor.devices.chart import Chart
from overair.doctor.devices.opinion import Objection, Opinion, Question, Reply, no, unknown, yes
from overair.doctor.devices.trust import distrust
from overair.doctor.facts.autodiscover import OF_AUTODISCOVER, Asked, Offered, Told
from overair.doctor.facts.hosts import Candidates, Method
from overair.doctor.facts.login import LoggedIn
from overair.doctor.facts.machine import Resolving
from overair.doctor.facts.tls import Encrypted
from overair.doctor.host import Host
from overair.protocol.autodiscover.pox import Settings

_UNFOLLOWED: Final = frozenset((Stop.OUTSIDE, Stop.ADDRESS))
"""Where the doctor stops and a device may go on."""
FOLLOWED: Final = frozenset((302,))
"""The redirects that Microsoft demanded of devices (“Autodiscover for Exchange ActiveSync developers”)."""


class _Try(msgspec.Struct, frozen=True):
    """What one place has for a device."""

    reply: Reply
    """YES where it names the server; NO where the device looks further."""
    text: str


def find(chart: Chart) -> Opinion:
    """Look where the device looks, in its order, until something is there."""
    candidates = chart.fact(Candidates, None)
    if candidates is None or chart.fact(Resolving, None) is None:
        return unknown(Question.FIND, "this machine could not look for it")
    places = [(candidates.methods[place], host) for place, host in enumerate(candidates.hosts)]
    refusals: list[Objection] = []
    for method in chart.profile.methods:
        for tried in _tries(chart, places, method):
            if tried.reply is Reply.YES:
                return yes(Question.FIND, tried.text)
            if tried.reply is Reply.UNKNOWN:
                return unknown(Question.FIND, tried.text)
            refusals.append(Objection(tried.text))
    for method in Method:
        if method in chart.profile.perhaps_methods and any(
            tried.reply is not Reply.NO for tried in _tries(chart, places, method)
        ):
            text = f"only this leads to the server: {method}; and it is not published whether it looks there"
            return unknown(Question.FIND, text)
    return no(Question.FIND, refusals or [Objection("there is nothing where it looks")])


def _tries(chart: Chart, places: Sequence[tuple[Method, Host]], method: Method) -> Iterator[_Try]:
    return (_tried(chart, host, method) for kind, host in places if kind is method)


def _tried(chart: Chart, host: Host, method: Method) -> _Try:
    if chart.fact(Encrypted, host) is None:
        return _Try(Reply.NO, f"{host.authority} does not answer")
    against = distrust(chart, host)
    if against:
        # By their ids: what findings say quotes what others have written.
        reasons = "; ".join(one.text or ", ".join(sorted(one.ids)) for one in against)
        return _Try(Reply.NO, f"it does not trust {host.authority} ({reasons})")
    offered = chart.fact(Offered, host)
    if chart.profile.json and offered is not None:
        return _named(chart, host, offered.url)
    asked = chart.fact(Asked, host)
    if asked is None:
        return _Try(Reply.NO, f"{host.authority} does not answer")
    doubt = _letter_case(chart, host, asked, method)
    if doubt is not None and doubt.reply is Reply.NO:
        return doubt
    tried = _answered(chart, host, asked)
    return doubt if doubt is not None and tried.reply is Reply.YES else tried


def _letter_case(chart: Chart, host: Host, asked: Asked, method: Method) -> _Try | None:
    """What the path's letter case does; None where nothing."""
    if method is Method.REDIRECT or asked.otherwise is None:
        return None
    if asked.otherwise.kind in OF_AUTODISCOVER | {Kind.REDIRECT} or not asked.is_autodiscover:
        return None
    only_capitals = asked.followed.trail[0].url.endswith(CAPITALS)
    if chart.profile.lower_case is None:
        said = "capitals" if only_capitals else "lower case"
        text = f"{host.authority} answers at the path in {said} alone; how it is written is not published"
        return _Try(Reply.UNKNOWN, text)
    if chart.profile.lower_case and only_capitals:
        return _Try(Reply.NO, f"{host.authority} answers at the path in capitals alone")
    return None


def _answered(chart: Chart, host: Host, asked: Asked) -> _Try:
    """By the first version of Autodiscover."""
    told = chart.fact(Told, host)
    followed = told.followed if told is not None else asked.followed
    last, where = followed.last, host.authority
    if followed.stop in _UNFOLLOWED:
        return _Try(Reply.UNKNOWN, f"{where} redirects: {followed.stop}, so that the doctor did not follow")
    if followed.stop is not None:
        return _Try(Reply.NO, f"{where} redirects: {followed.stop}")
    if isinstance(last.answer, Settings):
        # The user's own question goes where that of whoever asks was led to.
        led = [one.status for one in (*asked.followed.trail, *followed.trail) if one.kind is Kind.REDIRECT]
        doubtful = [one for one in led if one not in FOLLOWED]
        if doubtful:
            text = f"{where} redirects by HTTP {doubtful[0]}, and it is not published whether it follows that"
            return _Try(Reply.UNKNOWN, text)
        return _named(chart, host, last.answer.url)
    if last.kind is not Kind.LOG_IN:
        return _Try(Reply.NO, f"{where} answers {last.kind} (HTTP {last.status})")
    if "basic" not in last.schemes:
        return _Try(Reply.NO, f"{where} takes no password (Basic authentication)")
    taken = chart.fact(LoggedIn, chart.server)
    if told is not None and told.login is not None and taken is not None and taken.login == told.login:
        return _Try(Reply.NO, f"{where} refuses the log-in that the server takes")
    if told is not None:
        return _Try(Reply.UNKNOWN, f"{where} names the server to whoever logs in, and refused the log-in")
    return _Try(Reply.UNKNOWN, f"{where} asks for a log-in; {chart.why_without(Told, host)}")


def _named(chart: Chart, host: Host, text: str) -> _Try:
    """What comes of the URL that is named for the server."""
    try:
        url = URL(text)
    except ValueError:
        url = URL()
    target = host_of(url) if url.host else None
    if target is None:
        return _Try(Reply.NO, f"what {host.authority} names is no URL")
    if url.scheme != "https":
        return _Try(Reply.NO, f"{host.authority} names a URL that is not encrypted")
    if target != chart.server:
        return _Try(Reply.NO, f"{host.authority} names {target.authority}, which is not the server")
    return _Try(Reply.YES, f"{host.authority} names it")


SECTIONS: Final = frozenset((Section.NAMES, Section.PORTS, Section.TLS, Section.AUTODISCOVER))
"""What is found in these tells why a device does not find the server."""

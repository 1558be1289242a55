"""The records that a domain should have in DNS, and those that it has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Literal, TypeVar

import dns.exception
import dns.name
import dns.rdata
import dns.resolver
import msgspec
from dns.rdtypes.ANY.CNAME import CNAME
from dns.rdtypes.ANY.TXT import TXT
from dns.rdtypes.IN.A import A
from dns.rdtypes.IN.AAAA import AAAA
from dns.rdtypes.IN.SRV import SRV

from overair.cli.output import Failure
from overair.cli.own_site import site_of_settings
from overair.protocol.autodiscover.names import InvalidName, domain_name
from overair.protocol.autodiscover.records import Record, records_of
from overair.server.settings import Settings, SettingsError, parse_address

R = TypeVar("R", bound=dns.rdata.Rdata)
SECONDS: Final = 5.0
"""How long an answer may take."""
PORT: Final = 53
State = Literal["ok", "missing", "different", "unknown"]


class Finding(msgspec.Struct, frozen=True):
    """A record as it should be, and what DNS has in its place."""

    name: str
    type: str
    value: str
    state: State
    """``unknown`` where no name server answered."""
    found: tuple[str, ...]


def wanted(domain: str, settings: Settings) -> list[Record]:
    """The records of a domain. Raises Failure."""
    try:
        name = domain_name(domain)
    except InvalidName:
        raise Failure(f"{domain} is not a domain", code=2) from None
    site = site_of_settings(settings)
    if site.is_address:
        raise Failure(
            f"clients reach the server at {site.host}, which DNS cannot name: "
            'set url = "https://HOST" in the settings, or give --url',
            code=2,
        )
    return records_of(name, site, settings.autodiscover.read_services())


def compare(records: Sequence[Record], server: str | None) -> list[Finding]:
    """What DNS says of each record; ``server`` is the one to ask, as ADDRESS or ADDRESS:PORT.

    Raises Failure.
    """
    resolver = _resolver(server)
    found: list[Finding] = []
    for record in records:
        try:
            state, values = _COMPARE[record.type](resolver, record)
        except (dns.exception.DNSException, OSError) as error:
            state, values = "unknown", (type(error).__name__,)
        found.append(Finding(record.name, record.type, record.value, state, values))
    return found


def _resolver(server: str | None) -> dns.resolver.Resolver:
    try:
        if server is None:
            return dns.resolver.Resolver()
        resolver = dns.resolver.Resolver(configure=False)
        # An IPv6 address with a port has brackets; one without a port has neither.
        has_port = server.endswith("]") or server.count(":") == 1 or "]:" in server
        host, port = parse_address(server if has_port and not server.endswith("]") else f"{server}:{PORT}")
        resolver.nameservers = [host]
        resolver.port = port
    except (SettingsError, ValueError, dns.exception.DNSException):
        raise Failure(f"{server or 'the system'}: name a server as ADDRESS or ADDRESS:PORT", code=2) from None
    return resolver


def _ask(resolver: dns.resolver.Resolver, name: str, kind: type[R]) -> list[R]:
    """The records of a name; none where there is no such name. Raises DNSException."""
    try:
        answer = resolver.resolve(f"{name}.", kind.__name__, lifetime=SECONDS, raise_on_no_answer=False)
    except dns.resolver.NXDOMAIN:
        return []
    return [one for one in answer.rrset or () if isinstance(one, kind)]


def _text(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()


def _judged(found: Sequence[str], *, right: bool) -> tuple[State, tuple[str, ...]]:
    return "ok" if right else "different" if found else "missing", tuple(found)


def _compare_cname(resolver: dns.resolver.Resolver, record: Record) -> tuple[State, tuple[str, ...]]:
    targets = [_text(one.target) for one in _ask(resolver, record.name, CNAME)]
    if targets:
        return _judged(targets, right=targets == [record.value])
    # The addresses of the host do as well.
    found = _addresses(resolver, record.name)
    return _judged(sorted(found), right=bool(found) and found == _addresses(resolver, record.value))


def _addresses(resolver: dns.resolver.Resolver, name: str) -> set[str]:
    found = {one.address for one in _ask(resolver, name, A)}
    return found | {one.address for one in _ask(resolver, name, AAAA)}


def _compare_srv(resolver: dns.resolver.Resolver, record: Record) -> tuple[State, tuple[str, ...]]:
    records = _ask(resolver, record.name, SRV)
    found = [f"{one.priority} {one.weight} {one.port} {_text(one.target)}" for one in records]
    # Priority and weight are the administrator's own affair.
    ends = [value.split(" ", 2)[2] for value in found]
    return _judged(found, right=record.value.split(" ", 2)[2] in ends)


def _compare_txt(resolver: dns.resolver.Resolver, record: Record) -> tuple[State, tuple[str, ...]]:
    found = [b"".join(one.strings).decode("utf-8", "replace") for one in _ask(resolver, record.name, TXT)]
    return _judged(found, right=record.value in found)


_COMPARE: Final[dict[str, Callable[[dns.resolver.Resolver, Record], tuple[State, tuple[str, ...]]]]] = {
    "CNAME": _compare_cname,
    "SRV": _compare_srv,
    "TXT": _compare_txt,
}

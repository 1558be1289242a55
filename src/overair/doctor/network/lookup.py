"""One question to name servers, and all that their answer says; for the checks of names."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdatatype
import dns.resolver
from dns.rdtypes.ANY.MX import MX
from dns.rdtypes.IN.SRV import SRV

from overair.doctor.complaint import Place, Surroundings

LOOKUP_SECONDS: Final = 5.0
MAXIMUM_RECORDS: Final = 16
"""Of one kind that a name may have; a zone could otherwise have the doctor ask for thousands."""
ADDRESS_KINDS: Final = (dns.rdatatype.A, dns.rdatatype.AAAA)
DNS_PORT: Final = 53
TRY_SECONDS: Final = 2.0
"""After which the next server is asked, or the same again, since a packet of UDP may be lost."""
LONGEST_CHAIN: Final = 16
"""CNAME records that are followed at most."""


class Outcome(StrEnum):
    """What became of a question."""

    FOUND = "found"
    NOTHING = "no such record"
    UNKNOWN = "no such name"
    FAILED = "the name server failed (SERVFAIL)"
    REFUSED = "the name server refused"
    SILENT = "no answer"
    UNREACHABLE = "nobody takes questions there"
    LOOP = "CNAME records that lead in a circle"
    MALFORMED = "an answer that is none"


ANSWERED: Final = frozenset((Outcome.FOUND, Outcome.NOTHING, Outcome.UNKNOWN))
"""What a name server says that knows; of the rest another one may know better."""


@dataclass(frozen=True)
class Looked:
    """The answer to one question."""

    outcome: Outcome
    records: tuple[dns.rdata.Rdata, ...] = ()
    """At most MAXIMUM_RECORDS, those of MX and SRV that are preferred first."""
    chain: tuple[str, ...] = ()
    """The names that CNAME records led over, the asked one left out."""
    ttl: int | None = None
    """The least of the answer's, in seconds."""
    seconds: float = 0.0


def name_servers(surroundings: Surroundings) -> tuple[Place, ...]:
    """The complaint's name servers, or the system's; none where it has none."""
    if surroundings.resolvers:
        return surroundings.resolvers
    try:
        system = dns.resolver.Resolver(surroundings.resolver_file)
    except (dns.resolver.NoResolverConfiguration, OSError):
        return ()
    return tuple(Place(str(server), system.port) for server in system.nameservers)


async def look_up(
    surroundings: Surroundings,
    name: str,
    kind: dns.rdatatype.RdataType,
    *,
    places: Sequence[Place] = (),
    checked: bool = True,
) -> Looked:
    """Ask the given name servers, else the complaint's, else the system's, one after the other.

    ``checked=False`` sets CD: the resolver is told not to check DNSSEC. No exception: what goes wrong is an
    outcome.
    """
    started = time.monotonic()
    limit = min(LOOKUP_SECONDS, surroundings.connect_seconds)
    query = _query(name, kind, checked)
    if query is None:
        return Looked(Outcome.UNKNOWN)  # what DNS cannot write down, nobody can have
    best = Looked(Outcome.SILENT)
    servers = tuple(places) or name_servers(surroundings)
    useless: set[Place] = set()
    for patience, place in itertools.product((TRY_SECONDS, limit), servers):
        left = started + limit - time.monotonic()
        if place in useless or left <= 0:
            continue
        looked = await _asked(place, query, min(patience, left))
        if looked.outcome in ANSWERED:
            best = looked
            break
        if looked.outcome is not Outcome.SILENT:
            useless.add(place)
            best = looked
    return Looked(best.outcome, best.records, best.chain, best.ttl, time.monotonic() - started)


async def mail_exchangers(surroundings: Surroundings, domain: str) -> tuple[str, ...]:
    """The hosts that take mail for a domain (MX), the preferred ones first; none where that cannot be had."""
    looked = await look_up(surroundings, domain, dns.rdatatype.MX)
    targets = (_plain(one.exchange.to_text()) for one in looked.records if isinstance(one, MX))
    # RFC 7505: a single “.” says that the domain takes no mail.
    return tuple(target for target in dict.fromkeys(targets) if target)


async def walk(surroundings: Surroundings, name: str, places: Sequence[Place] = ()) -> tuple[str, ...]:
    """The names that CNAME records lead over, asked one by one; a name that comes again ends it."""
    chain = [name]
    while len(chain) <= LONGEST_CHAIN:
        looked = await look_up(surroundings, chain[-1], dns.rdatatype.CNAME, places=places)
        if looked.outcome is not Outcome.FOUND:
            break
        target = _plain(looked.records[0].to_text())
        chain.append(target)
        if target in chain[:-1]:
            break
    return tuple(chain[1:])


def _query(name: str, kind: dns.rdatatype.RdataType, checked: bool) -> dns.message.Message | None:
    try:
        query = dns.message.make_query(dns.name.from_text(name), kind)
    except (dns.exception.DNSException, UnicodeError):
        return None
    if not checked:
        query.flags |= dns.flags.CD
    return query


async def _asked(place: Place, query: dns.message.Message, seconds: float) -> Looked:
    try:
        answer, _ = await dns.asyncquery.udp_with_fallback(
            query, place.address, timeout=seconds, port=place.port, ignore_errors=True
        )
    except dns.exception.Timeout:
        return Looked(Outcome.SILENT)
    except OSError:
        return Looked(Outcome.UNREACHABLE)
    except (dns.exception.DNSException, EOFError, ValueError):
        return Looked(Outcome.MALFORMED)
    return _read(answer)


_FAILURES: Final = {dns.rcode.SERVFAIL: Outcome.FAILED, dns.rcode.REFUSED: Outcome.REFUSED}


def _read(answer: dns.message.Message) -> Looked:
    rcode = answer.rcode()
    if rcode not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        return Looked(_FAILURES.get(rcode, Outcome.MALFORMED))
    if not isinstance(answer, dns.message.QueryMessage):
        return Looked(Outcome.MALFORMED)
    try:
        result = answer.resolve_chaining()
    except dns.message.ChainTooLong:
        return Looked(Outcome.LOOP)
    except dns.message.AnswerForNXDOMAIN:
        return Looked(Outcome.UNKNOWN)
    except dns.exception.DNSException:
        return Looked(Outcome.MALFORMED)
    chain = tuple(_plain(record.target.to_text()) for alias in result.cnames for record in alias)
    if result.answer is not None:
        records = tuple(sorted(result.answer, key=_rank)[:MAXIMUM_RECORDS])
        return Looked(Outcome.FOUND, records, chain, result.minimum_ttl)
    unknown = rcode == dns.rcode.NXDOMAIN
    return Looked(Outcome.UNKNOWN if unknown else Outcome.NOTHING, (), chain)


def _rank(record: dns.rdata.Rdata) -> tuple[int, int]:
    """The preferred ones first, where a kind says which: RFC 5321 section 5.1, RFC 2782."""
    if isinstance(record, MX):
        return record.preference, 0
    return (record.priority, -record.weight) if isinstance(record, SRV) else (0, 0)


def _plain(name: str) -> str:
    return name.lower().removesuffix(".")

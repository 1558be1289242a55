"""What the ward's name server knows: records as they stand in a zone file, and names that misbehave."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

SECONDS_TO_LIVE: Final = 60
LONGEST_CHAIN: Final = 16
"""CNAME records that are followed; who makes a longer chain, or a loop, gets SERVFAIL, as resolvers do."""


class Behaviour(StrEnum):
    """What a name does instead of giving its records."""

    NXDOMAIN = "there is no such name"
    SERVFAIL = "the resolver cannot find out"
    BOGUS = "the signatures of DNSSEC are wrong: SERVFAIL, unless the question says not to check (CD)"
    REFUSED = "the server does not want to say"
    SILENT = "no answer at all"


_RCODES: Final = {
    Behaviour.NXDOMAIN: dns.rcode.NXDOMAIN,
    Behaviour.SERVFAIL: dns.rcode.SERVFAIL,
    Behaviour.BOGUS: dns.rcode.SERVFAIL,
    Behaviour.REFUSED: dns.rcode.REFUSED,
}


@dataclass
class Conduct:
    """How a name behaves; ``delay`` is in seconds."""

    behaviour: Behaviour | None = None
    delay: float = 0.0


@dataclass
class Zone:
    """All that one name server answers, of any domain: as a resolver does, it follows CNAME records.

    Where it lies ``above`` another, a name without records or behaviour here has those there: the outside's
    view is the inside's but for what differs.
    """

    above: Zone | None = None
    _records: dict[dns.name.Name, dict[dns.rdatatype.RdataType, list[str]]] = field(default_factory=dict)
    _conduct: dict[tuple[dns.name.Name, dns.rdatatype.RdataType | None], Conduct] = field(
        default_factory=dict
    )

    def add(self, name: str, kind: str, value: str) -> None:
        """Add a record, the value as in a zone file: ``add("ward.test", "MX", "10 mail.ward.test.")``.

        Raises dns.exception.DNSException where the value is none of the kind.
        """
        owner, type_ = dns.name.from_text(name.lower()), dns.rdatatype.from_text(kind)
        dns.rrset.from_text(owner, SECONDS_TO_LIVE, dns.rdataclass.IN, type_, value)
        self._records.setdefault(owner, {}).setdefault(type_, []).append(value)

    def remove(self, name: str, kind: str | None = None) -> None:
        """Take a name's records of a kind away, or all of them. Nothing where there is none."""
        owner = dns.name.from_text(name.lower())
        if kind is None:
            self._records.pop(owner, None)
        elif owner in self._records:
            self._records[owner].pop(dns.rdatatype.from_text(kind), None)
            if not self._records[owner]:
                del self._records[owner]

    def replace(self, name: str, kind: str, value: str) -> None:
        """Have a name one record of a kind."""
        self.remove(name, kind)
        self.add(name, kind, value)

    def behave(
        self, name: str, behaviour: Behaviour | None = None, *, delay: float = 0.0, kind: str | None = None
    ) -> None:
        """Have a name misbehave, or answer after a delay in seconds; with a kind, when asked for that."""
        of = dns.rdatatype.from_text(kind) if kind is not None else None
        self._conduct[dns.name.from_text(name.lower()), of] = Conduct(behaviour, delay)

    async def answer(self, query: dns.message.QueryMessage) -> dns.message.Message | None:
        """The answer to a question; None for silence."""
        [question] = query.question
        reply = dns.message.make_response(query, recursion_available=True)
        name = self._lowered(question.name)
        for _ in range(LONGEST_CHAIN):
            conduct = self.conduct_of(name, question.rdtype)
            await asyncio.sleep(conduct.delay)
            if conduct.behaviour is Behaviour.SILENT:
                return None
            unchecked = conduct.behaviour is Behaviour.BOGUS and query.flags & dns.flags.CD
            if conduct.behaviour is not None and not unchecked:
                reply.set_rcode(_RCODES[conduct.behaviour])
                return reply
            found = self.records_of(name)
            target = found.get(dns.rdatatype.CNAME)
            wanted = dns.rdatatype.CNAME if target is not None else question.rdtype
            if wanted in found:
                reply.answer.append(
                    dns.rrset.from_text_list(name, SECONDS_TO_LIVE, dns.rdataclass.IN, wanted, found[wanted])
                )
            if target is None or question.rdtype == dns.rdatatype.CNAME:
                self._close(reply, name, found=wanted in found)
                return reply
            name = dns.name.from_text(target[0].lower())
        reply.set_rcode(dns.rcode.SERVFAIL)
        return reply

    def _close(self, reply: dns.message.Message, name: dns.name.Name, *, found: bool) -> None:
        """Say of a name without such records whether it is there, and the SOA record that says how long."""
        if found:
            return
        if not self.exists(name):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        apex = name
        while apex != dns.name.root:
            start_of_authority = self.records_of(apex).get(dns.rdatatype.SOA)
            if start_of_authority is not None:
                reply.authority.append(
                    dns.rrset.from_text_list(
                        apex, SECONDS_TO_LIVE, dns.rdataclass.IN, dns.rdatatype.SOA, start_of_authority
                    )
                )
                return
            apex = apex.parent()

    def records_of(self, name: dns.name.Name) -> dict[dns.rdatatype.RdataType, list[str]]:
        """A name's records (lower case), those of the zone below where there are none here."""
        if name in self._records or self.above is None:
            return self._records.get(name, {})
        return self.above.records_of(name)

    def conduct_of(self, name: dns.name.Name, kind: dns.rdatatype.RdataType) -> Conduct:
        """How a name (lower case) behaves when it is asked for records of a kind."""
        for of in (kind, None):
            if (name, of) in self._conduct:
                return self._conduct[name, of]
        if self.above is None or name in self._records:
            return Conduct()
        return self.above.conduct_of(name, kind)

    def exists(self, name: dns.name.Name) -> bool:
        """Whether a name has records, or one below it has."""
        here = any(owner.is_subdomain(name) for owner in self._records)
        return here or (self.above is not None and self.above.exists(name))

    @staticmethod
    def _lowered(name: dns.name.Name) -> dns.name.Name:
        return dns.name.Name(label.lower() for label in name.labels)

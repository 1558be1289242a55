"""What the candidates said, as the checks of the whole look at it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from overair.doctor.attempts import Login
from overair.doctor.autodiscovering import Followed, Kind
from overair.doctor.bedside import Bedside
from overair.doctor.facts.autodiscover import Asked, Told
from overair.doctor.facts.hosts import Candidates
from overair.doctor.host import Host


@dataclass(frozen=True)
class Evidence:
    """How far one candidate went: what it answered to the user, else to whoever has not logged in."""

    host: Host
    followed: Followed
    login: Login | None

    @property
    def kind(self) -> Kind:
        """Of the last answer."""
        return self.followed.last.kind

    @property
    def trail(self) -> str:
        """The URLs that it led over."""
        last = self.followed.last.location
        return " → ".join([*(said.url for said in self.followed.trail), *([str(last)] if last else [])])


def evidence(bedside: Bedside) -> Iterator[Evidence]:
    """Of each candidate that answered, in the order in which phones ask.

    What is no Autodiscover at the domain itself is its web site, and says nothing.
    """
    asked, told = bedside.of_hosts(Asked), bedside.of_hosts(Told)
    domain = bedside.complaint.mail_domain
    for host in bedside.fact(Candidates).hosts:
        if host in asked and (host.name != domain or asked[host].is_autodiscover):
            if host in told:
                yield Evidence(host, told[host].followed, told[host].login)
            else:
                yield Evidence(host, asked[host].followed, None)

"""Can phones use the URL that Autodiscover names?"""

from __future__ import annotations

from typing import Final

from yarl import URL

from overair.doctor.autodiscovering import MAXIMUM_URL
from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, NotReached, Scope, Section
from overair.doctor.checks.autodiscover.candidates import host_of
from overair.doctor.checks.autodiscover.illnesses import (
    NAMES_HTTP,
    NAMES_INTERNAL,
    NAMES_NONSENSE,
    NAMES_UNREACHABLE,
    NO_PATH,
)
from overair.doctor.facts.autodiscover import Found
from overair.doctor.facts.hosts import Candidates, Server, Source
from overair.doctor.network.neighbourhood import is_inner, is_internal_name
from overair.doctor.network.resolving import literal


async def _examine(bedside: Bedside) -> None:
    named = bedside.of_hosts(Found)
    # Phones take the first that answers.
    first = next((named[host].url for host in bedside.fact(Candidates).hosts if host in named), None)
    if first is None:
        raise NotReached("it names none")
    server = bedside.wanted(Server)
    shown = first[:MAXIMUM_URL]
    where = server.host.name if server is not None else "HOST"
    url = _read(first)
    host = host_of(url) if url is not None else None
    if url is None or host is None:
        bedside.find(NAMES_NONSENSE, url=shown)
    elif url.scheme == "http":
        bedside.find(NAMES_HTTP, url=shown)
    elif _is_internal(host.name):
        bedside.find(NAMES_INTERNAL, url=shown)
    elif server is not None and server.source is Source.GUESS and server.host != host:
        bedside.find(NAMES_UNREACHABLE, url=shown, server=where)
    elif not url.raw_path.strip("/"):
        bedside.find(NO_PATH, url=shown)


def _read(text: str) -> URL | None:
    try:
        url = URL(text)
    except ValueError:
        return None
    return url if url.scheme in ("http", "https") and url.host else None


def _is_internal(name: str) -> bool:
    """Whether a host is one of a network's own: a bare name, a private suffix, a private address."""
    return is_inner(name) if literal(name) is not None else is_internal_name(name)


CHECK: Final = Check(
    id="autodiscover-url",
    title="Can phones use the URL that Autodiscover names?",
    section=Section.AUTODISCOVER,
    scope=Scope.ONCE,
    examine=_examine,
    needs=(Candidates,),
    wants=(Found, Server),
    finds=(NAMES_NONSENSE, NAMES_HTTP, NAMES_INTERNAL, NAMES_UNREACHABLE, NO_PATH),
)

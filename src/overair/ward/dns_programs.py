"""Real name servers for cases in which names are sick: Knot, which has zones, and Unbound, which resolves.

async with knot(ward, f"mail A {address}") as place:                       # the zone ward.test
    async with unbound(ward, place, "trust-anchor: ...") as resolver:      # asks Knot, checks DNSSEC
        yield ward.complaint(asking(ward, resolver))
"""

from __future__ import annotations

import contextlib
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Final

import psutil

from overair.doctor.complaint import Place, Surroundings
from overair.ward.ports import free_port
from overair.ward.programs import running
from overair.ward.ward import DOMAIN, Ward

ZONE: Final = """\
$ORIGIN {origin}
$TTL {ttl}
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A {address}
{lines}
"""
KNOT: Final = """\
server:
  rundir: "{folder}"
  listen: {address}@{port}
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
database:
  storage: "{folder}"
log:
  - target: stderr
    any: warning
zone:
  - domain: "{origin}"
    storage: "{folder}"
    file: zone
    journal-content: none
    zonefile-sync: -1
    dnssec-signing: {signed}
"""
UNBOUND: Final = """\
server:
  directory: "{folder}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  logfile: ""
  verbosity: 0
  num-threads: 1
  interface: {address}@{port}
  access-control: 127.0.0.0/8 allow
  do-not-query-localhost: no
  do-ip6: no
  module-config: "validator iterator"
  local-zone: "test." nodefault
  {server}
remote-control:
  control-enable: no
forward-zone:
  name: "."
  forward-addr: {above.address}@{above.port}
"""
"""Every name is asked of the one server above, so that no question leaves loopback."""
STUB: Final = """\
stub-zone:
  name: "{name}."
  stub-addr: {place.address}@{place.port}
"""
OTHER_KEY: Final = f'trust-anchor: "{DOMAIN}. DS 12345 13 2 {"0123456789abcdef" * 4}"'
"""A line for ``unbound``: the registrar names a key that the zone does not have."""


@contextlib.asynccontextmanager
async def knot(
    ward: Ward, lines: str, *, origin: str = f"{DOMAIN}.", ttl: int = 60, signed: bool = False
) -> AsyncIterator[Place]:
    """Knot with one zone, whose records are the lines. Raises programs.Missing, programs.DidNotStart."""
    folder, address = ward.folder(), ward.address()
    port = free_port((address,), datagrams=True)
    (folder / "zone").write_text(ZONE.format(origin=origin, ttl=ttl, address=address, lines=lines))
    configuration = folder / "knot.conf"
    configuration.write_text(
        KNOT.format(
            folder=folder, address=address, port=port, origin=origin, signed="on" if signed else "off"
        )
    )
    async with running(["knotd", "-c", str(configuration)], folder, _bound(port)):
        yield Place(address, port)


@contextlib.asynccontextmanager
async def unbound(
    ward: Ward, above: Place, server: str = "", *, stub: tuple[str, Place] | None = None
) -> AsyncIterator[Place]:
    """Unbound, which asks another name server; ``server`` is a line for its section of that name, ``stub`` a
    name and whom to ask for it and what is below instead.

    Raises programs.Missing, programs.DidNotStart.
    """
    folder, address = ward.folder(), ward.address()
    port = free_port((address,), datagrams=True)
    configuration = folder / "unbound.conf"
    text = UNBOUND.format(folder=folder, address=address, port=port, above=above, server=server)
    if stub is not None:
        text += STUB.format(name=stub[0], place=stub[1])
    configuration.write_text(text)
    async with running(["unbound", "-d", "-p", "-c", str(configuration)], folder, _bound(port)):
        yield Place(address, port)


def asking(ward: Ward, resolver: Place, public: Place | None = None) -> Surroundings:
    """The ward's surroundings with another name server, and with one that stands for the outside."""
    usual = ward.surroundings()
    return replace(usual, resolvers=(resolver,), public_resolvers=(public,) if public is not None else ())


def _bound(port: int) -> Callable[[Process], bool]:
    """Ready when the program takes datagrams at the port."""

    def ready(process: Process) -> bool:
        with contextlib.suppress(psutil.NoSuchProcess):
            sockets = psutil.Process(process.pid).net_connections("udp")
            return any(one.laddr.port == port for one in sockets)
        return False

    return ready

"""What this machine is called and which addresses it has."""

from __future__ import annotations

import ipaddress
import socket
import threading

import msgspec
import psutil

from overair.tls.names import Address, address_of, is_host_name

_DOMAIN_NAME_SECONDS = 2.0
"""How long DNS may take to tell the machine's full name; a network without DNS does not hold up a start."""


class Machine(msgspec.Struct, frozen=True):
    """The names (lower case) and addresses under which a phone may ask for this machine.

    A name may be a wildcard, ``*.example.org``.
    """

    names: tuple[str, ...]
    addresses: tuple[Address, ...]

    @property
    def network_addresses(self) -> tuple[Address, ...]:
        """The addresses that others reach, IPv4 before IPv6."""
        return tuple(
            address for address in self.addresses if not address.is_loopback and not address.is_link_local
        )


def this_machine(extra_names: tuple[str, ...] = ()) -> Machine:
    """Ask the system; ``extra_names`` are names or addresses that an administrator adds, as
    ``names.certificate_name`` writes them.
    """
    host = socket.gethostname().lower().rstrip(".")
    short = host.partition(".")[0]
    own = (_full_name(), host, short, f"{short}.local")
    added = [name.lower() for name in extra_names if address_of(name) is None]
    addresses = _interface_addresses()
    addresses.update(address for name in extra_names if (address := address_of(name)) is not None)
    names = dict.fromkeys((*added, *filter(is_host_name, own)))
    names.pop("localhost", None)
    return Machine(
        names=(*names, "localhost"),
        addresses=tuple(
            sorted(addresses, key=lambda address: (address.version, address.is_loopback, int(address)))
        ),
    )


def primary_address() -> Address:
    """The address from which this machine reaches others: what a phone on the same network asks for."""
    for family, elsewhere in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((elsewhere, 9))  # sends nothing: it only has the system choose the way
            except OSError:
                continue
            return ipaddress.ip_address(probe.getsockname()[0])
    return ipaddress.ip_address("127.0.0.1")


def _full_name() -> str:
    found: list[str] = []
    asking = threading.Thread(target=lambda: found.append(socket.getfqdn()), daemon=True)
    asking.start()
    asking.join(_DOMAIN_NAME_SECONDS)
    return found[0].lower().rstrip(".") if found else ""


def _interface_addresses() -> set[Address]:
    addresses: set[Address] = {ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1")}
    for interface in psutil.net_if_addrs().values():
        for entry in interface:
            if entry.family in (socket.AF_INET, socket.AF_INET6):
                # A link-local address comes with its interface: fe80::1%eth0.
                addresses.add(ipaddress.ip_address(entry.address.partition("%")[0]))
    return addresses

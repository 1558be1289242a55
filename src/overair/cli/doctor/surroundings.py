"""The options that say where an examination is made from: name servers, ports, authorities."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from overair.cli.output import Failure
from overair.doctor.complaint import Place, Surroundings

DNS_PORT: Final = 53

Resolvers = Annotated[
    list[str] | None,
    typer.Option(
        "--resolver", metavar="ADDRESS[:PORT]", help="A name server to ask, in place of the system's."
    ),
]
PublicResolvers = Annotated[
    list[str] | None,
    typer.Option(
        "--public-resolver",
        metavar="ADDRESS[:PORT]",
        help="A name server outside of your network, to compare its answers.",
    ),
]
PortMap = Annotated[
    str | None,
    typer.Option(
        "--port-map",
        metavar="PORT:PORT,...",
        help="Reach the first port at the second, as through a tunnel: 443:8443,80:8080.",
    ),
]
Authorities = Annotated[
    list[Path] | None,
    typer.Option(
        "--ca-file", metavar="FILE", help="Certificates (PEM) that this machine trusts beside its own."
    ),
]
DeviceAuthorities = Annotated[
    list[Path] | None,
    typer.Option(
        "--device-ca-file", metavar="FILE", help="Certificates (PEM) that are installed on the devices, too."
    ),
]
Timeout = Annotated[
    float, typer.Option("--timeout", metavar="SECONDS", min=0.1, help="How long an answer may take.")
]


def surroundings(
    resolvers: Sequence[str] | None,
    public_resolvers: Sequence[str] | None,
    port_map: str | None,
    authorities: Sequence[Path] | None,
    device_authorities: Sequence[Path] | None,
    timeout: float,
) -> Surroundings:
    """What the options say. Raises Failure."""
    for path in (*(authorities or ()), *(device_authorities or ())):
        _require_certificates(path)
    usual = Surroundings()
    servers = tuple(place(one) for one in resolvers or ())
    return Surroundings(
        resolvers=servers,
        # Who names a name server is asked for a way to that one: it may be on a network without another.
        landmarks=tuple(one.address for one in servers) or usual.landmarks,
        public_resolvers=tuple(place(one) for one in public_resolvers or ()),
        ports=_ports(port_map),
        authorities=tuple(authorities or ()),
        device_authorities=tuple(device_authorities or ()),
        connect_seconds=min(usual.connect_seconds, timeout),
        answer_seconds=timeout,
    )


def place(text: str) -> Place:
    """A name server: 192.0.2.1, 192.0.2.1:5353, [2001:db8::1]:5353 or 2001:db8::1. Raises Failure."""
    address, port = text, str(DNS_PORT)
    if text.startswith("["):
        address, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":") or port
    elif text.count(":") == 1:
        address, _, port = text.partition(":")
    try:
        return Place(str(ipaddress.ip_address(address)), _port(port))
    except ValueError:
        raise Failure(f"{text!r} is no name server: write ADDRESS or ADDRESS:PORT", code=2) from None


def _ports(text: str | None) -> dict[int, int]:
    if not text:
        return {}
    try:
        pairs = (pair.split(":") for pair in text.split(","))
        return {_port(asked): _port(reached) for asked, reached in pairs}
    except ValueError:
        raise Failure(f"{text!r} maps no ports: write 443:8443 or 443:8443,80:8080", code=2) from None


def _port(text: str) -> int:
    port = int(text)
    if not 0 < port < 1 << 16:
        raise ValueError(text)
    return port


def _require_certificates(path: Path) -> None:
    try:
        ssl.create_default_context().load_verify_locations(cafile=str(path))
    except ssl.SSLError:
        raise Failure(f"{path} holds no certificates in PEM", code=2) from None
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}", code=2) from None

"""`overair doctor certs`: save the chain of a server, whatever is wrong with it."""

from __future__ import annotations

import asyncio
import ipaddress
from pathlib import Path
from typing import Annotated

import typer

from overair.cli.doctor import surroundings as around
from overair.cli.doctor.patient import server_of
from overair.cli.output import Failure

PAGE = "docs/doctor/install-root.md"


def certs(
    host: Annotated[str, typer.Argument(metavar="HOST[:PORT]", help="The server.")],
    output: Annotated[
        Path, typer.Option("--output", metavar="DIR", help="Where the folder named as the host is made.")
    ] = Path(),
    address: Annotated[
        str | None, typer.Option("--address", metavar="ADDRESS", help="Ask at this address of the host.")
    ] = None,
    resolver: around.Resolvers = None,
    port_map: around.PortMap = None,
    ca_file: around.Authorities = None,
    timeout: around.Timeout = 20.0,
) -> None:
    """Save every certificate of a server as .cer and .pem, with root.cer to install on devices and a log
    of the authorities on the way."""
    from overair.doctor.certificates.collecting import collect
    from overair.doctor.certificates.keeping import keep
    from overair.doctor.network.handshaking import NoShake

    server, _ = server_of(host)
    place = around.surroundings(resolver, None, port_map, ca_file, None, timeout)
    if address is not None:
        _require_address(address)
    try:
        collected = asyncio.run(collect(server, place, address))
    except NoShake as failure:
        raise Failure(f"{server.authority} shows no certificate: {failure}") from None
    except OSError as error:
        raise Failure(f"{server.name}: {error.strerror or error}") from None
    try:
        folder = keep(output, server.name, collected.files)
    except OSError as error:
        raise Failure(f"{error.filename or output}: {error.strerror}") from None
    typer.echo(collected.log)
    if collected.root is None:
        raise Failure(f"saved in {folder} without the root, which nobody has: {collected.missing}")
    typer.echo(f"Saved in {folder}. {PAGE} tells how root.cer is installed on each kind of device.")


def _require_address(text: str) -> None:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        raise Failure(f"{text!r} is no address: write 192.0.2.1 or 2001:db8::1", code=2) from None

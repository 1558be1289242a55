"""`overair doctor serve`: the doctor as a web page for a help desk."""

from __future__ import annotations

import logging
import ssl
from pathlib import Path
from typing import Annotated

import typer

from overair.cli import logs
from overair.cli.doctor import surroundings as around
from overair.cli.output import Failure
from overair.cli.service_manager import READY, tell_service_manager


def serve(
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Settings in TOML; options here go before them.")
    ] = None,
    listen: Annotated[
        str | None,
        typer.Option(metavar="HOST:PORT", help="Where to listen.", show_default="127.0.0.1:8480"),
    ] = None,
    allow: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ADDRESS|@DOMAIN", help="Who may be examined; nobody who is not named, here or there."
        ),
    ] = None,
    resolver: around.Resolvers = None,
    public_resolver: around.PublicResolvers = None,
    port_map: around.PortMap = None,
    ca_file: around.Authorities = None,
    device_ca_file: around.DeviceAuthorities = None,
    timeout: around.Timeout = 20.0,
) -> None:
    """Serve the doctor as a web page with a form and live steps, for a help desk."""
    logs.configure(logging.INFO)
    # Loading the server takes a second, which help and other commands of the doctor need not.
    from overair.helpdesk.running import opened, serve_until_told
    from overair.server.settings import SettingsError, load
    from overair.tls.files import CertificateError

    try:
        settings = load(config, **{"doctor.listen": listen, "doctor.allow": allow or None})
        logs.configure(logging.getLevelNamesMapping()[settings.log.level.upper()], settings.log.format)
        place = around.surroundings(resolver, public_resolver, port_map, ca_file, device_ca_file, timeout)
        serve_until_told(opened(settings), place, _greet)
    except SettingsError as error:
        raise Failure(str(error), code=2) from None
    except CertificateError as error:
        raise Failure(str(error)) from None
    except ssl.SSLError as error:
        raise Failure(f"the certificate cannot be used: {error}") from None
    except OSError as error:
        raise Failure(f"{error.filename or listen or 'doctor.listen'}: {error.strerror or error}") from None


def _greet(place: str) -> None:
    tell_service_manager(READY)
    typer.echo(f"The doctor is at {place}")

"""`overair serve`: the server."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer

from overair.cli import logs
from overair.cli.output import DATA_DIR, Failure
from overair.server.listening import listening_of
from overair.server.settings import Settings, SettingsError, load

application = typer.Typer()
LOOPBACK: Final = "127.0.0.1:8443"


@application.command(epilog="Example: overair serve --data-dir /var/lib/overair --bind 0.0.0.0:443")
def serve(
    data_dir: Annotated[
        Path | None,
        typer.Option(
            "--data-dir",
            metavar="DIR",
            envvar="OVERAIR_DATA_DIR",
            help="Where everything is kept; made where it is missing.",
            show_default=str(DATA_DIR),
        ),
    ] = None,
    bind: Annotated[
        str | None,
        typer.Option(metavar="HOST:PORT", help="Where to listen.", show_default="0.0.0.0:8443"),
    ] = None,
    no_tls: Annotated[
        bool, typer.Option("--no-tls", help="Plain HTTP, for a proxy on this machine: on loopback only.")
    ] = False,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Settings in TOML; options here go before them.")
    ] = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="Make two accounts with life in them where there is none.")
    ] = False,
) -> None:
    """Serve phones. Without a certificate of its own the server makes a private CA."""
    logs.configure(logging.INFO)
    settings = _settings(config, data_dir, bind, no_tls)
    logs.configure(logging.getLevelNamesMapping()[settings.log.level.upper()], settings.log.format)
    # Loading the server takes a second, which help and errors need not.
    from overair.cli.running import serve_until_told

    serve_until_told(settings, demo=demo)


def _settings(config: Path | None, data_dir: Path | None, bind: str | None, no_tls: bool) -> Settings:
    """The settings of a start. Raises Failure."""
    overrides: dict[str, object] = {
        "data_dir": None if data_dir is None else str(data_dir),
        "bind": bind,
        "tls.enabled": False if no_tls else None,
    }
    try:
        settings = load(config, **overrides)
        if not settings.tls.enabled and settings.bind == Settings().bind and bind is None:
            settings = msgspec.structs.replace(settings, bind=LOOPBACK)
        if not settings.tls.enabled and not listening_of(settings).is_private:
            raise Failure(
                f"plain HTTP is for this machine only: use --bind {LOOPBACK}, or TLS on {settings.bind}",
                code=2,
            )
    except SettingsError as error:
        raise Failure(str(error), code=2) from None
    return settings

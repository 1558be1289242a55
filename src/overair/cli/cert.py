"""`overair cert`: the certificate that phones see, and the private authority."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, TypeVar

import typer

from overair.cli import cert_showing
from overair.cli.output import DATA_DIR, AsJson, DataDir, Failure, print_json
from overair.cli.store import perform_one
from overair.server.certificate_requests import (
    CertificateChecked,
    CertificateIssued,
    CertificateRequest,
    CertificateShown,
    CheckCertificate,
    IssueCertificate,
    RenewCertificate,
    ShowCertificate,
)

A = TypeVar("A", CertificateShown, CertificateChecked, CertificateIssued)
PRIVATE: Final = 0o600

Config = Annotated[
    Path | None,
    typer.Option(
        "--config", metavar="FILE", help="Settings in TOML, where no server runs; a running one has its own."
    ),
]

application = typer.Typer(help="Show, check, renew and issue certificates.")


class Form(StrEnum):
    """How a root certificate is written."""

    PEM = "pem"
    CER = "cer"
    MOBILECONFIG = "mobileconfig"


@application.callback(invoke_without_command=True, epilog="Example: overair cert show")
def overview(context: typer.Context) -> None:
    """Show, check, renew and issue certificates."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@application.command(epilog="Example: overair cert show --json")
def show(data_dir: DataDir = DATA_DIR, config: Config = None, as_json: AsJson = False) -> None:
    """Show the certificate: its names, its end, who signed it, and how its renewal goes."""
    shown = _ask(data_dir, config, ShowCertificate(), CertificateShown)
    if as_json:
        print_json(shown)
    else:
        cert_showing.print_certificate(shown)


@application.command(epilog="Example: overair cert check")
def check(data_dir: DataDir = DATA_DIR, config: Config = None, as_json: AsJson = False) -> None:
    """Say what phones would refuse, and what to do about it; exit code 1 where there is an error."""
    checked = _ask(data_dir, config, CheckCertificate(), CertificateChecked)
    if as_json:
        print_json(checked)
    else:
        cert_showing.print_problems(checked)
    if any(problem.severity == "error" for problem in checked.problems):
        raise typer.Exit(1)


@application.command(epilog="Example: overair cert renew --force")
def renew(
    force: Annotated[bool, typer.Option("--force", help="Although it is not due.")] = False,
    data_dir: DataDir = DATA_DIR,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Renew the certificate where that is due; phones that wait are not disturbed."""
    shown = _ask(data_dir, config, RenewCertificate(force), CertificateShown)
    if as_json:
        print_json(shown)
    elif shown.renewed:
        typer.echo(f"Renewed; it ends on {cert_showing.day(shown.ends)}.")
    else:
        typer.echo(f"Not due yet: it ends on {cert_showing.day(shown.ends)}. --force renews it all the same.")


@application.command(epilog="Example: overair cert issue proxy.example.org '*.home.arpa' --output proxy.pem")
def issue(
    names: Annotated[
        list[str], typer.Argument(metavar="NAME...", help="Names, wildcards (*.example.org) and addresses.")
    ],
    output: Annotated[
        Path, typer.Option(metavar="FILE", help="Where key and chain go; made with mode 0600.")
    ],
    replace: Annotated[bool, typer.Option("--replace", help="Write over a file that is there.")] = False,
    data_dir: DataDir = DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Have the private authority sign a certificate for another server, such as a proxy in front."""
    if output.exists() and not replace:
        raise Failure(f"{output} is there already: --replace writes over it", code=2)
    if not output.parent.is_dir():
        raise Failure(f"there is no directory {output.parent}", code=2)
    issued = _ask(data_dir, None, IssueCertificate(tuple(names)), CertificateIssued)
    _write(output, issued.pem.encode())
    if as_json:
        print_json({"path": str(output), "names": issued.names, "ends": issued.ends})
    else:
        until = cert_showing.day(issued.ends)
        typer.echo(f"{output}: key and certificate for {', '.join(issued.names)} until {until}.")


@application.command("export-root", epilog="Example: overair cert export-root --form cer --output root.cer")
def export_root(
    form: Annotated[Form, typer.Option(help="PEM, DER (.cer), or a profile for iOS and macOS.")] = Form.PEM,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to write.", show_default="stdout")
    ] = None,
    data_dir: DataDir = DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Write the root certificate of the private authority, for phones to install."""
    from overair.cli.root_export import root_in

    found = root_in(data_dir)
    data = found.written[form.value]
    if output is not None:
        _write(output, data)
    if as_json:
        print_json({"name": found.name, "fingerprint": found.fingerprint, "ends": found.ends})
    elif output is not None:
        typer.echo(f"{output}: {found.name}, SHA-256 {found.fingerprint}")
    else:
        typer.echo(data, nl=False)


def _ask(data_dir: Path, config: Path | None, request: CertificateRequest, kind: type[A]) -> A:
    return asyncio.run(perform_one(data_dir, request, kind, config=config))


def _write(path: Path, data: bytes) -> None:
    from overair.tls.files import write_file

    try:
        write_file(path, data)
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from None

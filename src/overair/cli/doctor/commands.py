"""The commands of the doctor."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from overair.cli.doctor import surroundings as around
from overair.cli.doctor.certs import certs
from overair.cli.doctor.group import WithDefault
from overair.cli.doctor.outputs import (
    Addresses,
    Anonymous,
    AtOnce,
    Compare,
    Html,
    Outputs,
    Quiet,
    write_page,
)
from overair.cli.doctor.patient import (
    As,
    Domain,
    Inside,
    NoPassword,
    PasswordStdin,
    Push,
    Send,
    Server,
    TrustFingerprint,
    User,
    Wishes,
    complaint,
    password,
)
from overair.cli.doctor.serve import serve
from overair.cli.output import AsJson, Failure, print_json

if TYPE_CHECKING:
    from overair.doctor.complaint import Surroundings

application = typer.Typer(cls=WithDefault, help="Find out why a phone does not connect.")
application.command(epilog="Example: overair doctor certs mail.example.org")(certs)
application.command(epilog="Example: overair doctor serve --allow @example.org")(serve)


@application.callback(invoke_without_command=True, epilog="Example: overair doctor anna@example.org")
def overview(context: typer.Context) -> None:
    """Find out why a phone does not connect: overair doctor ADDRESS."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@application.command(epilog="Example: overair doctor examine anna@example.org --server mail.example.org")
def examine(
    address: Annotated[
        str | None,
        typer.Argument(
            metavar="ADDRESS", help="The address that a phone is set up with.", show_default=False
        ),
    ] = None,
    user: User = None,
    domain: Domain = None,
    server: Server = None,
    inside: Inside = None,
    trust_fingerprint: TrustFingerprint = None,
    seen_as: As = None,
    send: Send = False,
    push: Push = False,
    no_password: NoPassword = False,
    password_stdin: PasswordStdin = False,
    resolver: around.Resolvers = None,
    public_resolver: around.PublicResolvers = None,
    port_map: around.PortMap = None,
    ca_file: around.Authorities = None,
    device_ca_file: around.DeviceAuthorities = None,
    timeout: around.Timeout = 20.0,
    as_json: AsJson = False,
    html: Html = None,
    quiet: Quiet = False,
    compare: Compare = None,
    anonymous: Anonymous = False,
    addresses: Addresses = None,
    at_once: AtOnce = 4,
) -> None:
    """Play the phone, name what is wrong and say how to mend it. `examine` itself can be left out.

    The exit code is 0 where phones should work, 3 where nothing could be told, 10 to 18 where no phone works
    and 20 to 28 where some do, by the part of the examination that found the cause.
    """
    wishes = Wishes(
        user=user,
        domain=domain,
        server=server,
        inside=inside,
        trust_fingerprint=trust_fingerprint,
        device=seen_as,
        send=send,
        push=push,
    )
    outputs = Outputs(as_json=as_json, quiet=quiet, html=html, compare=compare, anonymous=anonymous)
    outputs.require_sense(many=addresses is not None)
    place = around.surroundings(resolver, public_resolver, port_map, ca_file, device_ca_file, timeout)
    if address is not None and addresses is None:
        wanted = not no_password
        raise typer.Exit(_one(address, wishes, place, outputs, wanted=wanted, from_stdin=password_stdin))
    if addresses is None or address is not None:
        raise Failure("name either an ADDRESS or a file of them with --addresses FILE", code=2)
    raise typer.Exit(
        _many(addresses, wishes, place, outputs, at_once, passwords=password_stdin and not no_password)
    )


def _one(
    address: str, wishes: Wishes, place: Surroundings, outputs: Outputs, *, wanted: bool, from_stdin: bool
) -> int:
    """The exit code for one address. Raises Failure."""
    from overair.cli.doctor.speaking import examined, tell
    from overair.doctor.reporting.comparison import compared
    from overair.doctor.reporting.page import render
    from overair.doctor.reporting.report import exit_code

    patient = complaint(address, None, wishes, place)
    earlier = outputs.earlier(patient)
    patient = replace(patient, password=password(wanted=wanted, from_stdin=from_stdin))
    report = examined(patient, anonymous=outputs.anonymous, live=not outputs.quiet, on_stderr=outputs.as_json)
    if earlier is not None:
        report = compared(earlier, report)
    if outputs.as_json:
        print_json(report)
    elif not outputs.quiet:
        tell(report)
    if outputs.html is not None:
        write_page(outputs.html, render(report))
    return exit_code(report)


def _many(
    addresses: Path, wishes: Wishes, place: Surroundings, outputs: Outputs, at_once: int, *, passwords: bool
) -> int:
    """The exit code for a file of addresses. Raises Failure."""
    from overair.cli.doctor.bulk import examine_all, patients
    from overair.doctor.reporting.report import worst

    if wishes.user is not None:
        raise Failure("--user is for one address, not for --addresses", code=2)
    reports = examine_all(
        patients(addresses, wishes, place, passwords=passwords),
        anonymous=outputs.anonymous,
        at_once=at_once,
        as_json=outputs.as_json,
        quiet=outputs.quiet,
    )
    return worst(reports)

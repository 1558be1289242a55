"""The commands of the doctor."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from overair.cli.doctor import surroundings as around
from overair.cli.doctor.certs import certs
from overair.cli.doctor.group import WithDefault
from overair.cli.doctor.patient import (
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
        str, typer.Argument(metavar="ADDRESS", help="The address that a phone is set up with.")
    ],
    user: User = None,
    domain: Domain = None,
    server: Server = None,
    inside: Inside = None,
    trust_fingerprint: TrustFingerprint = None,
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
) -> None:
    """Play the phone, name what is wrong and say how to mend it. `examine` itself can be left out."""
    from overair.doctor.checks import CHECKS
    from overair.doctor.diagnosis import diagnose
    from overair.doctor.examination import Examination

    wishes = Wishes(
        user=user,
        domain=domain,
        server=server,
        inside=inside,
        trust_fingerprint=trust_fingerprint,
        send=send,
        push=push,
    )
    place = around.surroundings(resolver, public_resolver, port_map, ca_file, device_ca_file, timeout)
    patient = complaint(address, password(wanted=not no_password, from_stdin=password_stdin), wishes, place)
    examined = asyncio.run(Examination(patient, CHECKS).run())
    for step in examined.steps:
        where = f" ({step.host.authority})" if step.host is not None else ""
        said = "; ".join(step.notes) or step.reason
        typer.echo(f"{step.state.value:12} {step.check.title}{where}{f': {said}' if said else ''}")
        for finding in step.findings:
            typer.echo(f"{'':12} {finding.id}: {finding.says}")
    diagnosis = diagnose(examined)
    if diagnosis.cause is None:
        typer.echo("\nNothing is wrong.")
        return
    typer.echo(f"\n{diagnosis.cause.says} {diagnosis.cause.cure()}")
    raise typer.Exit(1)

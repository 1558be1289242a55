"""The options of one examination, as a complaint."""

from __future__ import annotations

import re
from typing import Annotated, Final

import msgspec
import typer

from overair.cli.client.reaching import read_password
from overair.cli.output import Failure
from overair.doctor import naming
from overair.doctor.complaint import Complaint, Surroundings
from overair.doctor.devices.device import Device
from overair.doctor.host import Host
from overair.doctor.secret import Secret
from overair.protocol.autodiscover.names import InvalidName, address_key

FINGERPRINT: Final = re.compile(r"[0-9a-f]{64}")

User = Annotated[
    str | None, typer.Option("--user", metavar="NAME", help="The log-in where it is not the address.")
]
Domain = Annotated[
    str | None, typer.Option("--domain", metavar="NAME", help="The Windows domain of the log-in.")
]
Server = Annotated[
    str | None,
    typer.Option(
        "--server", metavar="HOST[:PORT]", help="The server; it gets the password. A URL names its path, too."
    ),
]
Inside = Annotated[
    str | None,
    typer.Option(
        "--inside", metavar="ADDRESS", help="The server's address within its network, to compare ports."
    ),
]
TrustFingerprint = Annotated[
    str | None,
    typer.Option(
        "--trust-fingerprint",
        metavar="SHA256",
        help="The one certificate that may be sent the password though no authority vouches for it.",
    ),
]
NoPassword = Annotated[bool, typer.Option("--no-password", help="Look only at what needs no log-in.")]
PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from the first line of stdin.")
]
As = Annotated[
    Device | None,
    typer.Option("--as", help="Tell it of this one kind of device: its verdict, cause and exit code."),
]
Send = Annotated[bool, typer.Option("--send", help="Send a message to oneself and wait for it.")]
Push = Annotated[
    bool, typer.Option("--push", help="Try how long the path holds a Ping; takes up to 67 minutes.")
]


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """What the options say of one examination, the same for all addresses of a file."""

    user: str | None
    domain: str | None
    server: str | None
    inside: str | None
    trust_fingerprint: str | None
    device: Device | None
    send: bool
    push: bool


def complaint(address: str, password: Secret | None, wishes: Wishes, around: Surroundings) -> Complaint:
    """What an address comes with. Raises Failure."""
    try:
        known = address_key(address)
    except InvalidName:
        raise Failure(f"{address!r} is no address: write anna@example.org", code=2) from None
    host, path = (None, None) if wishes.server is None else server_of(wishes.server)
    return Complaint(
        address=known,
        password=password,
        user=wishes.user,
        domain=wishes.domain,
        server=host,
        url_path=path,
        inside=wishes.inside,
        trusted_fingerprint=_fingerprint(wishes.trust_fingerprint),
        device=wishes.device,
        send=wishes.send,
        push=wishes.push,
        surroundings=around,
    )


def password(*, wanted: bool, from_stdin: bool) -> Secret | None:
    """From a prompt, stdin or the environment, and nowhere else. Raises Failure."""
    if not wanted:
        return None
    text, _ = read_password(from_stdin)
    return Secret(text)


def server_of(text: str) -> tuple[Host, str | None]:
    """A host and, where a URL names it, the path of the endpoint. Raises Failure."""
    try:
        return naming.server_of(text)
    except naming.InvalidServer:
        raise Failure(f"{text!r} is no server: write HOST, HOST:PORT or https://HOST/PATH", code=2) from None


def _fingerprint(text: str | None) -> str | None:
    if text is None:
        return None
    plain = text.lower().replace(":", "").replace(" ", "")
    if not FINGERPRINT.fullmatch(plain):
        raise Failure("--trust-fingerprint takes the SHA-256 of a certificate: 64 hexadecimal digits", code=2)
    return plain

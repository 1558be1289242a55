"""Where the server is, whom to trust, who logs in with what, and as which device."""

from __future__ import annotations

import asyncio
import hashlib
import os
import platform
import ssl
import sys
from pathlib import Path
from typing import Final

import msgspec
import typer
from yarl import URL

from overair.cli.client.words import Reach
from overair.cli.output import Failure
from overair.client import Client, DiscoveryFailed, discover
from overair.protocol.autodiscover.site import AUTODISCOVER_PATH
from overair.protocol.device_information import DeviceDescription
from overair.sockets import is_loopback
from overair.versions import SERVED, Version

PASSWORD_VARIABLE: Final = "OVERAIR_PASSWORD"  # noqa: S105 - the name of one
DEVICE_TYPE: Final = "OverairClient"
ANSWER_SECONDS: Final = 60.0
DISCOVERY_SECONDS: Final = 10.0
"""For each of some four questions."""


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """A client that is ready to ask, and what messages about its failures name."""

    client: Client
    url: URL
    user: str
    password_from: str
    """In words, where the password was read."""
    ca: Path | None
    insecure: bool

    @property
    def place(self) -> str:
        """Host and port as people write them."""
        return f"{f'[{self.url.host}]' if ':' in (self.url.host or '') else self.url.host}:{self.url.port}"


def device_for(reach: Reach, purpose: str = "") -> Device:
    """The device that asks; ``purpose`` tells one that waits from those that ask at once. Raises Failure."""
    url = None if reach.url is None else server_url(reach.url)
    version = _version(reach.protocol)
    trust = _trust(reach)
    password, password_from = read_password(reach.password_stdin)
    user = reach.user or reach.address
    if url is None:
        url = asyncio.run(_found(reach, password, password_from, trust))
    client = Client(
        str(url),
        user,
        password,
        device_id=device_id(purpose),
        device_type=DEVICE_TYPE,
        device=DeviceDescription(
            model=DEVICE_TYPE, friendly_name=f"overair client on {platform.node()}", os=platform.system()
        ),
        version=version,
        ssl=trust,
        timeout=ANSWER_SECONDS,
    )
    return Device(
        client=client,
        url=url,
        user=user,
        password_from=password_from,
        ca=reach.ca,
        insecure=reach.insecure,
    )


async def _found(reach: Reach, password: str, password_from: str, trust: ssl.SSLContext | bool) -> URL:
    """The server that Autodiscover finds. Raises Failure."""

    def confirm(host: str) -> bool:
        question = f"DNS names {host} for {reach.address}. Send the password there?"
        return sys.stdin.isatty() and typer.confirm(question, err=True)

    try:
        found = await discover(
            reach.address, password, user=reach.user, ssl=trust, confirm=confirm, timeout=DISCOVERY_SECONDS
        )
    except DiscoveryFailed as error:
        if error.refused:
            raise Failure(
                f"Autodiscover does not let {reach.user or reach.address} in: the address or the password "
                f"(from {password_from}) is wrong"
            ) from None
        asked = ", ".join(dict.fromkeys(one.where.removesuffix(AUTODISCOVER_PATH) for one in error.attempts))
        raise Failure(
            f"Autodiscover finds no server for {reach.address}{f' (asked: {asked})' if asked else ''}: "
            "say where it is with --url https://HOST:PORT, or publish the records that `overair autodiscover "
            "dns` prints"
        ) from None
    return URL(found.url)


def device_id(purpose: str) -> str:
    """The same for the same user of the same machine, so that an account has few of them."""
    seed = f"{platform.node()}\n{os.getuid()}\n{purpose}"
    return f"OVERAIR{hashlib.sha256(seed.encode()).hexdigest()[:16].upper()}"


def server_url(text: str) -> URL:
    """The server's URL as an option or a variable says it. Raises Failure."""
    example = "write https://HOST or https://HOST:PORT"
    try:
        url = URL(text if "://" in text else f"https://{text}")
    except ValueError:
        raise Failure(f"{text!r} is no URL: {example}", code=2) from None
    if url.scheme not in ("https", "http") or not url.host or url.user or url.query_string:
        raise Failure(f"{text!r} is no URL of a server: {example}", code=2)
    if url.scheme == "http" and not is_loopback(url.host):
        raise Failure(
            f"over http:// the password would go to {url.host} for all to read: write https:// "
            "(plain HTTP is for this machine's own addresses)",
            code=2,
        )
    return url


def _version(text: str | None) -> Version | None:
    if text is None:
        return None
    for version in SERVED:
        if version.text == text:
            return version
    known = ", ".join(version.text for version in SERVED)
    raise Failure(f"{text!r} is no protocol version that is known here: {known}", code=2)


def _trust(reach: Reach) -> ssl.SSLContext | bool:
    """As aiohttp takes it. Raises Failure."""
    if reach.ca is not None and reach.insecure:
        raise Failure("--ca and --insecure exclude each other", code=2)
    if reach.insecure:
        typer.echo("overair: --insecure: whoever answers is believed and gets the password", err=True)
        return False
    if reach.ca is None:
        return True
    try:
        data = reach.ca.read_bytes()
        context = ssl.create_default_context()
        context.load_verify_locations(cadata=data.decode("ascii") if b"-----BEGIN" in data else data)
    except OSError as error:
        if isinstance(error, ssl.SSLError):
            raise Failure(f"{reach.ca} holds no certificate, in PEM or DER") from None
        raise Failure(f"{reach.ca}: {error.strerror}") from None
    except ValueError:
        raise Failure(f"{reach.ca} holds no certificate, in PEM or DER") from None
    return context


def read_password(from_stdin: bool) -> tuple[str, str]:
    """The password, and where it was read. Raises Failure."""
    if from_stdin:
        # Not through the text layer, which would keep what follows from whoever reads the rest.
        line = sys.stdin.buffer.readline().rstrip(b"\r\n")
        password, source = line.decode("utf-8", "surrogateescape"), "stdin"
    elif PASSWORD_VARIABLE in os.environ:
        password, source = os.environ[PASSWORD_VARIABLE], PASSWORD_VARIABLE
    elif sys.stdin.isatty():
        password, source = typer.prompt("Password", hide_input=True, err=True), "the terminal"
    else:
        raise Failure(
            f"there is no terminal to ask for the password: use {PASSWORD_VARIABLE} or --password-stdin",
            code=2,
        )
    if not password:
        raise Failure(f"the password from {source} is empty")
    try:
        password.encode()
    except UnicodeEncodeError:
        raise Failure(f"the password from {source} is not UTF-8") from None
    return password, source

"""What `overair serve` prints: what to type into a phone, and a QR code of the page that helps."""

from __future__ import annotations

import io
import shlex
import shutil
import sys
from pathlib import Path

import msgspec
import segno

import overair
from overair.cli.output import DATA_DIR

SHOWN_ACCOUNTS = 8
ROOT = "tls/root.pem"
"""The private root certificate in the data directory."""


class Greeting(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of one start."""

    data_dir: Path
    server: str
    """What is typed into the Server field."""
    page: str | None
    """The address of the page for phones; None where no phone can reach it."""
    tls: bool
    fingerprint: str | None
    """Of the private root certificate."""
    accounts: tuple[str, ...]
    passwords: dict[str, str]
    """Those that were made up in this start, by address."""
    notes: tuple[str, ...] = ()
    upstream: str = ""
    """The server that knows the users and has their mail, where this one is a gateway to it."""


def text(greeting: Greeting) -> str:
    """The greeting as it is printed."""
    where = f"at {greeting.upstream}" if greeting.upstream else f"in {greeting.data_dir}"
    lines = [f"Overair {overair.__version__} serves the mailboxes {where}", ""]
    if greeting.page is not None:
        what = "install the certificate from this page" if greeting.fingerprint else "open this page"
        lines += [f"1. On the phone, {what}:", "", f"   {greeting.page}", "", qr_code(greeting.page)]
        if greeting.fingerprint is not None:
            first, second = greeting.fingerprint[:47], greeting.fingerprint[48:]
            lines += ["   Its SHA-256 fingerprint:", f"   {first}", f"   {second}", ""]
        lines.append("2. Add an account of type Exchange (Microsoft Exchange, Exchange ActiveSync):")
    else:
        lines.append("An account of type Exchange on this machine:")
    lines += ["", *_account(greeting), "", *_passwords(greeting), *_without_phone(greeting), *greeting.notes]
    return "\n".join(lines).rstrip() + "\n"


def _account(greeting: Greeting) -> list[str]:
    address = greeting.accounts[0] if greeting.accounts else "the account's address"
    password = greeting.passwords.get(address, "the account's password")
    fields = (
        ("E-mail", address),
        ("Server", greeting.server),
        ("Domain", "(leave it empty)"),
        ("User name", address),
        ("Password", password),
        ("SSL", "on" if greeting.tls else "off"),
    )
    return [f"   {name:<12}{value}" for name, value in fields]


def _passwords(greeting: Greeting) -> list[str]:
    if greeting.upstream:
        words = [_program(), "gateway", "check", "you@example.org"]
        words += ["--config", "overair.toml"]
        return [
            "Users log in as they do there. What the servers can do for one of them:",
            f"   {shlex.join(words)}",
        ]
    if not greeting.accounts:
        return ["There is no account yet. Add one:", f"   {_command('add', 'you@example.org', greeting)}"]
    new = f"   {_command('passwd', greeting.accounts[0], greeting)}"
    if not greeting.passwords:
        return [
            f"Accounts: {', '.join(greeting.accounts[:SHOWN_ACCOUNTS])}",
            "They and their passwords are as they were. A new password:",
            new,
        ]
    others = [
        f"   {address}   password {password}"
        for address, password in greeting.passwords.items()
        if address != greeting.accounts[0]
    ]
    return ["A second account:", *others, "", "The passwords are shown this once. A new one:", new]


def _without_phone(greeting: Greeting) -> list[str]:
    """How to see what a phone would see."""
    if not greeting.accounts:
        return []
    url = f"{'https' if greeting.tls else 'http'}://{greeting.server}"
    words = [_program(), "client", "list", greeting.accounts[0], "--url", url]
    if greeting.fingerprint is not None:
        words += ["--ca", str(greeting.data_dir / ROOT)]
    return ["", "What a phone would see, without one:", f"   {shlex.join(words)}", ""]


def _command(verb: str, address: str, greeting: Greeting) -> str:
    words = [_program(), "user", verb, address, "--generate"]
    if greeting.data_dir != DATA_DIR:
        words += ["--data-dir", str(greeting.data_dir)]
    return shlex.join(words)


def _program() -> str:
    """How the person who started this command would write it again."""
    started = Path(sys.argv[0]).absolute()
    found = shutil.which("overair")
    if found is not None and Path(found).absolute() == started:
        return "overair"
    here = Path.cwd()
    return str(started.relative_to(here) if started.is_relative_to(here) else started)


def qr_code(address: str) -> str:
    """A QR code in block characters, for a terminal."""
    drawing = io.StringIO()
    segno.make(address, micro=False).terminal(out=drawing, compact=True)
    return drawing.getvalue()

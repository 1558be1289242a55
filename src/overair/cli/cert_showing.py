"""Certificates and what is wrong with them, as people read it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import typer
from rich.table import Table

from overair.cli.output import print_table
from overair.server.certificate_requests import CertificateChecked, CertificateShown

SOURCES: Final = {
    "private": "the private authority of this data directory",
    "acme": "ACME",
    "files": "files",
    "none": "TLS is ended elsewhere",
}


def print_certificate(shown: CertificateShown) -> None:
    """Everything about a certificate."""
    table = Table(box=None, pad_edge=False, show_header=False)
    left = "" if shown.days_left is None else f", {shown.days_left:.0f} days left"
    rows = (
        ("Source", SOURCES.get(shown.source, shown.source)),
        ("File", shown.path),
        ("Names", ", ".join(shown.names)),
        ("Valid", f"{day(shown.begins)} to {day(shown.ends)}{left}" if shown.ends else "there is none yet"),
        ("Key", shown.key),
        ("Signed by", shown.issuer),
        ("Chain", " < ".join(shown.chain)),
        ("SHA-256", shown.fingerprint),
        ("Root ends", day(shown.root_ends) if shown.root_ends else ""),
        ("Root SHA-256", shown.root_fingerprint),
        ("In use", "yes" if shown.served else "no server runs"),
        ("Not renewed", shown.failure),
        ("Next attempt", day(shown.next_attempt) if shown.next_attempt else ""),
    )
    for name, value in rows:
        if value and not (shown.source == "none" and name != "Source"):
            table.add_row(name, value)
    print_table(table)


def print_problems(checked: CertificateChecked) -> None:
    """One line for each problem, or one that says that there is none."""
    if checked.source == "none":
        typer.echo("TLS is ended elsewhere: check the certificate there.")
        return
    for problem in checked.problems:
        typer.echo(f"{problem.severity}: {problem.text}. Remedy: {problem.remedy}.")
    if not checked.problems:
        asked = f" It is for every name that clients ask for: {', '.join(checked.asked_for)}."
        typer.echo(f"Nothing is wrong with the certificate.{asked if checked.asked_for else ''}")


def day(moment: datetime | None) -> str:
    """A time in UTC, to the minute."""
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M} UTC"

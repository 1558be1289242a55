"""Which certificate the settings mean, and the names that clients ask it for."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import structlog

from overair.server.certificate_keeper import CertificateKeeper
from overair.server.settings import Settings
from overair.server.tls_settings import Tls
from overair.tls.acme_settings import Acme
from overair.tls.checks import Subject, problems
from overair.tls.names import InvalidName, certificate_name, is_host_name
from overair.tls.problem import Problem
from overair.tls.responder import Responder
from overair.tls.sources import FileSource, PrivateSource, Source

_log = structlog.get_logger("overair.certificate")

TLS_FOLDER: Final = "tls"
"""Its name in the data directory."""


def keeper_of(settings: Settings) -> CertificateKeeper:
    """What keeps the certificate that the settings mean; it is neither read nor made yet."""
    folder = settings.data_path / TLS_FOLDER
    wanted = settings.tls
    if not wanted.enabled:
        return CertificateKeeper(None, folder)
    source: Source
    if wanted.certificate is not None and wanted.private_key is not None:
        source = FileSource(Path(wanted.certificate), Path(wanted.private_key))
    elif wanted.acme is not None:
        return _by_acme(wanted, wanted.acme, folder)
    else:
        source = PrivateSource(folder, (*wanted.written_names, *public_names(settings)))
    return CertificateKeeper(source, folder, legacy=wanted.legacy)


def _by_acme(wanted: Tls, acme: Acme, folder: Path) -> CertificateKeeper:
    # Loading the library takes a while, which those need not who have other certificates.
    from overair.tls.acme.source import AcmeSource

    responder = Responder()
    source = AcmeSource(folder / "acme", acme, wanted.written_names, responder)
    over_http = acme.challenge == "http-01"
    return CertificateKeeper(source, folder, legacy=wanted.legacy, responder=responder, over_http=over_http)


def public_names(settings: Settings) -> tuple[str, ...]:
    """The names by which clients surely ask, as far as the settings say it: ``url`` and ``domain``."""
    found = [urlsplit(settings.url).hostname or ""]
    if settings.domain != socket.getfqdn():  # else it is what the machine is called, by whomever
        found.append(settings.domain)
    return tuple(dict.fromkeys(filter(None, map(_written, found))))


def discovered_names(domains: Iterable[str]) -> tuple[str, ...]:
    """The names that clients look for in DNS, for the domains of addresses."""
    return tuple(dict.fromkeys(filter(None, (_written(f"autodiscover.{domain}") for domain in domains))))


async def cover(keeper: CertificateKeeper, domains: Iterable[str]) -> bool:
    """Have a certificate of the private authority be for those names, too; whether it was made anew.

    Raises CertificateError, OSError.
    """
    if not isinstance(keeper.source, PrivateSource):
        return False
    keeper.source.cover(discovered_names(domains))
    return await keeper.renew(force=False)


def examine(keeper: CertificateKeeper, settings: Settings, domains: Iterable[str]) -> tuple[Problem, ...]:
    """What phones would say of the certificate that is there; ``domains`` are those of the accounts."""
    source, pair = keeper.source, keeper.pair
    if source is None:
        return ()
    if pair is None:
        return (
            Problem(
                "missing",
                "error",
                "there is no certificate yet, so every handshake fails",
                "see the log for why it was not ordered, or `overair cert show`",
            ),
        )
    named = tuple(name for name in settings.tls.written_names if not name.startswith("*."))
    private = source.root() if isinstance(source, PrivateSource) else None
    subject = Subject(
        chain=pair.chain,
        now=keeper.now(),
        hosts=tuple(dict.fromkeys((*public_names(settings), *named))),
        discovered=discovered_names(domains),
        root=private,
        automatic=source.kind != "files",
        legacy=settings.tls.legacy,
    )
    return problems(subject)


def warn(found: Iterable[Problem]) -> None:
    """Log what was found, before a phone finds out."""
    for problem in found:
        tell = _log.error if problem.severity == "error" else _log.warning
        tell("certificate", problem=problem.text, remedy=problem.remedy)


def domains_of(addresses: Iterable[str]) -> tuple[str, ...]:
    """The domains of accounts."""
    return tuple(dict.fromkeys(address.rpartition("@")[2] for address in addresses))


def _written(name: str) -> str:
    """A name as certificates have it; empty for what none can be for, such as a name of one label."""
    try:
        written = certificate_name(name)
    except InvalidName:
        return ""
    return written if "." in written or not is_host_name(written) else ""

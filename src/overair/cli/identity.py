"""How a server shows who it is: its certificate, and the names under which phones find it."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Final

import structlog
from cryptography import x509

from overair.protocol.autodiscover.site import Site
from overair.server.autodiscover.profiles import Signing
from overair.server.certificate_keeper import CertificateKeeper
from overair.server.certificates import keeper_of
from overair.server.settings import Settings
from overair.sockets import is_loopback
from overair.tls import machine
from overair.tls.authority import names_of
from overair.tls.sources import PrivateSource

_log = structlog.get_logger("overair.serve")

EVERY_ADDRESS: Final = ("0.0.0.0", "::")  # noqa: S104 - to be recognised, not bound to


def identity_of(settings: Settings) -> CertificateKeeper:
    """The certificate that the settings name, else one of the private CA, which is made when missing.

    Raises CertificateError, ssl.SSLError, OSError.
    """
    keeper = keeper_of(settings)
    wanted = settings.tls
    if not wanted.enabled:
        return keeper
    if wanted.private_key is not None and Path(wanted.private_key).stat().st_mode & stat.S_IROTH:
        _log.warning("everybody on this machine can read the private key", path=wanted.private_key)
    settings.data_path.mkdir(mode=0o700, parents=True, exist_ok=True)
    keeper.prepare()
    return keeper


def root_of(keeper: CertificateKeeper) -> x509.Certificate | None:
    """The root of the private CA, if it made the certificate. Raises CertificateError, OSError."""
    return keeper.source.root() if isinstance(keeper.source, PrivateSource) else None


def hosts_of(bound_to: str, keeper: CertificateKeeper, settings: Settings) -> tuple[str, ...]:
    """Names and addresses to type into a phone, the best one first; there is always one."""
    certified = _certified(keeper, settings)
    if certified:
        return certified
    if is_loopback(bound_to):
        return (bound_to,)
    named = tuple(name for name in settings.tls.written_names if not name.startswith("*."))
    here = machine.this_machine()
    if bound_to in EVERY_ADDRESS:
        # 0.0.0.0 listens on IPv4 only, :: on both.
        reached = [one for one in here.network_addresses if one.version == 4 or bound_to == "::"]
        own = (str(machine.primary_address()), *here.names, *map(str, reached))
    else:
        own = (bound_to, *here.names)
    found = dict.fromkeys((*named, *own))
    return tuple(host for host in found if host != "localhost")


def _certified(keeper: CertificateKeeper, settings: Settings) -> tuple[str, ...]:
    """The names of a certificate that others sign."""
    if keeper.source is None or keeper.source.kind == "private":
        return ()
    if keeper.source.kind == "acme":
        return settings.tls.written_names
    names, _ = names_of(keeper.pair.leaf) if keeper.pair is not None else (frozenset[str](), ())
    return tuple(sorted(name for name in names if not name.startswith("*.")))


def site_of(host: str, port: int, keeper: CertificateKeeper) -> Site | None:
    """Where a server is that shows its own certificate; the name of a proxy only the settings say."""
    return None if keeper.context is None else Site("https", host, port)


def signing_of(keeper: CertificateKeeper, settings: Settings) -> Signing | None:
    """The server's certificate and key as configuration profiles are signed with them.

    Where a proxy ends TLS, that is a certificate which the settings name all the same.
    """
    if keeper.source is not None:
        return Signing(keeper.source.paths[0], keeper.source.paths[-1])
    wanted = settings.tls
    if wanted.certificate is None or wanted.private_key is None:
        return None
    return Signing(Path(wanted.certificate), Path(wanted.private_key))

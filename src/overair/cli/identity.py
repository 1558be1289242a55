"""How a server shows who it is: its certificate, and the names under which phones find it."""

from __future__ import annotations

import ssl
import stat
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec
import structlog
from cryptography import x509

from overair import tls
from overair.protocol.autodiscover.site import Site
from overair.server.autodiscover.profiles import Signing
from overair.server.listening import tls_context
from overair.server.settings import Settings
from overair.sockets import is_loopback
from overair.tls.authority import names_of

_log = structlog.get_logger("overair.serve")

TLS_FOLDER: Final = "tls"
EVERY_ADDRESS: Final = ("0.0.0.0", "::")  # noqa: S104 - to be recognised, not bound to


class Identity(msgspec.Struct, frozen=True):
    """A TLS context, None for plain HTTP; the root of the private CA, if it made the certificate."""

    context: ssl.SSLContext | None = None
    root: x509.Certificate | None = None
    names: tuple[str, ...] = ()
    """The names in a certificate that an administrator brought."""


def identity_of(settings: Settings) -> Identity:
    """The certificate that the settings name, else one of the private CA, which is made when missing.

    Raises CertificateError, ssl.SSLError, OSError.
    """
    wanted = settings.tls
    if not wanted.enabled:
        return Identity()
    if wanted.certificate is not None and wanted.private_key is not None:
        path = Path(wanted.certificate)
        if Path(wanted.private_key).stat().st_mode & stat.S_IROTH:
            _log.warning("everybody on this machine can read the private key", path=wanted.private_key)
        context = tls_context(path, Path(wanted.private_key), legacy=wanted.legacy)
        names, _ = names_of(x509.load_pem_x509_certificate(path.read_bytes()))
        return Identity(context, names=tuple(sorted(name for name in names if "*" not in name)))
    settings.data_path.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = tls.ensure(settings.data_path / TLS_FOLDER, tls.this_machine(wanted.names))
    context = tls_context(made.certificate_path, made.private_key_path, legacy=wanted.legacy)
    return Identity(context, made.root)


def expiry_of(settings: Settings) -> tuple[str, datetime] | None:
    """Subject and end of the certificate that the server shows, None where it shows none.

    Raises OSError, ValueError for a file that holds no certificate.
    """
    if not settings.tls.enabled:
        return None
    own = settings.data_path / TLS_FOLDER / "server.pem"
    path = Path(settings.tls.certificate) if settings.tls.certificate is not None else own
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    return certificate.subject.rfc4514_string(), certificate.not_valid_after_utc


def hosts_of(bound_to: str, identity: Identity, settings: Settings) -> tuple[str, ...]:
    """Names and addresses to type into a phone, the best one first; there is always one."""
    if identity.names:
        return identity.names
    if is_loopback(bound_to):
        return (bound_to,)
    machine = tls.this_machine()
    if bound_to in EVERY_ADDRESS:
        # 0.0.0.0 listens on IPv4 only, :: on both.
        reached = [one for one in machine.network_addresses if one.version == 4 or bound_to == "::"]
        own = (str(tls.primary_address()), *machine.names, *map(str, reached))
    else:
        own = (bound_to, *machine.names)
    return tuple(dict.fromkeys(host for host in (*settings.tls.names, *own) if host != "localhost"))


def site_of(host: str, port: int, identity: Identity) -> Site | None:
    """Where a server is that shows its own certificate; the name of a proxy only the settings say."""
    return None if identity.context is None else Site("https", host, port)


def signing_of(settings: Settings) -> Signing | None:
    """The server's certificate and key as configuration profiles are signed with them."""
    wanted = settings.tls
    if wanted.certificate is not None and wanted.private_key is not None:
        return Signing(Path(wanted.certificate), Path(wanted.private_key))
    own = settings.data_path / TLS_FOLDER
    return Signing(own / "server.pem", own / "server.key") if wanted.enabled else None

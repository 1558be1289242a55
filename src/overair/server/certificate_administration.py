"""What an administrator sees of the server's certificate, and does to it."""

from __future__ import annotations

from typing import Final

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from overair.server.certificate_requests import (
    CertificateAnswer,
    CertificateChecked,
    CertificateIssued,
    CertificateRequest,
    CertificateShown,
    IssueCertificate,
    RenewCertificate,
    ShowCertificate,
)
from overair.server.certificates import TLS_FOLDER, cover, discovered_names, examine, public_names
from overair.server.context import Services
from overair.tls import private_ca, root_files
from overair.tls.authority import names_of
from overair.tls.checks import days_left
from overair.tls.files import CertificateError
from overair.tls.sources import NotRenewable, PrivateSource

FORESEEN: Final = (CertificateError, NotRenewable)


async def perform(
    services: Services, domains: tuple[str, ...], request: CertificateRequest
) -> CertificateAnswer:
    """Carry out a request; ``domains`` are those of the accounts. Raises FORESEEN, OSError."""
    keeper = services.certificates
    if isinstance(request, IssueCertificate):
        return _issued(services, request.names)
    if isinstance(request, RenewCertificate):
        covered = await cover(keeper, domains)
        renewed = await _renewed(services, request.force) or covered
        keeper.look_once()
        return shown(services, renewed=renewed)
    keeper.look_once()
    if isinstance(request, ShowCertificate):
        return shown(services)
    return _checked(services, domains)


def shown(services: Services, *, renewed: bool = False) -> CertificateShown:
    """The certificate as it is. Raises CertificateError, OSError."""
    keeper = services.certificates
    source, pair, failed = keeper.source, keeper.pair, keeper.attempts.failed
    known = CertificateShown(
        source="none" if source is None else source.kind,
        served=keeper.context is not None,
        renewed=renewed,
        path=str(source.paths[0]) if source is not None else "",
        failures=failed.count if failed is not None else 0,
        failure=failed.reason if failed is not None else "",
        next_attempt=keeper.attempts.next(keeper.now()) if failed is not None else None,
    )
    if source is None or pair is None:
        return known
    leaf = pair.leaf
    root = source.root() if isinstance(source, PrivateSource) else None
    return msgspec.structs.replace(
        known,
        names=_names(leaf),
        chain=tuple(one.subject.rfc4514_string() for one in pair.chain),
        issuer=leaf.issuer.rfc4514_string(),
        key=_key(leaf),
        fingerprint=leaf.fingerprint(hashes.SHA256()).hex(":").upper(),
        begins=leaf.not_valid_before_utc,
        ends=leaf.not_valid_after_utc,
        days_left=round(days_left(leaf, keeper.now()), 1),
        root_fingerprint=root_files.fingerprint_text(root) if root is not None else "",
        root_ends=root.not_valid_after_utc if root is not None else None,
    )


def _checked(services: Services, domains: tuple[str, ...]) -> CertificateChecked:
    keeper, settings = services.certificates, services.settings
    asked_for = (*public_names(settings), *settings.tls.written_names, *discovered_names(domains))
    return CertificateChecked(
        source="none" if keeper.source is None else keeper.source.kind,
        names=_names(keeper.pair.leaf) if keeper.pair is not None else (),
        asked_for=tuple(dict.fromkeys(asked_for)),
        problems=examine(keeper, settings, domains),
    )


async def _renewed(services: Services, force: bool) -> bool:
    keeper = services.certificates
    if keeper.source is None:
        raise NotRenewable("TLS is ended elsewhere ([tls] enabled = false): renew the certificate there")
    if keeper.context is None and not keeper.source.made_here and keeper.source.kind == "acme":
        raise NotRenewable("the authority asks the server, and none runs: start it, and it orders by itself")
    return await keeper.renew(force=force)


def _issued(services: Services, names: tuple[str, ...]) -> CertificateIssued:
    pem, certificate = private_ca.issue(services.settings.data_path / TLS_FOLDER, names)
    return CertificateIssued(pem.decode(), _names(certificate), certificate.not_valid_after_utc)


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    hosts, addresses = names_of(certificate)
    return (*sorted(hosts), *sorted(map(str, addresses)))


def _key(certificate: x509.Certificate) -> str:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size}"
    return f"EC {key.curve.name}" if isinstance(key, ec.EllipticCurvePublicKey) else type(key).__name__

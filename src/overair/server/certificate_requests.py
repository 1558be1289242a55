"""What `overair cert` asks, and what it is answered."""

from __future__ import annotations

from datetime import datetime

from overair.server.administration_records import AnswerRecord, RequestRecord
from overair.tls.problem import Problem


class ShowCertificate(RequestRecord, frozen=True):
    """The certificate; answered by CertificateShown."""


class CheckCertificate(RequestRecord, frozen=True):
    """What phones would say of it; answered by CertificateChecked."""


class RenewCertificate(RequestRecord, frozen=True):
    """Renew it, where that is due or in any case; answered by CertificateShown."""

    force: bool = False


class IssueCertificate(RequestRecord, frozen=True):
    """A certificate of the private authority for other names; answered by CertificateIssued."""

    names: tuple[str, ...]


class CertificateShown(AnswerRecord, frozen=True):
    """A server's certificate. Without one, all about it is empty."""

    source: str
    """``private``, ``acme``, ``files``, or ``none`` where TLS is ended elsewhere."""
    served: bool
    """Whether a server runs and shows it."""
    renewed: bool = False
    """Whether it was renewed just now."""
    path: str = ""
    names: tuple[str, ...] = ()
    """Names and addresses that it is for."""
    chain: tuple[str, ...] = ()
    """The names of the certificates that are sent, the server's own first."""
    issuer: str = ""
    key: str = ""
    """Kind and size, such as ``RSA 2048``."""
    fingerprint: str = ""
    """SHA-256."""
    begins: datetime | None = None
    ends: datetime | None = None
    days_left: float | None = None
    root_fingerprint: str = ""
    """SHA-256 of the private authority's certificate, where it signed."""
    root_ends: datetime | None = None
    failures: int = 0
    """How many attempts to renew it have failed since the last one that did not."""
    failure: str = ""
    """Why the last one did."""
    next_attempt: datetime | None = None


class CertificateChecked(AnswerRecord, frozen=True):
    """What was found, the errors first."""

    source: str
    names: tuple[str, ...]
    """Names and addresses that the certificate is for."""
    asked_for: tuple[str, ...]
    """Names that clients ask for, as far as is known."""
    problems: tuple[Problem, ...]


class CertificateIssued(AnswerRecord, frozen=True):
    """A new key and its certificate."""

    pem: str
    """The private key and the chain."""
    names: tuple[str, ...]
    ends: datetime


CertificateRequest = ShowCertificate | CheckCertificate | RenewCertificate | IssueCertificate
CertificateAnswer = CertificateShown | CertificateChecked | CertificateIssued

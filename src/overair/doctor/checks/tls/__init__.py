"""TLS: the certificate and the protocol of each host."""

from __future__ import annotations

from typing import Final

from overair.doctor.check import Check
from overair.doctor.checks.tls import (
    alpn,
    authority,
    autodiscover_host,
    ciphers,
    client_certificate,
    complete,
    dates,
    everywhere,
    groups,
    handshake,
    lifetime,
    nameless,
    names,
    order,
    purpose,
    revocation,
    strength,
    trusted,
    versions,
)

CHECKS: Final[tuple[Check, ...]] = (
    handshake.CHECK,
    client_certificate.CHECK,
    purpose.CHECK,
    dates.CHECK,
    names.CHECK,
    complete.CHECK,
    authority.CHECK,
    revocation.CHECK,
    trusted.CHECK,
    everywhere.CHECK,
    autodiscover_host.CHECK,
    versions.CHECK,
    ciphers.CHECK,
    groups.CHECK,
    alpn.CHECK,
    nameless.CHECK,
    order.CHECK,
    strength.CHECK,
    lifetime.CHECK,
)
"""In the order in which they name causes."""

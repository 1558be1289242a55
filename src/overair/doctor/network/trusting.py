"""Whom TLS believes: everybody where nothing secret is said, the machine's authorities where it is."""

from __future__ import annotations

import ssl
from functools import lru_cache
from pathlib import Path

import aiohttp

from overair.doctor.complaint import Complaint, Surroundings

OLD_CIPHERS = "DEFAULT:@SECLEVEL=0"
"""So that old servers can be looked at; how weak they are is a finding of its own."""
_LEGACY_SERVER_CONNECT = 0x4  # OpenSSL's number; Python has a name for it since 3.12
"""Servers from before RFC 5746 (2010) are patients, too."""


@lru_cache(maxsize=1)
def anybody() -> ssl.SSLContext:
    """For questions without a secret: whoever answers is asked, and judged by the checks of TLS."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return _old(context)


def believed(complaint: Complaint) -> ssl.SSLContext | aiohttp.Fingerprint:
    """For what carries the password: the machine's authorities and those given, or the one certificate
    whose fingerprint the user trusts."""
    if complaint.trusted_fingerprint is not None:
        return aiohttp.Fingerprint(bytes.fromhex(complaint.trusted_fingerprint))
    return verifying(complaint.surroundings)


def verifying(surroundings: Surroundings) -> ssl.SSLContext:
    """By the machine's authorities and those given; one context for all who ask, since the machine's are
    many and dear to read. Raises OSError for a file that cannot be read."""
    return _verifying((*surroundings.authorities, *surroundings.device_authorities))


@lru_cache(maxsize=4)
def _verifying(paths: tuple[Path, ...]) -> ssl.SSLContext:
    context = ssl.create_default_context()
    for path in paths:
        context.load_verify_locations(cafile=str(path))
    context.hostname_checks_common_name = False  # RFC 9525; no phone does since about 2019
    return _old(context)


def _old(context: ssl.SSLContext) -> ssl.SSLContext:
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers(OLD_CIPHERS)
    context.options |= _LEGACY_SERVER_CONNECT
    context.set_alpn_protocols(["http/1.1"])
    # What only the newest Python demands of a chain (RFC 5280 to the letter) no phone does.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context

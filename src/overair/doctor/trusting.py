"""Whom TLS believes: everybody where nothing secret is said, the machine's authorities where it is."""

from __future__ import annotations

import ssl
from functools import lru_cache

import aiohttp

from overair.doctor.complaint import Complaint, Surroundings

OLD_CIPHERS = "DEFAULT:@SECLEVEL=0"
"""So that old servers can be looked at; how weak they are is a finding of its own."""


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
    return _verifying(complaint.surroundings)


def _verifying(surroundings: Surroundings) -> ssl.SSLContext:
    context = ssl.create_default_context()
    for path in (*surroundings.authorities, *surroundings.device_authorities):
        context.load_verify_locations(cafile=str(path))
    return _old(context)


def _old(context: ssl.SSLContext) -> ssl.SSLContext:
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers(OLD_CIPHERS)
    return context

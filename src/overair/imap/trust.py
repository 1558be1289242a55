"""Whom TLS is to trust, and why it did not."""

from __future__ import annotations

import ssl
from functools import cache


@cache
def system_trust() -> ssl.SSLContext:
    """The system's authorities, and the server's name in its certificate."""
    return ssl.create_default_context()


def reason(error: OSError) -> str:
    """Why there is no connection, in words of the system's or of TLS, not of the server's."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the server's certificate is not trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {error.reason or type(error).__name__}"
    return error.strerror or type(error).__name__

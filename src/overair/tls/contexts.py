"""What a server agrees to on TLS connections."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Final

MODERN_CIPHERS: Final = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""For TLS 1.2: forward secrecy and authenticated encryption only. TLS 1.3 has no others."""
LEGACY_CIPHERS: Final = "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES:RSA+AES:RSA+3DES:@SECLEVEL=0"
"""TLS 1.0 wants security level 0 for its signatures; 3DES is there where OpenSSL was built with it."""


def tls_context(certificate: Path, key: Path, *, legacy: bool = False) -> ssl.SSLContext:
    """A server's context: TLS 1.2 and later, HTTP/1.1; ``legacy`` lets TLS 1.0 and its ciphers in.

    ``certificate`` holds the chain in PEM. Raises ssl.SSLError, OSError.
    """
    context = refusing_context(legacy=legacy)
    context.load_cert_chain(certificate, key)
    return context


def refusing_context(*, legacy: bool = False) -> ssl.SSLContext:
    """A server's context without a certificate, which ends every handshake."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1 if legacy else ssl.TLSVersion.TLSv1_2
    context.set_ciphers(LEGACY_CIPHERS if legacy else MODERN_CIPHERS)
    context.set_alpn_protocols(["http/1.1"])
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
    return context

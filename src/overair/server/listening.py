"""Where the server listens, and the sockets for it."""

from __future__ import annotations

import errno
import ipaddress
import resource
import socket
import ssl
import stat
from pathlib import Path

import msgspec

BACKLOG = 4096
MAXIMUM_DESCRIPTORS = 1_048_576
"""More is of no use to one process, and some systems refuse it."""

MODERN_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""For TLS 1.2: forward secrecy and authenticated encryption only. TLS 1.3 has no others."""
LEGACY_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES:RSA+AES:@SECLEVEL=0"


class Listening(msgspec.Struct, frozen=True, kw_only=True):
    """A TCP address, or a unix socket for a proxy in front."""

    host: str = "127.0.0.1"
    port: int = 8443
    """0 takes a free one."""
    unix_path: Path | None = None
    unix_mode: int = 0o660
    tls: ssl.SSLContext | None = None
    trusted_proxies: tuple[str, ...] = ()
    """Addresses and networks whose X-Forwarded-For and X-Forwarded-Proto are believed."""

    @property
    def is_private(self) -> bool:
        """Whether only this machine reaches it: the condition for plain HTTP."""
        return self.unix_path is not None or is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Whether every address of a host is this machine's own loopback."""
    try:
        addresses = {entry[4][0] for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except OSError:
        return False
    return all(ipaddress.ip_address(str(address).partition("%")[0]).is_loopback for address in addresses)


def tls_context(certificate: Path, key: Path, *, legacy: bool = False) -> ssl.SSLContext:
    """A server's context: TLS 1.2 and later, HTTP/1.1; ``legacy`` lets TLS 1.0 and its ciphers in.

    ``certificate`` holds the chain in PEM. Calling ``load_cert_chain`` on the context again gives
    new connections a renewed certificate. Raises ssl.SSLError, OSError.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1 if legacy else ssl.TLSVersion.TLSv1_2
    context.set_ciphers(LEGACY_CIPHERS if legacy else MODERN_CIPHERS)
    context.set_alpn_protocols(["http/1.1"])
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
    context.load_cert_chain(certificate, key)
    return context


def bind(listening: Listening) -> list[socket.socket]:
    """The listening sockets, one for each address of the host. Raises OSError."""
    if listening.unix_path is not None:
        return [unix_listener(listening.unix_path, listening.unix_mode)]
    entries = socket.getaddrinfo(
        listening.host, listening.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )
    listeners: list[socket.socket] = []
    missing: OSError | None = None
    port = listening.port
    for family, _, _, _, address in dict.fromkeys(entries):
        try:
            listener = _tcp_listener(family, (str(address[0]), port))
        except OSError as error:
            if error.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                for listener in listeners:
                    listener.close()
                raise
            missing = error  # such as ::1 of localhost where there is no IPv6
            continue
        port = listener.getsockname()[1]
        listeners.append(listener)
    if not listeners and missing is not None:
        raise missing
    return listeners


def _tcp_listener(family: int, address: tuple[str, int]) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6 and address[0] == "::":
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.bind(address)
    except OSError:
        listener.close()
        raise
    listener.setblocking(False)
    return listener


def unix_listener(path: Path, mode: int) -> socket.socket:
    """A unix socket with a mode; a dead one in its place is removed. Raises OSError when one is alive."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if path.exists() and stat.S_ISSOCK(path.stat().st_mode):
            if _answers(path):
                raise OSError(errno.EADDRINUSE, "another server listens there", str(path))
            path.unlink()
        listener.bind(str(path))
        path.chmod(mode)
    except OSError:
        listener.close()
        raise
    listener.setblocking(False)
    return listener


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
        try:
            caller.connect(str(path))
        except ConnectionRefusedError:
            return False
    return True


def raise_descriptor_limit() -> int:
    """Let this process open as many files as it may: each phone is one. Returns the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAXIMUM_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, MAXIMUM_DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return soft

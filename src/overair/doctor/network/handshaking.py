"""One TLS handshake of the doctor: nobody is trusted, everything that the server shows is kept.

OpenSSL works over memory here and asyncio moves the bytes, so that a handshake with a silent port can be
given up at any time and costs no thread.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL, crypto

from overair.doctor.complaint import Place, Surroundings
from overair.doctor.host import Host
from overair.doctor.network.resolving import literal

OLD_CIPHERS: Final = "ALL:!aNULL:!eNULL:!PSK:!SRP:@SECLEVEL=0"
"""Everything with a certificate, however weak: what is wrong with it is for the checks to say."""
PHONE_PROTOCOLS: Final = ("h2", "http/1.1")
"""What phones offer by ALPN."""
VERSIONS: Final = {
    "TLSv1": SSL.TLS1_VERSION,
    "TLSv1.1": SSL.TLS1_1_VERSION,
    "TLSv1.2": SSL.TLS1_2_VERSION,
    "TLSv1.3": SSL.TLS1_3_VERSION,
}
MAXIMUM_BYTES: Final = 512 * 1024
"""Of a server's side of the handshake; certificates are 2 to 10 KB."""
_PIECE: Final = 16 * 1024
_READ_ALERT: Final = 0x4004  # SSL_CB_READ_ALERT
_LATE_ALERT_SECONDS: Final = 1.0
CLIENT_CERTIFICATE_STATE: Final = b"certificate request"


class Refusal(StrEnum):
    """How a handshake fails."""

    SILENT = "no answer in time"
    CLOSED = "the connection was closed"
    RESET = "the connection was reset"
    UNREACHABLE = "no connection"
    NOT_TLS = "what answered is not TLS"
    ALERT = "the server refused"
    BROKEN = "the handshake failed"


class NoShake(Exception):
    """A handshake failed before a certificate was seen."""

    def __init__(self, refusal: Refusal, alert: int | None = None, sent: bytes = b"") -> None:
        super().__init__(refusal.value if alert is None else f"{refusal.value} (alert {alert})")
        self.refusal = refusal
        self.alert = alert
        """Its number in RFC 8446 section 6."""
        self.sent = sent
        """The first bytes that came, to tell what they are."""


@dataclass(frozen=True)
class Shake:
    """One handshake, with nobody trusted and everybody seen."""

    chain: tuple[bytes, ...]
    """The certificates in DER as they were sent, the server's own first."""
    version: str
    """As OpenSSL names it: TLSv1.2, TLSv1.3."""
    cipher: str
    protocol: str
    """What ALPN settled; empty where nothing."""
    client_certificate: bool
    """Whether the server asked for one."""
    staple: bytes
    """The OCSP response that was stapled, in DER; empty where none was."""
    group: str = ""
    """The group of the key exchange as OpenSSL names it (x25519, secp256r1); empty where there was none."""
    alert: int | None = None
    """The alert (RFC 8446 section 6) by which the server ended it after it had shown its certificate."""


@dataclass(frozen=True)
class Hello:
    """What is offered."""

    name: str | None
    """For SNI; None to send none, as old Windows Mobile does."""
    protocols: tuple[str, ...] = PHONE_PROTOCOLS
    minimum: str = "TLSv1"
    maximum: str = "TLSv1.3"
    ciphers: str = OLD_CIPHERS
    only_p256: bool = False
    """Whether P-256 is the one group that is offered, which every device with elliptic curves knows."""


def hello_to(host: Host) -> Hello:
    """What a phone says to a host: its name, where it is not an address."""
    return Hello(None if literal(host.name) is not None else host.name)


def place_of(host: Host, address: str, surroundings: Surroundings) -> Place:
    """Where a host's HTTPS is reached at one of its addresses."""
    return Place(address, surroundings.ports.get(host.port, host.port))


@dataclass
class _Seen:
    """What OpenSSL tells on the way."""

    states: set[bytes] = field(default_factory=set)
    alert: int | None = None
    staple: bytes = b""
    first: bytes = b""

    def noted(self, connection: SSL.Connection, where: int, value: int) -> None:
        """For each state and alert of the handshake."""
        self.states.add(connection.get_state_string())
        if where == _READ_ALERT and value & 0xFF:
            self.alert = value & 0xFF

    def stapled(self, connection: SSL.Connection, staple: bytes, nothing: object) -> bool:
        """For the stapled OCSP response, or for there being none."""
        self.staple = staple
        return True

    @property
    def client_certificate(self) -> bool:
        return any(CLIENT_CERTIFICATE_STATE in state for state in self.states)


async def shake(place: Place, hello: Hello, surroundings: Surroundings) -> Shake:
    """Shake hands and hang up. Raises NoShake."""
    seen = _Seen()
    try:
        async with asyncio.timeout(surroundings.connect_seconds):
            reader, writer = await asyncio.open_connection(place.address, place.port)
    except TimeoutError as error:
        raise NoShake(Refusal.SILENT) from error
    except OSError as error:
        raise NoShake(Refusal.UNREACHABLE) from error
    try:
        async with asyncio.timeout(surroundings.connect_seconds):
            return await _shaken(reader, writer, hello, seen)
    except TimeoutError as error:
        raise NoShake(Refusal.SILENT, sent=seen.first) from error
    except OSError as error:
        raise NoShake(Refusal.RESET, sent=seen.first) from error
    finally:
        writer.transport.abort()


async def attempt(place: Place, hello: Hello, surroundings: Surroundings) -> Shake | NoShake:
    """What becomes of a handshake, for whoever makes several side by side."""
    try:
        return await shake(place, hello, surroundings)
    except NoShake as failure:
        return failure


async def _shaken(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, hello: Hello, seen: _Seen
) -> Shake:
    connection = SSL.Connection(_context(hello, seen), None)
    if hello.name is not None:
        connection.set_tlsext_host_name(hello.name.encode("ascii"))
    connection.request_ocsp()
    connection.set_connect_state()
    came = 0
    while True:
        refusal = _stepped(connection)
        await _flush(connection, writer)
        if refusal is _Progress.DONE:
            break
        if refusal is _Progress.FAILED:
            return _refused(connection, seen)
        data = await reader.read(_PIECE)
        seen.first = seen.first or data[:64]
        came += len(data)
        if not data or came > MAXIMUM_BYTES:
            return _refused(connection, seen, Refusal.CLOSED)
        connection.bio_write(data)
    if seen.client_certificate and connection.get_protocol_version() == SSL.TLS1_3_VERSION:
        await _late_alert(connection, reader)
    return _shown(connection, seen)


async def _late_alert(connection: SSL.Connection, reader: asyncio.StreamReader) -> None:
    """In TLS 1.3 the demand for a client certificate comes after the client thinks that all is done."""
    try:
        async with asyncio.timeout(_LATE_ALERT_SECONDS):
            data = await reader.read(_PIECE)
    except (TimeoutError, OSError):
        return  # nothing more came: no demand
    if data:
        connection.bio_write(data)
    try:
        connection.recv(1)
    except SSL.Error:
        return  # the alert, if it was one, was noted on the way


class _Progress(StrEnum):
    DONE = "done"
    WAITS = "waits"
    FAILED = "failed"


def _stepped(connection: SSL.Connection) -> _Progress:
    try:
        connection.do_handshake()
    except SSL.WantReadError:
        return _Progress.WAITS
    except SSL.Error:
        return _Progress.FAILED
    return _Progress.DONE


async def _flush(connection: SSL.Connection, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            writer.write(connection.bio_read(_PIECE))
    except SSL.WantReadError:
        await writer.drain()


def _refused(connection: SSL.Connection, seen: _Seen, refusal: Refusal = Refusal.BROKEN) -> Shake:
    """What a failed handshake has shown nevertheless. Raises NoShake where it is no certificate."""
    if connection.get_peer_cert_chain():
        return _shown(connection, seen)
    if seen.alert is not None:
        raise NoShake(Refusal.ALERT, seen.alert, seen.first)
    # A TLS record begins with its type, 20 to 23, and the major version 3 (RFC 8446 section 5.1).
    if seen.first and not (20 <= seen.first[0] <= 23 and seen.first[1:2] == b"\x03"):
        raise NoShake(Refusal.NOT_TLS, sent=seen.first)
    raise NoShake(refusal, sent=seen.first)


def _shown(connection: SSL.Connection, seen: _Seen) -> Shake:
    """What was seen. Raises NoShake where there is no certificate in it."""
    chain = connection.get_peer_cert_chain()
    if not chain:
        raise NoShake(Refusal.BROKEN, seen.alert, seen.first)
    return Shake(
        chain=tuple(crypto.dump_certificate(crypto.FILETYPE_ASN1, certificate) for certificate in chain),
        version=connection.get_protocol_version_name(),
        cipher=connection.get_cipher_name() or "",
        protocol=connection.get_alpn_proto_negotiated().decode("ascii", "replace"),
        client_certificate=seen.client_certificate,
        staple=seen.staple,
        group=connection.get_group_name() or "",
        alert=seen.alert,
    )


def _context(hello: Hello, seen: _Seen) -> SSL.Context:
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_min_proto_version(VERSIONS[hello.minimum])
    context.set_max_proto_version(VERSIONS[hello.maximum])
    context.set_cipher_list(hello.ciphers.encode("ascii"))
    if hello.only_p256:
        context.set_tmp_ecdh(ec.SECP256R1())
    # Servers from before RFC 5746 (2010) are patients, too.
    context.set_options(SSL.OP_LEGACY_SERVER_CONNECT)
    context.set_verify(SSL.VERIFY_NONE)
    context.set_info_callback(seen.noted)
    context.set_ocsp_client_callback(seen.stapled)
    if hello.protocols:
        context.set_alpn_protos([protocol.encode("ascii") for protocol in hello.protocols])
    return context

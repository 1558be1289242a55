"""tls-alpn-01 on the phones' own listener: validators see one certificate, phones another."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Iterator

import pytest
from cryptography import x509

from overair.tls.acme.challenges import ACME_IDENTIFIER, _asked_for, _context
from overair.tls.live import ALPN_CHALLENGE
from support.certified import Certified, certified

NAME = "mail.example.org"
DIGEST = bytes(range(32))


@pytest.fixture(scope="module", name="server")
def challenged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Certified]:
    folder = tmp_path_factory.mktemp("live")
    with certified(folder) as server:
        assert server.keeper.context is not None
        server.keeper.context.challenges = {
            _asked_for(name): _context(name, DIGEST, folder) for name in (NAME, "192.0.2.7")
        }
        yield server


def validator(server: Certified, asked_for: str, *offered: str) -> tuple[x509.Certificate, str | None]:
    """What a client is shown that offers these protocols, and which one was agreed on."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(offered)
    near = socket.create_connection(("127.0.0.1", server.port), timeout=30)
    with context.wrap_socket(near, server_hostname=asked_for) as connection:
        shown = connection.getpeercert(binary_form=True)
        assert shown is not None
        return x509.load_der_x509_certificate(shown), connection.selected_alpn_protocol()


@pytest.mark.parametrize("asked_for", [NAME, "7.2.0.192.in-addr.arpa"])
def test_a_validator_is_shown_the_digest(server: Certified, asked_for: str) -> None:
    shown, agreed = validator(server, asked_for, ALPN_CHALLENGE)
    assert agreed == ALPN_CHALLENGE
    extension = shown.extensions.get_extension_for_oid(ACME_IDENTIFIER)
    assert extension.critical
    assert isinstance(extension.value, x509.UnrecognizedExtension)
    assert extension.value.value == b"\x04\x20" + DIGEST


@pytest.mark.parametrize("offered", [(), ("http/1.1",), ("h2", "http/1.1"), ("http/1.1", ALPN_CHALLENGE)])
def test_a_phone_is_shown_the_servers_own(server: Certified, offered: tuple[str, ...]) -> None:
    assert server.keeper.pair is not None
    shown, agreed = validator(server, NAME, *offered)
    assert shown == server.keeper.pair.leaf
    assert agreed == ("http/1.1" if "http/1.1" in offered else None)


def test_a_name_that_is_not_asked_about_is_refused(server: Certified) -> None:
    with pytest.raises(ssl.SSLError):
        validator(server, "other.example.org", ALPN_CHALLENGE)


def test_a_first_record_in_pieces(server: Certified) -> None:
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols([ALPN_CHALLENGE])
    client = context.wrap_bio(incoming, outgoing, server_hostname=NAME)
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while True:
            try:
                client.do_handshake()
                break
            except ssl.SSLWantReadError:
                hello = outgoing.read()
                for piece in (hello[:1], hello[1:4], hello[4:6], hello[6:200], hello[200:]):
                    connection.sendall(piece)
                data = connection.recv(65_536)
                assert data
                incoming.write(data)
    assert client.selected_alpn_protocol() == ALPN_CHALLENGE


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x00\x00",
        b"\x16\x03\x01\x00\x04\x01\x00\x00\xff",
        b"\x16\x03\x01\x00\x16" + b"\x00\x10\x00\x0d\x00\x0b\x0aacme-tls/1" + bytes(5),
        b"\x16\x03\x01\xff\xff" + bytes(70_000),
        b"\x80\x00",
    ],
)
def test_what_is_no_handshake_ends_that_connection_alone(server: Certified, sent: bytes) -> None:
    near = socket.create_connection(("127.0.0.1", server.port), timeout=30)
    with near as connection, contextlib.suppress(OSError):  # that it was reset is an end, too
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65_536):
            pass
    assert server.keeper.pair is not None
    assert server.leaf() == server.keeper.pair.leaf

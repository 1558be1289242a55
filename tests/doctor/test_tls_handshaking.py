"""Handshakes with what is not, or not quite, a server of TLS."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from overair.doctor.complaint import Place, Surroundings
from overair.doctor.network.handshaking import MAXIMUM_BYTES, Hello, NoShake, Refusal, Shake, shake
from overair.ward.certificates import Authority, CertificateFiles
from support.asynchronous import run

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
HELLO = Hello("mail.ward.test")
AROUND = Surroundings(connect_seconds=20)
IMPATIENT = Surroundings(connect_seconds=0.2)


def shaken(serve: Serve, around: Surroundings = AROUND) -> Shake:
    async def spoken() -> Shake:
        server = await asyncio.start_server(serve, "127.0.0.1")
        async with server:
            return await shake(Place("127.0.0.1", server.sockets[0].getsockname()[1]), HELLO, around)

    return run(spoken())


def saying(*pieces: bytes, stay: bool = False) -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        for piece in pieces:
            writer.write(piece)
        if stay:
            await reader.read()
        writer.close()

    return serve


@pytest.mark.parametrize(
    ("pieces", "refusal"),
    [
        ((b"HTTP/1.1 400 Bad Request\r\n\r\n",), Refusal.NOT_TLS),
        ((b"220 mail ESMTP\r\n",), Refusal.NOT_TLS),
        ((b"\x16\x03\x03\xff\xff" + b"x" * 70_000,), Refusal.BROKEN),
        ((b"\x15\x03\x03\x00\x02\x02\x28",), Refusal.ALERT),
        ((b"\x16\x03",), Refusal.CLOSED),
        ((), Refusal.CLOSED),
    ],
)
def test_how_a_handshake_fails(pieces: tuple[bytes, ...], refusal: Refusal) -> None:
    with pytest.raises(NoShake) as failed:
        shaken(saying(*pieces))

    assert failed.value.refusal is refusal
    assert (failed.value.alert == 40) is (refusal is Refusal.ALERT)


def test_who_says_nothing_is_given_up() -> None:
    with pytest.raises(NoShake) as failed:
        shaken(saying(stay=True), IMPATIENT)

    assert failed.value.refusal is Refusal.SILENT


def test_who_says_too_much_is_given_up() -> None:
    """Alerts that only warn may come for ever."""
    warning = b"\x15\x03\x03\x00\x02\x01\x5a"
    with pytest.raises(NoShake):
        shaken(saying(warning * (MAXIMUM_BYTES // 7 + 100_000), stay=True))


def test_a_closed_port_is_no_connection() -> None:
    with pytest.raises(NoShake) as failed:
        run(shake(Place("127.0.0.1", 1), HELLO, AROUND))

    assert failed.value.refusal is Refusal.UNREACHABLE


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> CertificateFiles:
    return Authority(tmp_path_factory.mktemp("authority")).issue(("mail.ward.test",))


def with_server(files: CertificateFiles, change: Callable[[ssl.SSLContext], None], hello: Hello) -> Shake:
    """With a server that answers in a thread: asyncio's hangs up without the alert."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.chain_file, files.key_file)
    change(context)

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with (
            connection,
            contextlib.suppress(OSError),
            context.wrap_socket(connection, server_side=True) as tls,
        ):
            tls.recv(1)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=serve, args=(listener,))
        server.start()
        shown = run(shake(Place("127.0.0.1", listener.getsockname()[1]), hello, AROUND))
        server.join()
    return shown


def test_what_a_handshake_shows(files: CertificateFiles) -> None:
    shown = with_server(files, lambda context: context.set_alpn_protocols(["http/1.1"]), HELLO)

    assert shown.chain == files.chain
    assert shown.version == "TLSv1.3"
    assert shown.protocol == "http/1.1"
    assert shown.group
    assert not shown.client_certificate
    assert shown.alert is None
    assert shown.staple == b""


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
@pytest.mark.parametrize("demanded", [False, True])
def test_the_wish_for_a_certificate_of_the_phone_is_seen(
    files: CertificateFiles, version: str, demanded: bool
) -> None:
    def ask(context: ssl.SSLContext) -> None:
        context.load_verify_locations(cafile=str(files.root_file))
        context.verify_mode = ssl.CERT_REQUIRED if demanded else ssl.CERT_OPTIONAL

    shown = with_server(files, ask, replace(HELLO, maximum=version))

    assert shown.client_certificate
    assert (shown.alert is not None) is demanded
    assert shown.chain == files.chain

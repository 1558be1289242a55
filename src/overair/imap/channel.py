"""What lies between the bytes of IMAP and those on the wire: TLS and compression.

TLS is the standard library's, by way of memory and not of asyncio's transport: that takes 290 KB for
each connection (on uvloop 64 KB as soon as something large was read), this 30 KB, which are OpenSSL's.
"""

from __future__ import annotations

import asyncio
import ssl
import zlib
from typing import Final

from overair.imap.errors import BrokenProtocol, ConnectionLost
from overair.imap.trust import reason

AT_ONCE: Final = 64 * 1024
"""Bytes that are asked of TLS at once; it gives a record at most, 16 KB."""


class Channel:
    """The way to the server and back."""

    __slots__ = ("_agreed", "_deflate", "_incoming", "_inflate", "_most", "_outgoing", "_tls", "_transport")

    def __init__(self, transport: asyncio.Transport, most: int) -> None:
        """``most`` bytes may come of what is decompressed at once."""
        self._transport: Final = transport
        self._most: Final = most
        self._tls: ssl.SSLObject | None = None
        self._incoming: ssl.MemoryBIO | None = None
        self._outgoing: ssl.MemoryBIO | None = None
        self._agreed: asyncio.Future[None] | None = None
        self._deflate: zlib._Compress | None = None
        self._inflate: zlib._Decompress | None = None

    def secure(self, context: ssl.SSLContext, host: str) -> asyncio.Future[None]:
        """Begin TLS with a server of a name; done when it is agreed on."""
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        self._agreed = asyncio.get_running_loop().create_future()
        agreed = self._agreed
        self._shake_hands(self._tls, agreed)
        return agreed

    def compress(self) -> None:
        """Compress from here on, in both directions (RFC 4978)."""
        self._deflate = zlib.compressobj(wbits=-15, memLevel=5)
        self._inflate = zlib.decompressobj(wbits=-15)

    def received(self, data: bytes) -> bytes:
        """What was said, of what has come. Raises ConnectionLost, BrokenProtocol."""
        if self._tls is not None:
            data = self._decrypted(self._tls, data)
        return self._inflated(self._inflate, data) if self._inflate is not None else data

    def write(self, data: bytes) -> None:
        """Say something. Raises ConnectionLost."""
        if self._deflate is not None:
            data = self._deflate.compress(data) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        if self._tls is None:
            self._transport.write(data)
            return
        try:
            self._tls.write(data)
        except ssl.SSLError as error:
            raise ConnectionLost(reason(error)) from None
        self._flush()

    def pause(self, paused: bool) -> None:
        """Take nothing more from the wire, or take it again."""
        if paused:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    def fail(self, error: ConnectionLost) -> None:
        """End it at once."""
        self._transport.abort()
        if self._agreed is not None and not self._agreed.done():
            self._agreed.set_exception(error)
            self._agreed.exception()  # whoever awaits it gets it; where nobody does it is no news

    def _shake_hands(self, tls: ssl.SSLObject, agreed: asyncio.Future[None]) -> None:
        try:
            tls.do_handshake()
        except ssl.SSLWantReadError:
            return
        finally:
            self._flush()
        self._agreed = None
        if not agreed.done():
            agreed.set_result(None)

    def _decrypted(self, tls: ssl.SSLObject, data: bytes) -> bytes:
        assert self._incoming is not None  # noqa: S101 - it is made with tls
        self._incoming.write(data)
        parts: list[bytes] = []
        try:
            if self._agreed is not None:
                self._shake_hands(tls, self._agreed)
            while self._agreed is None and (part := tls.read(AT_ONCE)):
                parts.append(part)
        except ssl.SSLWantReadError:
            self._flush()  # reading may have to answer, such as a new key
        except ssl.SSLZeroReturnError:
            self._transport.close()  # what came before it counts
        except ssl.SSLError as error:
            raise ConnectionLost(reason(error)) from None
        return b"".join(parts)

    def _flush(self) -> None:
        if self._outgoing is not None and self._outgoing.pending:
            self._transport.write(self._outgoing.read())

    def _inflated(self, inflate: zlib._Decompress, data: bytes) -> bytes:
        try:
            inflated = inflate.decompress(data, self._most)
        except zlib.error:
            raise BrokenProtocol("what came is not compressed") from None
        if inflate.unconsumed_tail or inflate.eof:
            raise BrokenProtocol("too much was compressed into too little, or compression ended")
        return inflated

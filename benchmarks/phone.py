"""A lean phone: thousands of them fit into one process beside the server that is measured."""

from __future__ import annotations

import asyncio
import base64
import ssl
from typing import Final
from urllib.parse import urlencode

import msgspec

from overair.protocol.body_preferences import BodyPreference
from overair.protocol.folder_sync import FolderSyncRequest, FolderSyncResponse
from overair.protocol.ping import PingFolder, PingRequest, PingResponse
from overair.protocol.schema import Record
from overair.protocol.sync import CollectionRequest, CollectionResponse, SyncRequest, SyncResponse
from overair.protocol.sync_options import Options
from overair.versions import Version
from overair.wbxml import decode, encode

VERSION: Final = Version.V16_1
INBOX: Final = 2
CALENDAR: Final = 8
"""Types of folders."""
HEARTBEAT: Final = 3540


class Account(msgspec.Struct, frozen=True):
    """Somebody to log in as."""

    address: str
    password: str

    @property
    def authorization(self) -> str:
        """The value of the Authorization header."""
        return "Basic " + base64.b64encode(f"{self.address}:{self.password}".encode()).decode()


class Place(msgspec.Struct, frozen=True):
    """Where a server answers; ``tls`` is None for plain HTTP."""

    host: str
    port: int
    tls: ssl.SSLContext | None = None


def any_certificate() -> ssl.SSLContext:
    """A client's context that takes the certificate of the server that was just started."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class Refused(RuntimeError):
    """A request was answered with something other than success."""

    def __init__(self, command: str, status: int, body: bytes = b"") -> None:
        super().__init__(f"{command} was answered with {status}: {body[:200]!r}")
        self.status = status


class Connection(asyncio.Protocol):
    """One HTTP connection with one request at a time."""

    __slots__ = ("_answer", "_buffer", "transport")

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self._buffer = b""
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError("the server closed the connection"))
        self.transport = None

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, end, body = self._buffer.partition(b"\r\n\r\n")
        if not end or self._answer is None:
            return
        lines = head.lower().split(b"\r\n")
        length = next(int(line[15:]) for line in lines if line.startswith(b"content-length:"))
        if len(body) >= length:
            self._buffer = b""
            self._answer.set_result((int(lines[0].split()[1]), body))

    def close(self) -> None:
        """Drop the connection; who waits for an answer is cancelled."""
        if self._answer is not None:
            self._answer.cancel()
        if self.transport is not None:
            self.transport.abort()

    def request(self, data: bytes) -> asyncio.Future[tuple[int, bytes]]:
        """Send a request; the future gives the status and the body."""
        if self.transport is None:
            raise ConnectionResetError("the connection is closed")
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(data)
        return self._answer


class Phone:
    """One device of an account and one of its folders, with the key that it has got."""

    __slots__ = ("_account", "_connection", "_device_id", "_folder_type", "_place", "folder", "key")

    def __init__(self, place: Place, account: Account, device_id: str, folder_type: int = INBOX) -> None:
        self._place = place
        self._account = account
        self._device_id = device_id
        self._connection = Connection()
        self._folder_type = folder_type
        self.folder = ""
        self.key = "0"

    async def connect(self, place: Place | None = None) -> None:
        """Open the connection, at another place where one is given."""
        self._place = place or self._place
        _, self._connection = await asyncio.get_running_loop().create_connection(
            Connection, self._place.host, self._place.port, ssl=self._place.tls
        )

    def close(self) -> None:
        """Drop the connection without a word, as phones do."""
        self._connection.close()

    def request(self, command: str, message: Record | None) -> bytes:
        """The bytes of a request; without a message it has no body."""
        body = encode(message.to_element(VERSION)) if message is not None else b""
        query = urlencode(
            {
                "Cmd": command,
                "User": self._account.address,
                "DeviceId": self._device_id,
                "DeviceType": "SmartPhone",
            }
        )
        head = (
            f"POST /Microsoft-Server-ActiveSync?{query} HTTP/1.1\r\n"
            f"Host: {self._place.host}\r\n"
            f"Authorization: {self._account.authorization}\r\n"
            f"MS-ASProtocolVersion: {VERSION.text}\r\n"
            "User-Agent: Phone/1.0\r\n"
            "Content-Type: application/vnd.ms-sync.wbxml\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    async def ask(self, command: str, message: Record | None) -> bytes:
        """The body of an answer. Raises Refused when it is not 200, OSError."""
        return _body(command, await self._connection.request(self.request(command, message)))

    async def folder_sync(self) -> None:
        """Learn the folder's id."""
        body = await self.ask("FolderSync", FolderSyncRequest(sync_key="0"))
        answer = FolderSyncResponse.from_element(decode(body), VERSION)
        adds = answer.changes.adds if answer.changes is not None else ()
        self.folder = next(folder.server_id for folder in adds if folder.type == self._folder_type)

    def sync_request(self, window: int = 100, preference: BodyPreference | None = None) -> SyncRequest:
        """A Sync of the folder from the present key."""
        first = self.key == "0"
        options = (Options(body_preferences=(preference,)),) if first and preference is not None else ()
        collection = CollectionRequest(
            sync_key=self.key,
            collection_id=self.folder,
            get_changes=None if first else True,
            window_size=window,
            options=options,
        )
        return SyncRequest(collections=(collection,))

    async def sync(self, window: int = 100, preference: BodyPreference | None = None) -> tuple[int, bool]:
        """One Sync of the folder; returns how many changes came and whether there are more."""
        collection = await self.collection(window, preference)
        return (len(collection.commands), collection.more_available) if collection else (0, False)

    async def collection(
        self, window: int = 100, preference: BodyPreference | None = None
    ) -> CollectionResponse | None:
        """What one Sync of the folder told; None for nothing. Raises Refused, OSError."""
        body = await self.ask("Sync", self.sync_request(window, preference))
        if not body:
            return None
        answer = SyncResponse.from_element(decode(body), VERSION)
        if answer.status not in (None, 1):
            raise Refused("Sync", int(answer.status or 0))
        [collection] = answer.collections
        if collection.status != 1:
            raise Refused("Sync", int(collection.status))
        self.key = collection.sync_key
        return collection

    async def sync_all(self, window: int = 100, preference: BodyPreference | None = None) -> int:
        """Sync from key 0 until there is no more; returns how many items came."""
        await self.sync(window, preference)
        items, more = 0, True
        while more:
            count, more = await self.sync(window)
            items += count
        return items

    def ping(self) -> asyncio.Future[tuple[int, bytes]]:
        """Begin to wait for mail."""
        folders = (PingFolder(id=self.folder, item_class="Email"),)
        message = PingRequest(heartbeat_interval=HEARTBEAT, folders=folders)
        return self._connection.request(self.request("Ping", message))

    @staticmethod
    def ping_status(answer: tuple[int, bytes]) -> int:
        """The status in a Ping's answer: 2 says that there is something."""
        return PingResponse.from_element(decode(_body("Ping", answer)), VERSION).status


def _body(command: str, answer: tuple[int, bytes]) -> bytes:
    status, body = answer
    if status != 200:
        raise Refused(command, status, body)
    return body

"""A phone that speaks raw HTTP, so that tests can also say what no client would."""

from __future__ import annotations

import gzip
import http.client
import itertools
import ssl
import time
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

from overair.mailboxes.interface import FolderType
from overair.protocol.commands import messages_of
from overair.protocol.folder_sync import FolderEntry, FolderSyncRequest, FolderSyncResponse
from overair.protocol.http import MULTIPART_TYPE, PATH, WBXML_TYPE, Command, Credentials, Request
from overair.protocol.multipart import split_parts
from overair.protocol.schema import Record
from overair.versions import SERVED, Version
from overair.wbxml import Element, decode, encode
from support.databases import outside
from support.schemas import validate
from support.server import ANNA, PASSWORD
from support.shared import SHARED

R = TypeVar("R", bound=Record)
_device_numbers = itertools.count(1)


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; ``body`` is decompressed, ``parts`` are those of a multipart one beside the WBXML."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    command: Command | None
    version: Version

    @property
    def parts(self) -> list[bytes]:
        return split_parts(self.body)[1:]

    @property
    def tree(self) -> Element:
        """The WBXML of the answer, validated against the schemas where they are."""
        multipart = self.headers.get("content-type") == MULTIPART_TYPE
        tree = decode(split_parts(self.body)[0] if multipart else self.body)
        if self.version in SERVED:
            later = {node.tag for node in every(tree) if self.version not in node.tag.versions}
            assert not later, (self.version, later)
        if SHARED is not None and self.command is not None:
            validate(tree, "response", self.command)
        return tree

    def read(self, record: type[R]) -> R:
        """The answer as a message."""
        assert self.status == 200, (self.status, self.body)
        return record.from_element(self.tree, self.version)

    @property
    def common_status(self) -> int:
        """The Status directly in the answer's root."""
        return int(next(child.text for child in self.tree if child.tag.name == "Status"))


class Server(Protocol):
    """Where a phone finds its server: a RunningServer, or one in a process of its own."""

    @property
    def port(self) -> int:
        """Of loopback."""

    @property
    def trust(self) -> ssl.SSLContext | None:
        """What a client over TLS trusts."""


@dataclass
class Phone:
    """One device of one user."""

    server: Server
    version: Version = Version.V14_1
    address: str = ANNA
    device_id: str = field(default_factory=lambda: f"phone{next(_device_numbers)}")
    device_type: str = "Testphone"
    policy_key: int | None = None
    login: str | None = None
    password: bytes = PASSWORD.encode()

    def request(self, command: Command, **fields: object) -> Request:
        """A request of this phone."""
        values: dict[str, object] = {
            "command": command,
            "user": self.address,
            "device_id": self.device_id,
            "device_type": self.device_type,
            "version": self.version,
            "policy_key": self.policy_key,
            "user_agent": "Testphone/1.0",
            "credentials": Credentials(self.login or self.address, self.password),
            "content_type": WBXML_TYPE,
        } | fields
        return Request(**values)  # type: ignore[arg-type]  # the fields are Request's

    def post(
        self,
        command: Command,
        body: Record | bytes = b"",
        *,
        base64: bool = False,
        headers: Mapping[str, str | None] | None = None,
        query: str | None = None,
        **fields: object,
    ) -> Answer:
        """Send one command; ``headers`` override, and None leaves a header out."""
        data = body if isinstance(body, bytes) else encode(body.to_element(self.version))
        request = self.request(command, body=data, **fields)
        sent: dict[str, str | None] = {**request.to_headers(base64=base64), **(headers or {})}
        query = request.to_query(base64=base64) if query is None else query
        return self.http("POST", f"{PATH}?{query}", sent, data, command)

    def http(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str | None],
        body: bytes = b"",
        command: Command | None = None,
    ) -> Answer:
        """Send anything."""
        return send(self.server, method, target, headers, body, command, self.version)

    def folder_sync(self, key: str = "0") -> FolderSyncResponse:
        """One FolderSync."""
        return self.post(Command.FOLDER_SYNC, FolderSyncRequest(sync_key=key)).read(FolderSyncResponse)

    def folders(self) -> dict[FolderType, FolderEntry]:
        """The first folder of each type, from a FolderSync with key 0."""
        changes = self.folder_sync().changes
        assert changes is not None
        found: dict[FolderType, FolderEntry] = {}
        for entry in changes.adds:
            found.setdefault(FolderType(entry.type), entry)
        return found


def every(tree: Element) -> Iterator[Element]:
    """An element and all inside it."""
    yield tree
    for child in tree:
        yield from every(child)


def send(
    server: Server,
    method: str,
    target: str,
    headers: Mapping[str, str | None],
    body: bytes = b"",
    command: Command | None = None,
    version: Version = Version.V16_1,
) -> Answer:
    """One HTTP request on a connection of its own."""
    connection: http.client.HTTPConnection
    if server.trust is not None:
        connection = http.client.HTTPSConnection("localhost", server.port, timeout=60, context=server.trust)
    else:
        connection = http.client.HTTPConnection("localhost", server.port, timeout=60)
    try:
        present = {name: value for name, value in headers.items() if value is not None}
        connection.request(method, target, body or None, present)
        answer = connection.getresponse()
        data = answer.read()
        found = {name.lower(): value for name, value in answer.getheaders()}
        if found.get("content-encoding") == "gzip":
            data = gzip.decompress(data)
        if command is not None and messages_of(command, version).response is None:
            command = None
        return Answer(answer.status, found, data, command, version)
    finally:
        connection.close()


def letter(
    subject: str = "Hello", to: str = ANNA, body: str = "Good morning", **headers: str
) -> EmailMessage:
    """A plain message; header names with underscores for hyphens."""
    message = EmailMessage()
    message["From"] = "somebody@example.net"
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = format_datetime(datetime(2026, 3, 1, 12, tzinfo=UTC))
    for name, value in headers.items():
        name = name.replace("_", "-")
        del message[name]
        if value:
            message[name] = value
    message.set_content(body)
    return message


def request_lines(
    lines: Sequence[MutableMapping[str, Any]], count: int, device: str | None = None
) -> list[MutableMapping[str, Any]]:
    """The log lines of that many requests, which come a moment after their answers; of one device alone
    where others have asked shortly before.
    """
    deadline = time.monotonic() + 10
    while True:
        found = [
            line for line in lines if line["event"] == "request" and device in (None, line.get("device"))
        ]
        if len(found) >= count or time.monotonic() > deadline:
            assert len(found) == count, found
            return found
        time.sleep(0.002)


def contents(data_dir: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table of a server's database, to see that nothing changed."""
    with outside(data_dir) as database:
        return {
            name: sorted(database.rows(f'SELECT * FROM "{name}"'), key=repr) for name in database.tables()
        }

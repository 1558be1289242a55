"""A request as its query and headers say it (MS-ASHTTP 2.2.1.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import msgspec

from overair.protocol.http.commands import Command
from overair.protocol.http.compression import accepts_gzip
from overair.protocol.http.credentials import Credentials, parse_authorization
from overair.protocol.http.errors import BadRequest
from overair.protocol.http.query import Query, base64_query, parse_query, plain_query
from overair.versions import Version

WBXML_TYPE: Final = "application/vnd.ms-sync.wbxml"
WBXML_TYPES: Final = frozenset((WBXML_TYPE, "application/vnd.ms-sync"))
"""The media types of a WBXML body (MS-ASHTTP_R143, R438)."""
MULTIPART_TYPE: Final = "application/vnd.ms-sync.multipart"
MIME_TYPE: Final = "message/rfc822"

DEVICE_ID_MISSING_OR_INVALID: Final = 108
DEVICE_TYPE_MISSING_OR_INVALID: Final = 109

# The grammar has letters and digits (MS-ASHTTP_R98); a GUID with its hyphens, a point or an underscore
# harms nobody and is what some desktop programs send.
_DEVICE_ID: Final = re.compile(r"[0-9A-Za-z._-]{1,32}", re.ASCII)
_POLICY_KEY: Final = re.compile(r"[0-9]{1,10}", re.ASCII)
_ONCE: Final = frozenset((b"ms-asprotocolversion", b"x-ms-policykey", b"authorization", b"content-type"))
"""Headers that may not stand twice with different values."""


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One POST of a device: command, who asks, the command's parameters, headers and body."""

    command: Command
    user: str = ""
    """The query's User. Who is logged in is what the credentials say."""
    device_id: str
    device_type: str
    version: Version
    policy_key: int | None = None
    """None where the device sent no policy key at all."""
    locale: int | None = None
    """An MS-LCID number; in the base64 query only."""
    attachment_name: str | None = None
    collection_id: str | None = None
    item_id: str | None = None
    long_id: str | None = None
    occurrence: str | None = None
    save_in_sent: bool = False
    accept_multipart: bool = False
    accept_gzip: bool = False
    accept_language: str = ""
    content_type: str = ""
    """The media type in lower case, without its parameters."""
    content_encoding: str = ""
    user_agent: str = ""
    cookie: str = ""
    credentials: Credentials | None = None
    is_base64: bool = False
    body: bytes = b""

    def __repr__(self) -> str:
        # Neither credentials nor a body are for a log.
        return f"Request({self.command.value}, {self.version.text}, {self.device_type}:{self.device_id})"

    @property
    def has_wbxml(self) -> bool:
        """Whether the body is said to be WBXML."""
        return self.content_type in WBXML_TYPES

    def to_query(self, *, base64: bool = False) -> str:
        """The query that says this, as a client sends it.

        Raises ValueError for a value that the base64 form cannot hold.
        """
        query = Query(
            command=self.command,
            device_id=self.device_id,
            device_type=self.device_type,
            user=self.user,
            version=self.version,
            locale=self.locale,
            policy_key=self.policy_key,
            attachment_name=self.attachment_name,
            collection_id=self.collection_id,
            item_id=self.item_id,
            long_id=self.long_id,
            occurrence=self.occurrence,
            save_in_sent=self.save_in_sent,
            accept_multipart=self.accept_multipart,
        )
        return base64_query(query) if base64 else plain_query(query)

    def to_headers(self, *, base64: bool = False) -> dict[str, str]:
        """The headers that go with the query, as a client sends them."""
        headers: dict[str, str] = {}
        if self.credentials is not None:
            headers["Authorization"] = self.credentials.to_header()
        if not base64:
            headers["MS-ASProtocolVersion"] = self.version.text
            if self.policy_key is not None:
                headers["X-MS-PolicyKey"] = str(self.policy_key)
            if self.accept_multipart:
                headers["MS-ASAcceptMultiPart"] = "T"
        if self.content_type and self.body:  # MS-ASHTTP_R407: none where there is no body
            headers["Content-Type"] = self.content_type
        if self.accept_gzip:
            headers["Accept-Encoding"] = "gzip"
        if self.accept_language:
            headers["Accept-Language"] = self.accept_language
        if self.user_agent:
            headers["User-Agent"] = self.user_agent
        if self.cookie:
            headers["Cookie"] = self.cookie
        return headers


def read_request(query: bytes, headers: Iterable[tuple[bytes, bytes]], body: bytes = b"") -> Request:
    """The request that a raw query string and headers say.

    The header names may be in any case. Raises BadRequest. In the base64 form the query's version
    and policy key count and the headers do not (MS-ASHTTP_R408, R160).
    """
    values = _collect(headers)
    said = parse_query(query)
    if said.version is not None:
        version, policy_key = said.version, said.policy_key
    else:
        version = _version(values.get(b"ms-asprotocolversion"))
        policy_key = _policy_key(values.get(b"x-ms-policykey"))
    if _DEVICE_ID.fullmatch(said.device_id) is None:
        raise BadRequest(
            "the device id is missing"
            if not said.device_id
            else "the device id is longer than 32 or has special characters",
            status=DEVICE_ID_MISSING_OR_INVALID,
            command=said.command,
            version=version,
        )
    if not said.device_type:
        raise BadRequest(
            "the device type is missing",
            status=DEVICE_TYPE_MISSING_OR_INVALID,
            command=said.command,
            version=version,
        )
    multipart = values.get(b"ms-asacceptmultipart", b"F").strip().upper() == b"T"
    return Request(
        command=said.command,
        user=said.user,
        device_id=said.device_id,
        device_type=said.device_type,
        version=version,
        policy_key=policy_key,
        locale=said.locale,
        attachment_name=said.attachment_name,
        collection_id=said.collection_id,
        item_id=said.item_id,
        long_id=said.long_id,
        occurrence=said.occurrence,
        save_in_sent=said.save_in_sent,
        accept_multipart=said.accept_multipart or multipart,
        accept_gzip=accepts_gzip(values.get(b"accept-encoding", b"")),
        accept_language=_visible(values.get(b"accept-language", b"")),
        content_type=_visible(values.get(b"content-type", b"").partition(b";")[0]).strip().lower(),
        content_encoding=_visible(values.get(b"content-encoding", b"")).strip().lower(),
        user_agent=_visible(values.get(b"user-agent", b"")),
        cookie=_visible(values.get(b"cookie", b"")),
        credentials=parse_authorization(values.get(b"authorization")),
        is_base64=said.is_base64,
        body=body,
    )


def _collect(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """The headers by name in lower case; those that repeat are joined with commas."""
    values: dict[bytes, bytes] = {}
    for raw_name, value in headers:
        name = raw_name.lower()
        if name not in values:
            values[name] = value
        elif name in _ONCE:
            if values[name] != value:
                raise BadRequest(f"the header {name.decode('latin-1')} stands twice with different values")
        else:
            values[name] += b", " + value
    return values


def _visible(value: bytes) -> str:
    text = value.decode("latin-1")
    return text if text.isprintable() else "".join(filter(str.isprintable, text))


def _version(value: bytes | None) -> Version:
    if value is None:
        raise BadRequest("there is no MS-ASProtocolVersion")  # MS-ASHTTP_R404
    text = value.decode("latin-1").strip()
    try:
        return Version.parse(text)
    except ValueError as error:
        raise BadRequest(str(error), 505 if text == "1.0" else 400) from None  # MS-ASCMD_R7560


def _policy_key(value: bytes | None) -> int | None:
    text = (value or b"").decode("latin-1").strip()
    if not text:
        return None
    if _POLICY_KEY.fullmatch(text) is None or int(text) > 0xFFFF_FFFF:
        raise BadRequest("the policy key is not an unsigned 32-bit integer")
    return int(text)

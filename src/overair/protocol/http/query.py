"""The two forms of the query (MS-ASHTTP 2.2.1.1.1): plain text and base64."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from typing import Final
from urllib.parse import quote, unquote_to_bytes

import msgspec

from overair.protocol.http.commands import CODE_OF_COMMAND, COMMAND_CODES, COMMANDS_BY_NAME, Command
from overair.protocol.http.errors import BadRequest
from overair.versions import Version

MAX_QUERY: Final = 8192
"""Bytes; the base64 form of every parameter at its longest is shorter."""

SAVE_IN_SENT: Final = 0x01
ACCEPT_MULTIPART: Final = 0x02


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """What a query says; what only the base64 form can say is None in the plain one."""

    command: Command
    device_id: str
    """As sent: not checked yet."""
    device_type: str
    user: str = ""
    version: Version | None = None
    locale: int | None = None
    """An MS-LCID number."""
    policy_key: int | None = None
    attachment_name: str | None = None
    collection_id: str | None = None
    item_id: str | None = None
    long_id: str | None = None
    occurrence: str | None = None
    save_in_sent: bool = False
    accept_multipart: bool = False
    is_base64: bool = False


TEXT_PARAMETERS: Final = {
    "AttachmentName": ("attachment_name", 0),
    "CollectionId": ("collection_id", 1),
    "ItemId": ("item_id", 3),
    "LongId": ("long_id", 4),
    "Occurrence": ("occurrence", 6),
    "User": ("user", 8),
}
"""Parameter to attribute and tag (MS-ASHTTP 2.2.1.1.1.1.3)."""
OPTIONS_TAG: Final = 7

_ATTRIBUTE_OF_TAG: Final = {tag: attribute for attribute, tag in TEXT_PARAMETERS.values()}
_PLAIN_NAMES: Final = {
    "cmd": "command",
    "deviceid": "device_id",
    "devicetype": "device_type",
    "saveinsent": "save_in_sent",
} | {name.lower(): attribute for name, (attribute, _) in TEXT_PARAMETERS.items()}
_LETTERS_AND_DIGITS: Final = re.compile(r"[0-9A-Za-z]+", re.ASCII)


def parse_query(query: bytes) -> Query:
    """Read a raw query string, without its question mark; raises BadRequest."""
    if not query:
        raise BadRequest("there is no query")
    if len(query) > MAX_QUERY:
        raise BadRequest(f"the query has {len(query)} bytes, the limit is {MAX_QUERY}", 414)
    # In base64 the equals sign stands at the end only.
    plain = b"&" in query or b"=" in query.rstrip(b"=")
    return _parse_plain(query) if plain else _parse_base64(query)


def _text(value: bytes, what: str) -> str:
    try:
        text = value.decode()
    except UnicodeDecodeError:
        # MS-ASHTTP_R127 says UTF-8; log-ins and names of old clients come in Latin-1.
        text = value.decode("latin-1")
    if not text.isprintable():
        raise BadRequest(f"{what} has control characters")
    return text


def _parse_plain(query: bytes) -> Query:
    values: dict[str, str] = {}
    for part in query.split(b"&"):
        name, _, value = part.partition(b"=")
        attribute = _PLAIN_NAMES.get(name.decode("latin-1").lower())
        if attribute is None:
            continue  # parameters of other servers and later versions
        text = _text(unquote_to_bytes(value), attribute)
        if values.setdefault(attribute, text) != text:
            raise BadRequest(f"{attribute} stands twice with different values")
    command = _command(values.pop("command", ""))
    if not values.get("user"):
        raise BadRequest("there is no User", command=command)
    said = Query(
        command=command,
        device_id=values.pop("device_id", ""),
        device_type=values.pop("device_type", ""),
        save_in_sent=values.pop("save_in_sent", "F").upper() == "T",  # MS-ASHTTP_R122: F by default
    )
    return msgspec.structs.replace(said, **values)


def _command(name: str) -> Command:
    if not name:
        raise BadRequest("there is no Cmd")
    command = COMMANDS_BY_NAME.get(name.lower())
    if command is None:
        raise BadRequest(f"there is no command {name[:40]!r}", 501)
    return command


class _Fields:
    """The fields of the byte sequence, one after the other."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0

    def take(self, length: int, what: str) -> bytes:
        end = self.position + length
        if end > len(self.data):
            raise BadRequest(f"the base64 query ends inside the {what}")
        taken = self.data[self.position : end]
        self.position = end
        return taken

    def number(self, length: int, what: str) -> int:
        return int.from_bytes(self.take(length, what), "little")

    def counted(self, what: str) -> bytes:
        return self.take(self.number(1, f"length of the {what}"), what)


def _parse_base64(query: bytes) -> Query:
    text = unquote_to_bytes(query)
    try:
        # The padding tells nothing; some clients leave it out.
        data = b64decode(text.rstrip(b"=") + b"=" * (-len(text.rstrip(b"=")) % 4), validate=True)
    except Base64Error as error:
        raise BadRequest(f"the query is neither plain text nor base64: {error}") from None
    fields = _Fields(data)
    version_number = fields.number(1, "protocol version")
    try:
        version = Version(version_number)
    except ValueError:
        raise BadRequest(f"there is no protocol version {version_number}") from None
    code = fields.number(1, "command code")
    locale = fields.number(2, "locale")
    device_id = _device_id(fields.counted("device id"))
    policy_key_length = fields.number(1, "length of the policy key")
    if policy_key_length not in (0, 4):  # MS-ASHTTP_R38
        raise BadRequest(f"the policy key has {policy_key_length} bytes, not 0 or 4")
    policy_key = fields.number(4, "policy key") if policy_key_length else None
    device_type = _text(fields.counted("device type"), "the device type")
    values: dict[str, str] = {}
    options = 0
    while fields.position < len(data):
        tag = fields.number(1, "tag of a parameter")
        value = fields.counted("parameter")
        attribute = _ATTRIBUTE_OF_TAG.get(tag)
        if attribute is not None:
            values[attribute] = _text(value, attribute)
        elif tag == OPTIONS_TAG:
            if len(value) != 1:
                raise BadRequest(f"Options has {len(value)} bytes, not 1")
            options = value[0]
    command = COMMAND_CODES.get(code)
    if command is None:
        raise BadRequest(f"there is no command code {code}", 501, version=version)
    said = Query(
        command=command,
        device_id=device_id,
        device_type=device_type,
        version=version,
        locale=locale,
        policy_key=policy_key,
        save_in_sent=bool(options & SAVE_IN_SENT),
        accept_multipart=bool(options & ACCEPT_MULTIPART),
        is_base64=True,
    )
    return msgspec.structs.replace(said, **values)


def _device_id(value: bytes) -> str:
    """A device id that is text as it is, and one that is a GUID as its 32 hexadecimal digits."""
    text = value.decode("latin-1")
    if len(value) == 16 and _LETTERS_AND_DIGITS.fullmatch(text) is None:
        return value.hex().upper()
    return text


def plain_query(query: Query) -> str:
    """The plain text query of a request, as a client sends it."""
    parameters = {"Cmd": query.command.value, "User": query.user, "DeviceId": query.device_id}
    parameters["DeviceType"] = query.device_type
    for name, (attribute, _) in TEXT_PARAMETERS.items():
        value: str | None = getattr(query, attribute)
        if name not in parameters and value is not None:
            parameters[name] = value
    if query.save_in_sent:
        parameters["SaveInSent"] = "T"
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters.items())


def base64_query(query: Query) -> str:
    """The base64 query of a request, as a client sends it; ``version`` must be given.

    Raises ValueError for a value longer than 255 bytes, and for a command without a code.
    """
    if query.version is None or query.command not in CODE_OF_COMMAND:
        raise ValueError("a base64 query needs a protocol version and a command with a code")
    data = bytearray((query.version, CODE_OF_COMMAND[query.command]))
    data += (query.locale or 0).to_bytes(2, "little")
    data += _counted(query.device_id)
    data += b"\0" if query.policy_key is None else b"\4" + query.policy_key.to_bytes(4, "little")
    data += _counted(query.device_type)
    for attribute, tag in TEXT_PARAMETERS.values():
        value: str | None = getattr(query, attribute)
        if value:
            data += bytes((tag,)) + _counted(value)
    options = SAVE_IN_SENT * query.save_in_sent | ACCEPT_MULTIPART * query.accept_multipart
    if options:
        data += bytes((OPTIONS_TAG, 1, options))
    return quote(b64encode(bytes(data)).decode("ascii"), safe="/")


def _counted(text: str) -> bytes:
    data = text.encode()
    if len(data) > 255:
        raise ValueError(f"{text[:20]!r}... is longer than 255 bytes")
    return bytes((len(data),)) + data

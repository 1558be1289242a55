"""Autodiscover's messages in XML (MS-ASCMD 2.2.1.1, MS-OXDSCLI 2.2): requests and answers, both ways.

An answer is Settings, a Redirect or a Failure; the client chooses the schema of the first two.
"""

from __future__ import annotations

from datetime import time
from enum import Enum, IntEnum
from typing import Final
from xml.etree.ElementTree import Element

import msgspec

from overair.protocol.autodiscover.services import DAV, STARTTLS, Kind, Service
from overair.protocol.autodiscover.xml import (
    InvalidXml,
    add,
    children,
    document,
    local_name,
    namespace,
    parse,
    text_of,
)

_PREFIX: Final = "http://schemas.microsoft.com/exchange/autodiscover"
FRAME: Final = f"{_PREFIX}/responseschema/2006"
"""The namespace of the root of every answer, and of a Failure whole."""
CONTENT_TYPE: Final = "text/xml; charset=utf-8"
MOBILE_SYNC: Final = "MobileSync"
CULTURE: Final = "en:us"


class Schema(Enum):
    """The two kinds of client: the namespaces in which they ask and want their answer."""

    MOBILE_SYNC = (f"{_PREFIX}/mobilesync/requestschema/2006", f"{_PREFIX}/mobilesync/responseschema/2006")
    OUTLOOK = (f"{_PREFIX}/outlook/requestschema/2006", f"{_PREFIX}/outlook/responseschema/2006a")

    @property
    def request(self) -> str:
        """The namespace of requests."""
        return self.value[0]

    @property
    def response(self) -> str:
        """The namespace of answers, which a request names as AcceptableResponseSchema."""
        return self.value[1]


SCHEMAS: Final = {schema.response: schema for schema in Schema}


class ErrorCode(IntEnum):
    """What a request is refused with (MS-ASCMD_R2287, R2288, MS-OXDSCLI)."""

    INVALID_REQUEST = 600
    NO_PROVIDER = 601
    BAD_ADDRESS = 602


MESSAGES: Final = {
    ErrorCode.INVALID_REQUEST: "Invalid Request",
    ErrorCode.NO_PROVIDER: "Provider is not available",
    ErrorCode.BAD_ADDRESS: "Bad Address",
}


class RequestRefused(ValueError):
    """A request that gets a Failure; ``code`` says which."""

    def __init__(self, code: ErrorCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Request(msgspec.Struct, frozen=True):
    """What a client asks: for an address (as it was typed), in which schema."""

    address: str
    schema: Schema = Schema.MOBILE_SYNC


class Settings(msgspec.Struct, frozen=True):
    """Where the mailbox of an address is: the URL of its EAS endpoint; to Outlook other services, too."""

    address: str
    """The primary address (MS-ASCMD_R2228)."""
    display_name: str
    url: str
    services: tuple[Service, ...] = ()


class Redirect(msgspec.Struct, frozen=True):
    """Ask elsewhere: for another ``address`` (MS-ASCMD_R3770), or, Outlook alone, at another ``url``.

    ``asked`` is the address that was asked for, which the schema of phones wants repeated.
    """

    address: str = ""
    url: str = ""
    asked: str = ""


class Failure(msgspec.Struct, frozen=True):
    """An error: of the framework, with a ``code``, or of the schema's provider, with a ``status``."""

    code: int | None = None
    status: int | None = None
    message: str = ""
    debug_data: str = ""


Answer = Settings | Redirect | Failure


def read_request(data: bytes) -> Request:
    """What a body asks. Raises RequestRefused: 600 for what is no request, 601 for an unknown schema."""
    try:
        root = parse(data)
    except InvalidXml as error:
        raise RequestRefused(ErrorCode.INVALID_REQUEST, str(error)) from None
    requests = list(children(root, "Request"))
    if local_name(root) != "Autodiscover" or len(requests) != 1:  # MS-ASCMD_R3799
        raise RequestRefused(ErrorCode.INVALID_REQUEST, f"an Autodiscover with {len(requests)} Requests")
    said: dict[str, str] = {}
    for name in ("EMailAddress", "AcceptableResponseSchema"):
        found = list(children(requests[0], name))
        said[name] = (found[0].text or "").strip() if found else ""
        if len(found) != 1 or not said[name] or len(found[0]):
            raise RequestRefused(ErrorCode.INVALID_REQUEST, f"not one {name} with text in it")
    schema = SCHEMAS.get(said["AcceptableResponseSchema"])
    if schema is None:
        raise RequestRefused(ErrorCode.NO_PROVIDER, "an unknown AcceptableResponseSchema")
    return Request(said["EMailAddress"], schema)


def write_request(request: Request) -> bytes:
    """The body that asks."""
    root = Element("Autodiscover", {"xmlns": request.schema.request})
    asked = add(root, "Request")
    add(asked, "EMailAddress", request.address)
    add(asked, "AcceptableResponseSchema", request.schema.response)
    return document(root)


def write_answer(answer: Answer, schema: Schema, now: time, server_id: int) -> bytes:
    """The document of an answer.

    ``now`` is the time of day at which the request came (MS-ASCMD_R5698), ``server_id`` an unsigned
    number of the server's own (R5545); a Failure has them.
    """
    root = Element("Autodiscover", {"xmlns": FRAME})
    if isinstance(answer, Failure):
        _write_failure(add(root, "Response"), answer, now, server_id)
        return document(root)
    response = add(root, "Response")
    response.set("xmlns", schema.response)
    write = _write_mobile_sync if schema is Schema.MOBILE_SYNC else _write_outlook
    write(response, answer)
    return document(root)


def _write_failure(response: Element, failure: Failure, now: time, server_id: int) -> None:
    error = add(response, "Error")
    # MS-ASCMD_R5547: fractions of a second always have seven digits.
    error.set("Time", f"{now:%H:%M:%S}.{now.microsecond:06}0")
    error.set("Id", str(server_id))
    if failure.code is not None:
        add(error, "ErrorCode", str(failure.code))
    add(error, "Message", failure.message)
    add(error, "DebugData", failure.debug_data)


def _write_mobile_sync(response: Element, answer: Settings | Redirect) -> None:
    add(response, "Culture", CULTURE)
    user = add(response, "User")
    if isinstance(answer, Settings):
        add(user, "DisplayName", answer.display_name)
    add(user, "EMailAddress", answer.address if isinstance(answer, Settings) else answer.asked)
    action = add(response, "Action")
    if isinstance(answer, Redirect):
        add(action, "Redirect", answer.address)
        return
    server = add(add(action, "Settings"), "Server")
    add(server, "Type", MOBILE_SYNC)
    add(server, "Url", answer.url)
    add(server, "Name", answer.url)  # MS-ASCMD_R3484


def _write_outlook(response: Element, answer: Settings | Redirect) -> None:
    if isinstance(answer, Settings):
        user = add(response, "User")
        add(user, "DisplayName", answer.display_name)
        add(user, "AutoDiscoverSMTPAddress", answer.address)
    account = add(response, "Account")
    add(account, "AccountType", "email")
    if isinstance(answer, Redirect):
        add(account, "Action", "redirectUrl" if answer.url else "redirectAddr")
        add(account, "RedirectUrl" if answer.url else "RedirectAddr", answer.url or answer.address)
        return
    add(account, "Action", "settings")
    protocol = add(account, "Protocol")
    add(protocol, "Type", MOBILE_SYNC)
    add(protocol, "Server", answer.url)
    add(protocol, "LoginName", answer.address)
    for service in answer.services:
        _write_service(account, service, answer.address)


_OUTLOOK_TYPES: Final = {
    Kind.IMAPS: "IMAP",
    Kind.IMAP: "IMAP",
    Kind.POP3S: "POP3",
    Kind.POP3: "POP3",
    Kind.SUBMISSIONS: "SMTP",
    Kind.SUBMISSION: "SMTP",
    Kind.CALDAVS: "CalDAV",
    Kind.CARDDAVS: "CardDAV",
}


def _write_service(account: Element, service: Service, login: str) -> None:
    protocol = add(account, "Protocol")
    add(protocol, "Type", _OUTLOOK_TYPES[service.kind])
    if service.kind in DAV:
        add(protocol, "Server", service.url)
        add(protocol, "LoginName", login)
        return
    starttls = service.kind in STARTTLS
    add(protocol, "Server", service.host)
    add(protocol, "Port", str(service.port))
    add(protocol, "DomainRequired", "off")
    add(protocol, "LoginName", login)
    add(protocol, "SPA", "off")
    add(protocol, "SSL", "on")
    add(protocol, "Encryption", "TLS" if starttls else "SSL")
    add(protocol, "AuthRequired", "on")


def read_answer(data: bytes) -> Answer:
    """What an answer says, of either schema. Raises InvalidXml."""
    root = parse(data)
    response = next(children(root, "Response"), None)
    if local_name(root) != "Autodiscover" or response is None:
        raise InvalidXml("not an answer of Autodiscover")
    failure = next(children(response, "Error"), None)
    if failure is not None:
        return _read_failure(failure)
    if namespace(response) == Schema.OUTLOOK.response:
        return _read_outlook(response)
    return _read_mobile_sync(response)


def _read_mobile_sync(response: Element) -> Answer:
    user, action = next(children(response, "User"), None), next(children(response, "Action"), None)
    if action is None:
        raise InvalidXml("an answer without an Action")
    failure = next(children(action, "Error"), None)
    if failure is not None:
        return _read_failure(failure)
    redirect = text_of(action, "Redirect")
    if redirect:
        return Redirect(redirect, asked=text_of(user, "EMailAddress"))
    settings = next(children(action, "Settings"), None)
    for server in children(settings, "Server") if settings is not None else ():
        # MS-ASCMD_R4648, R3484: a server of certificates is none for phones; some servers only say Name.
        url = text_of(server, "Url") or text_of(server, "Name")
        if text_of(server, "Type") in (MOBILE_SYNC, "") and url:
            return Settings(text_of(user, "EMailAddress"), text_of(user, "DisplayName"), url)
    raise InvalidXml("an answer that names no server")


def _read_outlook(response: Element) -> Answer:
    user, account = next(children(response, "User"), None), next(children(response, "Account"), None)
    if account is None:
        raise InvalidXml("an answer without an Account")
    address, url = text_of(account, "RedirectAddr"), text_of(account, "RedirectUrl")
    if address or url:
        return Redirect(address, url)
    for protocol in children(account, "Protocol"):
        if text_of(protocol, "Type") == MOBILE_SYNC and text_of(protocol, "Server"):
            said = text_of(user, "AutoDiscoverSMTPAddress"), text_of(user, "DisplayName")
            return Settings(*said, text_of(protocol, "Server"))
    raise InvalidXml("an answer that names no server of MobileSync")


def _read_failure(error: Element) -> Failure:
    return Failure(
        _number(text_of(error, "ErrorCode")),
        _number(text_of(error, "Status")),
        text_of(error, "Message"),
        text_of(error, "DebugData"),
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None

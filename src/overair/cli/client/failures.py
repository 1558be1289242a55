"""What went wrong between the client and the server, in one line that says what to do."""

from __future__ import annotations

import contextlib
import errno
import ssl
from collections.abc import Iterator
from enum import IntEnum
from typing import Final

import aiohttp

from overair.cli.client.reaching import Device
from overair.cli.output import Failure
from overair.client import (
    ClientError,
    ConnectionFailed,
    HttpError,
    InvalidAnswer,
    StatusError,
    WipeRequested,
)
from overair.protocol.http import Command
from overair.protocol.schema import SchemaError
from overair.protocol.statuses import CommonStatus, FolderSyncStatus, ItemOperationsStatus, SyncStatus

# OpenSSL's numbers of what is wrong with a certificate (x509_vfy.h).
UNTRUSTED: Final = frozenset({2, 18, 19, 20, 21})
NOT_YET_VALID, EXPIRED = 9, 10
OTHER_NAME: Final = frozenset({62, 64})

NO_TLS: Final = frozenset(
    {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"}
)
"""OpenSSL's reasons for what is not TLS at all."""
OLD_TLS: Final = frozenset({"UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "NO_PROTOCOLS_AVAILABLE"})

HTTP: Final[dict[int, str]] = {
    301: "{place} sends elsewhere instead of answering: check --url, its https:// and its port",
    302: "{place} sends elsewhere instead of answering: check --url, its https:// and its port",
    307: "{place} sends elsewhere instead of answering: check --url, its https:// and its port",
    308: "{place} sends elsewhere instead of answering: check --url, its https:// and its port",
    400: "{place} does not understand the request: check the port, and https:// or http:// in --url",
    401: "{place} does not let {user} in: the address or the password (from {password_from}) is wrong",
    403: "{place} knows {user} and the password, but does not allow ActiveSync: the account or the device "
    "is blocked",
    404: "there is no ActiveSync at {url}: check host, port and path",
    405: "there is no ActiveSync at {url}: check host, port and path",
    421: "{place} has no such host name: check the name in --url",
    449: "{place} asks for its policy again and again: it does not believe that it is in force",
    451: "{place} sends in a circle from server to server",
    456: "the account {user} is blocked",
    457: "the password of {user} has expired: set a new one",
    500: "the server failed: its log says why",
    501: "{place} does not know this command: an older server, or --protocol is too new for it",
    502: "the proxy at {place} does not reach the server behind it",
    503: "{place} is busy, or holds log-ins up after wrong passwords",
    504: "the proxy at {place} gave up waiting for the server behind it",
    505: "{place} does not serve this protocol version: try without --protocol",
    507: "the mailbox of {user} is full",
}
STATUSES: Final[dict[int, str]] = {
    CommonStatus.SERVER_ERROR: "the server failed: its log says why",
    CommonStatus.SERVER_ERROR_RETRY_LATER: "the server cannot do it now: try again in a while",
    CommonStatus.MAILBOX_QUOTA_EXCEEDED: "the mailbox of {user} is full",
    CommonStatus.SEND_QUOTA_EXCEEDED: "{user} may not send to as many: at once, or within this time",
    CommonStatus.MESSAGE_RECIPIENT_UNRESOLVED: "a recipient is no address",
    CommonStatus.MESSAGE_HAS_NO_RECIPIENT: "the message has no recipient",
    CommonStatus.MAIL_SUBMISSION_FAILED: "the server did not take the message: no such account there, no "
    "mail to other domains, or not as {user}; its log says why",
    CommonStatus.ATTACHMENT_IS_TOO_LARGE: "the message is too large for the server",
    CommonStatus.USER_HAS_NO_MAILBOX: "{user} has no mailbox there",
    CommonStatus.USER_DISABLED_FOR_SYNC: "the server does not allow {user} ActiveSync",
    CommonStatus.DEVICE_IS_BLOCKED_FOR_THIS_USER: "the server blocks this device",
    CommonStatus.ACCESS_DENIED: "the server does not allow that to {user}",
    CommonStatus.ACCOUNT_DISABLED: "the account {user} is disabled",
    CommonStatus.COMMAND_NOT_SUPPORTED: "the server does not know this command in this protocol version",
    CommonStatus.VERSION_NOT_SUPPORTED: "the server does not serve this protocol version: try without "
    "--protocol",
    CommonStatus.DEVICE_NOT_FULLY_PROVISIONABLE: "the server's policy asks for what this client does not do",
    CommonStatus.ACCOUNT_SEND_DISABLED: "{user} may not send",
    CommonStatus.MAXIMUM_DEVICES_REACHED: "{user} has as many devices as the server allows: remove one there",
}
OF_COMMANDS: Final[dict[Command, type[IntEnum]]] = {
    Command.FOLDER_SYNC: FolderSyncStatus,
    Command.SYNC: SyncStatus,
    Command.ITEM_OPERATIONS: ItemOperationsStatus,
}
"""Whose values a status of a command is, where it is no common one."""


@contextlib.contextmanager
def told(device: Device) -> Iterator[None]:
    """Have the errors of a client told in one line. Raises Failure."""
    try:
        yield
    except ClientError as error:
        raise Failure(line_of(error, device)) from None
    except SchemaError as error:
        raise Failure(f"{device.place} told an item that breaks the protocol: {error}") from None


def line_of(error: ClientError, device: Device) -> str:
    """The line for an error."""
    words = {
        "place": device.place,
        "url": device.url,
        "user": device.user,
        "password_from": device.password_from,
    }
    match error:
        case ConnectionFailed():
            return _unreached(error.__cause__, device)
        case HttpError(status=status):
            line = HTTP[status].format(**words) if status in HTTP else f"{device.place} answered {error}"
            later = f"; try again in {error.retry_after} seconds" if error.retry_after else ""
            return f"{line} (HTTP {status}){later}"
        case StatusError(status=status, command=command):
            meaning = STATUSES[status].format(**words) if status in STATUSES else _name(command, status)
            return f"{meaning} ({command}, status {status})"
        case InvalidAnswer():
            return f"what answers at {device.place} is no ActiveSync server for this client: {error}"
        case WipeRequested():
            return "the server orders this device to be wiped; nothing is kept here, so nothing was wiped"
    return str(error)


def _name(command: Command, status: int) -> str:
    values = CommonStatus if status >= min(CommonStatus) else OF_COMMANDS.get(command)
    if values is not None and status in list(values):
        return f"the server says: {values(status).name.lower().replace('_', ' ')}"
    return "the server did not do it"


def _unreached(cause: BaseException | None, device: Device) -> str:
    """Why no answer came."""
    place, host = device.place, device.url.host
    match cause:
        case aiohttp.ClientConnectorCertificateError(certificate_error=ssl.SSLCertVerificationError() as why):
            return _distrusted(why, device)
        case aiohttp.ClientConnectorSSLError(os_error=ssl.SSLError(reason=reason)):
            if reason in NO_TLS:
                return (
                    f"{place} does not speak TLS, so it is another service or plain HTTP: check the port in "
                    "--url (plain HTTP on this machine: http://)"
                )
            if reason in OLD_TLS:
                return f"{place} offers only versions of TLS that are too old"
            return f"{place} and this client agree on no TLS: {reason}"
        case aiohttp.ClientConnectorDNSError():
            return f"no address is known for the name {host}: check its spelling, and DNS on this machine"
        case aiohttp.ClientConnectorError(os_error=OSError(errno=errno.ECONNREFUSED)):
            return f"nothing listens on {place}: does the server run, and is it the right port?"
        case aiohttp.ClientConnectorError(os_error=OSError(strerror=reason)):
            return f"{place} cannot be reached: {reason or 'no connection'}"
        case TimeoutError():
            return f"{place} does not answer: a firewall, the wrong host, or a server that hangs"
        case aiohttp.ClientResponseError() | aiohttp.InvalidURL():
            return f"what answers at {place} does not speak HTTP: check the port in --url"
        case _ if device.url.scheme == "http":
            return f"{place} closed the connection without an answer: it may want https://"
        case _:
            return f"{place} closed the connection without an answer"


def _distrusted(why: ssl.SSLCertVerificationError, device: Device) -> str:
    """What is wrong with the server's certificate."""
    place = device.place
    if why.verify_code in UNTRUSTED and device.ca is not None:
        return (
            f"the certificate of {place} is not signed by {device.ca}: take tls/root.pem of the data "
            "directory that this server uses"
        )
    if why.verify_code in UNTRUSTED:
        return (
            f"the certificate of {place} is signed by nobody whom this machine trusts: name the server's "
            "own root with --ca (or OVERAIR_CA), which is tls/root.pem in its data directory"
        )
    if why.verify_code == EXPIRED:
        return (
            f"the certificate of {place} has expired: restart the server, which renews its own, or renew it"
        )
    if why.verify_code == NOT_YET_VALID:
        return f"the certificate of {place} is not valid yet: check the clocks of both machines"
    if why.verify_code in OTHER_NAME:
        return (
            f"the certificate of {place} is for other names than {device.url.host}: use one of its names in "
            "--url, or add this one on the server ([tls] names)"
        )
    return f"the certificate of {place} is refused: {why.verify_message}"

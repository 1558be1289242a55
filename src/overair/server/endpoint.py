"""The EAS endpoint as a bare ASGI callable: HTTP in, HTTP out, one log line per request."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Final

import msgspec
import structlog
from starlette.types import Receive, Scope, Send

from overair import metrics
from overair.devices.quirks import Quirk, quirks_of
from overair.mailboxes.interface import MailboxUnavailable
from overair.protocol.http import (
    MEANINGS,
    BadRequest,
    DecompressionError,
    HttpStatus,
    Request,
    accepts_gzip,
    answer_headers,
    compress,
    decompress,
    parse_authorization,
    read_request,
)
from overair.protocol.http.compression import MAX_RATIO, MIN_SIZE
from overair.protocol.statuses import CommonStatus
from overair.push.interface import ClientGone
from overair.server.answers import Answer, refusal
from overair.server.authentication import authenticate, required
from overair.server.budget import SMALL, Claim
from overair.server.context import Services
from overair.server.dispatch import dispatch
from overair.server.forwarded import begin_request
from overair.server.offer import OFFER_HEADERS, SERVER_VERSION
from overair.server.responses import Header, HttpError
from overair.server.sending import send_body
from overair.server.waiting import Waits
from overair.storage.interface import DatabaseUnavailable
from overair.versions import SERVED

RETRY_AFTER: Final = ("Retry-After", "30")
"""Seconds; said where nobody knows better."""
METHODS: Final = (("Allow", "OPTIONS, POST"), ("Public", "OPTIONS, POST"))
ASPNET_VERSION: Final = (("X-AspNet-Version", "4.0.30319"),)
THREADED_COMPRESSION: Final = 64 * 1024
"""Bytes from which on a body is compressed beside the event loop."""

THREADED_DECOMPRESSION: Final = 4 * 1024
"""Bytes of a compressed body, a thousand times as many of which may come out of it."""

_VERSIONS: Final = frozenset(version.text for version in SERVED) | {"none"}
_log = structlog.get_logger("overair.request")


class Endpoint:
    """``/Microsoft-Server-ActiveSync``."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request, whatever happens."""
        with self._services.budget.claim() as claim:
            await self._serve(scope, receive, send, claim)

    async def _serve(self, scope: Scope, receive: Receive, send: Send, claim: Claim) -> None:
        started = time.monotonic()
        waits = Waits()
        request_id = begin_request(scope)
        line: dict[str, object] = {
            "request_id": request_id,
            "client": (scope.get("client") or [""])[0],
            "method": scope["method"],
        }
        try:
            answer = await self._answer(scope, receive, line, claim, waits)
        except ClientGone:
            metrics.CLIENTS_GONE.inc()
            _log.info("client gone", **line)
            return
        except HttpError as error:
            line["reason"] = str(error)
            answer = Answer(error.status, headers=error.headers)
        except (DatabaseUnavailable, MailboxUnavailable) as error:
            line["reason"] = str(error)
            answer = Answer(HttpStatus.SERVICE_UNAVAILABLE)
        except asyncio.CancelledError:  # the server leaves and has waited for this request long enough
            line["reason"] = "the server leaves"
            answer = Answer(HttpStatus.SERVICE_UNAVAILABLE)
        except Exception:
            _log.exception("request failed", **line)
            answer = Answer(HttpStatus.INTERNAL_SERVER_ERROR)
        answer, gzipped = await _compressed(answer, scope)  # in place of the other, which is as large
        await _send(answer, send, request_id, gzipped=gzipped)
        line["http_status"] = int(answer.status)
        if answer.reason:
            line["reason"] = answer.reason
        ended = time.monotonic()
        pushed = None if waits.changed_at is None else ended - waits.changed_at
        _count(scope["method"], answer, line, ended - started - waits.seconds, pushed)
        milliseconds = round((ended - started) * 1000, 1)
        level = "info" if answer.status < HttpStatus.INTERNAL_SERVER_ERROR else "warning"
        getattr(_log, level)("request", **line, ms=milliseconds)

    async def _answer(
        self, scope: Scope, receive: Receive, line: dict[str, object], claim: Claim, waits: Waits
    ) -> Answer:
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        request: Request | None = None
        malformed: BadRequest | None = None
        if scope["method"] == "POST":
            try:
                request = read_request(scope["query_string"], headers)
            except BadRequest as error:
                malformed = error
        # Whoever has not logged in learns nothing else.
        credentials = parse_authorization(_header(headers, b"authorization"))
        device_id = request.device_id if request is not None else ""
        line["user"] = credentials.login if credentials is not None else ""
        credentials = required(credentials)
        directory = self._services.directory
        admission = await authenticate(directory, credentials, str(line["client"]), device_id)
        line["user"] = admission.user.address
        claim.account_id = admission.user.account_id
        if malformed is not None:
            return _malformed(malformed)
        if request is None:
            return _without_command(scope["method"], headers)
        line |= {
            "command": request.command.value,
            "version": request.version.text,
            "device": request.device_id,
            "device_type": request.device_type,
        }
        body = await read_body(headers, receive, self._services.settings.limits.request_body, claim)
        request = msgspec.structs.replace(request, body=body)
        del body
        async with self._services.presence(admission.user, credentials):
            return await dispatch(self._services, request, admission, receive, claim, line, waits)


def _count(
    method: str, answer: Answer, line: Mapping[str, object], seconds: float, pushed: float | None
) -> None:
    """Count and time a request; of one that did not log in nothing is told that it said."""
    command = str(line.get("command") or ("OPTIONS" if method == "OPTIONS" else "none"))
    version = str(line.get("version", "none"))
    metrics.request_answered(
        command,
        version if version in _VERSIONS else "other",
        int(answer.status),
        line.get("status", ""),
        seconds,
        pushed,
    )


def _header(headers: list[tuple[bytes, bytes]], name: bytes) -> bytes | None:
    """The first header of a name; ASGI gives the names in lower case."""
    return next((value for key, value in headers if key == name), None)


def _without_command(method: str, headers: list[tuple[bytes, bytes]]) -> Answer:
    """OPTIONS, and methods that there are none for: 501 (MS-ASHTTP_R187, R443)."""
    if method != "OPTIONS":
        text = b"This is an Exchange ActiveSync server. Add an account of type Exchange on a phone."
        return Answer(
            HttpStatus.NOT_IMPLEMENTED, text, "text/plain; charset=utf-8", METHODS, f"method {method}"
        )
    user_agent = (_header(headers, b"user-agent") or b"").decode("latin-1")
    extra: tuple[Header, ...] = ()
    if Quirk.WANTS_ASPNET_VERSION in quirks_of("", user_agent):
        extra = ASPNET_VERSION
    return Answer(HttpStatus.OK, headers=(*OFFER_HEADERS, *METHODS, *extra))


def _malformed(error: BadRequest) -> Answer:
    """What a query or header that cannot be read is answered with."""
    if error.status is not None and error.command is not None and error.version is not None:
        return refusal(CommonStatus(error.status), error.command, error.version, error.reason)
    return Answer(HttpStatus(error.http_status), reason=error.reason)


async def read_body(headers: list[tuple[bytes, bytes]], receive: Receive, limit: int, claim: Claim) -> bytes:
    """A request's body, decompressed. Raises HttpError (400, 413, 415, 503), ClientGone."""
    declared = _header(headers, b"content-length") or b"0"
    if declared.isdigit() and int(declared) > limit:
        raise HttpError(HttpStatus.CONTENT_TOO_LARGE, f"a body of {int(declared)} bytes")
    await claim.hold(int(declared) if declared.isdigit() else 0)
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise HttpError(HttpStatus.CONTENT_TOO_LARGE, f"a body of more than {limit} bytes")
        if size > max(claim.held, SMALL):  # in chunks, nobody knows of how many bytes
            await claim.hold(min(2 * size, limit))
        chunks.append(chunk)
        if not message.get("more_body", False):
            break
    body = b"".join(chunks)
    chunks.clear()
    encoding = (_header(headers, b"content-encoding") or b"identity").strip().lower()
    if encoding == b"identity" or not body:
        return body
    if encoding not in (b"gzip", b"x-gzip"):
        raise HttpError(HttpStatus.UNSUPPORTED_MEDIA_TYPE, f"Content-Encoding {encoding[:40]!r}")
    await claim.hold(len(body) + min(MAX_RATIO * len(body), limit))
    try:
        if len(body) < THREADED_DECOMPRESSION:
            return decompress(body, limit)
        return await asyncio.to_thread(decompress, body, limit)
    except DecompressionError as error:
        status = HttpStatus.CONTENT_TOO_LARGE if error.too_large else HttpStatus.BAD_REQUEST
        raise HttpError(status, str(error)) from None


async def _compressed(answer: Answer, scope: Scope) -> tuple[Answer, bool]:
    """The answer as it is sent, and whether its body is compressed."""
    body = answer.body
    if len(body) < MIN_SIZE or not accepts_gzip(_header(scope["headers"], b"accept-encoding") or b""):
        return answer, False
    threaded = len(body) >= THREADED_COMPRESSION
    body = await asyncio.to_thread(compress, body) if threaded else compress(body)
    return msgspec.structs.replace(answer, body=body), True


async def _send(answer: Answer, send: Send, request_id: str, *, gzipped: bool) -> None:
    body, content_type = answer.body, answer.content_type
    if answer.status >= HttpStatus.BAD_REQUEST and not body:
        body = MEANINGS.get(answer.status, "").encode()
        content_type = "text/plain; charset=utf-8"
    headers = [
        *answer_headers(len(body), content_type, SERVER_VERSION, gzipped=gzipped),
        ("request-id", request_id),
        *answer.headers,
    ]
    if answer.status == HttpStatus.SERVICE_UNAVAILABLE and not answer.headers:
        headers.append(RETRY_AFTER)
    await send(
        {
            "type": "http.response.start",
            "status": int(answer.status),
            "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        }
    )
    await send_body(send, body)

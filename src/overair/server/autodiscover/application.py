"""Autodiscover as a bare ASGI callable: which path is whose, one log line per request."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from starlette.types import Receive, Scope, Send

from overair import metrics
from overair.protocol.autodiscover.autoconfig import PATHS as CONFIG_PATHS
from overair.protocol.autodiscover.site import AUTODISCOVER_PATH, JSON_PATH
from overair.protocol.http import MEANINGS, HttpStatus
from overair.push.interface import ClientGone
from overair.server.autodiscover import account, json_v2, pox, thunderbird
from overair.server.autodiscover.exchange import Answer, Exchange, redirect_to
from overair.server.budget import Claim
from overair.server.context import Services
from overair.server.forwarded import begin_request
from overair.server.responses import HttpError
from overair.storage.interface import DatabaseUnavailable

Handler = Callable[[Exchange], Awaitable[Answer]]
PATHS: Final[dict[str, Handler]] = {
    AUTODISCOVER_PATH: pox.serve,
    JSON_PATH: json_v2.serve,
    **dict.fromkeys((*CONFIG_PATHS, f"/v1.1{CONFIG_PATHS[0]}"), thunderbird.serve),  # so Nine asks
    account.ACCOUNT_PATH: account.serve,
}
"""In lower case; clients write them in any."""
BELOW: Final = {f"{JSON_PATH}/": json_v2.serve, f"{account.ACCOUNT_PATH}/": account.serve}
"""What has paths below its own."""
LONGEST_PATH: Final = 1024
METRICS_COMMAND: Final = "Autodiscover"

_log = structlog.get_logger("overair.request")


def handler_of(path: str) -> Handler | None:
    """Who answers a path (decoded); None where it is no matter of Autodiscover."""
    plain = path.lower().rstrip("/")
    if len(path) > LONGEST_PATH:
        return None
    return PATHS.get(plain) or next(
        (handler for start, handler in BELOW.items() if plain.startswith(start)), None
    )


class AutodiscoverApplication:
    """Autodiscover, the file of Thunderbird, the account page."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request, whatever happens; ``handler_of`` its path has to be somebody."""
        with self._services.budget.claim() as claim:
            await self._serve(scope, receive, send, claim)

    async def _serve(self, scope: Scope, receive: Receive, send: Send, claim: Claim) -> None:
        started = time.monotonic()
        line: dict[str, object] = {
            "request_id": begin_request(scope),
            "client": (scope.get("client") or [""])[0],
            "method": scope["method"],
        }
        try:
            answer = await self._answer(scope, receive, claim, line)
        except ClientGone:
            _log.info("client gone", **line)
            return
        except HttpError as error:
            answer = Answer(error.status, headers=error.headers, reason=str(error))
        except DatabaseUnavailable as error:
            answer = Answer(HttpStatus.SERVICE_UNAVAILABLE, reason=str(error))
        except asyncio.CancelledError:  # the server leaves and has waited for this request long enough
            answer = Answer(HttpStatus.SERVICE_UNAVAILABLE, reason="the server leaves")
        except Exception:
            _log.exception("request failed", **line)
            answer = Answer(HttpStatus.INTERNAL_SERVER_ERROR)
        await _send(answer, send, str(line["request_id"]))
        line["http_status"] = int(answer.status)
        if answer.reason:
            line["reason"] = answer.reason
        seconds = time.monotonic() - started
        form = str(line.get("command", "none"))
        metrics.request_answered(METRICS_COMMAND, form, int(answer.status), "", seconds, None)
        milliseconds = round(seconds * 1000, 1)
        level = "info" if answer.status < HttpStatus.INTERNAL_SERVER_ERROR else "warning"
        getattr(_log, level)("request", **line, ms=milliseconds)

    async def _answer(self, scope: Scope, receive: Receive, claim: Claim, line: dict[str, object]) -> Answer:
        handler = handler_of(scope["path"])
        site = self._services.finding.site
        if handler is None or site is None:
            raise HttpError(HttpStatus.NOT_FOUND, "the settings do not say the server's url")
        line["command"] = handler.__module__.rpartition(".")[2]
        if _came_in_clear(scope) and site.scheme == "https":
            # The first question of some clients; no password is asked for on such a connection.
            return redirect_to(secure_url(site.base, scope), "plain HTTP")
        return await handler(Exchange(self._services, site, scope, receive, claim, line))


def _came_in_clear(scope: Scope) -> bool:
    """Whether a proxy says that the client came without TLS."""
    return scope["scheme"] == "http" and any(name == b"x-forwarded-proto" for name, _ in scope["headers"])


def secure_url(base: str, scope: Scope) -> str:
    """The same path and query under another base."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope["query_string"]
    path = raw.partition(b"?")[0].decode("latin-1")
    return f"{base}{path}" + (f"?{query.decode('latin-1')}" if query else "")


async def _send(answer: Answer, send: Send, request_id: str) -> None:
    body, content_type = answer.body, answer.content_type
    if not body:
        body, content_type = MEANINGS.get(answer.status, "").encode(), "text/plain; charset=utf-8"
    headers = [
        ("Content-Type", content_type),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        ("request-id", request_id),
        *(header for header in answer.headers if header[0] != "Cache-Control"),
    ]
    if answer.status == HttpStatus.SERVICE_UNAVAILABLE and not answer.headers:
        headers.append(("Retry-After", "30"))
    await send(
        {
            "type": "http.response.start",
            "status": int(answer.status),
            "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        }
    )
    await send({"type": "http.response.body", "body": body})

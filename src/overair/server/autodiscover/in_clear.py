"""What a port of plain HTTP says of Autodiscover: ask over HTTPS."""

from __future__ import annotations

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from overair.server.autodiscover.application import handler_of, secure_url
from overair.server.autodiscover.finding import Finding


class RedirectToHttps:
    """Sends what is a matter of Autodiscover to the server's own URL; another application gets the rest.

    AOSP, Outlook and others ask http://autodiscover.DOMAIN without a log-in and follow where it leads.
    """

    def __init__(self, application: ASGIApp, finding: Finding) -> None:
        self._application = application
        self._finding = finding

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        site = self._finding.site
        if scope["type"] == "http" and site is not None and handler_of(scope["path"]) is not None:
            response = RedirectResponse(secure_url(site.base, scope), status_code=302)
            await response(scope, receive, send)
        else:
            await self._application(scope, receive, send)

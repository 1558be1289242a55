"""The page of an account: what to type into a phone, a QR code, and the profile for iPhones and iPads."""

from __future__ import annotations

import asyncio
import io
from typing import Final
from urllib.parse import quote

import jinja2
import segno
import structlog
from markupsafe import Markup

from overair.protocol.autodiscover.names import comparable
from overair.protocol.autodiscover.site import Site
from overair.protocol.http import HttpStatus
from overair.server.autodiscover.exchange import Answer, Exchange, require_method
from overair.server.autodiscover.profiles import SigningError, account_profile, signed
from overair.server.pages import HEADERS, platform_of
from overair.server.responses import HttpError
from overair.tls.root_files import MOBILECONFIG_TYPE

ACCOUNT_PATH: Final = "/account"
PROFILE_NAME: Final = "account.mobileconfig"

_log = structlog.get_logger("overair.autodiscover")
_templates = jinja2.Environment(
    loader=jinja2.PackageLoader("overair.server"), autoescape=True, undefined=jinja2.StrictUndefined
)


def account_url(site: Site, address: str) -> str:
    """The URL of an account's page, which its QR code says."""
    return f"{site.base}{ACCOUNT_PATH}/{quote(address, safe='@')}"


async def serve(exchange: Exchange) -> Answer:
    """``/account`` for whoever logs in, ``/account/ADDRESS`` for that user alone, the profile beside it."""
    require_method(exchange, "GET", "HEAD")
    user = await exchange.user()
    rest = exchange.path.strip("/").split("/")[1:]
    wants_profile = rest[-1:] == [PROFILE_NAME]
    named = rest[:-1] if wants_profile else rest
    owned = map(comparable, (user.address, *user.aliases))
    if len(named) > 1 or (named and comparable(named[0]) not in owned):
        raise HttpError(HttpStatus.NOT_FOUND, "not the account that is logged in")
    headers = tuple(HEADERS.items())
    if wants_profile:
        disposition = ("Content-Disposition", f'attachment; filename="{PROFILE_NAME}"')
        profile = await _profile(exchange, user.address)
        return Answer(body=profile, content_type=MOBILECONFIG_TYPE, headers=(*headers, disposition))
    agent = (exchange.header(b"user-agent") or b"").decode("latin-1")
    text = _templates.get_template("account.html").render(
        name=user.display_name or user.address,
        address=user.address,
        server=exchange.site.authority,
        tls=exchange.site.scheme == "https",
        url=account_url(exchange.site, user.address),
        qr_code=Markup(qr_svg(account_url(exchange.site, user.address))),  # noqa: S704 - segno's own SVG
        profile=f"{ACCOUNT_PATH}/{PROFILE_NAME}",
        platform=platform_of(agent),
    )
    return Answer(body=text.encode(), content_type="text/html; charset=utf-8", headers=headers)


def qr_svg(text: str) -> str:
    """A QR code as SVG for a page."""
    drawing = io.BytesIO()
    segno.make(text, micro=False).save(drawing, kind="svg", scale=5, xmldecl=False, svgns=True, light="#fff")
    return drawing.getvalue().decode()


async def _profile(exchange: Exchange, address: str) -> bytes:
    """The profile, signed where there is a certificate to sign it with."""
    profile = account_profile(address, exchange.site, exchange.finding.root)
    signing = exchange.finding.signing
    if signing is None:
        return profile
    try:
        return await asyncio.to_thread(signed, profile, signing)
    except (SigningError, OSError) as error:
        _log.warning("a configuration profile goes out unsigned", reason=str(error))
        return profile

"""What a first answer of the endpoint is, by its status, its headers and a few marks of what it says."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from yarl import URL

from overair.doctor.autodiscovering import WEB_REDIRECTS, is_page, led_to
from overair.doctor.illness import Product
from overair.doctor.network.web import Answer

_LOOKED_AT: Final = 64 * 1024
"""Characters of a body in which marks are looked for."""


class Nature(StrEnum):
    """What an answer to a POST without a log-in is."""

    LOG_IN = "the question for a log-in"
    FORMS = "Exchange's forms-based authentication"
    LOGIN_PAGE = "a login page"
    PAGE = "a web page"
    REDIRECT = "a redirect"
    SSL_REQUIRED = "403.4, SSL required"
    CERTIFICATE_REQUIRED = "403.7, client certificate required"
    BLOCKED = "a firewall for web applications"
    FORBIDDEN = "403"
    MISSING = "nothing at this path"
    NO_POST = "no POST allowed"
    ANONYMOUS = "an answer without a log-in"
    INTERNAL = "500"
    BAD_GATEWAY = "502"
    UNAVAILABLE = "503"
    GATEWAY_TIMEOUT = "504"
    OTHER = "a status that no EAS server gives here"


_BY_STATUS: Final = {
    200: Nature.ANONYMOUS,
    401: Nature.LOG_IN,
    403: Nature.FORBIDDEN,
    404: Nature.MISSING,
    410: Nature.MISSING,
    405: Nature.NO_POST,
    501: Nature.NO_POST,
    440: Nature.FORMS,
    449: Nature.ANONYMOUS,  # MS-ASHTTP: it asks for Provision, without knowing whom
    500: Nature.INTERNAL,
    502: Nature.BAD_GATEWAY,
    503: Nature.UNAVAILABLE,
    504: Nature.GATEWAY_TIMEOUT,
}
_FORMS: Final = re.compile(
    r"owalogon\.asp|owaauth\.dll|/owa/auth|/exchweb/bin/auth|cookieauth\.dll", re.IGNORECASE
)
_LOGIN_PLACE: Final = re.compile(
    r"log-?[io]n|sign-?in|/auth\b|\bsso\b|saml|oauth|openid|adfs|authelia|keycloak", re.IGNORECASE
)
_PASSWORD_FIELD: Final = re.compile(r"<input[^>]{0,300}type\s*=\s*[\"']?password", re.IGNORECASE)
_BLOCKER: Final = re.compile(
    r"the requested url was rejected|request (was |has been )?blocked|access denied by (security|firewall)"
    r"|mod_?security|incapsula|sucuri|imunify|web application firewall|attention required! \| cloudflare"
    r"|just a moment\.\.\.|your support id is|akamai|barracuda",
    re.IGNORECASE,
)
_SSL: Final = re.compile(
    r"403\.4\b|(ssl|https) is required|must be viewed over a secure channel|\b403 4 5\b", re.IGNORECASE
)
_CERTIFICATE: Final = re.compile(
    r"403\.7\b|requires a client certificate|client certificate required|no required ssl certificate",
    re.IGNORECASE,
)


def nature_of(url: str, answer: Answer) -> Nature:
    """What the answer to a POST without a log-in is."""
    text = answer.body[:_LOOKED_AT].decode("utf-8", "replace")
    if answer.status in WEB_REDIRECTS:
        return _of_redirect(led_to(url, answer))
    if "cf-mitigated" in answer.headers or (answer.status >= 400 and _BLOCKER.search(text)):
        return Nature.BLOCKED
    if answer.status in (400, 403) and _CERTIFICATE.search(text):
        return Nature.CERTIFICATE_REQUIRED
    if answer.status == 403 and _SSL.search(text):
        return Nature.SSL_REQUIRED
    if answer.status == 200 and is_page(answer):
        if _FORMS.search(text):
            return Nature.FORMS
        return Nature.LOGIN_PAGE if _PASSWORD_FIELD.search(text) else Nature.PAGE
    return _BY_STATUS.get(answer.status, Nature.OTHER)


def _of_redirect(target: URL | None) -> Nature:
    if target is None:
        return Nature.REDIRECT
    place = f"{target.host}{target.raw_path_qs}"
    if _FORMS.search(target.raw_path_qs):
        return Nature.FORMS
    # The path of the endpoint may be repeated in a query.
    return Nature.LOGIN_PAGE if _LOGIN_PLACE.search(place) else Nature.REDIRECT


_PRODUCTS: Final[tuple[tuple[str, str, Product], ...]] = (
    ("X-Z-Push-Version", "", Product.Z_PUSH),
    ("X-Grommunio-Sync-Version", "", Product.GROMMUNIO),
    ("WWW-Authenticate", "zpush", Product.Z_PUSH),
    ("WWW-Authenticate", "z-push", Product.Z_PUSH),
    ("WWW-Authenticate", "grommunio", Product.GROMMUNIO),
    ("WWW-Authenticate", "sogo", Product.SOGO),
    ("WWW-Authenticate", "overair", Product.OVERAIR),
    ("WWW-Authenticate", "zimbra", Product.ZIMBRA),
    ("WWW-Authenticate", "kerio", Product.KERIO),
    ("Server", "kerio", Product.KERIO),
    ("X-FEServer", "", Product.EXCHANGE),
    ("X-BEServer", "", Product.EXCHANGE),
    ("X-OWA-Version", "", Product.EXCHANGE),
    ("X-CalculatedBETarget", "", Product.EXCHANGE),
    ("Server", "microsoft-iis", Product.EXCHANGE),
)
"""Headers, what stands in them in lower case, and whose they are."""
_FRONTS: Final = (
    ("nginx", Product.NGINX),
    ("openresty", Product.NGINX),
    ("apache", Product.APACHE),
    ("haproxy", Product.HAPROXY),
    ("microsoft-iis", Product.IIS),
)


def product_of(*answers: Answer | None) -> Product | None:
    """The EAS server, where the headers of an answer tell it."""
    for name, mark, product in _PRODUCTS:
        for answer in answers:
            values = answer.headers.getall(name, ()) if answer is not None else ()
            if any(mark in value.lower() for value in values):
                return product
    return None


def front_of(*answers: Answer | None) -> Product | None:
    """The web server or proxy in front, where the headers of an answer tell it."""
    servers = [answer.headers.get("Server", "").lower() for answer in answers if answer is not None]
    return next((front for mark, front in _FRONTS for server in servers if mark in server), None)

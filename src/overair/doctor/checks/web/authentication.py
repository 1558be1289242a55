"""Does the endpoint ask for a log-in that phones can give?"""

from __future__ import annotations

from typing import Final

from overair.doctor.autodiscovering import challenges_of, schemes_of
from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, NotReached, Scope, Section
from overair.doctor.facts.web import Endpoint, Greeting
from overair.doctor.greeting import Nature
from overair.doctor.illness import Illness, Product, Severity
from overair.protocol.http import HttpStatus

USABLE: Final = frozenset(("basic", "bearer"))
WINDOWS: Final = frozenset(("ntlm", "negotiate"))

INTEGRATED: Final = Illness(
    id="integrated-authentication-only",
    severity=Severity.BREAKS,
    says="{host} asks for Windows authentication ({schemes}) and for nothing else at {url}; phones log in "
    "with Basic.",
    cure="Switch Basic authentication on at /Microsoft-Server-ActiveSync on {host}, over HTTPS only.",
    cures={
        Product.EXCHANGE: "Get-ActiveSyncVirtualDirectory | Set-ActiveSyncVirtualDirectory -BasicAuthEnabled "
        "$true -WindowsAuthEnabled $false, then iisreset. On Exchange 2003: IIS Manager, the properties of "
        "Microsoft-Server-ActiveSync, Directory Security, Authentication and Access Control: Basic "
        "authentication on; on a back-end server Integrated Windows Authentication stays on for /Exchange.",
    },
)
NO_BASIC: Final = Illness(
    id="basic-not-offered",
    severity=Severity.BREAKS,
    says="{host} answers 401 at {url} without offering Basic ({schemes}), so phones never send the password.",
    cure='Have the answer 401 carry WWW-Authenticate: Basic realm="…". Either the server\'s Basic '
    "authentication is switched off, or a proxy in front takes the header away: proxy_hide_header or "
    "more_clear_headers in nginx, Header unset in Apache, http-response del-header in HAProxy.",
    cures={
        Product.EXCHANGE: "Get-ActiveSyncVirtualDirectory | Set-ActiveSyncVirtualDirectory -BasicAuthEnabled "
        "$true, then iisreset; if that is so already, the proxy in front takes WWW-Authenticate out of the "
        "answer.",
    },
)
ANONYMOUS: Final = Illness(
    id="anonymous-access",
    severity=Severity.BREAKS,
    says="{host} answers a phone's POST without a log-in (HTTP {status}): anonymous access is on, so the "
    "server never learns who the user is.",
    cure="Switch anonymous access off at /Microsoft-Server-ActiveSync on {host} and Basic authentication on, "
    "so that a request without a log-in is answered by 401 with WWW-Authenticate: Basic.",
    cures={
        Product.EXCHANGE: "IIS Manager, Default Web Site, Microsoft-Server-ActiveSync, Authentication: "
        "Anonymous Authentication Disabled, Basic Authentication Enabled; then iisreset.",
        Product.APACHE: "Where the answer is the source of a script (<?php), PHP does not run for it: switch "
        "it on. Otherwise take RequestHeader set Authorization out.",
        Product.NGINX: "Where the answer is nginx's own (return 200, a page), have "
        "/Microsoft-Server-ActiveSync passed on to the EAS server; otherwise take a fixed "
        "proxy_set_header Authorization out.",
        Product.HAPROXY: "Where the answer is HAProxy's own (http-request return), have "
        "/Microsoft-Server-ActiveSync passed on to the EAS server; otherwise take http-request set-header "
        "Authorization out.",
        Product.SOGO: "SOGoTrustProxyAuthentication = NO; in sogo.conf, unless a proxy logs users in.",
    },
)


async def _examine(bedside: Bedside) -> Endpoint | None:
    greeting = bedside.fact(Greeting)
    nature = greeting.nature
    schemes = schemes_of(greeting.post)
    if nature is Nature.ANONYMOUS:
        bedside.find(ANONYMOUS, status=greeting.post.status)
    elif nature is not Nature.LOG_IN:
        raise NotReached(f"the endpoint answers {nature}")
    elif not USABLE & set(schemes):
        illness = INTEGRATED if WINDOWS & set(schemes) else NO_BASIC
        bedside.find(illness, schemes=", ".join(schemes) or "nothing at all", url=greeting.url)
        return None
    return Endpoint(
        greeting.url,
        schemes,
        greeting.product,
        greeting.front,
        challenges=challenges_of(greeting.post),
        guards_options=greeting.options is not None and greeting.options.status == HttpStatus.UNAUTHORIZED,
    )


CHECK: Final = Check(
    id="endpoint-authentication",
    title="How does the endpoint ask for a log-in?",
    section=Section.WEB,
    scope=Scope.SERVER,
    examine=_examine,
    needs=(Greeting,),
    yields=Endpoint,
    finds=(ANONYMOUS, INTEGRATED, NO_BASIC),
)

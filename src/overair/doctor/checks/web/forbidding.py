"""Is the endpoint closed to phones by a rule?"""

from __future__ import annotations

from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, Scope, Section
from overair.doctor.facts.web import Greeting
from overair.doctor.greeting import Nature
from overair.doctor.illness import Illness, Product, Severity

SSL_REQUIRED: Final = Illness(
    id="ssl-required",
    severity=Severity.BREAKS,
    says="{host} answers 403.4, SSL required, though the phone asks over HTTPS: what ends TLS in front "
    "passes the request on unencrypted to a directory that wants TLS.",
    cure="Pass requests on over HTTPS from the proxy (proxy_pass https://…), or take “Require SSL” off "
    "/Microsoft-Server-ActiveSync behind it.",
    cures={
        Product.EXCHANGE: "IIS Manager, Microsoft-Server-ActiveSync, SSL Settings: take Require SSL off, or "
        "have the proxy connect to port 443. On Exchange 2003 it is /Exchange that must not require SSL "
        "(Directory Security, Secure Communications), since ActiveSync asks it inside over port 80; where "
        "webmail needs SSL there, make a second directory for ActiveSync (ExchangeVDir).",
    },
)
CERTIFICATE_REQUIRED: Final = Illness(
    id="client-certificate-required",
    severity=Severity.BREAKS,
    says="{host} demands a client certificate at /Microsoft-Server-ActiveSync (403.7), which phones have "
    "not.",
    cure="Ignore client certificates there, unless every phone is to have one from your device management.",
    cures={
        Product.EXCHANGE: "IIS Manager, Microsoft-Server-ActiveSync, SSL Settings, Client certificates: "
        "Ignore; and Set-ActiveSyncVirtualDirectory -ClientCertAuth Ignore.",
        Product.NGINX: "Take `ssl_verify_client on` out of the server block, or write `optional`.",
        Product.APACHE: "`SSLVerifyClient none` for `<Location /Microsoft-Server-ActiveSync>`",
        Product.HAPROXY: "Write `verify none` or `verify optional` at the bind line in place of `verify "
        "required`.",
    },
)
BLOCKED: Final = Illness(
    id="firewall-blocks",
    severity=Severity.BREAKS,
    says="A firewall for web applications in front of {host} refuses a phone's request (HTTP {status}) "
    "before the server sees it.",
    cure="Make an exception for /Microsoft-Server-ActiveSync and /autodiscover: no challenge for browsers, "
    "no rules on the body (it is binary WBXML), all of OPTIONS and POST, no filter by country or user agent "
    "that phones fall under.",
    cures={
        Product.APACHE: "<Location /Microsoft-Server-ActiveSync> SecRuleEngine Off </Location>, or allow the "
        "type application/vnd.ms-sync.wbxml in the rules (tx.allowed_request_content_type).",
        Product.NGINX: "modsecurity off; in location /Microsoft-Server-ActiveSync.",
    },
)
FORBIDDEN: Final = Illness(
    id="forbidden",
    severity=Severity.BREAKS,
    says="{host} refuses a phone's request with 403 before anybody has logged in.",
    cure="Look for a rule at /Microsoft-Server-ActiveSync that allows some addresses only (deny all, Require "
    "ip, IP address restrictions), or for rights on the folder of the program.",
    cures={
        Product.EXCHANGE: "IIS Manager, Microsoft-Server-ActiveSync: IP Address and Domain Restrictions "
        "(403.6), Handler Mappings with Script (403.1), Request Filtering. On Exchange 2003 also: Global "
        "Settings, Mobile Services, Enable user initiated synchronization.",
        Product.NGINX: "Look for deny in the location and for a root that nginx may not read (“directory "
        "index … is forbidden” in error.log: then there is no proxy_pass for this path).",
        Product.APACHE: "Look for Require in the <Location> or <Directory>: AH01630 in error.log names it; "
        "Z-Push needs Require all granted for its folder.",
        Product.HAPROXY: "Look for http-request deny in the frontend; the log marks such with PR--.",
    },
)
_ILLNESSES: Final = {
    Nature.SSL_REQUIRED: SSL_REQUIRED,
    Nature.CERTIFICATE_REQUIRED: CERTIFICATE_REQUIRED,
    Nature.BLOCKED: BLOCKED,
    Nature.FORBIDDEN: FORBIDDEN,
}


async def _examine(bedside: Bedside) -> None:
    greeting = bedside.fact(Greeting)
    illness = _ILLNESSES.get(greeting.nature)
    if illness is not None:
        bedside.find(illness, status=greeting.post.status)


CHECK: Final = Check(
    id="endpoint-forbidden",
    title="Is the endpoint open to phones?",
    section=Section.WEB,
    scope=Scope.SERVER,
    examine=_examine,
    needs=(Greeting,),
    finds=tuple(_ILLNESSES.values()),
)

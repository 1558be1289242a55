"""Does OPTIONS reach the server?"""

from __future__ import annotations

from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, Scope, Section
from overair.doctor.facts.web import Endpoint, Greeting
from overair.doctor.illness import Illness, Product, Severity
from overair.protocol.http.responses import PROTOCOL_VERSIONS

DROPPED: Final = Illness(
    id="options-dropped",
    severity=Severity.BREAKS,
    says="{host} lets a phone's POST through to the EAS server, but answers OPTIONS itself ({said}): phones "
    "do not learn which versions are spoken, and most of them stop there.",
    cure="Pass OPTIONS on to the server at /Microsoft-Server-ActiveSync like POST.",
    cures={
        Product.NGINX: "Take “if ($request_method = OPTIONS) {{ return 204; }}” (for CORS) and limit_except "
        "out of the location of /Microsoft-Server-ActiveSync.",
        Product.APACHE: "Take <LimitExcept GET POST>, or RewriteCond %{{REQUEST_METHOD}} OPTIONS, off "
        "/Microsoft-Server-ActiveSync.",
        Product.HAPROXY: "http-request deny unless METH_GET or METH_POST: add {{ method OPTIONS }}.",
        Product.IIS: "Request Filtering, HTTP Verbs: take OPTIONS off the list of denied verbs (UrlScan: "
        "AllowVerbs).",
        Product.EXCHANGE: "Take OPTIONS off the denied verbs of Request Filtering or UrlScan; in ISA or TMG, "
        "HTTP policy of the rule, Methods: allow OPTIONS.",
    },
)


async def _examine(bedside: Bedside) -> None:
    options = bedside.fact(Greeting).options
    if options is None:
        bedside.find(DROPPED, said="with nothing at all")
    elif options.status != 401 and PROTOCOL_VERSIONS not in options.headers:
        bedside.find(DROPPED, said=f"HTTP {options.status}")


CHECK: Final = Check(
    id="endpoint-options",
    title="Does OPTIONS reach the server?",
    section=Section.WEB,
    scope=Scope.SERVER,
    examine=_examine,
    needs=(Greeting, Endpoint),
    finds=(DROPPED,),
)

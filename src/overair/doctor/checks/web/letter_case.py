"""Does the endpoint answer in any letter case?"""

from __future__ import annotations

from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, Scope, Section
from overair.doctor.facts.hosts import Server
from overair.doctor.facts.web import Endpoint
from overair.doctor.guessing import probe
from overair.doctor.illness import Illness, Product, Severity

SENSITIVE: Final = Illness(
    id="endpoint-letter-case",
    severity=Severity.ODDITY,
    says="{host} knows the path in the usual letter case alone; a few old phones write it in lower case.",
    cure="Take the path in any letter case, where such phones are.",
    cures={
        Product.NGINX: "`location ~* ^/microsoft-server-activesync` in place of `location "
        "/Microsoft-Server-ActiveSync`",
        Product.APACHE: "`AliasMatch (?i)^/Microsoft-Server-ActiveSync$ …`, or `ProxyPassMatch` with `(?i)`",
        Product.HAPROXY: "`path_beg -i` in place of `path_beg`",
    },
)


async def _examine(bedside: Bedside) -> None:
    server = bedside.fact(Server)
    lower = server.path.lower()
    if lower != server.path and not (await probe(bedside.complaint, server.host, lower)).is_endpoint:
        bedside.find(SENSITIVE)


CHECK: Final = Check(
    id="endpoint-letter-case",
    title="Does the endpoint answer in any letter case?",
    section=Section.WEB,
    scope=Scope.SERVER,
    examine=_examine,
    needs=(Server, Endpoint),
    finds=(SENSITIVE,),
)

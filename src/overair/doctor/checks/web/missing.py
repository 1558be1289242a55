"""Is an EAS server at the path that phones ask?"""

from __future__ import annotations

import asyncio
from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, Scope, Section
from overair.doctor.facts.hosts import Server
from overair.doctor.facts.web import Greeting, Webmail
from overair.doctor.greeting import Nature
from overair.doctor.guessing import probe
from overair.doctor.illness import Illness, Product, Severity
from overair.protocol.http import PATH

OTHER_PATHS: Final = (
    PATH,
    f"{PATH}/",
    PATH.lower(),
    f"/SOGo{PATH}",
    "/z-push/",
    "/activesync",
    "/sync",
)
"""Where it may be instead."""

MISSING: Final = Illness(
    id="virtual-directory-missing",
    severity=Severity.BREAKS,
    says="{host} answers, but there is nothing for phones at {path} (HTTP {status}){webmail}.",
    cure="Pass {path} on to the EAS server, in the proxy in front as in the server itself.",
    cures={
        Product.EXCHANGE: "Get-ActiveSyncVirtualDirectory shows whether the directory is there; "
        'New-ActiveSyncVirtualDirectory -WebSiteName "Default Web Site" makes it anew, then iisreset.',
        Product.IIS: "The site has no application Microsoft-Server-ActiveSync, or a rule of URL Rewrite "
        "takes the path: compare the bindings of the sites.",
        Product.NGINX: "location ~* ^/microsoft-server-activesync {{ proxy_pass http://SERVER; }} in the "
        "server block of this name, beside the location of the web site.",
        Product.APACHE: "ProxyPass /Microsoft-Server-ActiveSync http://SERVER/Microsoft-Server-ActiveSync "
        "(Z-Push: Alias /Microsoft-Server-ActiveSync /usr/share/z-push/index.php) in the VirtualHost of this "
        "name.",
        Product.HAPROXY: "use_backend EAS if {{ path_beg -i /Microsoft-Server-ActiveSync }}, and a server "
        "behind it that answers for the path.",
    },
)
ELSEWHERE: Final = Illness(
    id="endpoint-elsewhere",
    severity=Severity.BREAKS,
    says="{host} has an EAS server, at {found} and not at {path}, which phones ask.",
    cure="Have the web server pass {path} on to where {found} leads, with the rest of the request as it is.",
    cures={
        Product.NGINX: "`location = {path} {{ proxy_pass http://SERVER{found}; }}`",
        Product.APACHE: "`Alias {path} /usr/share/z-push/index.php`, or `ProxyPass {path} http://SERVER{found}`",
        Product.HAPROXY: "`http-request set-path {found} if {{ path -i {path} }}`",
    },
)
WEB_PAGE: Final = Illness(
    id="web-page-instead",
    severity=Severity.BREAKS,
    says="{host} answers a phone's request at {path} with a page of a web site (HTTP 200){webmail}.",
    cure="Pass {path} on to the EAS server before the rule that answers every path with the web site "
    "(try_files … /index.html, a rewrite to index.php, a default site).",
)
NO_POST: Final = Illness(
    id="post-not-allowed",
    severity=Severity.BREAKS,
    says="{host} does not allow POST at {path} (HTTP {status}), which is how phones ask everything.",
    cure="Allow POST and OPTIONS at {path}, and look whether a proxy or the EAS server answers: a server for "
    "files allows GET alone.",
    cures={
        Product.NGINX: "405 comes from a location without proxy_pass or fastcgi_pass, which has files: pass "
        "the path on.",
        Product.APACHE: "405 comes from AllowMethods (mod_allowmethods) and mod_dav: ProxyPass the path; "
        "with Z-Push, Alias it to index.php and let PHP handle it.",
        Product.IIS: "Request Filtering, HTTP Verbs, or a handler mapping that allows some verbs alone: "
        "allow POST and OPTIONS.",
        Product.HAPROXY: "http-request deny if METH_POST, or a list of methods: add POST and OPTIONS.",
    },
)
_ILLNESSES: Final = {
    Nature.MISSING: MISSING,
    Nature.PAGE: WEB_PAGE,
    Nature.NO_POST: NO_POST,
}


async def _examine(bedside: Bedside) -> None:
    greeting = bedside.fact(Greeting)
    illness = _ILLNESSES.get(greeting.nature)
    if illness is None:
        return
    server, webmail = bedside.fact(Server), bedside.wanted(Webmail)
    found = await _found_elsewhere(bedside, server)
    if found is not None:
        bedside.find(ELSEWHERE, found=found, path=server.path)
        return
    beside = f", while webmail at {webmail.path} is there" if webmail is not None else ""
    bedside.find(illness, path=server.path, status=greeting.post.status, webmail=beside)


async def _found_elsewhere(bedside: Bedside, server: Server) -> str | None:
    """The first of the other paths that answers as an EAS endpoint does."""
    paths = [path for path in OTHER_PATHS if path != server.path]
    probes = await asyncio.gather(*(probe(bedside.complaint, server.host, path) for path in paths))
    return next((one.path for one in probes if one.is_endpoint), None)


CHECK: Final = Check(
    id="endpoint-there",
    title="Is an EAS server at the path that phones ask?",
    section=Section.WEB,
    scope=Scope.SERVER,
    examine=_examine,
    needs=(Server, Greeting),
    wants=(Webmail,),
    finds=(ELSEWHERE, *_ILLNESSES.values()),
)

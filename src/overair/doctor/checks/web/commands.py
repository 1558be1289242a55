"""Does a command reach the server as the phone sends it?"""

from __future__ import annotations

from typing import Final

from overair.doctor.autodiscovering import is_page
from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, NotReached, Scope, Section
from overair.doctor.facts.login import LoggedIn
from overair.doctor.facts.web import Endpoint
from overair.doctor.greeting import nature_of
from overair.doctor.illness import Illness, Product, Severity
from overair.doctor.network.web import Answer
from overair.doctor.phone import first_command
from overair.protocol.http import HttpStatus
from overair.protocol.http.responses import SERVER_VERSION
from overair.versions import Version

_FINE: Final = frozenset((HttpStatus.OK, HttpStatus.RETRY_AFTER_PROVISIONING))

HEADERS_CHANGED: Final = Illness(
    id="request-headers-changed",
    severity=Severity.BREAKS,
    says="{host} refuses a command whose version stands in the header MS-ASProtocolVersion (HTTP {status}), "
    "and takes the same with the version in the query: something in front takes the header away or changes "
    "the query.",
    cure="Pass the headers MS-ASProtocolVersion, X-MS-PolicyKey and User-Agent on, and the query as it is.",
    cures={
        Product.NGINX: "Look for proxy_set_header MS-ASProtocolVersion or X-MS-PolicyKey, "
        "proxy_pass_request_headers off, and for proxy_pass with a URI and variables, which writes the query "
        "anew.",
        Product.APACHE: "Look for RequestHeader unset or edit of MS-ASProtocolVersion and X-MS-PolicyKey, "
        "and for a RewriteRule that changes the query.",
        Product.HAPROXY: "Look for http-request del-header -m beg MS-, http-request set-query and "
        "replace-uri.",
    },
)
BASE64_BROKEN: Final = Illness(
    id="base64-query-broken",
    severity=Severity.IMPAIRS,
    says="{host} answers commands whose parameters are in the query as text, but not those in base64 (HTTP "
    "{status}), as Android, Windows Mobile and Outlook send them.",
    cure="Pass the query on byte for byte: a + in it is no blank, and neither + nor / nor = is to be escaped "
    "or refused.",
    cures={
        Product.NGINX: "proxy_pass without a URI (proxy_pass http://SERVER;), and no rewrite or if on $args "
        "or $arg_Cmd.",
        Product.APACHE: "Take out a RewriteRule that adds to the query (a ? in its target), the map "
        "int:unescape, and conditions on %{{QUERY_STRING}} with Cmd=; in ModSecurity no rule on ARGS here.",
        Product.HAPROXY: "Take out rules on url_param(Cmd), http-request set-query and normalize-uri "
        "query-sort-by-name.",
        Product.Z_PUSH: "Use Z-Push 2 (1.x knows no base64), and no rewrite of the query.",
        Product.IIS: "Request Filtering, Query Strings, and URL Rewrite: no rule on the query of this path.",
    },
)
REFUSED: Final = Illness(
    id="commands-refused",
    severity=Severity.BREAKS,
    says="{host} takes the log-in, but answers a phone's command with {what} (HTTP {status}).",
    cure="Look into the server's log for POST /Microsoft-Server-ActiveSync at the time of this examination: "
    "something lets OPTIONS pass and stops POST.",
    explains=frozenset(("folder-sync-fails", "provisioning-fails")),
)
VERSION_HIDDEN: Final = Illness(
    id="server-version-hidden",
    severity=Severity.ODDITY,
    says="The answers of {host} have no MS-Server-ActiveSync: something in front takes it away.",
    cure="Nothing has to be done: phones read MS-ASProtocolVersions. To have it back, pass on headers that "
    "begin with MS-.",
)


def _knows_base64(logged_in: LoggedIn) -> bool:
    return any(version.text in logged_in.versions for version in Version if version >= Version.V12_1)


def _is_fine(answer: Answer) -> bool:
    return answer.status in _FINE and not is_page(answer)


async def _examine(bedside: Bedside) -> None:
    endpoint, logged_in = bedside.fact(Endpoint), bedside.fact(LoggedIn)
    if not any(name.lower() == SERVER_VERSION.lower() for name in logged_in.headers):
        bedside.find(VERSION_HIDDEN)
    plain = await first_command(bedside, endpoint.url)
    if plain.status == HttpStatus.REDIRECT:
        raise NotReached("the user is sent to another server")
    base64 = await first_command(bedside, endpoint.url, base64=True) if _knows_base64(logged_in) else None
    if _is_fine(plain):
        bedside.note(f"HTTP {plain.status}")
        if base64 is not None and not _is_fine(base64):
            bedside.find(BASE64_BROKEN, status=base64.status)
    elif base64 is not None and _is_fine(base64):
        bedside.find(HEADERS_CHANGED, status=plain.status)
    else:
        bedside.find(REFUSED, what=nature_of(endpoint.url, plain), status=plain.status)


CHECK: Final = Check(
    id="endpoint-commands",
    title="Does a command reach the server as the phone sends it?",
    section=Section.WEB,
    scope=Scope.SERVER,
    examine=_examine,
    needs=(Endpoint, LoggedIn),
    finds=(HEADERS_CHANGED, REFUSED, BASE64_BROKEN, VERSION_HIDDEN),
)

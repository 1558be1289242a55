"""Does the endpoint fail before anybody logs in, and who fails: the proxy or what is behind it?"""

from __future__ import annotations

from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, Scope, Section
from overair.doctor.facts.web import Greeting, Webmail
from overair.doctor.greeting import Nature
from overair.doctor.illness import Illness, Product, Severity
from overair.doctor.network.web import Answer

BAD_GATEWAY: Final = Illness(
    id="bad-gateway",
    severity=Severity.BREAKS,
    says="{host} answers 502: {who} runs, but what it passes requests on to does not run, hangs up or "
    "answers something that is not HTTP.",
    cure="Start the EAS server behind the proxy, and look whether the proxy has its right address, port and "
    "protocol (HTTP or HTTPS).",
    cures={
        Product.NGINX: "Look into error.log for “upstream”: with “Connection refused” start the server "
        "behind it, with “upstream sent too big header” set proxy_buffer_size 16k, with an SSL error write "
        "proxy_pass https:// (or http://), with “Permission denied” let nginx's user enter the socket's "
        "group.",
        Product.APACHE: "Look into error.log for AH00957 or AH01102: start the server that ProxyPass names, "
        "and compare http:// with https:// there.",
        Product.HAPROXY: "`show stat` of the stats socket says why the last answer was refused (PR, SH in "
        "the log): compare `server … ssl` with what the server speaks.",
        Product.IIS: "In ARR, look whether the server farm is healthy and speaks the protocol of the rule.",
    },
)
UNAVAILABLE: Final = Illness(
    id="service-unavailable",
    severity=Severity.BREAKS,
    says="{host} answers 503: {who} says that nobody is there to serve the request.",
    cure="Start the EAS server. If it runs, the proxy's check of its health fails, or it is overloaded or "
    "under maintenance.",
    cures={
        Product.HAPROXY: "`echo 'show stat' | socat stdio /run/haproxy/admin.sock` shows the servers that "
        "are DOWN; `option httpchk` has to ask what answers 200 without a log-in (for Overair GET /readyz).",
        Product.EXCHANGE: "Start the application pool: Start-WebAppPool MSExchangeSyncAppPool; it stops by "
        "itself after five crashes (Application log), or with a wrong password of its account. Then "
        "Get-ServerComponentState SERVER: ActiveSyncProxy has to be Active.",
        Product.IIS: "Start the application pool of Microsoft-Server-ActiveSync in IIS Manager.",
        Product.OVERAIR: "Look at /readyz and at the log: the store or the mail servers behind the gateway "
        "are not reached.",
    },
)
GATEWAY_TIMEOUT: Final = Illness(
    id="gateway-timeout",
    severity=Severity.BREAKS,
    says="{host} answers 504: {who} waits for the EAS server behind it, which takes the connection and does "
    "not answer, or is filtered.",
    cure="Look at the EAS server behind the proxy: it hangs, or a firewall between the two drops packets.",
    cures={
        Product.EXCHANGE: "Restart-WebAppPool MSExchangeSyncAppPool; then look at domain controllers and "
        "databases that answer slowly (Test-ServiceHealth, Get-MailboxDatabaseCopyStatus).",
    },
)
INTERNAL: Final = Illness(
    id="server-error",
    severity=Severity.BREAKS,
    says="{host} answers 500 to a phone's request before anybody has logged in: the program at "
    "/Microsoft-Server-ActiveSync fails{webmail}.",
    cure="Look into the server's log at the time of this examination.",
    cures={
        Product.EXCHANGE: "Look into the IIS log for the sub-status: 500.19 is a broken web.config, 500.0 a "
        "module that does not load. Remove-ActiveSyncVirtualDirectory and New-ActiveSyncVirtualDirectory "
        "make it anew.",
        Product.Z_PUSH: "Look into z-push-error.log and the log of PHP: usually a missing module (mbstring, "
        "xml), a syntax error in config.php, or folders that PHP may not write (STATE_DIR, LOGFILEDIR).",
        Product.NGINX: "Look into error.log: “rewrite or internal redirection cycle” and a missing file of "
        "passwords make 500 of nginx itself.",
        Product.APACHE: "Look into error.log: a .htaccess or a CGI program fails (“End of script output”).",
    },
)
UNEXPECTED: Final = Illness(
    id="unexpected-status",
    severity=Severity.BREAKS,
    says="{host} answers HTTP {status} to a phone's request without a log-in, where an EAS server answers "
    "401.",
    cure="Look into the log of the web server for POST /Microsoft-Server-ActiveSync: 400 and 431 are a "
    "request that it finds malformed or too large, 408 and 429 a limit for requests, 421 a name that it does "
    "not serve, 406 and 415 a rule for types of content.",
)

_ILLNESSES: Final = {
    Nature.BAD_GATEWAY: BAD_GATEWAY,
    Nature.UNAVAILABLE: UNAVAILABLE,
    Nature.GATEWAY_TIMEOUT: GATEWAY_TIMEOUT,
    Nature.INTERNAL: INTERNAL,
    Nature.OTHER: UNEXPECTED,
}
_SPEAKERS: Final = (
    ("no server is available to handle this request", "HAProxy"),
    ("the server returned an invalid or incomplete response", "HAProxy"),
    (
        "http error 503. the service is unavailable",
        "Windows (http.sys), since the application pool is stopped,",
    ),
    ("proxy error", "Apache"),
    ("<center>nginx", "nginx"),
    ("<center>openresty", "nginx"),
    ("varnish", "Varnish"),
    ("cloudflare", "Cloudflare"),
)
"""What stands in the pages that proxies make themselves, in lower case."""


def speaker(answer: Answer) -> str:
    """Who says an error, as far as its page or its header tell."""
    said = answer.text[:4096].lower()
    for mark, name in _SPEAKERS:
        if mark in said:
            return name
    server = answer.headers.get("Server", "").partition("/")[0].strip()
    return server[:40] if server.isascii() and server.replace("-", "").isalnum() else "the proxy in front"


async def _examine(bedside: Bedside) -> None:
    greeting = bedside.fact(Greeting)
    illness = _ILLNESSES.get(greeting.nature)
    if illness is None:
        return
    webmail = bedside.wanted(Webmail)
    bedside.find(
        illness,
        who=speaker(greeting.post),
        status=greeting.post.status,
        webmail=f", while webmail at {webmail.path} answers" if webmail is not None else "",
    )


CHECK: Final = Check(
    id="endpoint-errors",
    title="Does the endpoint answer without an error?",
    section=Section.WEB,
    scope=Scope.SERVER,
    examine=_examine,
    needs=(Greeting,),
    wants=(Webmail,),
    finds=tuple(_ILLNESSES.values()),
)

"""Does the log-in reach the server?"""

from __future__ import annotations

from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, NotReached, Scope, Section
from overair.doctor.facts.autodiscover import Found, Told
from overair.doctor.facts.hosts import Server
from overair.doctor.facts.login import LoggedIn
from overair.doctor.facts.web import Endpoint
from overair.doctor.illness import Illness, Product, Severity

LOST: Final = Illness(
    id="authorization-lost",
    severity=Severity.BREAKS,
    says="{host} refuses at {url} the same name and password that Autodiscover of {name} takes: something in "
    "front of the endpoint takes the header Authorization away, or it asks another directory of users.",
    cure="Pass the header Authorization on to the EAS server at /Microsoft-Server-ActiveSync.",
    cures={
        Product.APACHE: 'CGIPassAuth On (2.4.13 and later), or SetEnvIf Authorization "(.*)" '
        "HTTP_AUTHORIZATION=$1, where PHP runs as CGI or FPM; look for RequestHeader unset Authorization.",
        Product.NGINX: 'Look for proxy_set_header Authorization "", proxy_pass_request_headers off and '
        "auth_basic at this path; with PHP, for fastcgi_pass_request_headers off.",
        Product.HAPROXY: "Look for http-request del-header Authorization and for http-request auth in the "
        "backend.",
        Product.Z_PUSH: "Behind Apache, PHP as CGI or FPM does not get the header by itself: CGIPassAuth On; "
        "behind nginx it does, unless fastcgi_pass_request_headers is off.",
    },
    explains=frozenset(("password-wrong",)),
)


async def _examine(bedside: Bedside) -> None:
    endpoint, server = bedside.wanted(Endpoint), bedside.wanted(Server)
    if endpoint is None or server is None:
        raise NotReached("no endpoint asks for a log-in")
    if bedside.wanted(LoggedIn) is not None:
        return
    told = bedside.of_hosts(Told)
    for host in bedside.of_hosts(Found):
        login = told[host].login
        if login is not None and login.user in bedside.attempts.refused:
            bedside.find(LOST, host=server.host.name, url=endpoint.url, name=host.name)
            return


CHECK: Final = Check(
    id="endpoint-authorization",
    title="Does the log-in reach the server?",
    section=Section.WEB,
    scope=Scope.ONCE,
    examine=_examine,
    wants=(Server, Endpoint, LoggedIn, Found, Told),
    finds=(LOST,),
)

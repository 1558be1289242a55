"""Does a page for browsers stand in the way?"""

from __future__ import annotations

from typing import Final

from overair.doctor.autodiscovering import MAXIMUM_URL, led_to
from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, Scope, Section
from overair.doctor.facts.web import Greeting
from overair.doctor.greeting import Nature
from overair.doctor.illness import Illness, Product, Severity

SECOND_DIRECTORY: Final = (
    "On Exchange 2003, either switch forms-based authentication off (System Manager, Servers, SERVER, "
    "Protocols, HTTP, Exchange Virtual Server, Settings), or make a second directory for ActiveSync: "
    "switch it off for now, save /Exchange to a file in IIS Manager, make a new virtual directory "
    "exchange-oma from it with Basic and Integrated authentication, without SSL, for the server's own "
    "address alone; then set the value ExchangeVDir (REG_SZ) to /exchange-oma under "
    "HKLM\\System\\CurrentControlSet\\Services\\MasSync\\Parameters, switch the form on again and "
    "restart the IIS Admin service."
)

FORMS: Final = Illness(
    id="forms-based-authentication",
    severity=Severity.BREAKS,
    says="{host} sends phones to the log-on form of OWA: forms-based authentication stands in front of "
    "/Microsoft-Server-ActiveSync, and phones cannot fill in forms.",
    cure="Take /Microsoft-Server-ActiveSync out of the rule of the proxy that pre-authenticates with a form "
    "(ISA, TMG, WAP, a VPN gateway), and give it Basic authentication. " + SECOND_DIRECTORY,
    cures={
        Product.EXCHANGE: "Give Microsoft-Server-ActiveSync Basic authentication: "
        "Get-ActiveSyncVirtualDirectory | Set-ActiveSyncVirtualDirectory -BasicAuthEnabled $true; in ISA or "
        "TMG use a listener without forms, or let it fall back to Basic for clients that are no "
        "browsers. " + SECOND_DIRECTORY,
    },
)
LOGIN_PAGE: Final = Illness(
    id="login-page-in-front",
    severity=Severity.BREAKS,
    says="A login page stands in front of {host}: a phone's request is answered with {what}, which only a "
    "browser can use.",
    cure="Take /Microsoft-Server-ActiveSync (and /autodiscover) out of the single sign-on or the portal in "
    "front, so that requests reach the EAS server and it asks for the log-in itself.",
    cures={
        Product.NGINX: "auth_request off; in location /Microsoft-Server-ActiveSync and location ~* "
        "^/autodiscover.",
        Product.APACHE: "AuthType None and Require all granted in <Location /Microsoft-Server-ActiveSync>, "
        "where mod_auth_form, mod_auth_openidc or Shibboleth protects the site.",
        Product.HAPROXY: "Add unless {{ path_beg -i /microsoft-server-activesync /autodiscover }} to the "
        "rule that redirects to the login page.",
    },
)


async def _examine(bedside: Bedside) -> None:
    greeting = bedside.fact(Greeting)
    if greeting.nature is Nature.FORMS:
        bedside.find(FORMS)
    elif greeting.nature is Nature.LOGIN_PAGE:
        target = led_to(greeting.url, greeting.post)
        what = f"a redirect to {target.host}{target.raw_path}" if target is not None else "a form"
        bedside.find(LOGIN_PAGE, what=what[:MAXIMUM_URL])


CHECK: Final = Check(
    id="endpoint-login-page",
    title="Is the way to the endpoint free of login pages?",
    section=Section.WEB,
    scope=Scope.SERVER,
    examine=_examine,
    needs=(Greeting,),
    finds=(FORMS, LOGIN_PAGE),
)

"""What can be wrong with Autodiscover."""

from __future__ import annotations

from typing import Final

import msgspec

from overair.doctor.devices.device import EVERY, Device
from overair.doctor.illness import Illness, Product, Severity

SERVER_UNKNOWN: Final = Illness(
    id="server-unknown",
    severity=Severity.BREAKS,
    says="No ActiveSync server is known for {domain}: Autodiscover names none, and none of the usual names "
    "(mail.{domain} and the like) answers as one{more}.",
    cure="Create the record `autodiscover.{domain}. CNAME SERVER.` with the name of the EAS server, or give "
    "the doctor that name: --server NAME.",
)
_CONSEQUENCES: Final = frozenset(("server-unknown",))
"""Where Autodiscover is there and sick, that is why no server is known."""
_MISNAMED: Final = _CONSEQUENCES | {"autodiscover-json-differs"}
"""Where the first version names what is no use, the second, which does not, differs."""

MISSING: Final = Illness(
    id="autodiscover-missing",
    severity=Severity.IMPAIRS,
    says="There is no Autodiscover for {domain}, so a phone that is given an address and a password does not "
    "find the server; every user has to type its name in.",
    cure="Create these records in the zone of {domain}: `autodiscover.{domain}. CNAME {target}.` for phones "
    "and `_autodiscover._tcp.{domain}. SRV 0 0 443 {target}.` for Outlook; and have the certificate of "
    "{target} name autodiscover.{domain}, too.",
    cures={
        Product.OVERAIR: "`overair autodiscover dns {domain} --zone` prints the records: "
        "`autodiscover.{domain}. CNAME {target}.` and `_autodiscover._tcp.{domain}. SRV 0 0 443 {target}.`; "
        "the certificate has to name autodiscover.{domain}, too.",
    },
)
PATH_MISSING: Final = Illness(
    id="autodiscover-path-missing",
    severity=Severity.IMPAIRS,
    says="{name} answers, but there is no Autodiscover at it: {url} is {said}.",
    cure="Have the web server of {name} pass /autodiscover and /Autodiscover on to the EAS server, as it "
    "does with /Microsoft-Server-ActiveSync.",
    cures={
        Product.EXCHANGE: "New-AutodiscoverVirtualDirectory on the server, where the directory is gone; or a "
        "rule for /autodiscover/* in the proxy in front.",
        Product.Z_PUSH: "AliasMatch (?i)^/autodiscover/autodiscover\\.xml$ "
        "/usr/share/z-push/autodiscover/autodiscover.php in Apache; in nginx location ~* with the same path.",
    },
    explains=_CONSEQUENCES,
)
FAILS: Final = Illness(
    id="autodiscover-fails",
    severity=Severity.IMPAIRS,
    says="The Autodiscover of {name} fails: {url} answers HTTP {status}.",
    cure="Look into the log of the web server of {name} for {url}: with 502 to 504 what is behind the proxy "
    "does not run or is not reached, with 500 it fails itself, with 403 a rule of the server refuses it.",
    cures={
        Product.EXCHANGE: "Restart-WebAppPool MSExchangeAutodiscoverAppPool; then the Application log, "
        "source MSExchange Autodiscover.",
    },
    explains=_CONSEQUENCES,
)
LOOP: Final = Illness(
    id="autodiscover-loop",
    severity=Severity.IMPAIRS,
    says="Autodiscover of {name} redirects in a circle: {trail}.",
    cure="End the circle: the last of these URLs has to answer 401 with WWW-Authenticate: Basic itself. Look "
    "for a rule that sends HTTPS to HTTPS, or to the same host.",
    explains=_CONSEQUENCES,
)
ADDRESS_LOOP: Final = Illness(
    id="autodiscover-address-loop",
    severity=Severity.IMPAIRS,
    says="Autodiscover of {name} sends the address in a circle: each of its answers names another address, "
    "and the last one was asked before.",
    cure="Correct where the mailbox is: the target address (targetAddress, ExternalEmailAddress) of the mail "
    "user on one of the sides must not lead back.",
    cures={
        Product.OVERAIR: "Take one of the sides out of [autodiscover.domains] or [autodiscover.addresses] of "
        "overair.toml.",
    },
    explains=_CONSEQUENCES,
)
OUTSIDE: Final = Illness(
    id="autodiscover-redirect-outside",
    severity=Severity.IMPAIRS,
    says="Autodiscover of {name} redirects to {target}, which is outside {domain}: phones send the password "
    "there or ask the user first. The doctor has not sent it.",
    cure="If {target} is right, run the doctor again with --server {target}. If it is not, somebody "
    "redirects your users' passwords: remove the redirect.",
    explains=_CONSEQUENCES,
)
UNENCRYPTED: Final = Illness(
    id="autodiscover-redirect-unencrypted",
    severity=Severity.IMPAIRS,
    says="Autodiscover of {name} redirects from HTTPS to {target}, which is not encrypted: phones do not "
    "follow.",
    cure="Have the redirect name https://. Behind a proxy that ends TLS, tell the server that the request "
    "came over HTTPS (X-Forwarded-Proto).",
    explains=_CONSEQUENCES,
)
BROKEN_REDIRECT: Final = Illness(
    id="autodiscover-redirect-broken",
    severity=Severity.IMPAIRS,
    says="Autodiscover of {name} answers HTTP {status} and does not say where to go (no usable Location).",
    cure="Give the redirect an absolute URL: https://HOST/autodiscover/autodiscover.xml.",
    explains=_CONSEQUENCES,
)
ERROR: Final = Illness(
    id="autodiscover-error",
    severity=Severity.IMPAIRS,
    says="Autodiscover of {name} answers error {code} to the log-in of the user{meaning}.",
    cure="Look whether the address that was typed is one of the user's own addresses at the server, and "
    "whether the log of Autodiscover says more.",
    cures={
        Product.EXCHANGE: "Error 600 is an invalid request (a proxy changed the body), 601 an Autodiscover "
        "without the provider of MobileSync; with others, Get-Recipient ADDRESS shows whose the address is.",
        Product.OVERAIR: "602 is an address that the user does not have: `overair user alias ADDRESS ALIAS` "
        "gives it to them.",
    },
    explains=_CONSEQUENCES,
)
OUTLOOK_ONLY: Final = Illness(
    id="autodiscover-outlook-only",
    severity=Severity.IMPAIRS,
    says="What answers as Autodiscover at {name} knows Outlook on the desktop alone (IMAP, SMTP), not "
    "phones: it answers in the schema of Outlook without ActiveSync.",
    cure="That is the Autodiscover of a hosting panel (cPanel, Plesk and others) or of a mail server without "
    "EAS. Let autodiscover.{domain} lead to the EAS server, and switch the panel's Autodiscover off.",
    explains=_CONSEQUENCES,
)
NO_SERVER: Final = Illness(
    id="autodiscover-without-server",
    severity=Severity.IMPAIRS,
    says="Autodiscover of {name} answers without naming an ActiveSync server.",
    cure="Set the external URL of the ActiveSync directory at the server.",
    cures={
        Product.EXCHANGE: '`Set-ActiveSyncVirtualDirectory -Identity "SERVER\\Microsoft-Server-ActiveSync '
        '(Default Web Site)" -ExternalURL https://{target}/Microsoft-Server-ActiveSync`',
        Product.OVERAIR: 'Set url = "https://{target}" in overair.toml.',
    },
    explains=_CONSEQUENCES,
)
MALFORMED: Final = Illness(
    id="autodiscover-malformed",
    severity=Severity.IMPAIRS,
    says="What {name} answers as Autodiscover is no XML of Autodiscover, so that phones cannot read it.",
    cure="Look at the answer (`curl -d @request.xml {url}`): usually a warning of PHP or a script stands "
    "before the XML, or the document ends in the middle.",
    cures={
        Product.Z_PUSH: "Set display_errors to Off in php.ini, and look for blanks before <?php in "
        "config.php.",
    },
    explains=_CONSEQUENCES,
)
WEB_PAGE: Final = Illness(
    id="autodiscover-web-page",
    severity=Severity.IMPAIRS,
    says="{name} answers Autodiscover with a web page (HTTP 200), not with XML: a web site or a login page "
    "is in the way, and phones take it for a broken Autodiscover.",
    cure="Pass /autodiscover on to the EAS server before the rules of the web site (a catch-all page, an "
    "index.php for every path, a login page in front), or let autodiscover.{domain} lead to the EAS server "
    "itself.",
    explains=_CONSEQUENCES,
)
NO_BASIC: Final = Illness(
    id="autodiscover-without-basic",
    severity=Severity.IMPAIRS,
    says="Autodiscover of {name} asks for a log-in without Basic authentication ({schemes}), which phones "
    "need.",
    cure="Offer Basic authentication at /autodiscover, over HTTPS only.",
    cures={
        Product.EXCHANGE: "Get-AutodiscoverVirtualDirectory | Set-AutodiscoverVirtualDirectory "
        "-BasicAuthentication $true, then iisreset.",
    },
    explains=_CONSEQUENCES,
)
REFUSES: Final = Illness(
    id="autodiscover-refuses-log-in",
    severity=Severity.IMPAIRS,
    says="{name} asks for a log-in at Autodiscover and refuses {user}{though}: phones ask for "
    "the password again and again.",
    cure="Where {name} is a web site that is protected by a password of its own, leave /autodiscover out of "
    "that protection, so that it answers 404. Where it is the Autodiscover of the server, it asks another "
    "directory of users, or a proxy in front of it loses the header Authorization.",
    explains=_CONSEQUENCES,
)
NAMES_HTTP: Final = Illness(
    id="autodiscover-names-http",
    severity=Severity.IMPAIRS,
    says="Autodiscover names {url}, which is not encrypted; phones refuse it.",
    cure="Have it name https://: set the external URL of the server.",
    cures={
        Product.EXCHANGE: "`Set-ActiveSyncVirtualDirectory -ExternalURL https://…/Microsoft-Server-ActiveSync`",
        Product.OVERAIR: 'Set url = "https://HOST" in overair.toml.',
        Product.Z_PUSH: "Set ZPUSH_HOST in autodiscover/config.php to the name that phones use, without a "
        "scheme.",
    },
    explains=_MISNAMED,
)
NAMES_INTERNAL: Final = Illness(
    id="autodiscover-names-internal",
    severity=Severity.IMPAIRS,
    says="Autodiscover names {url}, a server that is known inside the network alone; phones outside do not "
    "reach it.",
    cure="Have it name the server as the outside knows it: set the external URL of the ActiveSync directory.",
    cures={
        Product.EXCHANGE: "`Set-ActiveSyncVirtualDirectory -ExternalURL "
        "https://PUBLIC-NAME/Microsoft-Server-ActiveSync`",
        Product.OVERAIR: 'Set url = "https://PUBLIC-NAME" in overair.toml.',
    },
    explains=_MISNAMED | {"name-unknown", "name-without-address", "private-address"},
)
NAMES_UNREACHABLE: Final = Illness(
    id="autodiscover-names-unreachable",
    severity=Severity.IMPAIRS,
    says="Autodiscover names {url}, where nothing answers, while the server answers at {server}.",
    cure="Have it name https://{server}/Microsoft-Server-ActiveSync, or make the named server reachable.",
    cures={
        Product.EXCHANGE: "`Set-ActiveSyncVirtualDirectory -ExternalURL "
        "https://{server}/Microsoft-Server-ActiveSync`",
        Product.OVERAIR: 'Set url = "https://{server}" in overair.toml.',
    },
    explains=_MISNAMED,
)
NAMES_NONSENSE: Final = Illness(
    id="autodiscover-names-no-url",
    severity=Severity.IMPAIRS,
    says="What Autodiscover names as the server is no URL: {url}.",
    cure="Set the external URL of the server as https://HOST/Microsoft-Server-ActiveSync.",
    explains=_MISNAMED,
)
NO_PATH: Final = Illness(
    id="autodiscover-names-no-path",
    severity=Severity.IMPAIRS,
    says="Autodiscover names {url}, without the path /Microsoft-Server-ActiveSync: some phones add it, "
    "others ask the web site at / instead.",
    cure="Have it name {url} with /Microsoft-Server-ActiveSync.",
    cures={
        Product.EXCHANGE: "`Set-ActiveSyncVirtualDirectory -ExternalURL "
        "https://HOST/Microsoft-Server-ActiveSync`",
    },
    explains=_MISNAMED,
)
JSON_DIFFERS: Final = Illness(
    id="autodiscover-json-differs",
    severity=Severity.IMPAIRS,
    hits=frozenset((Device.OUTLOOK,)),
    says="The second version of Autodiscover (JSON), which Outlook for phones asks, names {json}; the first "
    "(XML), which the others ask, names {xml}.",
    cure="Have both name the same server. An old server behind /autodiscover/autodiscover.json answers for "
    "it still: compare the proxy's rules for the two paths.",
)
JSON_MISSING: Final = Illness(
    id="autodiscover-json-missing",
    severity=Severity.ODDITY,
    hits=frozenset((Device.OUTLOOK,)),
    says="The second version of Autodiscover (JSON) is not offered. Outlook for phones then asks the first.",
    cure="Nothing has to be done; servers since Exchange 2016 offer it at /autodiscover/autodiscover.json.",
)
CAPITALS_FAIL: Final = Illness(
    hits=EVERY - {Device.ANDROID},
    id="autodiscover-letter-case",
    severity=Severity.IMPAIRS,
    says="Autodiscover of {name} answers at {works}, but not at {fails} ({said}): some clients write the "
    "path in lower case, others in capitals.",
    cure="Have the web server take the path in any letter case.",
    cures={
        Product.NGINX: "`location ~* ^/autodiscover/autodiscover\\.(xml|json)` instead of `location "
        "/autodiscover`",
        Product.APACHE: "`AliasMatch (?i)^/autodiscover/autodiscover\\.xml$ …`, or `ProxyPassMatch` "
        "with `(?i)`",
        Product.HAPROXY: "`acl autodiscover path_beg -i /autodiscover/`",
    },
)
LOWER_CASE_FAILS: Final = msgspec.structs.replace(CAPITALS_FAIL, hits=EVERY)
"""The same, the other way round; Android's own app writes lower case."""
HTTP_LOOP: Final = Illness(
    id="autodiscover-http-loop",
    severity=Severity.IMPAIRS,
    says="http://autodiscover.{domain} redirects in a circle and never to HTTPS: {trail}.",
    cure="Have http://autodiscover.{domain}/autodiscover/autodiscover.xml redirect to https:// once, or "
    "close port 80.",
    explains=_CONSEQUENCES,
)

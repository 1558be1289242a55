"""Does the server serve the user itself, or lead to the one that does (HTTP 451)?"""

from __future__ import annotations

from typing import Final

from yarl import URL

from overair.doctor.autodiscovering import MAXIMUM_REDIRECTS, MAXIMUM_URL
from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, Scope, Section
from overair.doctor.facts.login import LoggedIn
from overair.doctor.facts.web import Endpoint
from overair.doctor.illness import Illness, Product, Severity
from overair.doctor.phone import first_command
from overair.protocol.http import HttpStatus
from overair.protocol.http.responses import LOCATION

LOOP: Final = Illness(
    id="redirect-451-loop",
    severity=Severity.BREAKS,
    says="{host} sends the user to another server (HTTP 451), and that leads round in a circle: {trail}.",
    cure="Each server takes the other for the one that has the mailbox. Correct the external URL of the "
    "ActiveSync directory of the site where the mailbox is, so that it names a server of that site.",
    cures={
        Product.EXCHANGE: "Get-ActiveSyncVirtualDirectory | fl Server,ExternalUrl,InternalUrl: the "
        "ExternalUrl of the site with the mailbox must name that site. Where one server serves both from "
        "outside, set ExternalUrl of the other to $null: requests are then passed on, not redirected.",
        Product.NGINX: "Take the rule with return 451 out, or its X-MS-Location to the server of the "
        "mailbox.",
    },
)
OUTSIDE: Final = Illness(
    id="redirect-451-outside",
    severity=Severity.IMPAIRS,
    says="{host} sends the user to {target} (HTTP 451), which is outside {domain}. Phones send the password "
    "there; the doctor has not.",
    cure="If {target} is right, run the doctor again with --server {target}, and have Autodiscover name it.",
    explains=frozenset(("folder-sync-fails", "provisioning-fails")),
)
BROKEN: Final = Illness(
    id="redirect-451-broken",
    severity=Severity.BREAKS,
    says="{host} sends the user to another server (HTTP 451) and does not say to which: X-MS-Location is "
    "{location}.",
    cure="Have the answer name the other server: X-MS-Location: https://HOST/Microsoft-Server-ActiveSync. A "
    "proxy may take the header away.",
    cures={
        Product.EXCHANGE: "Set-ActiveSyncVirtualDirectory -ExternalUrl "
        "https://HOST/Microsoft-Server-ActiveSync at the server that has the mailbox.",
    },
)


async def _examine(bedside: Bedside) -> None:
    url = bedside.fact(Endpoint).url
    trail = [url]
    answer = await first_command(bedside, url)
    while answer.status == HttpStatus.REDIRECT:
        location = answer.headers.get(LOCATION, "")
        target = _read(location)
        if target is None:
            bedside.find(BROKEN, location=location[:MAXIMUM_URL] or "missing")
            return
        url = str(target.with_query(None))
        trail.append(url)
        if trail.count(url) > 1 or len(trail) > MAXIMUM_REDIRECTS:
            bedside.find(LOOP, trail=" → ".join(trail))
            return
        if not bedside.complaint.may_tell(target.host or ""):
            bedside.find(OUTSIDE, target=target.host, domain=bedside.complaint.mail_domain)
            return
        answer = await first_command(bedside, url)
    bedside.note("it serves the user itself" if len(trail) == 1 else f"it leads to {url}")


def _read(location: str) -> URL | None:
    """The URL that is led to: of HTTPS, since the password goes there."""
    try:
        target = URL(location)
    except ValueError:
        return None
    return target if target.scheme == "https" and target.host else None


CHECK: Final = Check(
    id="endpoint-moved",
    title="Does the server serve the user itself?",
    section=Section.WEB,
    scope=Scope.SERVER,
    examine=_examine,
    needs=(Endpoint, LoggedIn),
    finds=(LOOP, BROKEN, OUTSIDE),
)

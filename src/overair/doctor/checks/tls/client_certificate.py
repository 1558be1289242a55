"""Whether the server wants a certificate from the phone, and does without one."""

from __future__ import annotations

from typing import Final

from yarl import URL

from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, NotReached, Scope, Section
from overair.doctor.facts.tls import Encrypted
from overair.doctor.illness import Illness, Product, Severity
from overair.doctor.network.web import Answer, Unanswered, Why, ask
from overair.protocol.http import PATH

_SIGNS: Final = (b"No required SSL certificate was sent", b"403.7", b"client certificate")
"""What nginx, IIS and others write into the page that says so."""
_REFUSING: Final = frozenset((400, 403, 495, 496))

DEMANDED: Final = Illness(
    id="client-certificate-demanded",
    severity=Severity.BREAKS,
    says="{host} wants a certificate from the device itself and talks to none without ({how}).",
    cure="Switch the demand off for the EAS endpoint, or roll out a certificate to each device by MDM.",
    cures={
        Product.NGINX: "Remove `ssl_verify_client on;` from the server of {host}.",
        Product.APACHE: "Write `SSLVerifyClient none` for {host}.",
        Product.HAPROXY: "Remove `verify required` from the `bind` line.",
        Product.IIS: "In IIS Manager, SSL Settings of Microsoft-Server-ActiveSync and of Autodiscover: "
        "client certificates “Ignore”.",
        Product.EXCHANGE: "`Set-ActiveSyncVirtualDirectory -Identity 'SERVER\\Microsoft-Server-ActiveSync "
        "(Default Web Site)' -ClientCertAuth Ignore`, and “Ignore” in IIS Manager, SSL Settings.",
    },
    explains=frozenset(("client-certificate-required",)),
)
ASKED: Final = Illness(
    id="client-certificate-asked",
    severity=Severity.ODDITY,
    says="{host} asks for a certificate of the device, but does without one; some phones show a question for "
    "that.",
    cure="Switch the question off for the EAS endpoint unless devices have certificates.",
)


async def examine(bedside: Bedside) -> None:
    """Look whether the handshake asks for one, and whether a question without one gets an answer."""
    encrypted = bedside.fact(Encrypted)
    first = encrypted.first
    if not first.client_certificate:
        return
    if first.alert is not None:
        bedside.find(DEMANDED, how=f"it ends the handshake with alert {first.alert}")
        return
    host = bedside.host
    url = URL.build(scheme="https", host=host.name, port=host.port, path=PATH)
    try:
        answer = await ask(bedside.complaint, "OPTIONS", url, address=encrypted.address)
    except Unanswered as failure:
        if failure.why not in (Why.TLS, Why.RESET, Why.CLOSED):
            raise NotReached(f"no answer that would tell: {failure}") from failure
        bedside.find(DEMANDED, how=str(failure))
        return
    if _refused(answer):
        bedside.find(DEMANDED, how=f"it answers HTTP {answer.status}")
    else:
        bedside.find(ASKED)


def _refused(answer: Answer) -> bool:
    return answer.status in _REFUSING and any(sign.lower() in answer.body.lower() for sign in _SIGNS)


CHECK = Check(
    id="tls-client-certificate",
    title="Does it do without a certificate of the phone?",
    section=Section.TLS,
    scope=Scope.HOST,
    examine=examine,
    needs=(Encrypted,),
    finds=(DEMANDED, ASKED),
)

"""Whether a host speaks TLS, and what each of its addresses shows."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Final

from yarl import URL

from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, NotReached, Scope, Section
from overair.doctor.facts.ports import Open
from overair.doctor.facts.tls import Encrypted
from overair.doctor.illness import Illness, Product, Severity
from overair.doctor.network.handshaking import NoShake, Refusal, Shake, attempt, hello_to, place_of, shake
from overair.doctor.network.web import Unanswered, ask

# RFC 8446 section 6.2, RFC 6066 section 3.
HANDSHAKE_FAILURE: Final = 40
PROTOCOL_VERSION: Final = 70
INSUFFICIENT_SECURITY: Final = 71
UNRECOGNIZED_NAME: Final = 112

PLAIN_HTTP: Final = Illness(
    id="tls-plain-http",
    severity=Severity.BREAKS,
    says="{host} answers unencrypted HTTP at its port for HTTPS, so no phone can talk to it there.",
    cure="Switch TLS on for this port at the server and give it a certificate for {host}.",
    cures={
        Product.NGINX: "Write `listen 443 ssl;` with `ssl_certificate` and `ssl_certificate_key`.",
        Product.APACHE: "Write `SSLEngine on` into the `<VirtualHost *:443>` and run `a2enmod ssl`.",
        Product.HAPROXY: "Write `bind :443 ssl crt /etc/haproxy/certs/` in the frontend.",
        Product.IIS: "Bind the site to type https at port 443 in IIS Manager, with a certificate.",
    },
)
NOT_TLS: Final = Illness(
    id="tls-not-spoken",
    severity=Severity.BREAKS,
    says="Something answers at the port for HTTPS of {host}, but it is not TLS.",
    cure="Find out which service has the port (`ss -ltnp 'sport = :443'` on the server, or the port "
    "forwarding of the router) and give the port to the web server.",
)
SILENT: Final = Illness(
    id="tls-silent",
    severity=Severity.BREAKS,
    says="{host} takes the connection and then never answers the TLS handshake.",
    cure="Look whether the web server behind the port runs and whether the proxy or firewall in front "
    "reaches it; with large packets lost on the way (a tunnel), lower the MTU or clamp the MSS.",
)
CUT: Final = Illness(
    id="tls-cut",
    severity=Severity.BREAKS,
    says="{host} hangs up in the middle of the TLS handshake ({reason}).",
    cure="Give the port a certificate where it has none (on Windows: `netsh http show sslcert`), and look "
    "for a firewall or a proxy that cuts TLS connections by their name or origin.",
)
OLD_ONLY: Final = Illness(
    id="tls-no-common-version",
    severity=Severity.BREAKS,
    says="{host} offers no version of TLS that a phone could use: nothing from TLS 1.2 on, and what it "
    "offers instead fails.",
    cure="Switch on TLS 1.2 and TLS 1.3 at the server.",
    cures={
        Product.NGINX: "`ssl_protocols TLSv1.2 TLSv1.3;`",
        Product.APACHE: "`SSLProtocol -all +TLSv1.2 +TLSv1.3`",
        Product.HAPROXY: "`ssl-default-bind-options ssl-min-ver TLSv1.2`",
    },
)
NO_CIPHER: Final = Illness(
    id="tls-no-common-cipher",
    severity=Severity.BREAKS,
    says="{host} speaks TLS, but has no cipher and no curve in common with the devices of today, or no "
    "certificate for the ciphers that it offers.",
    cure="Allow ECDHE with AES-GCM at the server and look whether its certificate and key were loaded.",
    cures={
        Product.NGINX: "`ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;`",
        Product.APACHE: "`SSLCipherSuite ECDHE+AESGCM:ECDHE+CHACHA20`",
        Product.HAPROXY: "`ssl-default-bind-ciphers ECDHE+AESGCM:ECDHE+CHACHA20`",
    },
)
NAME_REFUSED: Final = Illness(
    id="tls-name-refused",
    severity=Severity.BREAKS,
    says="The server behind {host} speaks TLS, but refuses the name {host}: it has no certificate for it.",
    cure="Add {host} to the server's sites, with a certificate for it.",
    cures={
        Product.NGINX: "Add a `server` block with `server_name {host};`, `ssl_certificate` and "
        "`ssl_certificate_key`.",
        Product.HAPROXY: "Put a certificate for {host} into the directory of `crt`, or drop `strict-sni`.",
        Product.APACHE: "Add a `<VirtualHost *:443>` with `ServerName {host}` and a certificate for it.",
    },
)
SOME: Final = Illness(
    id="tls-some-addresses",
    severity=Severity.IMPAIRS,
    says="{host} speaks TLS at {good}, but not at {bad}: {reason}.",
    cure="Mend TLS at {bad}, or take that address out of DNS.",
)

_ALERTS: Final = {
    HANDSHAKE_FAILURE: NO_CIPHER,
    INSUFFICIENT_SECURITY: NO_CIPHER,
    PROTOCOL_VERSION: OLD_ONLY,
    UNRECOGNIZED_NAME: NAME_REFUSED,
}
_REFUSALS: Final = {
    Refusal.SILENT: SILENT,
    Refusal.NOT_TLS: NOT_TLS,
    Refusal.CLOSED: CUT,
    Refusal.RESET: CUT,
    Refusal.ALERT: CUT,
    Refusal.BROKEN: CUT,
}


async def examine(bedside: Bedside) -> Encrypted | None:
    """Shake hands with each open address."""
    host, around = bedside.host, bedside.surroundings
    addresses = bedside.fact(Open).addresses
    outcomes = await asyncio.gather(
        *(attempt(place_of(host, address, around), hello_to(host), around) for address in addresses)
    )
    shakes: dict[str, Shake] = {}
    failed: dict[str, NoShake] = {}
    for address, outcome in zip(addresses, outcomes, strict=True):
        if isinstance(outcome, NoShake):
            failed[address] = outcome
        else:
            shakes[address] = outcome
    if not shakes:
        await _say_why(bedside, next(iter(failed.values())))
        return None
    reasons: dict[str, list[str]] = {}
    for address, failure in failed.items():
        reasons.setdefault(str(failure), []).append(address)
    for reason, bad in reasons.items():
        bedside.find(SOME, good=next(iter(shakes)), bad=", ".join(bad), reason=reason)
    encrypted = Encrypted(shakes)
    first = encrypted.first
    bedside.note(f"{first.version}, {first.cipher}, certificates sent: {len(first.chain)}")
    return encrypted


async def _say_why(bedside: Bedside, failure: NoShake) -> None:
    if failure.refusal is Refusal.UNREACHABLE:
        raise NotReached("the port did not take a second connection")
    illness = _REFUSALS[failure.refusal]
    if failure.alert is not None:
        illness = _ALERTS.get(await _alert_of_today(bedside, failure.alert), illness)
    if failure.refusal is Refusal.NOT_TLS and await _is_http(bedside):
        illness = PLAIN_HTTP
    bedside.find(illness, reason=failure)


async def _alert_of_today(bedside: Bedside, alert: int) -> int:
    """The alert to a phone that offers nothing older than TLS 1.2: who agrees on TLS 1.0 and then fails,
    since its own library forbids that, says nothing of versions to whom still offers it."""
    host, around = bedside.host, bedside.surroundings
    place = place_of(host, bedside.fact(Open).addresses[0], around)
    try:
        await shake(place, replace(hello_to(host), minimum="TLSv1.2"), around)
    except NoShake as failure:
        return failure.alert or alert
    return alert


async def _is_http(bedside: Bedside) -> bool:
    host = bedside.host
    url = URL.build(scheme="http", host=host.name, port=host.port, path="/")
    try:
        await ask(bedside.complaint, "GET", url, seconds=bedside.surroundings.connect_seconds)
    except Unanswered:
        return False
    return True


CHECK = Check(
    id="tls-handshake",
    title="Does it speak TLS?",
    section=Section.TLS,
    scope=Scope.HOST,
    examine=examine,
    needs=(Open,),
    yields=Encrypted,
    finds=(PLAIN_HTTP, NOT_TLS, SILENT, CUT, OLD_ONLY, NO_CIPHER, NAME_REFUSED, SOME),
)

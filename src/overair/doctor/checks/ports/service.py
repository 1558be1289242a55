"""If not TLS, what answers at the host's port for HTTPS?"""

from __future__ import annotations

import re
from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, Scope, Section
from overair.doctor.consequences import NOT_TLS
from overair.doctor.facts.ports import Open
from overair.doctor.facts.tls import Encrypted
from overair.doctor.illness import Illness, Product, Severity
from overair.doctor.network.connecting import Silence, greeting

OTHER_SERVICE: Final = Illness(
    id="port-other-service",
    severity=Severity.BREAKS,
    says="At port {port} of {host}, where phones expect HTTPS, {service} answers.",
    cure="Correct the port forwarding of the router or firewall: TCP port {port} has to lead to the web "
    "server, not to {service}. On the server itself, `ss -ltnp 'sport = :{port}'` names the program.",
    explains=NOT_TLS,
)
HANGS_UP: Final = Illness(
    id="port-resets",
    severity=Severity.BREAKS,
    says="{host} takes the connection at port {port} and hangs up at once, before a word is said.",
    cure="Look for what admits by origin in front of the server (a firewall with deep inspection, "
    "fail2ban, a list of allowed networks or countries) and let everybody in; look at whether the "
    "forwarding's target is still there.",
    cures={
        Product.HAPROXY: "Look for `tcp-request connection reject` and for `maxconn` in the frontend, and at "
        "the list that its `acl` reads.",
        Product.IIS: "Look at “IP Address and Domain Restrictions”, and at whether the binding of port 443 "
        "has a certificate: `netsh http show sslcert`.",
    },
    explains=NOT_TLS,
)
SERVICES: Final[tuple[tuple[re.Pattern[bytes], str], ...]] = (
    (re.compile(rb"SSH-"), "SSH"),
    (re.compile(rb"220[ -].*(FTP|FileZilla)", re.IGNORECASE | re.DOTALL), "FTP"),
    (re.compile(rb"(220|421|554)[ -]"), "a mail server (SMTP)"),
    (re.compile(rb"\* (OK|PREAUTH|BYE)"), "a mail server (IMAP)"),
    (re.compile(rb"\+OK"), "a mail server (POP3)"),
    (re.compile(rb"RFB \d"), "a remote desktop (VNC)"),
    (re.compile(rb".\x00\x00[\x00\x01]\x0a", re.DOTALL), "a database (MySQL)"),
    (re.compile(rb"\xff[\xfb-\xfe]"), "Telnet"),
    (re.compile(rb"HTTP/"), "unencrypted HTTP"),
)
"""What services say when somebody connects, the first that fits."""


def service_of(said: bytes) -> str:
    """What a service is by its greeting."""
    return next((name for pattern, name in SERVICES if pattern.match(said)), "something that is not TLS")


async def _examine(bedside: Bedside) -> None:
    if bedside.wanted(Encrypted) is not None:
        return
    port = bedside.host.port
    said = await greeting(bedside.surroundings, bedside.fact(Open).addresses[0], port)
    if isinstance(said, bytes):
        bedside.find(OTHER_SERVICE, port=port, service=service_of(said))
    elif said is Silence.CLOSED:
        bedside.find(HANGS_UP, port=port)
    else:
        bedside.note(said)


CHECK: Final = Check(
    id="https-service",
    title="Which service has the port for HTTPS?",
    section=Section.PORTS,
    scope=Scope.HOST,
    examine=_examine,
    needs=(Open,),
    wants=(Encrypted,),
    finds=(OTHER_SERVICE, HANGS_UP),
)

"""The file from which Thunderbird and its kin configure themselves (config-v1.1.xml)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from xml.etree.ElementTree import Element

from overair.protocol.autodiscover.services import STARTTLS, Kind, Service
from overair.protocol.autodiscover.xml import add, document

PATHS: Final = ("/mail/config-v1.1.xml", "/.well-known/autoconfig/mail/config-v1.1.xml")
"""Where the file is looked for: at autoconfig.DOMAIN, and at DOMAIN itself."""
ADDRESS: Final = "%EMAILADDRESS%"
"""What the client puts its address for."""

_TYPES: Final = {
    Kind.IMAPS: ("incomingServer", "imap"),
    Kind.IMAP: ("incomingServer", "imap"),
    Kind.POP3S: ("incomingServer", "pop3"),
    Kind.POP3: ("incomingServer", "pop3"),
    Kind.SUBMISSIONS: ("outgoingServer", "smtp"),
    Kind.SUBMISSION: ("outgoingServer", "smtp"),
}
_DAV_TYPES: Final = {Kind.CARDDAVS: ("addressBook", "carddav"), Kind.CALDAVS: ("calendar", "caldav")}


def write_config(domain: str, services: Sequence[Service]) -> bytes:
    """The file for the addresses of a domain; what comes first of a kind is what a client prefers."""
    root = Element("clientConfig", {"version": "1.1"})
    provider = add(root, "emailProvider")
    provider.set("id", domain)
    add(provider, "domain", domain)
    add(provider, "displayName", domain)
    add(provider, "displayShortName", domain)
    for service in sorted(services, key=lambda service: service.kind not in _INCOMING):
        if service.kind in _TYPES:
            _write_mail(provider, service)
    for service in services:
        if service.kind in _DAV_TYPES:
            name, kind = _DAV_TYPES[service.kind]
            element = add(root, name)
            element.set("type", kind)
            add(element, "username", ADDRESS)
            add(element, "authentication", "http-basic")
            add(element, "serverURL", service.url)
    return document(root)


_INCOMING: Final = frozenset(kind for kind, (name, _) in _TYPES.items() if name == "incomingServer")


def _write_mail(provider: Element, service: Service) -> None:
    name, kind = _TYPES[service.kind]
    server = add(provider, name)
    server.set("type", kind)
    add(server, "hostname", service.host)
    add(server, "port", str(service.port))
    add(server, "socketType", "STARTTLS" if service.kind in STARTTLS else "SSL")
    add(server, "authentication", "password-cleartext")
    add(server, "username", ADDRESS)

"""From what was typed into the form to a complaint, for whom and for what the settings allow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import parse_qsl

from overair.doctor.complaint import Complaint, Surroundings
from overair.doctor.host import HTTPS_PORT, Host, is_of
from overair.doctor.naming import InvalidServer, server_of
from overair.doctor.secret import Secret
from overair.protocol.autodiscover.names import InvalidName, address_key
from overair.server.help_desk_settings import HelpDesk, host_and_port

MAXIMUM_FORM: Final = 16 * 1024
"""Bytes of what the form sends."""
MOST_FIELDS: Final = 16
LONGEST_FIELD: Final = 1024
"""Characters of anything that is typed in."""
FIELDS: Final = ("address", "user", "domain", "server")
"""What the form has beside the password, and shows again."""


class NotAllowed(Exception):
    """It is not to be done from here; the message says why, without what was typed."""

    status: Final = 403


class Unclear(Exception):
    """It cannot be understood; the message says what to type."""

    status: Final = 400


def fields_of(body: bytes) -> dict[str, str]:
    """What a form holds, the last of equal names. Raises Unclear."""
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise Unclear("This is no form.") from None
    return dict(pairs)


class Allowance:
    """Who may be examined, and at which servers."""

    def __init__(self, settings: HelpDesk) -> None:
        entries = [entry for entry in settings.allow if not entry.startswith("@")]
        domains = [f"x{entry}" for entry in settings.allow if entry.startswith("@")]
        self._addresses: Final = frozenset(map(address_key, entries))
        self._domains: Final = frozenset(address_key(entry).partition("@")[2] for entry in domains)
        self._servers: Final = frozenset(filter(None, map(host_and_port, settings.servers)))

    def examines(self, address: str) -> bool:
        """Whether an address, as ``address_key`` has it, may be examined."""
        return address in self._addresses or address.partition("@")[2] in self._domains

    def asks(self, server: Host, mail_domain: str) -> bool:
        """Whether a server may be named for an address of a domain: the password goes there."""
        return (is_of(server.name, mail_domain) and server.port == HTTPS_PORT) or (
            server.name,
            server.port,
        ) in self._servers


def complaint_of(typed: Mapping[str, str], allowance: Allowance, around: Surroundings) -> Complaint:
    """What the form says. Raises NotAllowed, Unclear."""
    given = {name: typed.get(name, "").strip() for name in FIELDS}
    password = typed.get("password", "")
    if not all(value.isprintable() for value in given.values()):
        raise Unclear("A field holds what is no text.")
    if any(len(value) > LONGEST_FIELD for value in (password, *given.values())):
        raise Unclear("A field is too long.")
    try:
        address = address_key(given["address"])
    except InvalidName:
        raise Unclear("That is no address: write one such as anna@example.org.") from None
    if not allowance.examines(address):
        raise NotAllowed("This address may not be examined from here. Who runs this page can allow it.")
    complaint = Complaint(
        address=address,
        password=Secret(password) if password else None,
        user=given["user"] or None,
        domain=given["domain"] or None,
        surroundings=around,
    )
    if not given["server"]:
        return complaint
    try:
        server, path = server_of(given["server"])
    except InvalidServer:
        raise Unclear("That is no server: write HOST, HOST:PORT or https://HOST/PATH.") from None
    if not allowance.asks(server, complaint.mail_domain):
        raise NotAllowed(
            "This server may not be asked from here: it is not under the domain of the address, or not at "
            "port 443. Who runs this page can allow it."
        )
    return replace(complaint, server=server, url_path=path)

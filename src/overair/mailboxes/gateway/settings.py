"""``[gateway]``: the servers that mailboxes are on, and how users are known there."""

from __future__ import annotations

import re
import ssl
from pathlib import Path
from typing import Annotated, Final, Literal, NamedTuple
from urllib.parse import urlsplit

import msgspec

from overair.mailboxes.gateway.backend import BackendName
from overair.sockets import is_loopback

Interval = Annotated[float, msgspec.Meta(ge=1, le=86_400)]


class GatewayError(ValueError):
    """The settings do not fit together; the message begins with the setting and says how."""


class Scheme(NamedTuple):
    """What the scheme of a server's URL says: its port, and how the connection is protected."""

    port: int
    security: Literal["tls", "starttls", "none"]


SCHEMES: Final = {
    "imap": {"imaps": Scheme(993, "tls"), "imap": Scheme(143, "starttls")},
    "smtp": {
        "submissions": Scheme(465, "tls"),
        "smtps": Scheme(465, "tls"),
        "submission": Scheme(587, "starttls"),
        "smtp": Scheme(587, "starttls"),
    },
    "caldav": {"https": Scheme(443, "tls"), "http": Scheme(80, "none")},
    "carddav": {"https": Scheme(443, "tls"), "http": Scheme(80, "none")},
}
"""By the setting. Behind ``imap``, ``submission`` and ``http`` a server on this machine may have no TLS."""
PATTERN_FIELD: Final = re.compile(r"\{(?:address|local|domain)\}")


DISCOVERED: Final = ("caldav", "carddav")
"""The settings that may be a domain, whose server is found by RFC 6764."""


def is_domain(text: str) -> bool:
    """Whether a setting is the name of a domain, not a URL."""
    return "/" not in text and ":" not in text


class Place(NamedTuple):
    """Where a server is."""

    host: str
    port: int
    security: Literal["tls", "starttls", "none"]
    path: str = "/"


class Folders(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[gateway.folders]``: the mailboxes of a role, where the server does not say which they are."""

    drafts: str = ""
    sent: str = ""
    trash: str = ""
    junk: str = ""
    archive: str = ""
    notes: str = ""


class GatewaySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[gateway]``: with ``imap`` the mailboxes are on other servers."""

    imap: str = ""
    """``imaps://mail.example.org``, or ``imap://mail.example.org`` with STARTTLS."""
    smtp: str = ""
    """``submissions://mail.example.org`` (465), or ``submission://mail.example.org`` (587, STARTTLS)."""
    caldav: str = ""
    """``https://dav.example.org/``, where calendars and tasks are, or a domain whose DNS says where; the
    rest is found from there."""
    carddav: str = ""
    """The same for contacts."""
    ca_file: str = ""
    """The certificates (PEM) that are trusted instead of the system's."""
    accounts: Literal["imap", "directory"] = "imap"
    """Who knows the users: the IMAP server, whose log-in is the proof, or the accounts of this server."""
    domain: str = ""
    """The domain of the address of whoever logs in with a name alone."""
    login: str = "{address}"
    """What is the name at the servers: of ``{address}``, ``{local}``, ``{domain}``."""
    master_user: str = ""
    """Somebody who may read everybody's mail at the IMAP server (Dovecot, Cyrus); with it the user's
    password is never needed there."""
    master_password_file: str = ""
    master_separator: str = ""
    """``*`` where a master user logs in as ``user*master`` (Dovecot), empty for SASL PLAIN's identities."""
    token_command: tuple[str, ...] = ()
    """A program and its arguments, ``{address}`` among them, that prints an access token (OAuth 2.0) for a
    user, with which the servers are logged in to instead of a password."""
    folders: Folders = Folders()
    shared: Literal["all", "subscribed", "none"] = "subscribed"
    """Which mailboxes, calendars and address books of others are shown: ``subscribed`` are those that the
    user has taken up, ``all`` those besides that rights alone let the user into (IMAP, Radicale)."""
    sent_copies: Literal["auto", "never"] = "auto"
    """Whether a copy of what is sent is put among the sent messages where the server has not filed one
    itself; ``never`` saves the look at servers that always do."""
    poll_mail: Interval = 60
    """Seconds between looks at mailboxes of which the server tells nothing by itself."""
    poll_calendars: Interval = 120
    """Seconds between looks at calendars, tasks and contacts while a device waits."""
    connections_per_user: Annotated[int, msgspec.Meta(ge=2, le=20)] = 4
    connections: Annotated[int, msgspec.Meta(ge=10)] = 10_000
    """IMAP connections of all users."""
    idle_seconds: Annotated[float, msgspec.Meta(ge=0, le=600)] = 60
    """How long a connection is kept that nobody uses."""
    compress: bool = False
    """Whether IMAP is compressed where the server can; for servers that are far away."""

    cached_messages: Annotated[int, msgspec.Meta(ge=1000)] = 200_000
    """Of how many messages what was parsed of them is kept here, some 3 KB each; of others only flags and
    dates are known until somebody reads them."""

    @property
    def configured(self) -> bool:
        """Whether there is a gateway."""
        return bool(self.imap)

    @property
    def backends(self) -> frozenset[BackendName]:
        """The kinds of server that are there."""
        return frozenset(name for name in BackendName if getattr(self, name.value))

    def place(self, setting: str) -> Place:
        """Where the server of a setting is. Raises GatewayError."""
        schemes = SCHEMES[setting]
        text = getattr(self, setting)
        example = f"{next(iter(schemes))}://mail.example.org"
        try:
            parts = urlsplit(text)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise GatewayError(f"{setting}: {text!r} is no URL: write {example}") from None
        if parts.scheme not in schemes or not host:
            known = ", ".join(f"{scheme}://" for scheme in schemes)
            raise GatewayError(f"{setting}: begins with one of {known} and has a host, such as {example}")
        if parts.username is not None or parts.query or parts.fragment:
            raise GatewayError(f"{setting}: is a scheme, a host, a port and a path, and nothing else")
        if setting in ("imap", "smtp") and parts.path not in ("", "/"):
            raise GatewayError(f"{setting}: has no path")
        scheme = schemes[parts.scheme]
        security = scheme.security
        if security != "tls" and is_loopback(host):
            security = "none"
        elif security == "none":
            raise GatewayError(f"{setting}: a password travels over TLS only: write https://")
        return Place(host, port or scheme.port, security, parts.path or "/")

    def context(self) -> ssl.SSLContext:
        """Whom TLS is to trust. Raises GatewayError."""
        try:
            return ssl.create_default_context(cafile=self.ca_file or None)
        except ssl.SSLError:
            raise GatewayError("ca_file: holds no certificates in PEM") from None
        except OSError as error:
            raise GatewayError(f"ca_file: {error.strerror}") from None

    def master_password(self) -> str:
        """The master user's. Raises GatewayError."""
        try:
            with Path(self.master_password_file).open(encoding="utf-8") as file:
                return file.readline(4_096).rstrip("\r\n")
        except OSError as error:
            raise GatewayError(f"master_password_file: {error.strerror}") from None
        except UnicodeDecodeError:
            raise GatewayError("master_password_file: is not UTF-8") from None

    def name_of(self, address: str) -> str:
        """The name of the user of an address at the servers."""
        local, _, domain = address.rpartition("@")
        return self.login.format(address=address, local=local, domain=domain)

    def check(self) -> None:
        """Raises GatewayError where the settings contradict each other or a file is of no use."""
        if not self.configured:
            if self != GatewaySettings():
                raise GatewayError("imap: is missing")
            return
        for setting in SCHEMES:
            if getattr(self, setting) and not (setting in DISCOVERED and is_domain(getattr(self, setting))):
                self.place(setting)
        if set("{}") & set(PATTERN_FIELD.sub("", self.login)):
            raise GatewayError("login: has other braces than those of {address}, {local} and {domain}")
        if "{address}" not in self.login and "{local}" not in self.login:
            raise GatewayError("login: is a pattern such as {address} or {local}")
        if bool(self.master_user) != bool(self.master_password_file):
            raise GatewayError("master_user: goes together with master_password_file")
        for setting in ("master_user", "token_command"):
            if getattr(self, setting) and self.accounts == "imap":
                raise GatewayError(f'{setting}: proves nothing of a user: set accounts = "directory"')
        if self.master_user and self.token_command:
            raise GatewayError("token_command: excludes master_user")
        if self.master_user:
            self.master_password()
        self.context()

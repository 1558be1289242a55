"""The server's settings: their defaults, and how they are read from overair.toml."""

from __future__ import annotations

import ipaddress
import os
import socket
import tomllib
from pathlib import Path
from typing import Annotated, Final, Literal, get_args

import msgspec

from overair.delivery.smtp_settings import Smtp, SmtpError
from overair.devices.policies import Policy, PolicyError
from overair.items.time_zones.zones import is_zone, machine_zone
from overair.mailboxes.gateway.settings import GatewayError, GatewaySettings
from overair.protocol.autodiscover.site import read_site
from overair.protocol.sync import HEARTBEAT_SECONDS, WAIT_MINUTES
from overair.server.autodiscover.settings import AutodiscoverError, AutodiscoverSettings
from overair.server.help_desk_settings import HelpDesk, HelpDeskError
from overair.server.tls_settings import Tls, TlsError
from overair.storage.url import SQLITE, is_postgresql

MEBIBYTE: Final = 1024 * 1024
DATABASE_URL: Final = "OVERAIR_DATABASE_URL"
"""The environment variable that names the database where no setting does."""

Positive = Annotated[int, msgspec.Meta(gt=0)]
Seconds = Annotated[float, msgspec.Meta(gt=0, le=3600)]
Heartbeats = Annotated[int, msgspec.Meta(ge=HEARTBEAT_SECONDS[0], le=HEARTBEAT_SECONDS[1])]
"""Seconds, within what the protocol allows Sync, and Ping, too (MS-ASCMD_R7493)."""
Scalar = bool | int | str
Weekday = Literal["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]


class SettingsError(Exception):
    """A setting is wrong; the message is one line that says which one and why."""


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of the tables of overair.toml."""


class Limits(Section, frozen=True):
    """``[limits]``: what comes from outside and how much of it is taken. Sizes are in bytes."""

    request_body: Positive = 32 * MEBIBYTE
    """The largest request body, compressed or not; a larger one gets HTTP 413."""
    wbxml_depth: Positive = 64
    wbxml_elements: Positive = 200_000
    recipients: Positive = 500
    """How many people one message may be sent to."""
    messages_per_hour: Positive = 500
    """How many messages an account may send in an hour of the clock; more get status 115."""
    messages_per_day: Positive = 2_000
    """The same for the hour that runs and the 23 before it."""
    recipients_per_hour: Positive = 2_000
    """How many recipients the messages of an account may have in an hour, each counted for each message."""
    recipients_per_day: Positive = 10_000
    devices: Positive = 100
    """How many partnerships one account may have."""
    mailbox: Annotated[int, msgspec.Meta(ge=0)] = 0
    """How much a mailbox may hold that has no quota of its own (`overair user quota`); 0 for no limit."""
    fetch: Positive = 64 * MEBIBYTE
    """The most that one ItemOperations answer carries."""
    held: Positive = 512 * MEBIBYTE
    """How many bytes of large bodies and answers are held at once; what would be more gets HTTP 503."""
    held_by_account: Positive = 96 * MEBIBYTE
    """The same for one account."""
    connections: Positive = 60_000
    """How many connections there may be; fewer where the system allows fewer open files."""
    connections_per_address: Positive = 2_000
    """How many of them one address may have, or one network of IPv6 (/64).

    Behind a carrier's NAT a thousand phones share an address, and each has one or two.
    """


class Timeouts(Section, frozen=True):
    """``[timeouts]``: how slow a peer may be, in seconds."""

    handshake: Seconds = 30
    """To agree on TLS, and to take leave of it."""
    head: Seconds = 30
    """From the opening of a connection, or the first byte of a request, to the end of its head."""
    body: Seconds = 30
    """How often a body is looked at, which has to have moved on."""
    answer: Seconds = 60
    """To read a piece of an answer."""
    idle: Seconds = 75
    """Between two requests; longer than nginx keeps a connection (60)."""


class Monitoring(Section, frozen=True):
    """``[monitoring]``: where metrics and health are told, over plain HTTP."""

    bind: str = ""
    """``HOST:PORT``, such as ``127.0.0.1:9464``; empty: nowhere, but health beside the endpoint."""


class Log(Section, frozen=True):
    """``[log]``: the lines on standard error."""

    format: Literal["auto", "json", "console"] = "auto"
    """``console`` for people, ``json`` for programs; ``auto`` is console on a terminal."""
    level: Literal["debug", "info", "warning", "error"] = "info"


class Heartbeat(Section, frozen=True):
    """``[heartbeat]``: how long Ping and Sync may wait, in seconds; less than a proxy in front waits."""

    shortest: Heartbeats = HEARTBEAT_SECONDS[0]
    longest: Heartbeats = HEARTBEAT_SECONDS[1]
    folders: Positive = 300
    """How many folders one Ping may watch."""

    @property
    def minutes(self) -> tuple[int, int]:
        """The least and the longest Wait of a Sync."""
        return -(-self.shortest // 60), max(self.longest // 60, WAIT_MINUTES[0])


class PolicySettings(Section, frozen=True):
    """``[policy]``: what phones are asked for.

    ``document`` holds settings of EASProvisionDoc in snake case, such as
    ``device_password_enabled = true``; without any the policy asks nothing.
    """

    required: bool = False
    """Refuse phones that cannot provision or do not apply the policy.

    Otherwise those get in, and only phones that can provision are asked to.
    """
    allow_partial: bool = True
    """Let in phones that say they could not apply every setting."""
    allow_external: bool = True
    """Let in phones that say somebody else manages them."""
    document: dict[str, Scalar] = msgspec.field(default_factory=dict)


class DatabaseSettings(Section, frozen=True):
    """``[database]``: where mailboxes, accounts and devices are kept."""

    url: str = ""
    """``postgresql://USER@HOST/DATABASE`` as libpq reads it, or ``sqlite:`` for the file in the data
    directory; empty: what the data directory was used with last, at first SQLite.
    """


class Delivery(Section, frozen=True):
    """``[delivery]``: mail in. LMTP listens on a loopback address or on a unix socket."""

    lmtp: str = "lmtp.sock"
    """The path of a socket (a relative one lies in the data directory) or ``HOST:PORT``; empty: no LMTP."""


class Calendar(Section, frozen=True):
    """``[calendar]``: what the calendars of all accounts have in common."""

    time_zone: str = msgspec.field(default_factory=machine_zone)
    """The IANA name of the zone of events that come without one: the machine's, or UTC."""
    first_day_of_week: Weekday = "sunday"
    """The day with which the weeks of a recurrence begin whose phone does not say it, as up to 14.0."""

    @property
    def week_begins(self) -> int:
        """The first day of the week as FirstDayOfWeek counts, from Sunday."""
        return get_args(Weekday).index(self.first_day_of_week)


class Settings(Section, frozen=True):
    """Everything that can be set; the keys of overair.toml are these names."""

    data_dir: str = "data"
    bind: str = "0.0.0.0:8443"
    """``HOST:PORT`` to listen on, ``[ADDRESS]:PORT`` for IPv6, or ``unix:PATH`` for a proxy in front."""
    url: str = ""
    """Where clients reach the server from outside, ``https://mail.example.org``: what Autodiscover tells
    them. A server behind a proxy has to be told; with its own certificate it says its own name."""
    domain: str = msgspec.field(default_factory=socket.getfqdn)
    """Names the server in Received lines, Message-IDs and non-delivery reports."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses and networks of proxies, whose X-Forwarded-For, X-Forwarded-Proto and X-Request-Id
    are believed."""
    proxy_protocol: bool = False
    """Whether connections of trusted proxies, and those on a unix socket, begin with a header of the
    PROXY protocol (version 1 or 2)."""
    tls: Tls = Tls()
    limits: Limits = Limits()
    timeouts: Timeouts = Timeouts()
    heartbeat: Heartbeat = Heartbeat()
    monitoring: Monitoring = Monitoring()
    log: Log = Log()
    policy: PolicySettings = PolicySettings()
    database: DatabaseSettings = DatabaseSettings()
    delivery: Delivery = Delivery()
    smtp: Smtp = Smtp()
    gateway: GatewaySettings = GatewaySettings()
    autodiscover: AutodiscoverSettings = AutodiscoverSettings()
    calendar: Calendar = msgspec.field(default_factory=Calendar)
    doctor: HelpDesk = HelpDesk()

    @property
    def data_path(self) -> Path:
        """The data directory."""
        return Path(self.data_dir)

    @property
    def lmtp_socket(self) -> Path | None:
        """Where LMTP listens on a socket; None where it listens on an address or not at all."""
        lmtp = self.delivery.lmtp
        return self.data_path / lmtp if "/" in lmtp or lmtp.endswith(".sock") else None

    @property
    def address(self) -> tuple[str, int]:
        """Host and port to listen on; raises SettingsError where that is a unix socket."""
        return parse_address(self.bind)

    @property
    def unix_socket(self) -> Path | None:
        """The unix socket to listen on, where ``bind`` names one."""
        return Path(self.bind.removeprefix("unix:")) if self.bind.startswith("unix:") else None


def parse_address(text: str) -> tuple[str, int]:
    """Split ``HOST:PORT``; raises SettingsError."""
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isdecimal() or len(port) > 5 or int(port) > 65_535:
        raise SettingsError(f"{text!r} is not an address: write HOST:PORT, such as 0.0.0.0:8443")
    return host, int(port)


def load(path: Path | None = None, **overrides: object) -> Settings:
    """The settings of a file with the command line's overrides, which are left out where None.

    A dotted name reaches into a table: ``load(path, **{"tls.enabled": False})``. Where neither has a
    database, the environment variable OVERAIR_DATABASE_URL names it. Raises SettingsError.
    """
    where = str(path) if path is not None else "the command line"
    values: dict[str, object] = {}
    if path is not None:
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise SettingsError(f"{path}: {error.strerror}") from None
        except (ValueError, RecursionError) as error:  # also numbers of thousands of digits, endless nesting
            raise SettingsError(f"{path}: {error}") from None
    for name, value in overrides.items():
        if value is not None:
            *tables, key = name.split(".")
            table = values
            for step in tables:
                inner = table.setdefault(step, {})
                if not isinstance(inner, dict):
                    raise SettingsError(f"{where}: {step} is a table of settings, not a value")
                table = inner
            table[key] = value
    url = os.environ.get(DATABASE_URL)
    if url and "database" not in values:
        values["database"] = {"url": url}
    try:
        settings = msgspec.convert(values, Settings)
    except msgspec.ValidationError as error:
        said, _, place = str(error).partition(" - at `$.")
        setting = f"{place.rstrip('`')}: " if place else ""
        raise SettingsError(f"{where}: {setting}{said}") from None
    _check(settings, where)
    return settings


def _check(settings: Settings, where: str) -> None:
    if settings.database.url not in ("", SQLITE) and not is_postgresql(settings.database.url):
        raise SettingsError(f"{where}: database.url begins with postgresql:// or is {SQLITE}")
    if settings.unix_socket is None:
        parse_address(settings.bind)
    try:
        settings.tls.check()
    except TlsError as error:
        raise SettingsError(f"{where}: tls.{error}") from None
    for proxy in settings.trusted_proxies:
        try:
            ipaddress.ip_network(proxy)
        except ValueError:
            raise SettingsError(
                f"{where}: trusted_proxies: {proxy!r} is neither an address nor a network"
            ) from None
    lmtp = settings.delivery.lmtp
    if lmtp and settings.lmtp_socket is None:
        try:
            parse_address(lmtp)
        except SettingsError as wrong:
            raise SettingsError(f"{where}: delivery.lmtp: {wrong}") from None
    if settings.monitoring.bind:
        try:
            parse_address(settings.monitoring.bind)
        except SettingsError as wrong:
            raise SettingsError(f"{where}: monitoring.bind: {wrong}") from None
    if settings.proxy_protocol and settings.unix_socket is None and not settings.trusted_proxies:
        raise SettingsError(f"{where}: proxy_protocol: name the proxies that speak it in trusted_proxies")
    try:
        settings.smtp.check()
    except SmtpError as error:
        raise SettingsError(f"{where}: smtp: {error}") from None
    try:
        settings.gateway.check()
    except GatewayError as error:
        raise SettingsError(f"{where}: gateway.{error}") from None
    try:
        if settings.url and read_site(settings.url).scheme != "https" and settings.tls.enabled:
            raise ValueError("it begins with https:// where the server has TLS")
    except ValueError as error:
        raise SettingsError(f"{where}: url: {error}") from None
    try:
        settings.autodiscover.check()
    except AutodiscoverError as error:
        raise SettingsError(f"{where}: autodiscover.{error}") from None
    try:
        settings.doctor.check()
    except HelpDeskError as error:
        raise SettingsError(f"{where}: doctor.{error}") from None
    try:
        Policy(settings.policy.document)
    except PolicyError as error:
        raise SettingsError(f"{where}: policy.document: {error}") from None
    if not is_zone(settings.calendar.time_zone):
        raise SettingsError(
            f"{where}: calendar.time_zone: {settings.calendar.time_zone!r} is no time zone: "
            "write a name of the IANA database, such as Europe/Berlin"
        )
    if settings.heartbeat.shortest > settings.heartbeat.longest:
        raise SettingsError(f"{where}: heartbeat.shortest is longer than heartbeat.longest")

"""Names and addresses that stand for others, the same one always for the same."""

from __future__ import annotations

import ipaddress
import re
from itertools import count
from typing import Final

from yarl import URL

from overair.doctor.complaint import Complaint

LEFT_OUT: Final = "(left out)"
DOMAIN: Final = "example.org"
"""Stands for the address's domain."""
OTHERS: Final = "example.net"
"""Stands for every other one."""
USER: Final = "user"
PLACEHOLDER: Final = "DOMAIN"
"""Stands for a Windows domain, and for any domain in what the doctor says of all of them."""
KEPT_LABELS: Final = frozenset(
    (
        "autodiscover",
        "eas",
        "exchange",
        "imap",
        "m",
        "mail",
        "mobile",
        "mx",
        "ns",
        "owa",
        "remote",
        "smtp",
        "sync",
        "webmail",
        "www",
    )
)
"""First labels of hosts that tell nobody who it is."""
SERVICE_LABELS: Final = frozenset(("_autodiscover", "_tcp"))
KEPT_WORDS: Final = frozenset(
    (
        "basic",
        "bearer",
        "digest",
        "kerberos",
        "negotiate",
        "ntlm",
        "apache",
        "caddy",
        "haproxy",
        "iis",
        "nginx",
        "missing",
        "nowhere",
        "none",
    )
)
"""Schemes of authentication, programs, and what the doctor says where there is nothing to quote."""
KEPT_PHRASES: Final = frozenset(
    ("it names no way at all", "nothing at all", "the proxy in front", "HOST", "SERVER")
)
KEPT_PATHS: Final = frozenset(
    (
        "autodiscover",
        "autodiscover.json",
        "autodiscover.xml",
        "ews",
        "exchange",
        "microsoft-server-activesync",
        "owa",
        "public",
        "sogo",
        "so",
        "v1.0",
        "z-push",
    )
)
_ADDRESSES_V4: Final = tuple(
    str(host)
    for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")
    for host in ipaddress.ip_network(net).hosts()
)
_URL: Final = re.compile(r"https?://[^\s\"'<>“”(),;]+", re.IGNORECASE)
_EMAIL: Final = re.compile(r"[\w.+'-]+@[\w.-]+\w")
_HEX: Final = re.compile(r"(?<!\w)(?:(?:[0-9a-f]{2}[:\s]){7,}[0-9a-f]{2}|[0-9a-f]{16,})(?!\w)", re.IGNORECASE)
_IP: Final = re.compile(
    r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7})(?![\w:])", re.IGNORECASE
)
_NAME: Final = re.compile(r"(?<![\w-])(?P<name>(?:[\w-]+\.)+[^\W\d][\w-]*)(?P<path>/[^\s,;]*)?")
_SEPARATORS: Final = re.compile(r"(, |; | → | and )")
_NUMBER: Final = re.compile(r"[\d.]+")
_PLACE: Final = re.compile(r"(?P<name>(?:\*\.)?[\w.-]+?)\.?(?P<port>:\d+)?")


class Pseudonyms:
    """What stands for what, in one report."""

    def __init__(self, complaint: Complaint) -> None:
        self._domain = complaint.mail_domain
        self._hosts: dict[str, str] = {self._domain: DOMAIN}
        self._numbers = count(1)
        self._addresses: dict[str, str] = {}
        local = complaint.address.rpartition("@")[0]
        self._users = {one.lower() for one in (local, complaint.user) if one}
        if complaint.domain:
            self._hosts[complaint.domain.lower()] = PLACEHOLDER
        known = sorted((re.escape(word) for word in self._users), key=len, reverse=True)
        self._words = re.compile(rf"(?<![\w.@])(?:{'|'.join(known)})(?!\w|\.\w|@)", re.IGNORECASE)

    def host(self, name: str) -> str:
        """The stand-in of a host's name, of a wildcard, or of an address."""
        plain = name.lower()
        if (address := self._address(plain)) is not None:
            return address
        if plain.startswith("*."):
            return f"*.{self.host(plain[2:])}"
        label, _, rest = plain.partition(".")
        if rest and label in SERVICE_LABELS:
            return f"{label}.{self.host(rest)}"
        if plain not in self._hosts:
            self._hosts[plain] = self._new(plain)
        return self._hosts[plain]

    def text(self, text: str) -> str:
        """A text of the doctor's own with every name in it replaced."""
        lowered = text.lower()
        for name in sorted((one for one in self._hosts if one in lowered), key=len, reverse=True):
            # A single word in a path, as /exchange, is no host.
            before = r"(?<![\w-])(?<![\w-]\.)" if "." in name else r"(?<![\w./-])"
            pattern = rf"{before}{re.escape(name)}(?![\w-])"
            text = re.sub(pattern, self._hosts[name], text, flags=re.IGNORECASE)
        text = _URL.sub(lambda found: self.url(found.group()), text)
        text = _EMAIL.sub(f"{USER}@{DOMAIN}", text)
        text = _HEX.sub(LEFT_OUT, text)
        text = _IP.sub(lambda found: self._address(found.group()) or found.group(), text)
        text = _NAME.sub(self._named, text)
        return self._words.sub(USER, text)

    def quoted(self, text: str) -> str:
        """What others say: names, addresses and URLs replaced, and anything else left out."""
        pieces = _SEPARATORS.split(text)
        told = [piece if place % 2 else self._piece(piece.strip("“”")) for place, piece in enumerate(pieces)]
        return text if text in KEPT_PHRASES else "".join(told)

    def url(self, text: str) -> str:
        """A URL without its query, with the stand-in of its host."""
        try:
            url = URL(text, encoded=True)
            host, port = url.host, url.explicit_port
        except ValueError:
            return LEFT_OUT
        if not host or url.scheme not in ("http", "https"):
            return LEFT_OUT
        shown = self.host(host)
        place = f"[{shown}]" if ":" in shown else shown
        return f"{url.scheme}://{place}{f':{port}' if port else ''}{self._path(url.raw_path)}"

    def _piece(self, text: str) -> str:
        place = _PLACE.fullmatch(text)
        if not text or text.lower() in KEPT_WORDS or text in KEPT_PHRASES:
            return text
        if text.lower() in self._users:
            return USER
        if (address := self._address(text.strip("[]"))) is not None:
            return address
        if _NUMBER.fullmatch(text):
            return text
        if "://" in text:
            return self.url(text)
        if text.startswith("/"):
            return self._path(text)
        if _EMAIL.fullmatch(text):
            return f"{USER}@{DOMAIN}"
        if "\\" in text:
            return f"{PLACEHOLDER}\\{USER}"
        return f"{self.host(place['name'])}{place['port'] or ''}" if place is not None else LEFT_OUT

    def _path(self, path: str) -> str:
        segments = path.partition("?")[0].split("/")
        return "/".join(one if not one or one.lower() in KEPT_PATHS else "..." for one in segments)

    def _named(self, found: re.Match[str]) -> str:
        name = found["name"]
        known = name in self._hosts.values() or name.endswith(f".{PLACEHOLDER}")
        shown = name if known else self.host(name)
        return f"{shown}{self._path(found['path'] or '')}"

    def _new(self, plain: str) -> str:
        """A stand-in that is not taken: the first label is kept where it is the domain's and a usual one."""
        inside = plain.endswith(f".{self._domain}")
        label = plain.partition(".")[0]
        usual = f"{label}.{DOMAIN}"
        if inside and label in KEPT_LABELS and usual not in self._hosts.values():
            return usual
        number = next(self._numbers)
        return f"host{number}.{DOMAIN if inside else OTHERS}" if "." in plain else f"HOST{number}"

    def _address(self, text: str) -> str | None:
        """The stand-in of an IP address; None of what is none, as of a time or a version."""
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            return None
        plain = str(address)
        if plain in self._addresses.values():
            return plain
        number = len(self._addresses)
        fresh = (
            _ADDRESSES_V4[number % len(_ADDRESSES_V4)]
            if address.version == 4
            else f"2001:db8::{number + 1:x}"
        )
        return self._addresses.setdefault(plain, fresh)

"""A report that can be shown to strangers: no address, no name, no IP address of whom it is about."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Final

import msgspec

from overair.doctor.complaint import Complaint
from overair.doctor.illness import Finding
from overair.doctor.report import Report

LEFT_OUT: Final = "(left out)"
DOMAIN: Final = "example.org"
USER: Final = "user"
QUOTING: Final = frozenset(
    ("domain", "issuer", "issuers", "name", "names", "root", "roots", "subject", "subjects", "user")
)
"""Details that quote what somebody has called something."""
KEPT_LABELS: Final = frozenset(
    (
        "autodiscover",
        "exchange",
        "imap",
        "mail",
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
_NAME: Final = re.compile(r"(?<![\w.@/-])(?:[\w-]+\.)+[a-z][\w-]*(?![\w@-])", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"[\w.+'-]+@[\w.-]+")
_IP: Final = re.compile(
    r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7})(?![\w:])"
)
_FILES: Final = frozenset(
    ("aspx", "cer", "cfg", "conf", "config", "html", "ini", "log", "md", "pem", "php", "toml", "xml")
)
"""Endings of files, which look like names of hosts."""


def veiled(finding: Finding) -> Finding:
    """A finding without what it quotes."""
    details = {name: LEFT_OUT if name in QUOTING else value for name, value in finding.details.items()}
    return msgspec.structs.replace(finding, details=details)


def anonymous(report: Report, complaint: Complaint) -> Report:
    """A report of veiled findings without names, the same one always replaced by the same."""
    names = _Pseudonyms(complaint)
    plain = msgspec.to_builtins(report)
    for step in plain["steps"]:
        step["notes"] = []
    return msgspec.convert(_mapped(plain, names.replace), Report)


def _mapped(value: object, replace: Callable[[str], str]) -> object:
    if isinstance(value, str):
        return replace(value)
    if isinstance(value, list | tuple):
        return [_mapped(one, replace) for one in value]
    if isinstance(value, dict):
        return {key: _mapped(one, replace) for key, one in value.items()}
    return value


class _Pseudonyms:
    """What stands for what, in one report."""

    def __init__(self, complaint: Complaint) -> None:
        self._domain = complaint.mail_domain
        self._hosts: dict[str, str] = {}
        self._addresses: dict[str, str] = {}
        words = (complaint.address.rpartition("@")[0], complaint.user, complaint.domain)
        known = sorted({re.escape(word) for word in words if word}, key=len, reverse=True)
        self._words = re.compile(rf"(?<!\w)({'|'.join(known)})(?!\w)", re.IGNORECASE)

    def replace(self, text: str) -> str:
        """A text with everything replaced."""
        text = _ADDRESS.sub(f"{USER}@{DOMAIN}", text)
        text = _IP.sub(lambda found: self._address(found.group()), text)
        text = _NAME.sub(lambda found: self._host(found.group()), text)
        return self._words.sub(USER, text)

    def _host(self, name: str) -> str:
        plain = name.lower()
        if plain.rpartition(".")[2] in _FILES or plain.endswith(DOMAIN):
            return name
        if plain == self._domain:
            return DOMAIN
        if plain not in self._hosts:
            label = plain.partition(".")[0].lstrip("_")
            inside = plain.endswith(f".{self._domain}")
            suffix = DOMAIN if inside else "example.net"
            known = inside and label in KEPT_LABELS
            self._hosts[plain] = f"{label if known else f'host{len(self._hosts) + 1}'}.{suffix}"
        return self._hosts[plain]

    def _address(self, text: str) -> str:
        try:
            version = ipaddress.ip_address(text).version
        except ValueError:
            return text  # a time, a version, a fingerprint
        number = len(self._addresses) + 1
        stand_in = f"192.0.2.{number}" if version == 4 else f"2001:db8::{number:x}"
        return self._addresses.setdefault(text, stand_in)

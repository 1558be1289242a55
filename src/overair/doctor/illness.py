"""What can be wrong, declared as data, and what was found to be."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, StrEnum

import msgspec

from overair.doctor.devices.device import EVERY, Device
from overair.doctor.host import Host


class Severity(IntEnum):
    """How much an illness matters."""

    ODDITY = 1
    """Worth a line; phones work. Never the cause of anything."""
    IMPAIRS = 2
    """Some phones, or some of what they do, fail."""
    BREAKS = 3
    """No phone gets beyond this."""


class Product(StrEnum):
    """Programs that the cure of an illness is told for."""

    EXCHANGE = "Exchange"
    IIS = "IIS"
    NGINX = "nginx"
    APACHE = "Apache"
    HAPROXY = "HAProxy"
    Z_PUSH = "Z-Push"
    SOGO = "SOGo"
    GROMMUNIO = "grommunio"
    KERIO = "Kerio"
    ZIMBRA = "Zimbra"
    OVERAIR = "Overair"


class Illness(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that can be wrong.

    ``says`` and ``cure`` are format strings over the details that the check gives with it, and ``host``,
    where it was found at one.
    """

    id: str
    """Stable: in reports, in exit codes, as the heading of its part of docs/doctor/CHECK.md."""
    severity: Severity
    says: str
    """What is the case, in a sentence that a user understands."""
    cure: str
    """What to do, with the exact record, command or setting."""
    cures: Mapping[Product, str] = msgspec.field(default_factory=dict)
    """What to do where the program is known, instead."""
    explains: frozenset[str] = frozenset()
    """Ids of illnesses that are but its consequences: where this is found, they are not the cause."""
    hits: frozenset[Device] = EVERY
    """The kinds of devices that it concerns; to the others it is none."""
    breaks: frozenset[Device] = frozenset()
    """The kinds that get no further because of it, whatever it does to others."""

    def severity_for(self, device: Device | None) -> Severity:
        """How much it matters to a kind of device that it hits; of all of them with None."""
        return Severity.BREAKS if device in self.breaks else self.severity


class Finding(msgspec.Struct, frozen=True):
    """An illness that was found."""

    illness: Illness
    check: str
    host: Host | None
    details: Mapping[str, str]

    @property
    def id(self) -> str:
        """The illness's."""
        return self.illness.id

    @property
    def says(self) -> str:
        """What is the case."""
        return self._filled(self.illness.says)

    def cure(self, product: Product | None = None) -> str:
        """What to do about it, at a program where that is known."""
        chosen = self.illness.cures.get(product) if product is not None else None
        return self._filled(chosen or self.illness.cure)

    def _filled(self, text: str) -> str:
        known = {"host": self.host.name} if self.host is not None else {}
        return text.format_map({**known, **self.details})

"""What a check is: a question with a stable id, declared with what it needs, yields and can find."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import Enum, StrEnum
from typing import TYPE_CHECKING

import msgspec

from overair.doctor.illness import Illness

if TYPE_CHECKING:
    from overair.doctor.bedside import Bedside


class Fact:
    """Base of what checks yield; the facts are in ``overair.doctor.facts``."""

    __slots__ = ()


class NotReached(Exception):
    """Raised by a check that cannot look; the message says why, in a few words."""


class Section(StrEnum):
    """Parts of the examination, in its order."""

    MACHINE = "This machine"
    NAMES = "Names"
    PORTS = "Ports"
    TLS = "TLS"
    AUTODISCOVER = "Autodiscover"
    WEB = "The web side"
    LOGIN = "Log-in"
    PROTOCOL = "The protocol"
    PUSH = "Push"


class Scope(Enum):
    """What a check is made of."""

    ONCE = "once"
    """Of the whole examination."""
    HOST = "host"
    """Of each host."""
    CANDIDATE = "candidate"
    """Of each host that Autodiscover asks."""
    SERVER = "server"
    """Of the host with the EAS endpoint."""


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One question. It is a module of ``overair.doctor.checks``, whose ``CHECK`` it is."""

    id: str
    """Stable, in kebab case; docs/doctor/ID.md is its page."""
    title: str
    """What it asks, as a line of the tree of steps."""
    section: Section
    scope: Scope
    examine: Callable[[Bedside], Awaitable[Fact | None]]
    """Looks; returns the fact that it yields, or None where there is no ground for who needs it."""
    needs: tuple[type[Fact], ...] = ()
    """Facts without which it is not reached."""
    wants: tuple[type[Fact], ...] = ()
    """Facts that it waits for and can do without."""
    yields: type[Fact] | None = None
    finds: tuple[Illness, ...] = ()
    """The illnesses that it may find, the gravest first."""

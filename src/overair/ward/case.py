"""A case of the ward: one server with one given illness, or with none."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from overair.doctor.complaint import Complaint

if TYPE_CHECKING:
    from overair.ward.ward import Ward


class Program(StrEnum):
    """What the sickness sits in."""

    NGINX = "nginx"
    HAPROXY = "HAProxy"
    APACHE = "Apache"
    OVERAIR = "Overair"
    SCRIPTED = "scripted"
    """A few lines of the ward's own, for what no program of the packages does."""
    KNOT = "Knot"
    UNBOUND = "Unbound"
    DNS = "DNS"
    """The ward's own name server."""


Start = Callable[["Ward"], AbstractAsyncContextManager[Complaint]]
"""Starts a case; gives the complaint that a patient comes with, and stops it at the end."""


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One sick server; a module of ``overair.ward.cases`` may hold several of one kind."""

    id: str
    """In kebab case; what ``overair ward start`` takes."""
    title: str
    """What somebody in training is told: what users complain of, not what it is."""
    illness: str | None
    """The id of the illness that the doctor has to name as the cause; None for a healthy server."""
    program: Program
    start: Start
    password: str | None = None
    """The patient's, where it matters."""
    minute: float = 60.0
    """Seconds of a minute where heartbeats are tried; training (``overair ward start``) keeps real ones."""
    shows: tuple[str, ...] = ()
    """The ids of oddities that the doctor has to find, whatever else there is."""
    harmless: str = ""
    """The oddity that a healthy server has nevertheless, in a few words."""

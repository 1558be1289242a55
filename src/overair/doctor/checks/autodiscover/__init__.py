"""Autodiscover: how a phone finds the server."""

from __future__ import annotations

from typing import Final

from overair.doctor.check import Check
from overair.doctor.checks.autodiscover import (
    answering,
    candidates,
    content,
    found,
    letter_case,
    log_in,
    missing,
    offered,
    redirects,
    server,
    told,
    url,
    versions,
)

CHECKS: Final[tuple[Check, ...]] = (
    candidates.CHECK,
    answering.CHECK,
    told.CHECK,
    found.CHECK,
    offered.CHECK,
    missing.CHECK,
    redirects.CHECK,
    content.CHECK,
    log_in.CHECK,
    server.CHECK,
    url.CHECK,
    versions.CHECK,
    letter_case.CHECK,
)
"""In the order in which they name causes."""

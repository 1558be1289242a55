"""What every request of a command, and every answer, begins with (server/administration.py)."""

from __future__ import annotations

import msgspec


class RequestRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="operation", tag=True):
    """Base of the requests."""


class AnswerRecord(msgspec.Struct, frozen=True, tag_field="answer", tag=True):
    """Base of the answers."""

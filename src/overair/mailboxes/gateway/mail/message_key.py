"""The key of a message: UIDVALIDITY and UID, so that it never means another message."""

from __future__ import annotations

from typing import NamedTuple


class MessageKey(NamedTuple):
    """A UID, and the UIDVALIDITY under which it means a message."""

    uid_validity: int
    uid: int

    def __str__(self) -> str:
        return f"{self.uid_validity}.{self.uid}"


def read_key(key: str) -> MessageKey:
    """What ``str`` of a MessageKey was; one that no message has (0, 0) for what is none."""
    validity, _, uid = key.partition(".")
    if not (validity.isascii() and validity.isdigit() and uid.isascii() and uid.isdigit()):
        return MessageKey(0, 0)
    return MessageKey(int(validity), int(uid))

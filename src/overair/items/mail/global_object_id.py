"""The identifier of a meeting as clients up to 14.1 are told it (MS-ASEMAIL 2.2.2.37 and 3.1.4.7)."""

from __future__ import annotations

import struct
from datetime import date
from typing import Final

CLASS_ID: Final = bytes.fromhex("040000008200E00074C5B7101A82E008")
_VCAL: Final = b"vCal-Uid\x01\x00\x00\x00"
_HEAD: Final = struct.Struct("<16s4s8s8sI")
"""Class, date of the occurrence, time of creation, reserved, count of the bytes that follow."""
_DATE: Final = slice(16, 20)


def global_object_id(uid: str, instance: date | None = None) -> bytes:
    """The GlobalObjId of a UID, or of the occurrence of its series that was to begin on a day.

    A UID that is a GlobalObjId in hexadecimal digits, as Exchange makes them, is written as those
    bytes, any other one is wrapped (MS-ASEMAIL_R20013). The time of creation is left at 0, so that the
    same meeting has one identifier.
    """
    plain = _from_hexadecimal(uid)
    if plain is None:
        data = _VCAL + uid.encode() + b"\x00"
        plain = _HEAD.pack(CLASS_ID, bytes(4), bytes(8), bytes(8), len(data)) + data
    return plain[: _DATE.start] + _written(instance) + plain[_DATE.stop :]


def uid_of(identifier: bytes) -> str:
    """The UID that a client finds in a GlobalObjId (MS-ASEMAIL 3.1.4.7)."""
    if len(identifier) >= _HEAD.size + len(_VCAL) + 1 and identifier[40:48] == _VCAL[:8]:
        count = int.from_bytes(identifier[36:40], "little")
        if 13 <= count <= len(identifier) - _HEAD.size:
            return identifier[52 : 52 + count - 13].decode(errors="replace")
    return (identifier[: _DATE.start] + bytes(4) + identifier[_DATE.stop :]).hex().upper()


def _from_hexadecimal(uid: str) -> bytes | None:
    """The bytes of a UID that is made of them, where a client finds the same UID in them again."""
    try:
        found = bytes.fromhex(uid)
    except ValueError:
        return None
    return found if found.startswith(CLASS_ID) and uid_of(found) == uid else None


def _written(instance: date | None) -> bytes:
    """The year, its high byte first, the month and the day; zeros for a whole series."""
    return bytes(4) if instance is None else struct.pack(">HBB", instance.year, instance.month, instance.day)

"""The Authorization header (MS-ASHTTP 2.2.1.1.2.2)."""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from typing import Final

import msgspec

MAX_CREDENTIALS: Final = 4096
"""Bytes of the header's value; argon2 is not fed with more."""


class Credentials(msgspec.Struct, frozen=True):
    """What Basic authentication sends."""

    login: str
    """``user``, ``user@domain`` or ``DOMAIN\\user``."""
    password: bytes
    """The bytes as sent: UTF-8 from phones, Latin-1 from Outlook."""

    def __repr__(self) -> str:
        return f"Credentials({self.login!r}, ...)"  # a password is in no log

    def to_header(self) -> str:
        """The value of the Authorization header that says this."""
        return "Basic " + b64encode(self.login.encode() + b":" + self.password).decode("ascii")


def parse_authorization(value: bytes | None) -> Credentials | None:
    """The credentials of an Authorization header; None where there are none that can be read.

    A log-in that is not UTF-8 is read as Latin-1.
    """
    if value is None or len(value) > MAX_CREDENTIALS:
        return None
    scheme, _, token = value.strip().partition(b" ")
    if scheme.lower() != b"basic":
        return None
    try:
        decoded = b64decode(token.strip(), validate=True)
    except Base64Error:
        return None
    login, colon, password = decoded.partition(b":")
    if not colon or not login:
        return None
    try:
        name = login.decode()
    except UnicodeDecodeError:
        name = login.decode("latin-1")
    return Credentials(name, password) if name.isprintable() else None

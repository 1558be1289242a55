"""What a server can do."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import Final, Self


class Extension(StrEnum):
    """Names of capabilities that something here depends on."""

    IMAP4REV1 = "IMAP4REV1"
    IMAP4REV2 = "IMAP4REV2"
    ACL = "ACL"
    CHILDREN = "CHILDREN"
    COMPRESS = "COMPRESS=DEFLATE"
    CONDSTORE = "CONDSTORE"
    CREATE_SPECIAL_USE = "CREATE-SPECIAL-USE"
    ENABLE = "ENABLE"
    ESEARCH = "ESEARCH"
    ID = "ID"
    IDLE = "IDLE"
    LIST_EXTENDED = "LIST-EXTENDED"
    LIST_STATUS = "LIST-STATUS"
    LITERAL_MINUS = "LITERAL-"
    LITERAL_PLUS = "LITERAL+"
    LOGIN_DISABLED = "LOGINDISABLED"
    MOVE = "MOVE"
    NAMESPACE = "NAMESPACE"
    NOTIFY = "NOTIFY"
    OBJECTID = "OBJECTID"
    QRESYNC = "QRESYNC"
    SASL_IR = "SASL-IR"
    SPECIAL_USE = "SPECIAL-USE"
    STARTTLS = "STARTTLS"
    STATUS_DELETED = "STATUS=DELETED"
    STATUS_SIZE = "STATUS=SIZE"
    UIDPLUS = "UIDPLUS"
    UNSELECT = "UNSELECT"
    UTF8_ACCEPT = "UTF8=ACCEPT"


OF_REV2: Final = frozenset(
    {
        Extension.CHILDREN,
        Extension.ENABLE,
        Extension.ESEARCH,
        Extension.IDLE,
        Extension.LIST_EXTENDED,
        Extension.LIST_STATUS,
        Extension.LITERAL_MINUS,
        Extension.MOVE,
        Extension.NAMESPACE,
        Extension.SASL_IR,
        Extension.SPECIAL_USE,
        Extension.STATUS_DELETED,
        Extension.STATUS_SIZE,
        Extension.UIDPLUS,
        Extension.UNSELECT,
    }
)
"""What IMAP4rev2 has in itself (RFC 9051, appendix E)."""


class Capabilities(frozenset[str]):
    """The capabilities of a server in one state (they may differ after log-in), in capitals.

    QRESYNC brings CONDSTORE, and IMAP4rev2 what is part of it.
    """

    def __new__(cls, names: Iterable[str] = ()) -> Self:
        """A set of these and of what they bring."""
        given = {name.upper() for name in names}
        if Extension.IMAP4REV2 in given:
            given |= OF_REV2
        if Extension.QRESYNC in given:
            given |= {Extension.CONDSTORE, Extension.ENABLE}
        return super().__new__(cls, given)

    @property
    def append_limit(self) -> int | None:
        """Bytes of the largest message that APPEND takes; None where the server does not say."""
        for name in self:
            label, equals, number = name.partition("=")
            if label == "APPENDLIMIT" and equals and number.isdecimal():
                return int(number)
        return None


@lru_cache(maxsize=64)
def parse_capabilities(line: bytes) -> Capabilities:
    """From a response, without its name; a thousand connections to one server share one set."""
    return Capabilities(line.decode("ascii", "replace").split())

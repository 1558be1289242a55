"""What a server can do."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Self


class Extension(StrEnum):
    """Names of capabilities that something here depends on."""

    IMAP4REV1 = "IMAP4REV1"
    IMAP4REV2 = "IMAP4REV2"
    ACL = "ACL"
    APPENDLIMIT = "APPENDLIMIT"
    BINARY = "BINARY"
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
    QUOTA = "QUOTA"
    SASL_IR = "SASL-IR"
    SEARCHRES = "SEARCHRES"
    SPECIAL_USE = "SPECIAL-USE"
    STARTTLS = "STARTTLS"
    STATUS_SIZE = "STATUS=SIZE"
    UIDPLUS = "UIDPLUS"
    UNSELECT = "UNSELECT"
    UTF8_ACCEPT = "UTF8=ACCEPT"


class Capabilities(frozenset[str]):
    """The capabilities of a server in one state (they may differ after log-in), in capitals.

    ``Extension.MOVE in capabilities`` is also true where it is part of IMAP4rev2.
    """

    def __new__(cls, names: Iterable[str] = ()) -> Self:
        return super().__new__(cls, (name.upper() for name in names))

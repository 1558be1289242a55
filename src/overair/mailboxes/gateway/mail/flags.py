"""Flags and keywords of IMAP in the words of MS-ASEMAIL, and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Final

import msgspec

from overair.items.mail.flag import NO_FLAG, Flag, FlagStatus
from overair.items.mail.message import Message
from overair.mailboxes.interface import Refused

SEEN, FLAGGED, ANSWERED, DRAFT, DELETED = "\\Seen", "\\Flagged", "\\Answered", "\\Draft", "\\Deleted"
FORWARDED: Final = "$Forwarded"
NEW_KEYWORDS: Final = "\\*"
"""Among the permanent flags: keywords can be made."""
FOLLOW_UP: Final = Flag(status=FlagStatus.ACTIVE, flag_type="for Follow Up")
REPLY_TO_SENDER, REPLY_TO_ALL, FORWARD = 1, 2, 3
"""LastVerbExecuted (MS-ASEMAIL_R515 to R518)."""

_OF_PROGRAMS: Final = frozenset(
    {"forwarded", "redirected", "mdnsent", "junk", "nonjunk", "notjunk", "junkrecorded", "spam", "notspam"}
)
"""Keywords that mail programs set for themselves; so are all that begin with a dollar sign."""
_KEYWORD: Final = re.compile(
    r"[!#&'+,\-./0-9:;<=>?@A-Z\^_`a-z|~\[][!#$&'+,\-./0-9:;<=>?@A-Z\^_`a-z|~\[]{0,63}"
)
"""An atom of RFC 3501 that is neither a system flag nor a program's."""
_OF_VERB: Final[Mapping[int, str]] = {
    REPLY_TO_SENDER: ANSWERED,
    REPLY_TO_ALL: ANSWERED,
    FORWARD: FORWARDED,
}
_SIGNATURE: Final[Mapping[str, str]] = {
    SEEN: "S",
    FLAGGED: "F",
    ANSWERED: "A",
    FORWARDED: "W",
    DRAFT: "D",
}


def is_category(keyword: str) -> bool:
    """Whether a keyword is one that people see, rather than a mail program's."""
    return _KEYWORD.fullmatch(keyword) is not None and keyword.lower() not in _OF_PROGRAMS


def signature(flags: frozenset[str]) -> str:
    """The flags as the tag of a message: the same for all that phones are shown alike."""
    letters = "".join(letter for flag, letter in _SIGNATURE.items() if flag in flags)
    categories = sorted(flag for flag in flags if not flag.startswith("\\") and is_category(flag))
    return " ".join([letters, *categories])


def signature_after(tag: str, add: Collection[str], remove: Collection[str]) -> str:
    """The tag of a message with other flags than it had. What others have changed meanwhile is not in it, so
    that a comparison finds that.
    """
    letters, *categories = tag.split(" ")
    taken = {flag.lower() for flag in remove}
    before = {flag for flag, letter in _SIGNATURE.items() if letter in letters}.union(categories)
    return signature(frozenset({flag for flag in before if flag.lower() not in taken}.union(add)))


class Permanent:
    """Which flags a mailbox keeps."""

    def __init__(self, permanent_flags: frozenset[str]) -> None:
        self._any = NEW_KEYWORDS in permanent_flags
        self._those = frozenset(flag.lower() for flag in permanent_flags)

    def holds(self, flag: str) -> bool:
        """Whether a flag stays."""
        return flag.lower() in self._those or (self._any and not flag.startswith("\\"))

    def keeps(self, category: str) -> bool:
        """Whether a category can be a keyword there."""
        return is_category(category) and self.holds(category)


def with_flags(
    message: Message, flags: frozenset[str], old: Message | None, permanent: Permanent, *, in_drafts: bool
) -> Message:
    """A message as its flags say it is; what they cannot say is as it was in ``old``.

    Dates of a flag, whether all were answered, a category that no keyword can be.
    """
    verb, when = _verb(flags, old, message, permanent)
    return msgspec.structs.replace(
        message,
        read=SEEN in flags,
        flag=_flag(flags, None if old is None else old.flag),
        is_draft=DRAFT in flags or in_drafts,
        categories=_categories(flags, () if old is None else old.categories or (), permanent),
        last_verb_executed=verb,
        last_verb_execution_time=when,
    )


def _flag(flags: frozenset[str], old: Flag | None) -> Flag:
    status = None if old is None else old.status
    if FLAGGED in flags:
        return old if old is not None and status is FlagStatus.ACTIVE else FOLLOW_UP
    return old if old is not None and status is FlagStatus.COMPLETE else NO_FLAG


def _verb(
    flags: frozenset[str], old: Message | None, message: Message, permanent: Permanent
) -> tuple[int | None, datetime | None]:
    """LastVerbExecuted, and when.

    Where a message was both answered and forwarded, the flags do not say what was done last.
    """
    said = {verb for verb, flag in _OF_VERB.items() if flag in flags}
    if old is not None and old.last_verb_executed is not None:
        flag = _OF_VERB.get(old.last_verb_executed)
        if old.last_verb_executed in said or (flag is not None and not permanent.holds(flag)):
            return old.last_verb_executed, old.last_verb_execution_time
    return (min(said), message.date_received) if said else (None, None)


def _categories(flags: frozenset[str], old: Iterable[str], permanent: Permanent) -> tuple[str, ...]:
    """Old ones in their order and spelling, then what is new."""
    keywords = {flag.lower(): flag for flag in sorted(flags) if permanent.keeps(flag)}
    kept = [one for one in old if not permanent.keeps(one) or keywords.pop(one.lower(), None) is not None]
    return (*kept, *keywords.values())


def flag_changes(old: Message, new: Message, permanent: Permanent) -> tuple[set[str], set[str]]:
    """The flags to set and to take away so that what was ``old`` becomes ``new``.

    What was answered or forwarded once stays so, whatever was done last, and is known here alone where the
    mailbox does not keep it. Raises Refused where it does not keep that a message was read or flagged.
    """
    if any(_HOLDS[flag](old) != _HOLDS[flag](new) and not permanent.holds(flag) for flag in (SEEN, FLAGGED)):
        raise Refused("the mailbox on the IMAP server cannot be changed")
    add = {flag for flag, holds in _HOLDS.items() if holds(new) and not holds(old) and permanent.holds(flag)}
    remove = {flag for flag in (SEEN, FLAGGED) if _HOLDS[flag](old) and not _HOLDS[flag](new)}
    before = {one.lower(): one for one in old.categories or () if permanent.keeps(one)}
    after = {one.lower(): one for one in new.categories or () if permanent.keeps(one)}
    add |= {after[name] for name in after.keys() - before.keys()}
    remove |= {before[name] for name in before.keys() - after.keys()}
    return add, remove


def is_changed(flags: frozenset[str], add: Collection[str], remove: Collection[str]) -> bool:
    """Whether a message with ``flags`` is as it was to become; what was answered or forwarded is known here,
    too. Some servers say OK to a STORE for which their user has no right, and do nothing.
    """
    there = {flag.lower() for flag in flags}
    wanted = {flag.lower() for flag in add if flag not in _OF_VERB.values()}
    return wanted <= there and not there & {flag.lower() for flag in remove}


def flags_of(message: Message, permanent: Permanent) -> set[str]:
    """The flags of a message that is added."""
    flags = {flag for flag, holds in _HOLDS.items() if holds(message) and permanent.holds(flag)}
    if message.is_draft:
        flags.add(DRAFT)
    return flags | {one for one in message.categories or () if permanent.keeps(one)}


_HOLDS: Final[Mapping[str, Callable[[Message], bool]]] = {
    SEEN: lambda message: bool(message.read),
    FLAGGED: lambda message: message.flag is not None and message.flag.status is FlagStatus.ACTIVE,
    ANSWERED: lambda message: message.last_verb_executed in (REPLY_TO_SENDER, REPLY_TO_ALL),
    FORWARDED: lambda message: message.last_verb_executed == FORWARD,
}
"""When a message has a flag."""

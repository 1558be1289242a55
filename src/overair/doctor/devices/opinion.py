"""What is asked of each kind of device, and an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum

import msgspec

from overair.doctor.illness import Finding


class Question(StrEnum):
    """In the order in which a device meets them."""

    FIND = "find"
    """Does it find the server by an address and a password?"""
    TRUST = "trust"
    """Does it trust the server?"""
    LOG_IN = "log in"
    """Can it log in?"""
    SPEAK = "speak"
    """Do they have a version of the protocol in common?"""
    ACCEPT = "accept policies"
    """Can it keep what the server demands of devices?"""


class Reply(StrEnum):
    """The answers there are."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Objection(msgspec.Struct, frozen=True):
    """One reason why not, in the doctor's words or in those of a finding."""

    text: str = ""
    finding: Finding | None = None
    told_by: frozenset[str] = frozenset()
    """Ids of illnesses that say the same."""

    @property
    def ids(self) -> frozenset[str]:
        """Ids of the illnesses that say it."""
        return self.told_by if self.finding is None else self.told_by | {self.finding.id}

    def says(self, veil: Callable[[Finding], Finding] = lambda finding: finding) -> str:
        """In words."""
        return self.text if self.finding is None else veil(self.finding).says.rstrip(".")


class Opinion(msgspec.Struct, frozen=True):
    """The answer to one question."""

    question: Question
    reply: Reply
    objections: tuple[Objection, ...] = ()
    """Why not, or why nobody knows; of a yes what there is to say."""

    def reason(self, veil: Callable[[Finding], Finding] = lambda finding: finding) -> str:
        """In words; of what is repeated once."""
        return "; ".join(dict.fromkeys(one.says(veil) for one in self.objections))


def yes(question: Question, text: str = "") -> Opinion:
    """The answer that it does."""
    return Opinion(question, Reply.YES, (Objection(text),) if text else ())


def unknown(question: Question, *reasons: str) -> Opinion:
    """The answer that nobody knows, and why."""
    return Opinion(question, Reply.UNKNOWN, tuple(Objection(one) for one in reasons))


def no(question: Question, objections: Iterable[Objection]) -> Opinion:
    """The answer that it does not, and why."""
    return Opinion(question, Reply.NO, tuple(objections))

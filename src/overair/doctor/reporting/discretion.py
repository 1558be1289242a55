"""What may be told of an examination: neither the password nor anything that acts on a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Final
from urllib.parse import quote, quote_plus

import msgspec

from overair.doctor.checks import CHECKS
from overair.doctor.checks.login.log_in import forms
from overair.doctor.complaint import Complaint
from overair.doctor.host import Host
from overair.doctor.illness import Finding
from overair.doctor.secret import HIDDEN, Secret
from overair.doctor.step import Step

SHORTEST: Final = 4
"""Characters of a password that is looked for in what servers say."""
MOST_CHARACTERS: Final = 2000
"""Of one thing that a server has said."""
_LOOKED_AT: Final = 4 * MOST_CHARACTERS
"""Characters of it that are looked at: hiding and replacing makes texts shorter."""
_LONGEST_NAME: Final = 320
"""Characters of the longest address; RFC 5321 section 4.5.3.1."""
_UNPRINTABLE: Final = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))


def printable(text: str) -> str:
    """A text in one line, without characters that control a terminal, turn text around or show nothing."""
    shown = ("\ufffd" if unicodedata.category(one) in _UNPRINTABLE else one for one in " ".join(text.split()))
    return "".join(shown)


class Discretion:
    """What goes through here can be shown to whoever asked for the examination."""

    anonymous = False
    """Whether other names stand for all names."""

    def __init__(self, complaint: Complaint) -> None:
        self._secrets = _secrets_of(complaint)
        self._margin = max((_LONGEST_NAME, *map(len, self._secrets)))

    def step(self, step: Step) -> Step:
        """A step as it may be shown."""
        return msgspec.structs.replace(
            step,
            host=self.host(step.host) if step.host is not None else None,
            reason=self.text(step.reason),
            notes=self.notes(step.notes),
            findings=tuple(self.finding(one) for one in step.findings),
        )

    def finding(self, finding: Finding) -> Finding:
        """A finding whose details may be shown; the illness's own words are left as they are."""
        return msgspec.structs.replace(
            finding,
            host=self.host(finding.host) if finding.host is not None else None,
            details={name: self.detail(name, value) for name, value in finding.details.items()},
        )

    def host(self, host: Host) -> Host:
        """A host as it may be called."""
        return Host(self.text(host.name), host.port)

    def address(self, address: str) -> str:
        """The address that is examined."""
        return self.text(address)

    def notes(self, notes: tuple[str, ...]) -> tuple[str, ...]:
        """What a step has to add."""
        return tuple(self.text(one) for one in notes)

    def detail(self, name: str, value: str) -> str:
        """A detail of a finding; ``name`` is one of ``overair.doctor.reporting.details``."""
        del name
        return self.text(value)

    def text(self, text: str) -> str:
        """What a check says in its own words, MOST_CHARACTERS of it."""
        return self.plain(text)[:MOST_CHARACTERS]

    def plain(self, text: str) -> str:
        """A text, or the beginning of a long one, without the password and what acts on a terminal."""
        is_cut = len(text) > _LOOKED_AT
        text = text[: _LOOKED_AT + self._margin] if is_cut else text
        for secret in self._secrets:
            text = _without(text, secret)
        # Where a text is cut, a secret or a name may be, and half of it would not be known again.
        return printable(text[: -self._margin] if is_cut else text)


def _without(text: str, secret: str) -> str:
    """A text without the words that a secret is in.

    No regular expression: Python remembers those, and with them the password beyond its examination.
    """
    ends, shown = 0, ""
    start = text.find(secret)
    while start >= 0:
        end = start + len(secret)
        while start > ends and not text[start - 1].isspace():
            start -= 1
        while end < len(text) and not text[end].isspace():
            # What begins in a word that is hidden is hidden to its own end.
            end += len(secret) if text.startswith(secret, end) else 1
        shown += text[ends:start] + HIDDEN
        ends = end
        start = text.find(secret, ends)
    return shown + text[ends:]


def _secrets_of(complaint: Complaint) -> tuple[str, ...]:
    """The password as a server may say it after it was told."""
    if complaint.password is None:
        return ()
    password = complaint.password.reveal()
    named = complaint.server.name if complaint.server is not None else ""
    known = (complaint.address, complaint.user or "", complaint.domain or "", named, _own_words())
    # Somebody whose password is a word of the doctor's own would tell it by hiding it.
    if len(password) < SHORTEST or any(password in one for one in known):
        return ()
    return tuple(dict.fromkeys(_forms(complaint, password)))


def _forms(complaint: Complaint, password: str) -> Iterator[str]:
    yield from (password, quote(password), quote(password, safe=""), quote_plus(password))
    for form in forms(complaint, Secret(password)):
        yield form.login.header().partition(" ")[2].rstrip("=")


@cache
def _own_words() -> str:
    illnesses = [one for check in CHECKS for one in check.finds]
    texts = (text for one in illnesses for text in (one.says, one.cure, *one.cures.values()))
    return "\n".join((*texts, *(check.title for check in CHECKS)))

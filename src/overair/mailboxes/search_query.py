"""What to look for in a mailbox: the words that a user typed, and conditions.

The language is the part of the Keyword Query Language that users type: words, all of which must be
there, each also as the beginning of a longer one; ``"words in their order"``; ``from:anna`` and the
like; ``one OR another``; ``NOT word`` or ``-word``. Whatever else is typed is no error: signs part
words, and a property that is not known is a word like any other.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

import msgspec

from overair.items import ItemClass
from overair.items.search_document import Mark
from overair.items.words import is_unspaced, words

LONGEST_TEXT: Final = 4_096
"""Characters of what a user types."""
MOST_WORDS: Final = 100
"""Words in it, pairs of characters counted one by one."""

PROPERTIES: Final[dict[str, tuple[Mark, ...]]] = {
    "subject": (Mark.SUBJECT,),
    "from": (Mark.FROM,),
    "sender": (Mark.FROM,),
    "to": (Mark.TO,),
    "cc": (Mark.CC,),
    "bcc": (Mark.BCC,),
    "recipients": (Mark.TO, Mark.CC, Mark.BCC),
    "participants": (Mark.FROM, Mark.TO, Mark.CC, Mark.BCC),
    "attachment": (Mark.ATTACHMENT,),
    "attachmentnames": (Mark.ATTACHMENT,),
    "body": (Mark.ANYTHING,),
    "hasattachment": (Mark.HAS,),
    "hasattachments": (Mark.HAS,),
}
"""The properties that what is typed may be restricted to, and where they are looked for."""
NO: Final = frozenset({"false", "no", "0"})

_PIECE: Final = re.compile(r"""([-+]?)(?:(\w+)\s*[:=])?(?:"([^"]*)"?|([^\s"]+))""")
"""A sign, a property, and what is quoted or runs up to white space."""


class TooComplex(ValueError):
    """More is looked for at once than is served."""


class Phrase(msgspec.Struct, frozen=True):
    """Words one behind the other; ``begins``: the last one may be the beginning of a longer word.

    ``typed`` is what the user typed for them, for servers that have their own rule for words.
    """

    words: tuple[str, ...]
    mark: Mark = Mark.ANYTHING
    begins: bool = False
    typed: str = ""


class Clause(msgspec.Struct, frozen=True):
    """One of several phrases is there or, ``excluded``, none of them."""

    phrases: tuple[Phrase, ...]
    excluded: bool = False


class SearchQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What must be true of the items that are looked for."""

    clauses: tuple[Clause, ...] = ()
    """Each of them; see ``clauses_of``."""
    folder_ids: frozenset[str] | None = None
    """Where they are; None for every folder."""
    item_classes: frozenset[ItemClass]
    """Of which classes; with none nothing is found."""
    conversation_id: bytes | None = None
    after: datetime | None = None
    """They were received after this moment, which has a time zone."""
    before: datetime | None = None
    """They were received before this moment."""


def clauses_of(text: str) -> tuple[Clause, ...]:
    """What a user typed, read. Raises TooComplex.

    Nothing comes out where no word was typed.
    """
    if len(text) > LONGEST_TEXT:
        raise TooComplex("the text is too long")
    clauses: list[Clause] = []
    joins = excludes = False
    room = MOST_WORDS
    for sign, name, quoted, bare in _PIECE.findall(text):
        plain = bool(bare) and not name and not sign
        if plain and bare == "OR":
            joins = bool(clauses)
            continue
        if plain and bare in ("AND", "NOT"):
            excludes = excludes or bare == "NOT"
            continue
        phrases = _phrases(name.lower(), quoted or bare, exact=not bare)
        if not phrases:
            continue
        room -= sum(len(phrase.words) for phrase in phrases)
        if room < 0:
            raise TooComplex("too many words")
        excluded = excludes or sign == "-" or _denied(name.lower(), quoted or bare)
        if joins and clauses[-1].excluded is excluded is False:
            clauses[-1] = Clause((*clauses[-1].phrases, *phrases))
        else:
            clauses.append(Clause(phrases, excluded))
        joins = excludes = False
    return tuple(clauses)


def _phrases(name: str, text: str, *, exact: bool) -> tuple[Phrase, ...]:
    marks = PROPERTIES.get(name)
    if marks == (Mark.HAS,):
        return (Phrase(("attachment",), Mark.HAS),)
    if marks is None:
        marks, text = (Mark.ANYTHING,), f"{name}:{text}" if name else text
    typed = text.removesuffix("*")
    exact = exact and typed == text
    found = tuple(words(text))
    if len(found) > 1 and len(found[-1]) == 1 and is_unspaced(found[-1] + found[-2][0]):
        # The last character of a run: where the run goes on it stands in a pair only.
        found = found[:-1]
    return tuple(Phrase(found, mark, not exact, typed) for mark in marks) if found else ()


def _denied(name: str, text: str) -> bool:
    return PROPERTIES.get(name) == (Mark.HAS,) and text.casefold() in NO

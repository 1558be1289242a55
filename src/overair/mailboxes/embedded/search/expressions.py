"""A query in the words of each index: an expression of FTS5, and a tsquery.

Every term begins with the account, so no expression touches what is another's, and what a search costs
depends on the account's own items. Words hold letters, digits and their marks only, so nothing that a
user types has a meaning of its own here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from overair.items import ItemClass
from overair.items.search_document import (
    BEGINNINGS,
    Mark,
    class_term,
    conversation_term,
    folder_term,
)
from overair.mailboxes.embedded.hierarchy import number_of
from overair.mailboxes.search_query import Clause, Phrase, SearchQuery

BEGINS_FROM: Final = max(BEGINNINGS) + 1
"""Letters from which on the beginning of a word is looked up among the words."""


class Expressions(NamedTuple):
    """One query for both databases; each takes its own."""

    fts5: str
    tsquery: str


def expressions(account_id: int, query: SearchQuery) -> Expressions:
    """What the items' documents must match."""
    prefix = str(account_id)
    return Expressions(
        _expression(prefix, query, _fts5_phrase, _FTS5), _expression(prefix, query, _ts_phrase, _TSQUERY)
    )


class _Language(NamedTuple):
    both: str
    either: str
    but_not: str


_FTS5: Final = _Language(" AND ", " OR ", " NOT ")
_TSQUERY: Final = _Language(" & ", " | ", " & !")
_Spell = Callable[[list[str], bool], str]


def _expression(prefix: str, query: SearchQuery, spell: _Spell, language: _Language) -> str:
    def any_of(terms: Iterable[str]) -> str:
        return _either((spell([prefix + term], False) for term in terms), language)

    def clause_of(clause: Clause) -> str:
        return _either((_phrase(prefix, phrase, spell) for phrase in clause.phrases), language)

    wanted = [clause_of(clause) for clause in query.clauses if not clause.excluded]
    unwanted = [clause_of(clause) for clause in query.clauses if clause.excluded]
    if query.conversation_id is not None:
        wanted.append(any_of([conversation_term(query.conversation_id)]))
    if query.folder_ids is not None:
        folders = sorted(number_of(folder_id) or 0 for folder_id in query.folder_ids)
        wanted.append(any_of(folder_term(folder) for folder in folders or [0]))
    if not wanted or set(query.item_classes) != set(ItemClass):
        wanted.append(any_of(class_term(item_class) for item_class in sorted(query.item_classes)))
    found = language.both.join(wanted)
    return f"({found}){language.but_not}{_either(unwanted, language)}" if unwanted else found


def _either(alternatives: Iterable[str], language: _Language) -> str:
    return f"({language.either.join(alternatives)})"


def _phrase(prefix: str, phrase: Phrase, spell: _Spell) -> str:
    words, last = phrase.words, phrase.words[-1]
    begins = phrase.begins and phrase.mark is not Mark.HAS
    if begins and len(words) == 1 and phrase.mark is Mark.ANYTHING and len(last) in BEGINNINGS:
        return spell([f"{prefix}{Mark.BEGINNING}:{last}"], False)
    begins = begins and (len(last) >= BEGINS_FROM or not last.isascii())
    return spell([f"{prefix}{phrase.mark}:{word}" for word in words], begins)


def _fts5_phrase(terms: list[str], begins: bool) -> str:
    return f'"{" ".join(terms)}"{"*" if begins else ""}'


def _ts_phrase(terms: list[str], begins: bool) -> str:
    joined = " <-> ".join(f"'{term}'" for term in terms)
    return f"({joined}{':*' if begins else ''})"

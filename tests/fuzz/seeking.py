"""What is searched and what is searched for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from fuzz.target import Target, numbered, repeat
from overair.items import ItemClass
from overair.items.search_document import MOST_OTHERS, MOST_WORDS, Document, Mark, unpacked
from overair.items.words import words
from overair.mailboxes.embedded.search.expressions import expressions
from overair.mailboxes.search_query import Clause, SearchQuery, TooComplex, clauses_of

TEXTS: Final = (
    "Grüße an otto.weiss@example.net, e-mail",
    "明日の会議は東京都庁で iPhoneを買う",
    "สวัสดีครับ हिन्दी السَّلَامُ שָׁלוֹם 회의록",
    "ﬁ \u0301\u200b\u00ad Ǆ ẞ İ",
    "",
)
QUERIES: Final = (
    'from:"Otto W" OR subject:x* -y NOT z',
    'hasattachment:no 東京都 "東京',
    "a AND b OR c OR -d",
)
PIECES: Final = (
    b'"',
    b" OR ",
    b" NOT ",
    b"-",
    b"from:",
    b"*",
    b":",
    "東".encode(),
    "é".encode(),
    b"'",
    b"\\",
)
LONGEST: Final = 256 * 1024


def text_of(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def terms_of(data: bytes) -> list[str]:
    document = Document("Email")
    document.add(text_of(data), Mark.SUBJECT)
    return unpacked(document.packed()).split(" ")


def check_terms(terms: list[str]) -> None:
    """Each is one that both databases take for one term."""
    assert len(terms) < MOST_WORDS + 2 * MOST_OTHERS + 10_000
    for term in terms:
        mark, _, word = term.partition(":")
        assert mark.isalnum() or not mark
        assert list(words(word)) or not word or not word.isalnum()
        assert not set(term) & set(" \t\n\x00'\"\\*&|!<>()")


def read_query(data: bytes) -> tuple[Clause, ...]:
    return clauses_of(text_of(data))


def check_query(clauses: tuple[Clause, ...]) -> None:
    """What is looked for is words only: what is beside them is ours."""
    query = SearchQuery(clauses=clauses, item_classes=frozenset(ItemClass))
    found = expressions(7, query)
    for clause in clauses:
        for phrase in clause.phrases:
            for word in phrase.words:
                assert not set(word) & set(" '\"\\*&|!<>():"), word
    assert found.fts5.count('"') % 2 == 0
    assert found.tsquery.count("'") % 2 == 0


def encoded(texts: tuple[str, ...]) -> Callable[[], Iterator[bytes]]:
    return lambda: (text.encode() for text in texts)


TARGETS: Final = (
    Target(
        name="words",
        read=terms_of,
        check=check_terms,
        seeds=encoded(TEXTS),
        words=PIECES,
        shapes={
            "one word": repeat(b"x"),
            "short words": repeat(b"x "),
            "different words": numbered(b"w%d "),
            "marks": repeat("\u0301".encode()),
            "no spaces": repeat("東".encode()),
            "ligatures": repeat("\ufdfa".encode()),
            "signs": repeat(b"."),
        },
        limit=LONGEST,
        memory=400.0,
    ),
    Target(
        name="search_query",
        read=read_query,
        check=check_query,
        refuses=(TooComplex,),
        seeds=encoded(QUERIES),
        words=PIECES,
        shapes={
            "quotes": repeat(b'"'),
            "signs": repeat(b"-"),
            "properties": repeat(b"a:"),
            "words": repeat(b"w "),
            "one word": repeat(b"w"),
        },
        limit=LONGEST,
    ),
)

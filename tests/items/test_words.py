"""The words of texts, and what users type to find them."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from overair.items.search_document import MOST_CHARACTERS, MOST_OTHERS, MOST_WORDS, Document, Mark, unpacked
from overair.items.words import LONGEST_WORD, words
from overair.mailboxes import search_query
from overair.mailboxes.search_query import LONGEST_TEXT, Clause, Phrase, TooComplex, clauses_of

TEXTS = st.text(max_size=60) | st.text(
    st.sampled_from("aAzß é\u0301ñ東京カﾅがか\u3099한글ไทยนี้ हिन्दी.@-_'\"05٣\u200b\u00ad😀\n"), max_size=40
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, World!", "hello world"),
        ("e-mail: otto.weiss@example.net", "e mail otto weiss example net"),
        ("snake_case x2", "snake case x2"),
        ("Straße ÉCOLE", "strasse ecole"),
        ("soft\u00adhyphen", "softhyphen"),
        ("東京都", "東京 京都 都"),
        ("東", "東"),
        ("iPhone買う", "iphone 買う う"),
        ("ｶﾞｽ", "ガス ス"),
        ("हिन्दी में", "हिन्दी में"),
        ("x" * 100, "x" * LONGEST_WORD),
        ("😀 ... --", ""),
        ("", ""),
    ],
)
def test_words(text: str, expected: str) -> None:
    assert list(words(text)) == expected.split()


@given(TEXTS)
def test_words_are_what_both_databases_take(text: str) -> None:
    for word in words(text):
        assert 0 < len(word) <= 2 * LONGEST_WORD
        assert not set(word) & set(" :'\"\\*&|!<>()\x00\t\n")
        # They are found by themselves, whatever their case.
        assert list(words(word))[: len(list(words(word)))] == list(words(word.upper().lower()))


LATIN = st.text(
    st.characters(max_codepoint=255)
    | st.sampled_from("\u2013\u2014\u2018\u2019\u201a\u201c\u201d\u2022\u2026\u203a\u20ac\u2009\u202f\u0301"),
    max_size=60,
)


@given(LATIN)
def test_words_in_latin_letters_are_those_that_they_are_among_others(text: str) -> None:
    assert [*words(text), "ж"] == words(f"{text} ж")


@given(TEXTS, TEXTS)
def test_the_words_of_a_piece_of_a_text_are_a_piece_of_its_words(before: str, piece: str) -> None:
    whole = list(words(f"{before} {piece}"))
    assert whole[len(whole) - len(list(words(piece))) :] == list(words(piece)) or not list(words(piece))


@given(TEXTS)
def test_whatever_is_typed_is_read(text: str) -> None:
    for clause in clauses_of(text):
        assert clause.phrases
        assert all(phrase.words for phrase in clause.phrases)


def any_of(*phrases: Phrase, excluded: bool = False) -> Clause:
    return Clause(phrases, excluded)


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("", ()),
        ("one two", (any_of(Phrase(("one",), begins=True)), any_of(Phrase(("two",), begins=True)))),
        ("one AND two", (any_of(Phrase(("one",), begins=True)), any_of(Phrase(("two",), begins=True)))),
        ('"one two"', (any_of(Phrase(("one", "two"))),)),
        ('"one two', (any_of(Phrase(("one", "two"))),)),
        ('"one tw*"', (any_of(Phrase(("one", "tw"), begins=True)),)),
        ("one*", (any_of(Phrase(("one",), begins=True)),)),
        ("one OR two", (any_of(Phrase(("one",), begins=True), Phrase(("two",), begins=True)),)),
        ("OR one", (any_of(Phrase(("one",), begins=True)),)),
        ("-one", (any_of(Phrase(("one",), begins=True), excluded=True),)),
        ('NOT "one"', (any_of(Phrase(("one",)), excluded=True),)),
        ("From:Otto", (any_of(Phrase(("otto",), Mark.FROM, begins=True)),)),
        ('subject:"a b"', (any_of(Phrase(("a", "b"), Mark.SUBJECT)),)),
        ("unknown:x", (any_of(Phrase(("unknown", "x"), begins=True)),)),
        ("hasattachment:true", (any_of(Phrase(("attachment",), Mark.HAS)),)),
        ("hasattachment:no", (any_of(Phrase(("attachment",), Mark.HAS), excluded=True),)),
        ("東京都", (any_of(Phrase(("東京", "京都"), begins=True)),)),
        ("東", (any_of(Phrase(("東",), begins=True)),)),
        ("not or and", tuple(any_of(Phrase((word,), begins=True)) for word in ("not", "or", "and"))),
    ],
)
def test_what_is_typed(text: str, clauses: tuple[Clause, ...]) -> None:
    found = [clause.phrases for clause in clauses_of(text)]
    bare = [tuple(msgspec.structs.replace(phrase, typed="") for phrase in phrases) for phrases in found]
    assert bare == [clause.phrases for clause in clauses]
    assert [clause.excluded for clause in clauses_of(text)] == [clause.excluded for clause in clauses]


def test_what_was_typed_is_known_as_it_was_typed() -> None:
    clauses = clauses_of('from:Jörg@example.net "Grüße aus Köln" mün*')
    assert [clause.phrases[0].typed for clause in clauses] == ["Jörg@example.net", "Grüße aus Köln", "mün"]


def test_what_is_typed_is_bounded() -> None:
    clauses_of("x" * LONGEST_TEXT)
    with pytest.raises(TooComplex):
        clauses_of("x" * (LONGEST_TEXT + 1))
    assert len(clauses_of("word " * search_query.MOST_WORDS)) == search_query.MOST_WORDS
    with pytest.raises(TooComplex):
        clauses_of("word " * (search_query.MOST_WORDS + 1))
    with pytest.raises(TooComplex):
        clauses_of("東" * 200)


def terms(*texts: str) -> list[str]:
    document = Document("Email")
    document.add_all(texts)
    return unpacked(document.packed()).split()


def test_the_words_of_a_long_text_are_bounded() -> None:
    found = terms(" ".join(f"w{count}" for count in range(MOST_WORDS + MOST_OTHERS + 5_000)))
    assert f":w{MOST_WORDS + 10}" in found
    assert f":w{MOST_WORDS + MOST_OTHERS + 10}" not in found
    assert len(found) < MOST_WORDS + MOST_OTHERS + 500
    # Characters that are no words cost no more than their length.
    assert ":behind" not in terms("." * MOST_CHARACTERS, "behind")

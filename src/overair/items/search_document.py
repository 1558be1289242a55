"""What of an item can be searched: terms, packed into bytes as the store keeps them.

A term is a word with a mark in front that says what it is a word of, and a colon between the two,
which no word holds. The store puts the account in front of each and knows nothing else of them.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from overair.items.words import words

MOST_WORDS: Final = 14_000
"""Words of an item whose places are known, so that they are found as a part of a phrase, too."""
MOST_IN_FIELD: Final = 1_000
"""Words of a field that are found as its own."""
MOST_OTHERS: Final = 30_000
"""Different words behind those, found one by one."""
MOST_CHARACTERS: Final = 1_000_000
"""Characters of an item's text that are looked at."""
BEGINNINGS: Final = (1, 2, 3)
"""Lengths of the beginnings of words that are terms of their own, because few letters begin very many
words; the largest last.
"""
LONGEST_ID: Final = 64
"""Bytes of a conversation's id that count; ours have 16."""
GAP: Final = ":"
"""A term that parts texts which do not follow each other, so that no phrase spans them."""


class Mark(StrEnum):
    """What a term is a word of."""

    ANYTHING = ""
    SUBJECT = "s"
    FROM = "f"
    TO = "t"
    CC = "c"
    BCC = "b"
    ATTACHMENT = "a"
    BEGINNING = "p"
    """The first letters of any word."""
    ITEM_CLASS = "is"
    CONVERSATION = "conv"
    HAS = "has"
    FOLDER = "in"


HAS_ATTACHMENT: Final = f"{Mark.HAS}:attachment"


def class_term(item_class: str) -> str:
    """The term of every item of a class."""
    return f"{Mark.ITEM_CLASS}:{item_class.lower()}"


def conversation_term(conversation_id: bytes) -> str:
    """The term of every message of a conversation."""
    return f"{Mark.CONVERSATION}:{conversation_id[:LONGEST_ID].hex()}"


def folder_term(folder: int) -> str:
    """The term of every item of a folder."""
    return f"{Mark.FOLDER}:{folder}"


class Document:
    """The terms of one item, gathered."""

    def __init__(self, item_class: str) -> None:
        self._others: list[str] = [class_term(item_class)]
        self._fields: list[str] = []
        self._words: list[str] = []
        """The words in their order; an empty one is a gap."""
        self._behind: list[str] = []
        self._characters = MOST_CHARACTERS

    def add(self, text: str | None, mark: Mark = Mark.ANYTHING) -> None:
        """Text that a reader sees, and of which field it is; what is added first is surest of its place."""
        if not text or self._characters <= 0:
            return
        text = text[: self._characters]
        self._characters -= len(text)
        found = words(text)
        within = found[: max(MOST_WORDS - len(self._words), 0)]
        if within:
            self._words += within
            self._words.append("")
        if mark is not Mark.ANYTHING:
            self._fields += [f"{mark}:{word}" for word in within[:MOST_IN_FIELD]]
            self._fields.append(f"{mark}{GAP}")
        self._behind += found[len(within) :]

    def add_all(self, texts: Iterable[str | None]) -> None:
        """Several texts."""
        for text in texts:
            self.add(text)

    def add_term(self, term: str) -> None:
        """A term that is no word."""
        self._others.append(term)

    def packed(self) -> bytes:
        """The terms in their order, parted by spaces, compressed."""
        different = dict.fromkeys(self._words)
        behind = list(dict.fromkeys(word for word in self._behind if word not in different))[:MOST_OTHERS]
        # In the order of the words, so that the same item has the same document.
        heads = [*different, *behind]
        beginnings: list[str] = []
        for length in reversed(BEGINNINGS):
            heads = list(dict.fromkeys([head[:length] for head in heads]))
            beginnings += [head for head in heads if len(head) == length]
        begun = [f"{Mark.BEGINNING}:" + f" {Mark.BEGINNING}:".join(beginnings)] if beginnings else []
        plain = [":" + " :".join(found) for found in (self._words, behind) if found]
        return zlib.compress(" ".join([*plain, *self._fields, *begun, *self._others]).encode(), 1)


def unpacked(document: bytes) -> str:
    """The terms that ``Document.packed`` packed, parted by spaces."""
    return zlib.decompress(document).decode()

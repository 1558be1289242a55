"""Addresses in the headers of messages: the short way gives what the standard library's parser gives."""

from __future__ import annotations

import time
from email.utils import getaddresses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overair.items.mail.headers import _LENIENT, undecoded_addresses

PIECES = (
    "a@b.c",
    "Otto",
    "Otto Weiss",
    '"Weiss, Otto"',
    '"a  b"',
    '" x "',
    "<",
    "> ",
    " <x.y@z.example>",
    "<5@example.net>",
    "=?utf-8?q?Otto_Wei=C3=9F?=",
    "O'Neil",
    "(c)",
    "team:",
    ";",
    "\\",
    ",",
    ".",
    "@",
    '"',
    "'",
    ", ",
    " ",
    "  ",
)
VALUES = st.lists(st.sampled_from(PIECES), max_size=8).map("".join) | st.text(
    st.sampled_from("ab.@<> ,\"'=?"), max_size=30
)


@given(st.lists(VALUES, max_size=3))
def test_addresses_are_those_of_the_standard_library(values: list[str]) -> None:
    found = [one for one in undecoded_addresses(values) if one[1]]
    assert found == [one for one in getaddresses(values, **_LENIENT) if one[1]]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            "Otto Weiss <otto@example.net>, anna@example.org",
            [("Otto Weiss", "otto@example.net"), ("", "anna@example.org")],
        ),
        ('"Weiss, Otto" <otto@example.net>', [("Weiss, Otto", "otto@example.net")]),
        ("Gr\xfc\xdfe <a@b.c>", [("Gr\xfc\xdfe", "a@b.c")]),
        ("", []),
    ],
)
def test_addresses(value: str, expected: list[tuple[str, str]]) -> None:
    assert [one for one in undecoded_addresses([value]) if one[1]] == expected


@pytest.mark.parametrize("piece", ["a ", "a.", "a.b@c, ", "a@b.c.", '"a', "a <"])
def test_a_long_list_is_read_in_time_that_grows_with_it(piece: str) -> None:
    def cost(count: int) -> float:
        begun = time.thread_time()
        undecoded_addresses([piece * count])
        return time.thread_time() - begun

    small, large = min(cost(2_000) for _ in range(3)), min(cost(16_000) for _ in range(2))
    assert large < 24 * small + 0.02

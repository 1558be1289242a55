"""Text cut, cleaned and turned into HTML and back."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overair.items.markup import html_to_text
from overair.items.plain_html import html_document
from overair.items.text import cleaned, cut, is_clean, one_line, utf8_size

MARKUP = r"""
<p> </p> <b> </b> <br> <script> </script <!-- --> < > &lt; &#x41; <pre> </pre> text
<li> <td> <head> <body> <a&href=' "
"""
pieces = st.sampled_from([" ", "\n", *(word.replace("a&", "a ") for word in MARKUP.split())])


@given(st.text(), st.integers(0, 200))
@pytest.mark.req("MS-ASAIRS_R288")
def test_a_cut_is_the_longest_start_that_fits(text: str, size: int) -> None:
    start = cut(text, size)
    assert text.startswith(start)
    assert utf8_size(start) <= size or not start
    assert start == text or utf8_size(text[: len(start) + 1]) > size


@given(st.text(alphabet=st.characters()))
def test_cleaned_text_can_be_sent(text: str) -> None:
    assert is_clean(cleaned(text))
    assert cleaned(text) == text or not is_clean(text)
    cleaned(text).encode()


@given(st.text(), st.integers(0, 255))
@pytest.mark.req("MS-ASAIRS_R250")
def test_a_preview_is_one_short_line(text: str, length: int) -> None:
    preview = one_line(text, length)
    assert len(preview) <= length
    assert "\n" not in preview


@given(st.lists(pieces, max_size=60).map("".join))
def test_any_html_gives_text(source: str) -> None:
    assert isinstance(html_to_text(source), str)


@given(st.text(alphabet="ab <>&\"'\n\té\U0001f600", max_size=200))
def test_text_survives_its_way_through_html(text: str) -> None:
    shown = html_to_text(html_document(text))
    assert shown.replace(">", " ").split() == text.replace(">", " ").split()


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>a &amp; b<br>c</p><p>d</p>", "a & b\nc\n\nd"),
        ("<ul><li>one<li>two</ul>", "* one\n* two"),
        ("<table><tr><td>a<td>b<tr><td>c</table>", "a b\nc"),
        ("<pre> x\n  y</pre>", " x\n  y"),
        ("<head><title>no</title></head><body>yes", "yes"),
        ("<style>a>b</style>x<script>if (a<b) {}</script>y", "xy"),
        ('<a title="a>b">link</a>', "link"),
        ("a < b <!-- c --> d", "a < b d"),
        ("<textarea>no</textarea>a<object>no</object>b", "ab"),
        ("&#x41;&#99999999999999999999;&nbsp;!", "A\ufffd !"),
        ("<p", ""),
        ("", ""),
    ],
)
def test_html_to_text(source: str, text: str) -> None:
    assert html_to_text(source) == text


HOSTILE = (
    *("<div>", "<b id=1><p></b>", "<a><div></a>", "<", "<!--", "<a '", '<a "', "&", "&#" + "9" * 50),
    *("<script>", "<head>", "</x>", "<table><td>", "<option>", "<pre>", "<![CDATA[", "<br>", "<li>"),
)


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_html_takes_linear_time(piece: str) -> None:
    source = piece * (500_000 // len(piece))
    began = time.process_time()
    html_to_text(source)
    assert time.process_time() - began < 4

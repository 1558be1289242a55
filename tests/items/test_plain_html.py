"""Text folded and unfolded, and as HTML with its links and quotations."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overair.items.cutting import cut
from overair.items.flowed import unfolded
from overair.items.markup import html_to_text
from overair.items.plain_html import (
    DEEPEST_QUOTE,
    UNDECIDED,
    html_document,
    html_document_size,
    html_fragment,
    html_fragment_size,
    is_safe_link,
)
from overair.items.text import utf8_size
from overair.protocol.body_preferences import BodyType

QUOTED = ["> ", ">>", "> > >", "\n", "\r\n", " \n", "-- ", " ", "  ", "\t"]
LINKED = ["http://", "https://a.b", "...", ")", "(", "x", "é", "<", "&", "?!", "😀"]
PIECES = st.lists(st.sampled_from([*QUOTED, *LINKED]), max_size=50).map("".join)


QUOTE = '<blockquote type="cite">'


@pytest.mark.parametrize(
    ("folded", "text"),
    [
        ("Hello \nworld.\nNext", "Hello world.\nNext"),
        ("Hello \r\nworld.\r\nNext", "Hello world.\r\nNext"),
        (" From here\n >no quote\n  two", "From here\n>no quote\n two"),
        ("> a \n> b\n>> c \n>> d\ne", "> a b\n>> c d\ne"),
        (">a \n>b", "> a b"),
        ("> a \nb", "> a \nb"),
        ("text \n-- \nsig \nline", "text \n-- \nsig line"),
        ("> text \n> -- \n> sig", "> text \n> -- \n> sig"),
        ("> \n> x", ">\n> x"),
        ("", ""),
        ("a \n", "a "),
    ],
)
def test_flowed_text_is_put_together(folded: str, text: str) -> None:
    assert unfolded(folded, delete_space=False) == text


def test_spaces_that_were_put_in_are_taken_out() -> None:
    assert unfolded("日本 \r\n語の \r\n文 \r\n\r\nx  \ny", delete_space=True) == "日本語の文\r\nx y"


@given(PIECES, st.integers(0, 80), st.booleans())
def test_a_start_of_flowed_text_gives_a_start(text: str, size: int, delete_space: bool) -> None:
    whole = unfolded(text, delete_space=delete_space)
    start = unfolded(text[:size], delete_space=delete_space, complete=size >= len(text))
    assert whole.startswith(start)
    assert utf8_size(whole) <= utf8_size(text) * 2


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("a\r\nb\n\tc  d", "a<br>\nb<br>\n \xa0 \xa0c \xa0d"),
        ("> a\n> b\nc", '<blockquote type="cite">a<br>\nb<br>\n</blockquote>c'),
        (
            "> a\n> > b\n>>> c\n",
            QUOTE + "a<br>\n" + QUOTE + "b<br>\n" + QUOTE + "c<br>\n" + "</blockquote>" * 3,
        ),
        ("see http://x.y/?a=1&b, yes", 'see <a href="http://x.y/?a=1&amp;b">http://x.y/?a=1&amp;b</a>, yes'),
        ("<https://x.y/z>.", '&lt;<a href="https://x.y/z">https://x.y/z</a>&gt;.'),
        ("(http://x/a_(b))", '(<a href="http://x/a_(b)">http://x/a_(b)</a>)'),
        ("http:// x javascript:alert(1)", "http:// x javascript:alert(1)"),
        ('http://x"onclick=y', '<a href="http://x">http://x</a>"onclick=y'),
    ],
)
def test_text_as_html(text: str, html: str) -> None:
    assert html_fragment(text) == f"<div>{html}</div>"
    assert html_document(text) == f"<html><body><div>{html}</div></body></html>"


@given(PIECES)
def test_the_size_of_html_is_known_without_it(text: str) -> None:
    assert html_document_size(text) == utf8_size(html_document(text))
    assert html_fragment_size(text) == utf8_size(html_fragment(text))


@given(PIECES, st.integers(0, 120))
def test_the_html_of_a_start_is_a_start_of_the_html(text: str, size: int) -> None:
    whole = html_document(text)
    assert whole.startswith(html_document(text[: size + UNDECIDED])[:size])


def test_quotations_come_back_as_signs() -> None:
    text = "Hi,\n\n> quoted\n>> deep\n> back\n\nbye"
    assert html_to_text(html_document(text)) == "Hi,\n\n> quoted\n>\n>> deep\n>\n> back\n\n\nbye"
    assert html_to_text("<blockquote>a<br>b</blockquote>c") == "a\nb\n\nc"
    assert html_to_text('<blockquote type="cite"><pre>a\nb</pre></blockquote>') == "> a\n> b"


def test_what_a_text_becomes_is_bounded() -> None:
    text = (">" * 50 + "\n\n" + "http://" + "&" * 40 + " \n") * 20_000
    shown = html_document(text)
    assert len(shown) < 8 * len(text)
    assert shown.count("<blockquote") <= 2_000 * DEEPEST_QUOTE


@pytest.mark.parametrize(
    "target", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "x", 'http://a"b']
)
def test_links_that_are_not_made(target: str) -> None:
    assert not is_safe_link(target)


PAGE = '<p title="a>b">A &amp; B<br/>é <b>c</b></p><!-- d --> 1 < 2 &eacute;'


@pytest.mark.parametrize("size", range(len(PAGE.encode()) + 2))
@pytest.mark.req("MS-ASAIRS_R288")
def test_html_is_cut_behind_a_tag(size: int) -> None:
    start = cut(PAGE, BodyType.HTML, size)
    assert PAGE.startswith(start)
    assert utf8_size(start) <= size
    assert not start.endswith(("<", "<p", "<b", "<br", "&am", "&", "&eacut", "<!--"))
    # No more is left out than a tag or a reference.
    assert utf8_size(start) > size - 18 or start == PAGE


def test_a_tag_that_is_longer_than_any_is_cut() -> None:
    page = f'<img src="data:{"x" * 5_000}">'
    assert cut(page, BodyType.HTML, 4_000) == page[:4_000]


@pytest.mark.parametrize(
    ("text", "size", "start"),
    [
        ("e\u0301x", 2, ""),
        ("ae\u0301x", 2, "a"),
        ("ae\u0301x", 4, "ae\u0301"),
        ("\U0001f469\u200d\U0001f467!", 8, ""),
        ("a\U0001f469\u200d\U0001f467!", 12, "a\U0001f469\u200d\U0001f467"),
        ("\U0001f44d\U0001f3fd", 4, ""),
        ("a\r\nb", 2, "a"),
        ("a\ufe0f", 1, ""),
        ("a" + "\u0301" * 40, 41, "a" + "\u0301" * 20),
    ],
)
def test_a_cut_does_not_part_what_is_one_to_a_reader(text: str, size: int, start: str) -> None:
    assert cut(text, BodyType.PLAIN_TEXT, size) == start


@pytest.mark.parametrize(
    "piece", [">\n", "> a\n", "\n>\n", "http://", "http://x ", " \n", "> \n>> \n", "\t", "http://x)))"]
)
def test_hostile_text_takes_linear_time(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    began = time.process_time()
    html_document(unfolded(text, delete_space=True))
    assert time.process_time() - began < 3

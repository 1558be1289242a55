"""What a message says itself, without the messages that it answers."""

from __future__ import annotations

import time

import pytest

from overair.items.mail.own_part import own_part
from overair.items.markup import html_to_text
from overair.items.plain_html import html_document

GMAIL = (
    '<div dir="ltr">Mine</div><br><div class="gmail_quote gmail_quote_container"><div class="gmail_attr">On '
    'Mon, 1 Nov 2026 at 10:00, Bea &lt;<a href="mailto:b@x">b@x</a>&gt; wrote:<br></div>'
    '<blockquote class="gmail_quote">'
    "<div>Theirs<div>deep</div></div></blockquote></div>"
)
APPLE = (
    "<html><body>Mine<br><div><blockquote type='cite'><div>On 1. Nov 2026, at 10:00, Bea wrote:</div>"
    "<blockquote type=cite>Theirs</blockquote></blockquote></div></body></html>"
)
OUTLOOK = (
    '<body><p>Mine</p><div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">'
    "<p><b>From:</b> Bea</p></div></div><p>Theirs</p></body></html>"
)
OUTLOOK_WEB = (
    '<div>Mine</div><hr id="x_stopSpelling"><div id="divRplyFwdMsg">From: Bea</div><div>Theirs</div>'
)
OUTLOOK_PHONE = (
    '<div>Mine</div><div id="ms-outlook-mobile-signature"></div><div id="mail-x"><hr id="stopSpelling">Theirs'
)
THUNDERBIRD = (
    '<p>Mine</p><div class="moz-cite-prefix">Am 01.11.26 um 10:00 schrieb Bea:<br></div>'
    '<blockquote type="cite" cite="mid:1"><p>Theirs</p></blockquote><p></p>'
)
YAHOO = '<div>Mine</div><div id="yqt1" class="yahoo_quoted"><div>On Monday Bea wrote:</div>Theirs</div>'
GMX = '<div>Mine<div name="quote" style="margin:10px"><b>Von:</b> Bea<div>Theirs</div></div></div>'
ORIGINAL = html_document("Mine\n\n-----Original Message-----\nFrom: Bea\n\nTheirs\n")
SIGNS = html_document("Mine\n\nOn 2026-11-01 10:00, Bea <b@x.org> wrote:\n> Theirs\n>\n> > older\n")


@pytest.mark.parametrize(
    "page",
    [GMAIL, APPLE, OUTLOOK, OUTLOOK_WEB, OUTLOOK_PHONE, THUNDERBIRD, YAHOO, GMX, ORIGINAL],
    ids=["Gmail", "Apple", "Outlook", "web", "phone", "Thunderbird", "Yahoo", "GMX", "original"],
)
@pytest.mark.req("MS-ASCMD_R3569")
def test_what_is_quoted_is_left_out(page: str) -> None:
    assert html_to_text(page).count("Theirs") == 1
    assert html_to_text(own_part(page)).strip() == "Mine"


def test_a_quotation_in_text_goes_with_the_line_before_it() -> None:
    assert "Theirs" in SIGNS
    shown = html_to_text(own_part(SIGNS))
    assert shown.startswith("Mine")
    assert "Theirs" not in shown
    assert "older" not in shown


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<p>Only mine</p>", "Only mine"),
        ("<p>a</p><blockquote>a quotation of mine</blockquote>", "a\n\na quotation of mine"),
        ("<div class='quoted'>mine</div>", "mine"),
        ("I say:<br><blockquote type=cite>no</blockquote>so there", "I say:\nso there"),
        ("<blockquote type=cite>no</blockquote>below", "below"),
        (
            "one<blockquote type=cite>no</blockquote>two<blockquote type=cite>no</blockquote>three",
            "onetwothree",
        ),
        ("<blockquote type=cite>no", ""),
        ("", ""),
    ],
)
def test_what_is_its_own_stays(page: str, text: str) -> None:
    assert html_to_text(own_part(page)) == text


@pytest.mark.parametrize(
    "piece",
    [
        *("<blockquote type=cite>", "<div ", "<div>", "-----", "<div class=gmail_quote"),
        *(f"{before}<blockquote type=cite></blockquote>" for before in ("", "1:", "x1" * 50 + ":<br>")),
    ],
)
def test_hostile_pages_take_linear_time(piece: str) -> None:
    page = piece * (500_000 // len(piece))
    began = time.process_time()
    own_part(page)
    assert time.process_time() - began < 3

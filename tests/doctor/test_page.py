"""The page of a report: whole, harmless whatever servers say, and in need of nothing else."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from overair.doctor.check import Section
from overair.doctor.illness import Severity
from overair.doctor.reporting.comparison import compared
from overair.doctor.reporting.page import render
from overair.doctor.reporting.report import Report
from overair.doctor.step import State
from support.told import ill, report, step, well

HOSTILE = """"'><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7 * 7 }}{% raw %}"""
VOID = frozenset(("meta", "br"))


class Page(HTMLParser):
    """What is on a page, and whether each thing on it ends."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def everything() -> Report:
    """A report with something in each of its parts, all of it hostile."""
    told = {"said": HOSTILE}
    later = report(
        step("a", Section.TLS, ill("x", says="{said}", cure="{said}"), details=told, notes=[HOSTILE]),
        step("b", Section.WEB, ill("y", Severity.IMPAIRS, says="{said}"), details=told),
        step("c", Section.WEB, ill("z", Severity.ODDITY, says="{said}"), details=told),
        step("d", Section.PUSH, state=State.NOT_REACHED, reason=HOSTILE),
    )
    return compared(report(*well(), step("e", Section.TLS, ill("gone", says="{said}"), details=told)), later)


def test_what_servers_say_is_text() -> None:
    page = Page(render(everything()))

    assert not page.tags & {"script", "img"}
    assert not [name for name in page.attributes if name.startswith("on")]
    assert page.text.count("<script>alert(1)</script>") >= 7
    assert "{{ 7 * 7 }}" in page.text


def test_the_page_needs_nothing_else() -> None:
    text = render(everything())
    page = Page(text)

    assert not page.tags & {"script", "link", "iframe", "object", "embed", "form", "base", "svg"}
    assert not page.attributes & {"src", "href", "srcset", "action", "background", "style"}
    styles = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert styles is not None
    assert not re.search(r"url\(|@import", styles[1])
    assert "default-src 'none'; style-src 'unsafe-inline'" in text


def test_the_page_suits_phones_printers_and_the_dark() -> None:
    text = render(report(*well()))

    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in text
    assert "@media print" in text
    assert "@media (prefers-color-scheme: dark)" in text


def test_commands_are_set_apart() -> None:
    sick = step("x", Section.TLS, ill("y", says="Ask `dig {name} MX`."), details={"name": "<b>`<i>"})

    assert "<p>Ask <code>dig &lt;b&gt;</code>&lt;i&gt; MX<code>.</code></p>" in render(report(sick))


def test_the_page_says_what_is_the_matter() -> None:
    sick = step("sick", Section.TLS, ill("expired", says="It has expired.", cure="Renew it."))
    text = Page(render(report(sick, step("fine", Section.WEB)))).text

    for said in ("anna@ward.test", "Phones cannot work.", "It has expired.", "Renew it.", "sick.md#expired"):
        assert said in text
    assert "Is fine well? passed" in text
    assert "Phones should work." in Page(render(report(*well()))).text

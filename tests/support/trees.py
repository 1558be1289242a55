"""Hypothesis strategies for element trees."""

from __future__ import annotations

from hypothesis import strategies as st

import overair.wbxml.pages as pages
from overair.wbxml import Element, Tag
from overair.wbxml.codepage import CODE_PAGES

assert pages.AirSync in CODE_PAGES.values()

TAGS: list[Tag] = [tag for page in CODE_PAGES.values() for tag in page.tags.values()]

xml_characters = st.characters(
    exclude_categories=["Cs"],
    exclude_characters=[chr(code) for code in range(32) if code not in (9, 10, 13)] + ["\ufffe", "\uffff"],
)
"""The characters that XML can hold."""

tags = st.sampled_from(TAGS)
leaves = st.builds(
    Element, tags, st.one_of(st.none(), st.text(xml_characters, max_size=40), st.binary(max_size=300))
)
trees = st.recursive(
    leaves, lambda inner: st.builds(Element, tags, st.lists(inner, max_size=6)), max_leaves=40
)
"""Any tree that WBXML can hold, of every code page."""

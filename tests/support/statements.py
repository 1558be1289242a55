"""The numbered statements of a specification that say which version carries which element."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import NamedTuple

from overair.versions import Version
from support.shared import shared

_SUPPORT = re.compile(
    r"- R(\d+) \w+ Protocol version ([\d.]+) (supports|does not supports?) this "
    r"\[([\w:]+)(?: \([^)]*\))?\] element"
)
_GHOSTED = re.compile(r"- R(\d+) \w+ This element ?\[([\w:]+)\] can be ghosted")


class Support(NamedTuple):
    """One statement: its identifier and whether the version has the element."""

    requirement: str
    supported: bool


def supports(specification: str) -> dict[str, dict[Version, Support]]:
    """What a specification says of each element, by its name without a prefix."""
    found: dict[str, dict[Version, Support]] = defaultdict(dict)
    for number, version, says, name in _SUPPORT.findall(_text(specification)):
        support = Support(f"{specification}_R{number}", says == "supports")
        found[name.rpartition(":")[2]][Version.parse(version)] = support
    return found


def ghosted(specification: str) -> set[str]:
    """The elements that can be ghosted, by their names without a prefix."""
    return {name.rpartition(":")[2] for _, name in _GHOSTED.findall(_text(specification))}


def _text(specification: str) -> str:
    return (shared("spec") / f"{specification}.md").read_text()

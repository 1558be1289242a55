"""The declarations against the specification's own statements of what each version supports."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import Final, NamedTuple

from overair.protocol.http import Command, command_in_version
from overair.versions import SERVED, Version
from support.declarations import declared
from support.shared import shared

STATEMENT: Final = re.compile(
    r"- (R\d+) \w\w Protocol version (\d+\.\d) (supports|does not supports?) (?:this )?(.*)"
)
ELEMENT: Final = re.compile(
    r"\[?(?P<name>[\w: ]+?)\s*(?:\((?P<commands>[^)]*)\)?)?\] (?P<kind>element|command)s?"
    r"(?: \[as(?: a)?\s?(?:child element of\])?\]?(?: child of)? (?P<parents>.*?)(?: element)?)?\.?"
)
NAMES: Final = {command.value for command in Command}
IN_XML: Final = {"Autodiscover"}
"""Commands whose elements are not declared, since they are no WBXML and alike in all versions."""
NOT_BUILT: Final = {"GetHierarchy", "MeetingResponse", "ValidateCert"}

CONTRADICTIONS: Final = {
    "MS-ASCMD_R6360": "R7244 and MS-ASWBXML have ConversationId, and Move that holds it, from 14.0 on",
    "MS-ASCMD_R6351100611": "Company in Find's answer: Find itself is there from 16.1 on",
    "MS-ASCMD_R6351100612": "Company in Find's answer: Find itself is there from 16.1 on",
    "MS-ASCMD_R6351100613": "Company in Find's answer: Find itself is there from 16.1 on",
    "MS-ASCMD_R6351100614": "Company in Find's answer: Find itself is there from 16.1 on",
    "MS-ASCMD_R6750": "R6742: 12.1 can fetch by the LongId that Search gave; nothing else names a result",
    "MS-ASCMD_R6751": "R6743: 14.0 can fetch by the LongId that Search gave; nothing else names a result",
    "MS-ASCMD_R6559100816": "FirstName in Find's answer: R6559100805 and the schema have it",
}
"""Statements that others of the specification contradict, and which ones are followed."""

UNDECLARED: Final = {
    "Autodiscover": "a slip in the section on the Status of ItemOperations, which means Status",
    "DisplayBcc": "a property of a message that Find found: items are raw in messages",
    "DisplayCc": "a property of a message that Find found: items are raw in messages",
    "HasAttachments": "a property of a message that Find found: items are raw in messages",
    "Preview": "a property of a message that Find found: items are raw in messages",
    "ProposedEndTime": "a property of meeting requests: items are raw in messages",
    "ProposedStartTime": "a property of meeting requests: items are raw in messages",
}
"""Names that the messages do not declare: properties of the items that they carry."""


class Statement(NamedTuple):
    """One statement that a version supports an element or command, or does not."""

    identifier: str
    version: Version
    supported: bool
    name: str
    kind: str
    commands: frozenset[str]
    """Those the statement or its section name; empty where neither names any."""
    parents: frozenset[str]


def statements(document: Path) -> list[Statement]:
    """Every statement of a document about versions that the server serves."""
    lines = document.read_text().splitlines()
    of_section: dict[str, set[str]] = defaultdict(set)
    number = ""
    for line in lines:
        if line.startswith("## "):
            number = line.split()[1]
            named = re.search(r"\(([^)]*)\)", line)
            if named is not None:
                of_section[number] |= set(re.split(r"\W+", named[1])) & (NAMES | NOT_BUILT)
    title = {number for number, commands in of_section.items() if commands}
    for line in lines:
        if line.startswith("## "):
            number = line.split()[1]
        elif number not in title:
            of_section[number] |= set(re.findall(r" in (\w+) command", line)) & (NAMES | NOT_BUILT)
    found: list[Statement] = []
    for line in lines:
        if line.startswith("## "):
            number = line.split()[1]
        match = STATEMENT.match(line)
        if match is None:
            continue
        what = ELEMENT.fullmatch(match[4]) or ELEMENT.fullmatch("[" + match[4])
        assert what is not None, line
        version = Version.parse(match[2])
        if version not in SERVED:
            continue
        commands = set(re.split(r"\W+", what["commands"] or "")) & (NAMES | NOT_BUILT)
        parents = set(re.split(r"\W+", (what["parents"] or "").replace("airsync:", ""))) - {"", "and"}
        if "other" in parents:
            parents = set()
        found.append(
            Statement(
                f"{document.stem}_{match[1]}",
                version,
                match[3] == "supports",
                what["name"].split(":")[-1].strip(),
                what["kind"],
                frozenset(commands or of_section[number]),
                frozenset(parents),
            )
        )
    return found


def test_elements_exist_in_the_versions_that_support_them() -> None:
    versions = declared()
    contradicted: set[str] = set()
    undeclared: set[str] = set()
    compared = 0
    for name in ("MS-ASCMD", "MS-ASPROV"):
        for statement in statements(shared(f"spec/{name}.md")):
            commands = {"Provision"} if name == "MS-ASPROV" else statement.commands
            if statement.kind == "command" and statement.name in NAMES | NOT_BUILT:
                continue
            if commands and commands <= NOT_BUILT | IN_XML:
                continue
            places = [
                place
                for place in versions
                if place[2].lower() == statement.name.lower()
                and (not commands or place[0].value in commands)
                and (not statement.parents or place[1] in statement.parents)
            ]
            supporting = {version for place in places for version in versions[place]}
            compared += 1
            if (statement.version in supporting) is not statement.supported:
                (contradicted if places else undeclared).add(
                    statement.identifier if places else statement.name
                )
    assert contradicted == set(CONTRADICTIONS)
    assert undeclared == set(UNDECLARED)
    assert compared > 900


def test_commands_exist_in_the_versions_that_support_them() -> None:
    wrong: set[str] = set()
    compared = 0
    for statement in statements(shared("spec/MS-ASCMD.md")):
        if statement.kind != "command" or statement.name not in NAMES - NOT_BUILT:
            continue
        compared += 1
        if command_in_version(Command(statement.name), statement.version) is not statement.supported:
            wrong.add(statement.identifier)
    assert wrong == set()
    assert compared > 60

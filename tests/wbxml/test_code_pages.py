"""The token tables against the statements of the specifications."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

import overair.wbxml.pages as pages
from overair.versions import ALL, Version
from overair.wbxml.codepage import CODE_PAGES
from support.shared import needs_shared, shared

TOKEN = re.compile(
    r"- (R\d+) \w+ (?:\[In Code Page 16: GAL\] )?\[Tag name\]\s*(\w+).*?(0x[0-9A-Fa-f]{2}).*?"
    r"\[supports protocol versions\]\s*(.*?)\s*$"
)
SECTION = re.compile(r"## \S+ Code Page (\d+): (\w+)")
ELEMENT = re.compile(r"- (R\d+) \w+ Protocol version ([\d.]+) supports this \[(\w+)[^\]:]*\] element")

NOT_IN_THE_TABLES = {"AirSync:Truncation": "an element of MS-ASCMD (R7366) whose token the tables leave out"}
OTHER_VERSIONS = {
    "R354": "MaxDevicePasswordFailedAttempts is in 16.1, too: MS-ASPROV_R25401",
    "R372": "MaxCalendarAgeFilter is in 16.1, too: MS-ASPROV_R25001",
}
"""Statements of MS-ASWBXML that the specification of the element itself contradicts."""
NO_TOKEN = {
    "TopLevelSchemaProps": "the name of a schema group",
    "AllowWifi": "written AllowWiFi elsewhere",
    "DayofMonth": "written DayOfMonth elsewhere",
    "GALSearchCriterion": "written GalSearchCriterion elsewhere",
} | dict.fromkeys(
    [
        "AcceptableResponseSchema",
        "Action",
        "Autodiscover",
        "Culture",
        "DebugData",
        "EMailAddress",
        "Error",
        "ErrorCode",
        "Message",
        "Redirect",
        "Server",
        "ServerData",
        "Url",
        "User",
    ],
    "Autodiscover is XML",
)
NOT_IN_VERSION = {"R6360": "MS-ASWBXML_R583 has ConversationId of ItemOperations from 14.0 on"}


class Row(NamedTuple):
    requirement: str
    page: int
    token: int
    name: str
    versions: frozenset[Version]


def rows(path: Path) -> list[Row]:
    """The rows of the code page tables that a specification states."""
    found: list[Row] = []
    page = -1
    for line in path.read_text(encoding="utf-8").splitlines():
        if section := SECTION.match(line):
            page = int(section[1])
        if row := TOKEN.match(line):
            versions = (
                ALL if row[4] == "All" else frozenset(Version.parse(v.strip()) for v in row[4].split(","))
            )
            found.append(Row(row[1], page, int(row[3], 16), row[2], versions))
    return found


@needs_shared
def test_every_row_of_the_tables_is_here() -> None:
    wrong = []
    stated = rows(shared("spec/MS-ASWBXML.md"))
    assert len(stated) > 570
    for row in stated:
        tag = CODE_PAGES[row.page].tags.get(row.token)
        if tag is None or tag.name != row.name:
            wrong.append(f"{row}: {tag!r}")
        elif tag.versions != row.versions and row.requirement not in OTHER_VERSIONS:
            wrong.append(f"{row}: {sorted(tag.versions)}")
    assert wrong == []


@needs_shared
def test_nothing_is_here_that_the_tables_lack() -> None:
    stated = {(row.page, row.token) for row in rows(shared("spec/MS-ASWBXML.md"))}
    ours = {
        repr(tag)
        for page in CODE_PAGES.values()
        for tag in page.tags.values()
        if (page.page, tag.token) not in stated
    }
    assert ours == set(NOT_IN_THE_TABLES)


@needs_shared
@pytest.mark.req(*(f"MS-ASWBXML_R{number}" for number in (*range(10, 35), 3400)))
def test_namespaces_have_their_pages() -> None:
    text = shared("spec/MS-ASWBXML.md").read_text(encoding="utf-8")
    stated = re.findall(r"\[Code page\] (\d+) ?\[that indicates\] \[XML namespace\] (\w+)", text)
    assert len(stated) == 26
    # MS-ASWBXML_R26 writes "Gal"; the schema's namespace is "GAL".
    assert {int(page): name.upper() for page, name in stated} == {
        number: page.namespace.upper() for number, page in CODE_PAGES.items()
    }


@needs_shared
@pytest.mark.parametrize(
    "name", ["ASAIRS", "ASCAL", "ASCMD", "ASCNTC", "ASEMAIL", "ASPROV", "ASRM", "ASTASK"]
)
def test_tokens_that_other_specifications_repeat(name: str) -> None:
    """Each of them lists the tokens of its own namespace again, without saying the page's number."""
    known = {(tag.name, tag.token) for page in CODE_PAGES.values() for tag in page.tags.values()}
    stated = {(row.name, row.token) for row in rows(shared(f"spec/MS-{name}.md"))}
    assert stated
    assert stated - known == set()


@needs_shared
def test_every_element_of_a_version_has_a_tag_in_it() -> None:
    versions: dict[str, set[Version]] = {}
    for page in CODE_PAGES.values():
        for tag in page.tags.values():
            versions.setdefault(tag.name, set()).update(tag.versions)
    stated = 0
    missing = []
    for path in sorted(shared("spec").glob("MS-*.md")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if (match := ELEMENT.match(line)) is None or match[3] in NO_TOKEN or match[1] in NOT_IN_VERSION:
                continue
            stated += 1
            if Version.parse(match[2]) not in versions.get(match[3], ()):
                missing.append(line)
    assert stated > 2500
    assert missing == []


SCHEMA_NAMES = (
    {
        "AssistnamePhoneNumber": "AssistantPhoneNumber, misspelt in a group that lists what may be ghosted",
        "Webpage": "WebPage, misspelt there, too",
        "ForwardeeEmail": "Email of code page 21",
        "ForwardeeName": "Name of code page 21",
    }
    | dict.fromkeys(
        [
            "AssistantTelephoneNumber",
            "Business2TelephoneNumber",
            "BusinessTelephoneNumber",
            "CarTelephoneNumber",
            "Home2TelephoneNumber",
            "HomeTelephoneNumber",
            "MobileTelephoneNumber",
            "RadioTelephoneNumber",
        ],
        "...PhoneNumber, misspelt there, too",
    )
    | dict.fromkeys(
        [
            "AttMethod",
            "AttName",
            "AttSize",
            "BodySize",
            "BodyTruncated",
            "MIMEData",
            "MIMESize",
            "MIMETruncated",
        ],
        "of protocol version 2.5 alone",
    )
)
"""Elements of the schemas that have no token."""


@needs_shared
def test_elements_of_the_schemas_have_tags() -> None:
    names = {tag.name for page in CODE_PAGES.values() for tag in page.tags.values()}
    unknown = set()
    for path in shared("spec/xsd").glob("*.xsd"):
        if not path.name.startswith("Autodiscover"):
            text = path.read_text(encoding="utf-8-sig")
            unknown |= set(re.findall(r'<xs:element\s+name="(\w+)"', text)) - names
    assert unknown == set(SCHEMA_NAMES)


def test_attributes_are_named_as_their_tags() -> None:
    for page in vars(pages).values():
        for attribute, tag in vars(page).items() if isinstance(page, type) else ():
            if getattr(tag, "key", None) is not None:
                assert tag.name == attribute.rstrip("_")
                assert tag.key == tag.page << 8 | tag.token
    assert pages.ItemOperations.Version_.name == "Version"

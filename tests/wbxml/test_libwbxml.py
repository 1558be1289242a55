"""libwbxml reads what is written, and what it writes can be read."""

from __future__ import annotations

import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import pytest

from overair.wbxml import Element, WbxmlError, decode, encode
from overair.wbxml.codepage import CODE_PAGES, CodePage
from overair.wbxml.pages import AirSync, AirSyncBase, Contacts, Email, Find
from overair.wbxml.xml import to_xml
from support.packages import command
from support.wbxml_tools import needs_wbxml2xml, needs_xml2wbxml, wbxml2xml, xml2wbxml

DOCTYPE = (
    '<?xml version="1.0"?>'
    '<!DOCTYPE ActiveSync PUBLIC "-//MICROSOFT//DTD ActiveSync//EN" "http://www.microsoft.com/">'
)

UNKNOWN = {
    "MeetingResponse": {"ProposedStartTime", "ProposedEndTime"},
    "Provision": {"AccountOnlyRemoteWipe"},
    "Find": {tag.name for tag in Find.tags.values()},
}
"""Tags that libwbxml 0.11 does not know."""


def through_libwbxml(tree: Element, folder: Path) -> Element:
    """The tree as libwbxml read it from our bytes and wrote it again in bytes of its own."""
    return decode(xml2wbxml(wbxml2xml(encode(tree), folder), folder))


@needs_wbxml2xml
@needs_xml2wbxml
@pytest.mark.parametrize("page", list(CODE_PAGES.values()), ids=lambda page: str(page.namespace))
def test_every_tag_that_libwbxml_knows_goes_both_ways(page: type[CodePage], tmp_path: Path) -> None:
    known = [tag for tag in page.tags.values() if tag.name not in UNKNOWN.get(page.namespace, ())]
    tree = Element(AirSync.Sync, [Element(tag, f"{tag.name} ä") for tag in known])
    read = through_libwbxml(tree, tmp_path)
    # libwbxml writes some tags opaque, whose content is bytes by their nature.
    assert [(leaf.tag, leaf.text) for leaf in read] == [(leaf.tag, leaf.text) for leaf in tree]


# xml2wbxml takes names that several namespaces have for the first one's, so names are unique here.
SYNC = Element(
    AirSync.Sync,
    [
        Element(
            AirSync.Collections,
            [
                Element(
                    AirSync.Collection,
                    [
                        Element(AirSync.SyncKey, "17"),
                        Element(AirSync.CollectionId, "5"),
                        Element(AirSync.GetChanges),
                        Element(
                            AirSync.Commands,
                            [
                                Element(
                                    AirSync.Add,
                                    [
                                        Element(AirSync.ServerId, "5:1"),
                                        Element(
                                            AirSync.ApplicationData,
                                            [
                                                Element(
                                                    AirSyncBase.BodyPart,
                                                    [
                                                        Element(AirSyncBase.EstimatedDataSize, "22"),
                                                        Element(
                                                            AirSyncBase.Preview, "first line\nsecond line"
                                                        ),
                                                    ],
                                                ),
                                                Element(Email.Subject, "Grüße & <Küsse> 🌍"),
                                                Element(Email.Read, "1"),
                                                Element(Contacts.FileAs, "Mustermann, Anna"),
                                            ],
                                        ),
                                    ],
                                )
                            ],
                        ),
                    ],
                )
            ],
        )
    ],
)


def plain(element: ET.Element) -> tuple[str, str, list[object]]:
    """An XML element as local name, text and children."""
    return element.tag.rpartition("}")[2], (element.text or "").strip(), [plain(child) for child in element]


@needs_wbxml2xml
def test_wbxml2xml_reads_a_sync(tmp_path: Path) -> None:
    assert plain(ET.fromstring(wbxml2xml(encode(SYNC), tmp_path))) == plain(ET.fromstring(to_xml(SYNC)))


DOCTYPE = (
    '<?xml version="1.0"?><!DOCTYPE AirSync PUBLIC "-//AIRSYNC//DTD AirSync//EN" "http://www.microsoft.com/">'
)


def for_libwbxml(element: Element) -> str:
    """XML text as libwbxml reads it: no prefixes, and a colon behind each namespace."""
    name = element.tag.name
    content = escape(element.text) + "".join(map(for_libwbxml, element.children))
    return f'<{name} xmlns="{element.tag.namespace}:">{content}</{name}>'


@needs_xml2wbxml
def test_what_xml2wbxml_writes_is_read(tmp_path: Path) -> None:
    assert decode(xml2wbxml(DOCTYPE + for_libwbxml(SYNC), tmp_path)) == SYNC


@needs_xml2wbxml
@pytest.mark.req("MS-ASWBXML_R656")
def test_a_string_table_of_xml2wbxml_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "source.xml"
    target = tmp_path / "target.wbxml"
    source.write_text(DOCTYPE + for_libwbxml(SYNC), encoding="utf-8")
    program = command("xml2wbxml")
    assert program is not None
    subprocess.run([program, "-o", str(target), str(source)], check=True, capture_output=True, timeout=30)
    with pytest.raises(WbxmlError, match="a string table of"):
        decode(target.read_bytes())

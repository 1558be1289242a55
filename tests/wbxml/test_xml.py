"""Trees as XML text."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from hypothesis import given

from overair.wbxml import Element
from overair.wbxml.pages import AirSync, AirSyncBase, ComposeMail, Email
from overair.wbxml.xml import to_xml
from support.trees import trees


def test_namespaces_and_prefixes() -> None:
    tree = Element(
        AirSync.Sync,
        [Element(Email.Subject, "a<b & c\r\n"), Element(AirSyncBase.Body), Element(AirSync.Status, "1")],
    )
    assert to_xml(tree) == (
        '<Sync xmlns="AirSync" xmlns:airsyncbase="AirSyncBase" xmlns:email="Email">'
        "<email:Subject>a&lt;b &amp; c&#13;\n</email:Subject><airsyncbase:Body/><Status>1</Status></Sync>"
    )


def test_indented() -> None:
    tree = Element(AirSync.Sync, [Element(AirSync.Collections, [Element(AirSync.Collection)])])
    assert to_xml(tree, indent="  ") == (
        '<Sync xmlns="AirSync">\n  <Collections>\n    <Collection/>\n  </Collections>\n</Sync>'
    )


def test_opaque_is_base64_or_text() -> None:
    tree = Element(ComposeMail.Mime, b"To: a\0\xff")
    assert to_xml(tree) == '<Mime xmlns="ComposeMail">VG86IGEA/w==</Mime>'
    assert to_xml(tree, opaque="text") == '<Mime xmlns="ComposeMail">To: a\ufffd</Mime>'


def test_redacted_content_is_not_there() -> None:
    tree = Element(AirSync.Sync, [Element(Email.Subject, "secret"), Element(AirSync.Status, "1")])
    text = to_xml(tree, redact=frozenset({Email.Subject.key}))
    assert "secret" not in text
    assert "<Status>1</Status>" in text


@given(trees)
def test_any_tree_is_well_formed_xml(tree: Element) -> None:
    for options in ({}, {"indent": " "}, {"opaque": "text"}):
        root = ET.fromstring(to_xml(tree, **options))  # type: ignore[arg-type]  # the keywords are to_xml's
        assert root.tag == f"{{{tree.tag.namespace}}}{tree.tag.name}"
        assert len(root) == len(tree.children)
        if isinstance(tree.content, str) and tree.content:
            assert root.text == tree.content

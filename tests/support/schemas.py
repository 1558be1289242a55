"""Validates element trees against the XML schemas of the specifications.

The schemas reference each other without importing, so they are completed in a temporary folder:
every namespace that a file names is imported, every ``...Response.xsd`` includes its namespace's
own file. The published schemas describe answers; of requests the global elements are checked,
each on its own.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final, Literal, NamedTuple
from xml.etree import ElementTree as ET

import xmlschema

from overair.wbxml import Element, Tag
from overair.wbxml.pages import AirSync, AirSyncBase, GetItemEstimate
from overair.wbxml.xml import to_xml
from support.shared import shared


class Edit(NamedTuple):
    """A place where a published schema is not used as it stands."""

    file: str
    old: str
    new: str
    reason: str


EDITS: Final[tuple[Edit, ...]] = (
    Edit(
        "Calendar.xsd",
        """<xs:element name="BusyStatus">
     <xs:simpleType>
       <xs:restriction base="xs:unsignedByte">
         <xs:minInclusive value="0"/>
         <xs:maxInclusive value="3"/>""",
        """<xs:element name="BusyStatus">
     <xs:simpleType>
       <xs:restriction base="xs:unsignedByte">
         <xs:minInclusive value="0"/>
         <xs:maxInclusive value="4"/>""",
        "MS-ASCAL_R2038001: working elsewhere, from 16.0 on",
    ),
)
"""Applied to the files as they are read; ``old`` must stand in the file exactly once."""

OUTSIDE_THE_SCHEMAS: Final[dict[tuple[Tag, Tag, Tag], str]] = {
    (
        AirSync.Collections,
        AirSync.Collection,
        AirSync.Class,
    ): "of 12.1; these are 16.1's (MS-ASCMD_R6319)",
    (GetItemEstimate.Response, GetItemEstimate.Collection, GetItemEstimate.Class): "of 12.1, as above",
    (AirSync.Commands, AirSync.Add, AirSync.Class): "MS-ASCMD_R941 and R944 have it",
    (
        AirSync.Responses,
        AirSync.Change,
        AirSync.ApplicationData,
    ): "from 16.0 on, for attachments added",
    (
        AirSync.Fetch,
        AirSync.ApplicationData,
        AirSyncBase.BodyPart,
    ): "MS-ASAIRS_R120: in the answer to every request with a BodyPartPreference",
}
"""What the specification has and the schemas have not, as grandparent, parent and element."""

MAIN_FILES: Final = {
    "MeetingResponse": "MeetingResponseResponse.xsd",
    "Settings": "SettingsResponse.xsd",
}
"""The file to import for a namespace that has no file of its own name, or declares more in another."""

RESPONSES: Final = {
    "Sync": "SyncResponse.xsd",
    "FolderSync": "FolderSyncResponse.xsd",
    "FolderCreate": "FolderCreateResponse.xsd",
    "FolderDelete": "FolderDeleteResponse.xsd",
    "FolderUpdate": "FolderUpdateResponse.xsd",
    "GetItemEstimate": "GetItemEstimateResponse.xsd",
    "ItemOperations": "ItemOperationsResponse.xsd",
    "MeetingResponse": "MeetingResponseResponse.xsd",
    "MoveItems": "MoveItemsResponse.xsd",
    "Ping": "PingResponse.xsd",
    "Provision": "ProvisionResponse.xsd",
    "ResolveRecipients": "ResolveRecipientsResponse.xsd",
    "Search": "SearchResponse.xsd",
    "SendMail": "SendMailResponse.xsd",
    "Settings": "SettingsResponse.xsd",
    "SmartForward": "SmartForwardResponse.xsd",
    "SmartReply": "SmartReplyResponse.xsd",
    "ValidateCert": "ValidateCertResponse.xsd",
    "Find": "FindResponse.xsd",
}

_NAMESPACE: Final = re.compile(r'xmlns:\w+\s*=\s*"(\w+)"')
_TARGET: Final = re.compile(r'targetNamespace\s*=\s*"(\w+)"')
_HEAD: Final = re.compile(r"<xs:schema[^>]*>")


def _main_file(namespace: str) -> str:
    return MAIN_FILES.get(namespace, f"{namespace}.xsd")


def _completed(path: Path, names: set[str]) -> str:
    """A schema's text with the imports and the include that it leaves out."""
    text = path.read_text(encoding="utf-8-sig")
    for edit in EDITS:
        if edit.file == path.name:
            assert text.count(edit.old) == 1, f"{edit.file} has changed: {edit.reason}"
            text = text.replace(edit.old, edit.new)
    target = _TARGET.search(text)
    assert target is not None, f"{path.name} has no target namespace"
    additions = ""
    own = f"{target[1]}.xsd"
    if own != path.name and own in names:
        additions += f'<xs:include schemaLocation="{own}"/>'
    for namespace in sorted(set(_NAMESPACE.findall(text)) - {target[1]}):
        additions += f'<xs:import namespace="{namespace}" schemaLocation="{_main_file(namespace)}"/>'
    return _HEAD.sub(lambda head: head[0] + additions, text, count=1)


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """The completed schemas; they are removed at the interpreter's end."""
    source = shared("spec/xsd")
    folder = tempfile.TemporaryDirectory(prefix="schemas-")
    paths = [path for path in source.glob("*.xsd") if not path.name.startswith("Autodiscover")]
    names = {path.name for path in paths}
    for path in paths:
        Path(folder.name, path.name).write_text(_completed(path, names), encoding="utf-8")
    return folder


@cache
def response_schema(command: str) -> xmlschema.XMLSchema:
    """The schema of a command's answers."""
    return xmlschema.XMLSchema(str(Path(_folder().name, RESPONSES[command])))


@cache
def _request_schema() -> xmlschema.XMLSchema:
    """A schema that knows the global elements of every namespace."""
    folder = Path(_folder().name)
    imports = "".join(
        f'<xs:import namespace="{target[1]}" schemaLocation="{path.name}"/>'
        for path in sorted(folder.glob("*.xsd"))
        if not path.stem.endswith("Response")
        and (target := _TARGET.search(path.read_text(encoding="utf-8"))) is not None
    )
    driver = f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{imports}</xs:schema>'
    (folder / "all.xsd.driver").write_text(driver, encoding="utf-8")
    return xmlschema.XMLSchema(str(folder / "all.xsd.driver"))


def _errors_of_request(root: ET.Element) -> Iterator[xmlschema.XMLSchemaValidationError]:
    elements = _request_schema().maps.elements
    waiting = list(root)
    while waiting:
        node = waiting.pop()
        declared = elements.get(node.tag)
        if declared is None or node.tag in LOOSER_IN_REQUESTS:
            waiting.extend(node)
        else:
            yield from declared.iter_errors(node)


LOOSER_IN_REQUESTS: Final[dict[str, str]] = {}
"""Global elements that mean something else in requests, with the reason; their children are checked."""


def _within(element: Element, parent: Tag | None = None) -> Element:
    """A copy of the tree without what is outside of the schemas."""
    if not isinstance(element.content, list):
        return element
    tag = element.tag
    kept = [c for c in element.content if parent is None or (parent, tag, c.tag) not in OUTSIDE_THE_SCHEMAS]
    return Element(tag, [_within(child, tag) for child in kept])


def validate(element: Element, kind: Literal["request", "response"], command: str) -> None:
    """Assert that a tree is what the schemas allow; the error says where and why it is not."""
    root = ET.fromstring(to_xml(_within(element)))
    errors = response_schema(command).iter_errors(root) if kind == "response" else _errors_of_request(root)
    first = next(iter(errors), None)
    assert first is None, (
        f"{command} {kind}: {first.path}: {first.reason}\n{to_xml(element, indent='  ')[:4000]}"
    )

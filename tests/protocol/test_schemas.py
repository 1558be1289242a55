"""The schemas that the tests validate against are complete and refuse what they should."""

from __future__ import annotations

import pytest

from overair.wbxml import Element
from overair.wbxml.pages import AirSync, Email, FolderHierarchy
from support.schemas import RESPONSES, response_schema, validate
from support.shared import needs_shared

pytestmark = needs_shared


@pytest.mark.parametrize("command", RESPONSES)
def test_every_schema_is_complete(command: str) -> None:
    assert command in {name.rpartition("}")[2] for name in response_schema(command).elements}


def folder_sync(status: str) -> Element:
    return Element(
        FolderHierarchy.FolderSync,
        [
            Element(FolderHierarchy.Status, status),
            Element(FolderHierarchy.SyncKey, "1"),
            Element(FolderHierarchy.Changes, [Element(FolderHierarchy.Count, "0")]),
        ],
    )


def test_answers() -> None:
    validate(folder_sync("1"), "response", "FolderSync")
    with pytest.raises(AssertionError, match=r"FolderSync response: .*Status"):
        validate(folder_sync("one"), "response", "FolderSync")
    with pytest.raises(AssertionError, match="Subject"):
        validate(
            Element(FolderHierarchy.FolderSync, [*folder_sync("1"), Element(Email.Subject, "x")]),
            "response",
            "FolderSync",
        )


def test_requests() -> None:
    def sync(window_size: str) -> Element:
        collection = Element(AirSync.Collection, [Element(AirSync.WindowSize, window_size)])
        return Element(AirSync.Sync, [Element(AirSync.Collections, [collection])])

    validate(sync("512"), "request", "Sync")
    with pytest.raises(AssertionError, match=r"Sync request: .*WindowSize"):
        validate(sync("513"), "request", "Sync")

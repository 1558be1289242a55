"""LongIds."""

from __future__ import annotations

import pytest

from overair.server.long_ids import item_of, long_id


@pytest.mark.req("MS-ASCMD_R3236")
def test_a_long_id_names_its_item() -> None:
    assert item_of(long_id("7:123")) == ("7", "7:123")
    assert len(long_id("9" * 18 + ":" + "9" * 18)) <= 256


@pytest.mark.parametrize("text", ["", "7:123", "item:", "item:7", "item::", "item:7:", "item::3", "Item:7:1"])
def test_what_is_no_long_id_is_refused(text: str) -> None:
    with pytest.raises(LookupError):
        item_of(text)

"""Defects in what is found by its words (law 2)."""

from __future__ import annotations

from typing import Final

import pytest

from model.defects.defect import defect
from model.laws import Law
from overair.mailboxes.embedded.search.words import Words


async def _nothing(*_: object) -> None:
    return None


def what_is_new_is_not_found(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Words, "added", _nothing)


def what_was_moved_is_found_where_it_was(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Words, "moved", _nothing)


DEFECTS: Final = (
    defect("what is new is not found", what_is_new_is_not_found, Law.FOUND),
    defect("what was moved is found where it was", what_was_moved_is_found_where_it_was, Law.FOUND),
)

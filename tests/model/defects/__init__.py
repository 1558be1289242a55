"""Realistic defects of the server, one row each: what the model has to find, and under which law.

A defect is put into one function of the server for the time of a story. Each has a story that shows it
(``stories/``), which the server without the defect gets through.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from model.defects import conversations, duty, effects, plans, repetition, searching, wording
from model.defects.defect import Defect

STORIES: Final = Path(__file__).with_name("stories")

DEFECTS: Final[tuple[Defect, ...]] = (
    *repetition.DEFECTS,
    *effects.DEFECTS,
    *wording.DEFECTS,
    *plans.DEFECTS,
    *duty.DEFECTS,
    *conversations.DEFECTS,
    *searching.DEFECTS,
)

__all__ = ["DEFECTS", "STORIES", "Defect"]

"""Writes docs/doctor/report.schema.json, which a test holds to the doctor's code."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from overair.doctor.reporting.report import schema

PUBLISHED: Final = Path(__file__).parents[1] / "docs/doctor/report.schema.json"

if __name__ == "__main__":
    PUBLISHED.write_bytes(schema())

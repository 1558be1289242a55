"""A report as one page that can be sent to somebody: no script, nothing that is fetched from elsewhere."""

from __future__ import annotations

from typing import Final

import jinja2

from overair.doctor.reporting.report import Report
from overair.doctor.reporting.telling import devices, grouped, heading, moment, unreached

MARKS: Final = {"passed": "✓", "found": "✗", "not reached": "·", "stumbled": "?"}
"""By the state of a step."""

# Trusts nothing of the report: what servers say is in it.
_templates = jinja2.Environment(
    loader=jinja2.PackageLoader("overair.doctor.reporting"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(report: Report) -> str:
    """The page, as HTML."""
    return _templates.get_template("report.html").render(
        report=report,
        heading=heading(report),
        groups=grouped(report.steps),
        unreached=unreached(report),
        devices=devices(report),
        marks=MARKS,
        moment=moment,
    )

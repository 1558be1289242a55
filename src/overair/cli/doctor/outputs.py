"""The options that say what becomes of a report."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
import typer

from overair.cli.output import Failure

if TYPE_CHECKING:
    from overair.doctor.complaint import Complaint
    from overair.doctor.reporting.report import Report

LARGEST_REPORT: Final = 16 * 1024 * 1024
"""Bytes of an earlier report that are read."""

Html = Annotated[
    Path | None,
    typer.Option("--html", metavar="FILE", help="Write the report as a page that can be sent to somebody."),
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print nothing; the exit code tells.")]
Compare = Annotated[
    Path | None,
    typer.Option(
        "--compare", metavar="EARLIER.json", help="Tell what is different since a report of --json."
    ),
]
Anonymous = Annotated[
    bool, typer.Option("--anonymous", help="Put other names for all names, so that strangers may see it.")
]
Addresses = Annotated[
    Path | None,
    typer.Option(
        "--addresses",
        metavar="FILE",
        help="Examine every address of a file, one a line, without passwords; with --password-stdin, "
        "stdin has that of each in the same line.",
    ),
]
AtOnce = Annotated[
    int, typer.Option("--at-once", metavar="NUMBER", min=1, max=32, help="How many of them side by side.")
]


class Outputs(msgspec.Struct, frozen=True, kw_only=True):
    """What the options say of the report."""

    as_json: bool
    quiet: bool
    html: Path | None
    compare: Path | None
    anonymous: bool

    def require_sense(self, *, many: bool) -> None:
        """Raises Failure where options exclude each other, or cannot be followed later."""
        if self.quiet and self.as_json:
            raise Failure("--quiet and --json exclude each other", code=2)
        if many and (self.html or self.compare):
            raise Failure("--html and --compare are for one address, not for --addresses", code=2)
        if self.html is not None:
            _require_place(self.html)

    def earlier(self, complaint: Complaint) -> Report | None:
        """The report that is compared with. Raises Failure."""
        from overair.doctor.reporting.anonymous import ADDRESS
        from overair.doctor.reporting.comparison import NoReport, read

        if self.compare is None:
            return None
        try:
            with self.compare.open("rb") as file:
                data = file.read(LARGEST_REPORT + 1)
        except OSError as error:
            raise Failure(f"--compare {self.compare}: {error.strerror}", code=2) from None
        if len(data) > LARGEST_REPORT:
            raise Failure(f"--compare {self.compare} is too large for a report", code=2)
        try:
            report = read(data)
        except NoReport as error:
            raise Failure(f"--compare {self.compare} is no report of the doctor: {error}", code=2) from None
        wanted = ADDRESS if self.anonymous else complaint.address
        if (report.anonymous, report.address) != (self.anonymous, wanted):
            kind = "an anonymous report" if report.anonymous else f"a report of {report.address}"
            other = "an anonymous one" if self.anonymous else f"one of {complaint.address}"
            raise Failure(f"--compare {self.compare} is {kind}, and can only stand beside {other}", code=2)
        return report


def _require_place(path: Path) -> None:
    """See before an examination of an hour that there is a place for what it comes to. Raises Failure."""
    if path.exists() and not path.is_file():
        raise Failure(f"--html {path} is there already and is no file", code=2)
    if not path.absolute().parent.is_dir():
        raise Failure(f"--html {path}: there is no folder {path.absolute().parent}", code=2)


def write_page(path: Path, page: str) -> None:
    """Put a page into place, whole or not at all. Raises Failure."""
    try:
        descriptor, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(page)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise Failure(f"--html {path}: {error.strerror}") from None

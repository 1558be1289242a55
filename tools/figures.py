"""``python -m tools.figures``: put the figures of the last soak and fuzz runs into docs/reliability.md.

The runs leave them in docs/figures (``make soak RECORD=1``, ``make fuzz RECORD=1``); what stands between
the two marks of the page is made of these files and nothing else. Needs tests/ on the path of modules.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from fuzz import __main__ as fuzz
from model import soak

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "reliability.md"
BEGIN: Final = "<!-- made by `make figures`, from docs/figures -->"
END: Final = "<!-- the end of what was made -->"


class NoMarks(ValueError):
    """The page has no place for the figures."""


def section(soaked: soak.Summary, fuzzed: fuzz.Summary) -> str:
    """The figures as Markdown."""
    return "\n\n".join([_soak(soaked), _faults(soaked), _kills(soaked), _fuzz(fuzzed)])


def section_of_files() -> str:
    """The section as the recorded runs have it. Raises OSError, msgspec.ValidationError."""
    return section(
        msgspec.json.decode(soak.FIGURES.read_bytes(), type=soak.Summary),
        msgspec.json.decode(fuzz.FIGURES.read_bytes(), type=fuzz.Summary),
    )


def put_in(page: str, made: str) -> str:
    """The page with another section between its marks. Raises NoMarks."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise NoMarks(f"{PAGE.name} lacks {BEGIN!r} or {END!r}")
    return f"{before}{begin}\n\n{made}\n\n{end}{after}"


def _soak(run: soak.Summary) -> str:
    rows: dict[str, Iterable[str]] = {
        "stories": (_count(one.stories) for one in run.drives),
        "minutes": (f"{one.seconds / 60:.1f}" for one in run.drives),
    }
    for key, name in soak.COUNTED.items():
        rows[name] = [_count(one.counts[key]) for one in run.drives]
    # A drive in simulated time has the CPU that it takes for its clock.
    rows["steps a second (simulated: of CPU)"] = (_count(one.steps_per_second) for one in run.drives)
    rows["violations"] = (_count(one.violations) for one in run.drives)
    when = f"{_when(run.date)}, seed {run.seed}, {run.minutes:g} minutes; {run.machine}."
    return f"### Soak\n\n{when}\n\n{_by_drive(run, rows)}"


def _faults(run: soak.Summary) -> str:
    kinds = sorted({kind for one in run.drives for kind in one.faults})
    rows: dict[str, Iterable[str]] = {
        kind.partition(": ")[2]: [_count(one.faults.get(kind, 0)) for one in run.drives] for kind in kinds
    }
    return f"Faults in it, by kind:\n\n{_by_drive(run, rows)}"


def _kills(run: soak.Summary) -> str:
    [served] = [one for one in run.drives if one.drive == soak.OVER_HTTP]
    cells = (served.kills, served.counts["acknowledged"], served.lost, served.doubled)
    heads = ("`kill -9`", "acknowledged writes checked", "lost", "doubled")
    when = f"Of the real server, in the same run over HTTP: {_when(run.date)}, seed {run.seed}."
    return f"### Kills\n\n{when}\n\n{_table(heads, [tuple(map(_count, cells))], 0)}"


def _fuzz(run: fuzz.Summary) -> str:
    rows = [
        (
            one.name,
            _when(one.date)[:10],
            _count(one.executions),
            _count(one.executions / max(one.seconds, 0.1)),
            f"{one.slowest_milliseconds:,.0f} ms, {_count(one.slowest_bytes)} bytes",
            f"{one.peak_mebibytes} MiB",
            ", ".join(one.found) or "nothing",
        )
        for one in run.targets
    ]
    heads = (
        "target",
        "day",
        "executions",
        "a second",
        "slowest input",
        "peak memory of the process",
        "found",
    )
    seconds = sum(one.seconds for one in run.targets)
    what = f"The last run of each target, {seconds:,.0f} seconds in all; {run.machine}."
    return f"### Fuzz\n\n{what}\n\n{_table(heads, rows, 2)}"


def _by_drive(run: soak.Summary, rows: dict[str, Iterable[str]]) -> str:
    heads = ("", *(one.drive for one in run.drives))
    return _table(heads, [(name, *cells) for name, cells in rows.items()], 1)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], left: int) -> str:
    """A table whose first ``left`` columns are of words."""
    lines = ["---" if place < left else "---:" for place in range(len(heads))]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (heads, lines, *rows))


def _when(date: str) -> str:
    """The day and minute of an ISO 8601 time, which is UTC."""
    return date[:16].replace("T", " ") + " UTC"


def _count(number: float) -> str:
    return f"{number:,.0f}"


def main() -> None:
    """Write the page anew."""
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(put_in(page, section_of_files()), encoding="utf-8")


if __name__ == "__main__":
    main()

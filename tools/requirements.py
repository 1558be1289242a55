"""List the requirements of the specifications that tests name with ``@pytest.mark.req(...)``."""

from __future__ import annotations

import contextlib
import io
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
IDENTIFIER = re.compile(r"(MS-[A-Z]+|RFC\d+)_R\d+")


class Collector:
    """A pytest plugin that reads the marks of the tests that were found."""

    def __init__(self) -> None:
        self.tests: dict[str, set[str]] = defaultdict(set)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Note each requirement with its test functions."""
        for item in items:
            for mark in item.iter_markers("req"):
                for requirement in mark.args:
                    self.tests[requirement].add(item.nodeid.partition("[")[0])


def main() -> int:
    """Print each requirement with its tests; fail on an id that is malformed."""
    collector = Collector()
    report = io.StringIO()
    with contextlib.redirect_stdout(report):
        code = pytest.main(["--collect-only", "-q", "-m", "", str(ROOT / "tests")], plugins=[collector])
    if code != pytest.ExitCode.OK:
        print(report.getvalue(), file=sys.stderr)
        return 1
    for requirement in sorted(collector.tests):
        print(requirement, *sorted(collector.tests[requirement]))
    counts = Counter(requirement.partition("_")[0] for requirement in collector.tests)
    for document, count in sorted(counts.items()):
        print(f"{document}: {count} requirements named by tests")
    malformed = [requirement for requirement in collector.tests if not IDENTIFIER.fullmatch(requirement)]
    if malformed:
        print("not an id of a requirement:", *malformed, file=sys.stderr)
    return 1 if malformed else 0


if __name__ == "__main__":
    sys.exit(main())

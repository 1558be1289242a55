"""What all tests share: fixed seeds, quiet servers, and a summary that names what could not run."""

from __future__ import annotations

import logging
import os
from collections import defaultdict
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import HealthCheck, settings

from support import databases, hashing
from support.packages import REASON

# Derandomized: the same examples in every run. A machine that is busy is no reason to fail.
settings.register_profile(
    "ci",
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("full", settings.get_profile("ci"), max_examples=500)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

if databases.DEFAULT == databases.POSTGRESQL:
    databases.prepare_every_directory()
databases.copy_new_files()
hashing.cheap().start()

# Servers that run in this process log into the report of the test that fails, not between its lines.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        structlog.processors.KeyValueRenderer(key_order=["event"]),
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
)


@pytest.fixture(autouse=True)
def logging_of_the_tests() -> Iterator[None]:
    """A command sets up its logging; run in this process it must not stay for the tests that follow."""
    before, level = structlog.get_config(), logging.root.level
    yield
    structlog.configure(**before)
    logging.root.setLevel(level)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the tests that were skipped because a Debian package is missing."""
    skipped: dict[str, list[str]] = defaultdict(list)
    for report in terminalreporter.getreports("skipped"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
        if REASON in reason:
            skipped[reason.partition(REASON)[2]].append(report.nodeid)
    if not skipped:
        return
    terminalreporter.section("skipped for want of Debian packages")
    for package, tests in sorted(skipped.items()):
        terminalreporter.write_line(f"{package}: {len(tests)} tests")
        for test in sorted(tests):
            terminalreporter.write_line(f"  {test}")

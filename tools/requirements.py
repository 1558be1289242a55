"""List the requirements of the specifications that tests name with ``@pytest.mark.req(...)``."""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
IDENTIFIER = re.compile(r"(MS-[A-Z]+|RFC\d+)_R\d+")


def marked(path: Path) -> dict[str, list[str]]:
    """The requirement ids that the tests of one file name, each with its test functions."""
    found: dict[str, list[str]] = defaultdict(list)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.req":
                for argument in decorator.args:
                    found[ast.literal_eval(argument)].append(f"{path.relative_to(ROOT)}::{node.name}")
    return found


def main() -> int:
    """Print each requirement with its tests; fail on an id that is malformed."""
    requirements: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for requirement, tests in marked(path).items():
            requirements[requirement].extend(tests)
    for requirement in sorted(requirements):
        print(requirement, *requirements[requirement])
    counts = Counter(requirement.partition("_")[0] for requirement in requirements)
    for document, count in sorted(counts.items()):
        print(f"{document}: {count} requirements named by tests")
    malformed = [requirement for requirement in requirements if not IDENTIFIER.fullmatch(requirement)]
    if malformed:
        print("not an id of a requirement:", *malformed, file=sys.stderr)
    return 1 if malformed else 0


if __name__ == "__main__":
    sys.exit(main())

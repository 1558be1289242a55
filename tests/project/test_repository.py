"""What the project promises about itself: its commands, its locked requirements, its words."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKED = sorted((ROOT / "requirements").glob("*.txt"))
REQUIREMENT = re.compile(r"^[a-z0-9][a-z0-9._-]*==\S+", re.IGNORECASE)


def tracked() -> list[Path]:
    """The files under version control."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_the_targets_are_there() -> None:
    promised = {
        "install",
        "serve",
        "test",
        "test-all",
        "check",
        "bench",
        "bench-full",
        "fuzz",
        "soak",
        "figures",
        "docs",
        "lock",
        "clean",
        "help",
    }
    assert promised <= make_targets()


def test_the_readme_names_commands_that_exist() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\bmake ([a-z-]+)", readme)) <= make_targets()
    first, second = re.findall(r"^    (make \S+)", readme, re.MULTILINE)[:2]
    assert (first, second) == ("make serve", "make test")


@pytest.mark.parametrize(
    "page", ["README.md", *(str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md"))]
)
def test_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = [target for target in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in target]
    missing = [target for target in targets if not ((ROOT / page).parent / target).exists()]
    assert missing == []


@pytest.mark.parametrize("path", LOCKED, ids=lambda path: path.stem)
def test_every_requirement_is_locked_by_hash(path: Path) -> None:
    entries = re.split(r"(?<!\\)\n(?=\S)", re.sub(r"^\s*#.*\n", "", path.read_text(), flags=re.MULTILINE))
    requirements = [entry for entry in entries if entry.strip()]
    assert requirements
    for requirement in requirements:
        assert REQUIREMENT.match(requirement), requirement
        assert "--hash=sha256:" in requirement, requirement


@pytest.mark.parametrize("path", LOCKED, ids=lambda path: path.stem)
def test_no_index_address_in_requirements(path: Path) -> None:
    text = path.read_text()
    assert "://" not in text
    assert "index-url" not in text
    assert "find-links" not in text


def test_dependencies_are_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    names = {re.split(r"[^A-Za-z0-9._-]", one)[0].lower() for one in project["project"]["dependencies"]}
    locked = {
        line.split("==")[0].lower() for line in (ROOT / "requirements/base.txt").read_text().splitlines()
    }
    assert names <= locked


def test_no_package_registry_is_named() -> None:
    hosts = ("pypi." + "org", "python" + "hosted", "registry.npmjs" + ".org", "deb.debian" + ".org")
    naming = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if any(host in path.read_text(encoding="utf-8", errors="ignore") for host in hosts)
    ]
    assert naming == []


def test_no_lock_of_uv_is_kept() -> None:
    assert ROOT / "uv.lock" not in tracked()

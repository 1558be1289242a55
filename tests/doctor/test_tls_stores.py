"""Which roots devices know."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
from pathlib import Path

import certifi
import pytest

from overair.doctor.certificates.certificate import Certificate
from overair.doctor.certificates.issuers import authorities_of, machine_authorities
from overair.doctor.certificates.stores import Knows, Store, StoreName, store

ROOT = Path(__file__).parents[2]
MACHINES = Path("/etc/ssl/certs/ca-certificates.crt")
PUBLISHED = {StoreName.IOS: 156, StoreName.ANDROID: 143, StoreName.WINDOWS_MOBILE: 17 + 1}
"""How many roots each source lists; one of Windows Mobile's is there in two editions of the same key."""


@pytest.fixture(scope="module")
def mozilla() -> dict[str, Certificate]:
    found = authorities_of((Path(certifi.where()),))
    return {one.name: one for alike in found.values() for one in alike}


@pytest.mark.parametrize("name", StoreName)
def test_each_list_is_dated_and_says_where_it_is_from(name: StoreName) -> None:
    found = store(name)

    assert dt.date.fromisoformat(found.as_of) <= dt.datetime.now(dt.UTC).date()
    assert found.sources
    assert all(source.startswith("https://") for source in found.sources)
    assert all(re.fullmatch(r"[0-9a-f]{64}", fingerprint) for fingerprint in found.roots)
    assert all(called.strip() for called in found.roots.values())


@pytest.mark.parametrize(("name", "count"), PUBLISHED.items())
def test_the_lists_are_whole(name: StoreName, count: int) -> None:
    found = store(name)

    assert len(found.roots) + len(found.without_fingerprint) == count


def test_mozillas_list_is_that_of_the_installed_certifi() -> None:
    written = subprocess.run(
        [sys.executable, "-c", "from tools.root_stores import mozilla; print(mozilla(), end='')"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    path = ROOT / "src/overair/doctor/data/stores/mozilla.json"
    assert path.read_text(encoding="utf-8") == written, "old: run .venv/bin/python tools/root_stores.py"


def test_what_is_known_of_well_known_roots(mozilla: dict[str, Certificate]) -> None:
    new = mozilla["ISRG Root X1"]
    verdicts = {name: store(name).knows((new,)) for name in StoreName}

    assert verdicts == {
        StoreName.MOZILLA: Knows.YES,
        StoreName.IOS: Knows.YES,
        StoreName.ANDROID: Knows.YES,
        StoreName.WINDOWS_MOBILE: Knows.NO,
    }


def test_one_known_root_of_several_is_enough(mozilla: dict[str, Certificate]) -> None:
    new, old = mozilla["ISRG Root X1"], mozilla["ISRG Root X2"]
    lists = Store("x", "1", "2026-01-01", (), {old.fingerprint: "X2"}, ())

    assert lists.knows((new,)) is Knows.NO
    assert lists.knows((new, old)) is Knows.YES


def test_of_what_a_list_only_names_nobody_can_tell(mozilla: dict[str, Certificate]) -> None:
    root = mozilla["ISRG Root X1"]

    assert Store("x", "1", "2026-01-01", (), {}, (root.name,)).knows((root,)) is Knows.UNKNOWN


@pytest.mark.skipif(
    not MACHINES.exists(), reason="this machine has no roots: apt-get install ca-certificates"
)
def test_the_machines_roots_are_found() -> None:
    found = {one.fingerprint for alike in machine_authorities().values() for one in alike}

    assert len(found & store(StoreName.MOZILLA).roots.keys()) > 50

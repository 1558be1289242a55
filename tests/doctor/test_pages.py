"""Each check of the doctor has its page in docs/doctor/, whose configurations the real programs accept."""

from __future__ import annotations

import re
import subprocess
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from overair.doctor.check import Check, Section
from overair.doctor.checks import CHECKS
from overair.ward.programs import APACHE_MODULES, MODULES
from support.packages import command, needs

PAGES: Final = Path(__file__).parents[2] / "docs/doctor"
GENERAL: Final = frozenset(("accuracy", "devices", "index", "install-root"))
"""Pages that are about no single check."""
PRODUCTS: Final = ("Exchange", "IIS", "nginx", "Apache", "HAProxy", "Z-Push", "SOGo", "Overair")
ILLNESS_HEADING: Final = re.compile(r"^## ([a-z0-9-]+)$", re.MULTILINE)
"""Headings that are ids; those of other parts begin with a capital letter."""
BLOCK: Final = re.compile(r"^( *)```(\S+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
FEWEST_BLOCKS: Final = 10
"""That each of the programs has; fewer are a sign that they are not found any more."""


def _text(page: str) -> str:
    return (PAGES / f"{page}.md").read_text(encoding="utf-8")


def _blocks(language: str) -> Iterator[tuple[str, str]]:
    """Page and text of each configuration in a language."""
    for path in sorted(PAGES.glob("*.md")):
        for _, named, text in BLOCK.findall(path.read_text(encoding="utf-8")):
            if named == language:
                yield path.stem, textwrap.dedent(text)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_each_check_has_its_page(check: Check) -> None:
    text = _text(check.id)

    assert text.startswith(f"# {check.title}\n")
    assert sorted(ILLNESS_HEADING.findall(text)) == sorted({illness.id for illness in check.finds})
    assert [product for product in PRODUCTS if product not in text] == []


def test_no_page_is_of_a_check_that_is_gone() -> None:
    assert {path.stem for path in PAGES.glob("*.md")} == GENERAL | {check.id for check in CHECKS}


def test_pages_are_listed_by_section() -> None:
    _, *parts = re.split(r"^## (.+)\n\n", _text("index"), flags=re.MULTILINE)
    listed = {
        section: [line for line in body.splitlines() if line.startswith("- ")]
        for section, body in zip(parts[::2], parts[1::2], strict=True)
    }

    expected = {
        section.value: [
            f"- [{check.id}]({check.id}.md): {check.title}"
            for check in sorted(CHECKS, key=lambda check: check.id)
            if check.section is section
        ]
        for section in Section
    }
    assert list(listed.items()) == list(expected.items())


def _accepted(arguments: list[str]) -> None:
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout


@needs("nginx")
def test_nginx_accepts_the_configurations(tmp_path: Path) -> None:
    blocks = list(_blocks("nginx"))
    assert len(blocks) >= FEWEST_BLOCKS
    kept = "".join(
        f"{kind}_temp_path {tmp_path}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    servers = "".join(
        f"server {{\nlisten unix:{tmp_path}/socket;\nserver_name {page}-{number}.test;\n{text}}}\n"
        for number, (page, text) in enumerate(blocks)
    )
    (tmp_path / "fastcgi_params").write_text("")  # where nginx's package has its own
    configuration = tmp_path / "nginx.conf"
    configuration.write_text(
        f"pid {tmp_path}/pid;\nevents {{ }}\nhttp {{\naccess_log off;\n{kept}{servers}}}\n"
    )

    log = f"{tmp_path}/error.log"
    _accepted([command("nginx") or "nginx", "-t", "-e", log, "-p", str(tmp_path), "-c", str(configuration)])


@needs("apache2")
def test_apache_accepts_the_configurations(tmp_path: Path) -> None:
    blocks = list(_blocks("apache"))
    assert len(blocks) >= FEWEST_BLOCKS
    modules = "".join(
        f"LoadModule {name}_module {MODULES}/mod_{name}.so\n" for name in (*APACHE_MODULES, "proxy_fcgi")
    )
    hosts = "".join(
        f"<VirtualHost *:443>\nServerName {page}-{number}.test\n{text}</VirtualHost>\n"
        for number, (page, text) in enumerate(blocks)
    )
    configuration = tmp_path / "apache.conf"
    configuration.write_text(
        f"ServerRoot {tmp_path}\nDefaultRuntimeDir {tmp_path}\nErrorLog {tmp_path}/error.log\n"
        f"ServerName doctor.test\nListen 443\n{modules}{hosts}"
    )

    _accepted([command("apache2") or "apache2", "-t", "-f", str(configuration)])


@needs("haproxy")
def test_haproxy_accepts_the_configurations(tmp_path: Path) -> None:
    blocks = list(_blocks("haproxy"))
    assert len(blocks) >= FEWEST_BLOCKS
    sections = "".join(
        text.replace("backend eas", f"backend {page}-{number}", 1)
        if text.startswith("backend eas")
        else f"frontend {page}-{number}\nbind 127.0.0.1:443\n{text}"
        for number, (page, text) in enumerate(blocks)
    )
    configuration = tmp_path / "haproxy.cfg"
    configuration.write_text(
        "defaults\nmode http\ntimeout connect 5s\ntimeout client 30s\ntimeout server 3600s\n"
        f"backend eas\nserver exchange 192.0.2.10:443 ssl verify none\n{sections}"
    )

    _accepted([command("haproxy") or "haproxy", "-c", "-f", str(configuration)])

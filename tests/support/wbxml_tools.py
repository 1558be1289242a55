"""libwbxml's command line tools, as the independent check of the codec."""

from __future__ import annotations

import subprocess
from pathlib import Path

from support.packages import command, needs

needs_wbxml2xml = needs("wbxml2xml")
needs_xml2wbxml = needs("xml2wbxml")


def wbxml2xml(data: bytes, folder: Path) -> str:
    """The XML that ``wbxml2xml`` makes of WBXML bytes; raises CalledProcessError where it refuses them."""
    source = folder / "document.wbxml"
    target = folder / "document.xml"
    source.write_bytes(data)
    _run("wbxml2xml", "-l", "ACTIVESYNC", "-o", str(target), str(source))
    return target.read_text(encoding="utf-8")


def xml2wbxml(text: str, folder: Path) -> bytes:
    """What ``xml2wbxml -a -n`` makes of an XML text: unknown public identifier, no string table."""
    source = folder / "source.xml"
    target = folder / "source.wbxml"
    source.write_text(text, encoding="utf-8")
    _run("xml2wbxml", "-a", "-n", "-o", str(target), str(source))
    return target.read_bytes()


def _run(name: str, *arguments: str) -> None:
    program = command(name)
    assert program is not None, f"{name} is not installed"
    subprocess.run([program, *arguments], check=True, capture_output=True, timeout=30)

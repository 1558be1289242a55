"""Programs and libraries that Debian packages bring to the tests; absent ones skip tests by name."""

from __future__ import annotations

import ctypes.util
import shutil
from pathlib import Path

import pytest

PACKAGES = {
    "wbxml2xml": "libwbxml2-utils",
    "xml2wbxml": "libwbxml2-utils",
    "knotd": "knot",
    "libwbxml2": "libwbxml2-1",
    "apache2": "apache2",
    "caddy": "caddy",
    "chromium": "chromium",
    "dovecot": "dovecot-imapd",
    "haproxy": "haproxy",
    "nginx": "nginx",
    "openssl": "openssl",
    "radicale": "radicale",
    "unbound": "unbound",
    "xandikos": "xandikos",
    "pebble": "pebble",
    "pebble-challtestsrv": "pebble",
    "systemd-analyze": "systemd",
    "python3-bcrypt": "python3-bcrypt",
}
"""What a test may need (a command, a library as ``lib...``, a Python package of Debian's servers as
``python3-...``), and the package that has it."""
PYTHON_PACKAGES = Path("/usr/lib/python3/dist-packages")

REASON = "missing Debian package "


def present(need: str) -> bool:
    """Whether the command or library is on this machine."""
    if need.startswith("python3-"):
        return (PYTHON_PACKAGES / need.removeprefix("python3-")).is_dir()
    if need.startswith("lib"):
        return ctypes.util.find_library(need.removeprefix("lib")) is not None
    # A user's PATH often lacks the folders that Debian puts servers into.
    return command(need) is not None


def command(name: str) -> str | None:
    """The path of a command, looked for in the sbin folders, too."""
    return shutil.which(name) or shutil.which(name, path="/usr/local/sbin:/usr/sbin:/sbin")


def needs(*what: str) -> pytest.MarkDecorator:
    """Mark of tests that need commands or libraries of PACKAGES: ``@needs("wbxml2xml")``."""
    missing = [need for need in what if not present(need)]
    packages = sorted({PACKAGES[need] for need in what if need in missing})
    return pytest.mark.skipif(bool(missing), reason=f"{REASON}{', '.join(packages)} ({', '.join(missing)})")

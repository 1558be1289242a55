"""The time zone that the machine is set to."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from overair.items.time_zones.names import is_zone


def machine_zone(environment: Mapping[str, str] = os.environ, root: Path = Path("/")) -> str:
    """The IANA name of the machine's zone, or UTC where it does not say one.

    That is what TZ names, or else what /etc/localtime is a link to, or else what /etc/timezone says.
    """
    return next((name for name in _names(environment, root) if is_zone(name)), "UTC")


def _names(environment: Mapping[str, str], root: Path) -> Iterator[str]:
    said = environment.get("TZ")
    if said is not None:
        yield _name(said.removeprefix(":")) or "UTC"  # an empty TZ means UTC
    with suppress(OSError):  # a file of its own, or none, says no name
        yield _name(str((root / "etc/localtime").readlink()))
    with suppress(OSError):  # most systems have none
        yield (root / "etc/timezone").read_text(encoding="utf-8", errors="replace").strip()


def _name(path: str) -> str:
    """The name in a path such as /usr/share/zoneinfo/posix/Europe/Berlin, or the text itself."""
    name = path.rpartition("zoneinfo/")[2]
    return name.removeprefix("posix/").removeprefix("right/")

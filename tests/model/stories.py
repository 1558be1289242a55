"""The stories that broke a law once, kept as files with telling names, one step a line."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from model.owner import Owner
from model.steps import AnyStep, Story

DIRECTORY: Final = Path(__file__).with_name("stories")
SUFFIX: Final = ".story"
OVER_HTTP: Final = "_over_http"
"""The end of the name of a story that went wrong with a real server only."""
THROUGH_A_GATEWAY: Final = "_through_a_gateway"
"""The end of the name of one that went wrong with a gateway, whose faults are those of its servers, too."""

_encode: Final = msgspec.json.Encoder().encode


class Head(msgspec.Struct, frozen=True):
    """The first line of a file."""

    seed: int
    phones: tuple[Owner, ...]


def names(directory: Path = DIRECTORY, *, of_gateways: bool = False) -> list[str]:
    """The names of the stories that are kept: of those of gateways, or of all others."""
    found = sorted(path.stem for path in directory.glob(f"*{SUFFIX}"))
    return [name for name in found if name.endswith(THROUGH_A_GATEWAY) is of_gateways]


def read(name: str, directory: Path = DIRECTORY) -> Story:
    """A story by its name."""
    head, *lines = (directory / f"{name}{SUFFIX}").read_bytes().splitlines()
    found = msgspec.json.decode(head, type=Head)
    return Story(found.seed, found.phones, tuple(msgspec.json.decode(line, type=AnyStep) for line in lines))


def write(name: str, story: Story, directory: Path = DIRECTORY) -> Path:
    """Keep a story; returns its file."""
    directory.mkdir(exist_ok=True)
    path = directory / f"{name}{SUFFIX}"
    lines = [Head(story.seed, story.phones), *story.steps]
    path.write_bytes(b"".join(_encode(line) + b"\n" for line in lines))
    return path

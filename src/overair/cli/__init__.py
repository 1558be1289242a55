"""The `overair` command."""

from __future__ import annotations

from overair.cli.application import main

__all__ = ["main"]

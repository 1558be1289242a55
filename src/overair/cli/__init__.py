"""The `overair` command."""

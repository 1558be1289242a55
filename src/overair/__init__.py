"""Overair, an Exchange ActiveSync platform in Python."""

__version__ = "0.1.0"

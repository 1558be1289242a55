"""The sync engine: keys, windows, filters, conflicts, echo suppression; no HTTP, no WBXML bytes.

The laws that it keeps are in docs/architecture.md.
"""

"""Autodiscover over HTTP, and what a user needs beside it: account page, QR code, configuration profile."""

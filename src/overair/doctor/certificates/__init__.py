"""Certificates: read, completed to a root, looked up, asked about, saved."""

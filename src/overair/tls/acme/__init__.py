"""Certificates ordered from an ACME server (RFC 8555), by certbot's library."""

"""Certificates: a private authority, ACME, files; what phones would say of them; reload."""

"""A private certificate authority for machines whose name no public one would certify."""

from __future__ import annotations

from overair.tls.machine import Machine, primary_address, this_machine
from overair.tls.private_ca import CertificateError, ServerCertificate, ensure

__all__ = ["CertificateError", "Machine", "ServerCertificate", "ensure", "primary_address", "this_machine"]

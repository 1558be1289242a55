"""``[tls.acme]``: the authority that the server's certificate is ordered from."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

import msgspec

LETS_ENCRYPT: Final = "https://acme-v02.api.letsencrypt.org/directory"
LONGEST_KEY: Final = 4_096

Challenge = Literal["tls-alpn-01", "http-01"]


class AcmeError(ValueError):
    """The settings do not fit together; the message says how."""


class Acme(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[tls.acme]``: with this table the certificate comes from an ACME server (RFC 8555)."""

    accept_terms: bool = False
    """Whether you accept the authority's terms of service, which it asks of every account."""
    directory: str = LETS_ENCRYPT
    """The address of the authority's directory."""
    email: str = ""
    """Where the authority may write to."""
    challenge: Challenge = "tls-alpn-01"
    """How it makes sure of the names: it connects to port 443 (tls-alpn-01) or 80 (http-01) of each."""
    profile: str = ""
    """A kind of certificate that the authority offers, such as ``shortlived``; empty: its usual one."""
    ca_file: str = ""
    """The certificates (PEM) by which the directory itself is known; empty: those of the system."""
    eab_key_id: str = ""
    """The account at an authority that asks for one (external account binding)."""
    eab_key_file: str = ""
    """A file whose first line is that account's key (HMAC, base64url), which is not kept in the settings."""

    def check(self) -> None:
        """Raises AcmeError."""
        if not self.accept_terms:
            raise AcmeError(
                "accept_terms: read the terms of service of the authority and write accept_terms = true"
            )
        if not self.directory.startswith("https://"):
            raise AcmeError("directory begins with https://")
        if bool(self.eab_key_id) != bool(self.eab_key_file):
            raise AcmeError("eab_key_id and eab_key_file go together")

    def eab_key(self) -> str:
        """The key of the account, from its file. Raises AcmeError."""
        try:
            with Path(self.eab_key_file).open(encoding="ascii") as file:
                key = file.readline(LONGEST_KEY).strip()
        except OSError as error:
            raise AcmeError(f"eab_key_file: {error.strerror}") from None
        except UnicodeDecodeError:
            raise AcmeError("eab_key_file is not ASCII") from None
        if not key:
            raise AcmeError("eab_key_file is empty")
        return key

"""``[tls]``: the certificate that the server shows."""

from __future__ import annotations

from typing import Annotated

import msgspec

from overair.tls.acme_settings import Acme, AcmeError
from overair.tls.names import InvalidName, certificate_name


class TlsError(ValueError):
    """The settings do not fit together; the message says which and how."""


class Tls(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``[tls]``: the certificate that the server shows; without one it makes its own CA."""

    enabled: bool = True
    certificate: str | None = None
    private_key: str | None = None
    legacy: bool = False
    """Accept TLS 1.0 and 1.1, which very old phones need."""
    names: tuple[str, ...] = ()
    """The names and addresses of a certificate by ACME; for that of the private CA further ones, such as
    the router's, and wildcards.
    """
    page_port: Annotated[int, msgspec.Meta(ge=0, le=65_535)] = 8080
    """Where the page with the root certificate, and http-01 of ACME, is served over plain HTTP; 0 leaves
    the page to HTTPS.
    """
    acme: Acme | None = None

    @property
    def written_names(self) -> tuple[str, ...]:
        """``names`` as certificates have them. Raises TlsError."""
        try:
            return tuple(dict.fromkeys(map(certificate_name, self.names)))
        except InvalidName as error:
            raise TlsError(f"names: {error}") from None

    def check(self) -> None:
        """Raise TlsError for what makes no sense."""
        names = self.written_names
        if (self.certificate is None) != (self.private_key is None):
            raise TlsError("certificate and tls.private_key go together")
        if self.acme is None:
            return
        try:
            self.acme.check()
        except AcmeError as error:
            raise TlsError(f"acme.{error}") from None
        if self.certificate is not None:
            raise TlsError("certificate and [tls.acme] exclude each other: take one out")
        if not names:
            raise TlsError("names: write the names of which [tls.acme] is to order a certificate")
        wildcard = next((name for name in names if name.startswith("*.")), None)
        if wildcard is not None:
            raise TlsError(
                f"names: {wildcard}: ACME orders wildcards by DNS only; write each name, or bring the "
                "certificate as files"
            )
        if self.acme.challenge == "http-01" and self.page_port == 0:
            raise TlsError(
                "page_port: http-01 is answered there; write 80, or the port that 80 is forwarded to"
            )

"""Where clients reach the server, as a command learns it: from the settings alone."""

from __future__ import annotations

from pathlib import Path

from cryptography import x509

from overair.cli.identity import Identity, hosts_of
from overair.cli.output import Failure
from overair.protocol.autodiscover.site import Site, read_site
from overair.server.settings import Settings, SettingsError
from overair.tls.authority import names_of


def site_of_settings(settings: Settings) -> Site:
    """What ``url`` says, else the name or address that a server with its own certificate says of itself.

    Raises Failure where that is known to a proxy alone.
    """
    if settings.url:
        return read_site(settings.url)
    if not settings.tls.enabled or settings.unix_socket is not None:
        raise Failure(
            'set url = "https://HOST" in the settings, or give --url: only the proxy knows it', code=2
        )
    try:
        host, port = settings.address
        return Site("https", hosts_of(host, _identity(settings), settings)[0], port)
    except (SettingsError, OSError, ValueError) as error:
        raise Failure(str(error)) from None


def _identity(settings: Settings) -> Identity:
    """The names in a certificate that an administrator brought."""
    if settings.tls.certificate is None:
        return Identity()
    names, _ = names_of(x509.load_pem_x509_certificate(Path(settings.tls.certificate).read_bytes()))
    return Identity(names=tuple(sorted(name for name in names if "*" not in name)))

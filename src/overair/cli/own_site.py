"""Where clients reach the server, as a command learns it: from the settings alone."""

from __future__ import annotations

from overair.cli.identity import hosts_of
from overair.cli.output import Failure
from overair.protocol.autodiscover.site import Site, read_site
from overair.server.certificates import keeper_of
from overair.server.settings import Settings, SettingsError
from overair.tls.files import CertificateError


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
        keeper = keeper_of(settings)
        keeper.look_once()
        return Site("https", hosts_of(host, keeper, settings)[0], port)
    except (SettingsError, CertificateError, OSError) as error:
        raise Failure(str(error)) from None

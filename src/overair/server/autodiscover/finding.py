"""What Autodiscover knows: where this server is, who is elsewhere, what else is offered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from zlib import crc32

from cryptography import x509

from overair.directory.interface import User
from overair.protocol.autodiscover.names import comparable
from overair.protocol.autodiscover.pox import Redirect, Settings
from overair.protocol.autodiscover.services import Service
from overair.protocol.autodiscover.site import Site, read_site
from overair.server.autodiscover.profiles import Signing

if TYPE_CHECKING:
    from overair.server.settings import Settings as ServerSettings


class Finding:
    """The answers of Autodiscover, whatever their form.

    ``site`` is where clients reach the server: what ``url`` in the settings says, else what the server
    learns of itself when it listens with its own certificate; never what a request says, whose Host
    anybody may write. While it is None nothing is answered.
    """

    def __init__(self, settings: ServerSettings) -> None:
        self.site: Site | None = read_site(settings.url) if settings.url else None
        self.services: Final[tuple[Service, ...]] = settings.autodiscover.read_services()
        self.server_id: Final = crc32(settings.domain.encode())
        self.signing: Signing | None = None
        """What configuration profiles are signed with; None where the server has no certificate."""
        self.root: x509.Certificate | None = None
        """The private root that configuration profiles bring along."""
        self._elsewhere: Final = settings.autodiscover.read_elsewhere()

    def redirect(self, address: str) -> Redirect | None:
        """Where to ask for an address that is elsewhere; None for all others, whoever has them."""
        return self._elsewhere.redirect(address)

    def settings_of(self, user: User, site: Site) -> Settings:
        """What a user is told who has logged in."""
        return Settings(user.address, user.display_name, site.eas_url, self.services)


def is_theirs(user: User, asked: str) -> bool:
    """Whether an address that a client asks for is the user's; some only say what stands before the @."""
    if "@" not in asked:
        return asked.strip().lower() == user.address.partition("@")[0]
    return comparable(asked) in map(comparable, (user.address, *user.aliases))

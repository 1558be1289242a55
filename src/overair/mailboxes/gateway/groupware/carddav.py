"""Address books of a CardDAV server."""

from __future__ import annotations

from typing import ClassVar, Final

from overair.dav.collections import make_address_book
from overair.dav.discovery import Home, Service
from overair.dav.transport import DavClient
from overair.mailboxes.gateway.backend import BackendName, MirroredFolder
from overair.mailboxes.gateway.groupware.backend import DavBackend
from overair.mailboxes.gateway.groupware.formats import ContactFormat, Format
from overair.mailboxes.gateway.groupware.places import Place
from overair.mailboxes.gateway.groupware.tree import ADDRESS_BOOKS, Kind

_FORMAT: Final[Format] = ContactFormat()


class CardDavBackend(DavBackend):
    """The backend of CardDAV for one account; ``locate`` gives the server's URL (``locating.Locator``)."""

    name = BackendName.CARDDAV
    service: ClassVar[Service] = Service.CARDDAV
    kinds: ClassVar[tuple[Kind, ...]] = (ADDRESS_BOOKS,)

    def place(self, folder: MirroredFolder) -> Place:
        """What a folder of the mirror names."""
        return Place(folder.path, "")

    def format(self, place: Place) -> Format:
        """Contacts."""
        return _FORMAT

    async def make(self, client: DavClient, home: Home, name: str, kind: Kind) -> str:
        """Make an address book."""
        return await make_address_book(client, home, name)

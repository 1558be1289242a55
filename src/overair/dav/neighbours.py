"""Homes of others that a user is let into by rights alone, which no property of the user's names."""

from __future__ import annotations

from typing import Final

from overair.dav.discovery import HOME_SETS, Home
from overair.dav.errors import NotAllowed, NotThere
from overair.dav.hrefs import split, with_slash
from overair.dav.multistatus import Response
from overair.dav.names import DAV, RESOURCE_TYPE, document, element, properties
from overair.dav.transport import DavClient

_PRINCIPAL: Final = f"{DAV}principal"


async def neighbours(client: DavClient, home: Home) -> tuple[str, ...]:
    """The homes beside the user's where a principal is its own home, as on Radicale; none elsewhere, where
    there may be thousands of principals and what is shared is in the user's own home. Raises DavError.
    """
    own = with_slash(home.principal)
    if own not in home.homes:
        return ()
    prefix, path = split(own)
    found: list[str] = []

    def take(response: Response) -> None:
        kinds = {one.tag for one in response.found.get(RESOURCE_TYPE, ())}
        place = prefix + with_slash(response.path)
        if _PRINCIPAL in kinds and place not in home.homes and len(found) + len(home.homes) < HOME_SETS:
            found.append(place)

    above = prefix + path.rstrip("/").rpartition("/")[0] + "/"
    body = document(element(f"{DAV}propfind", properties(RESOURCE_TYPE)))
    try:
        await client.multistatus("PROPFIND", above, body, take, depth="1")
    except (NotThere, NotAllowed):
        return ()
    return tuple(found)

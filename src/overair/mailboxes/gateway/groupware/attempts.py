"""How far an earlier attempt at an effect got on the server, when nobody could write that down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overair.mailboxes.gateway.effects import (
    AddItem,
    ChangeItem,
    CreateFolder,
    DeleteFolder,
    MoveItem,
    RemoveItem,
    UpdateFolder,
    UpstreamEffect,
)
from overair.mailboxes.gateway.groupware.tree import at, kind_of, named

if TYPE_CHECKING:
    from overair.mailboxes.gateway.groupware.backend import DavBackend


async def begun(backend: DavBackend, effect: UpstreamEffect, token: str) -> bool:
    """Whether an earlier attempt has changed anything. Raises DavError."""
    match effect:
        case CreateFolder(_, name, kind):
            wanted = kind_of(backend.kinds, kind)
            return wanted is not None and named(await backend.listed(), name, wanted) is not None
        case UpdateFolder(folder, _, name):
            found = at(await backend.listed(), folder.path)
            return found is not None and found.name == name
        case DeleteFolder(folder):
            return at(await backend.listed(), folder.path) is None
    place = backend.place(effect.folder)
    form, effects = backend.format(place), await backend.effects()
    match effect:
        case AddItem():
            return await effects.has(place, f"{token}{form.extension}")
        case MoveItem(_, _, destination, _):
            return await effects.has(backend.place(destination), f"{token}{form.extension}")
        case ChangeItem(_, known):
            return await effects.is_other(place, known)
        case RemoveItem(_, known):
            return not await effects.has_item(place, form, known.key)

"""Calendars and address books as folders: which is the default one, and what each is called."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final
from urllib.parse import unquote

import msgspec

from overair.dav.collections import EVENT, TASK, Collection
from overair.dav.discovery import Home
from overair.dav.hrefs import split
from overair.mailboxes.gateway.backend import UpstreamFolder
from overair.mailboxes.gateway.groupware.places import Place
from overair.mailboxes.interface import FolderType


class Kind(msgspec.Struct, frozen=True):
    """A class of folders: what of a collection it shows, and its types."""

    component: str
    default: FolderType
    other: FolderType
    usual: tuple[str, ...]
    """How the default one is usually called, in small letters, by its URL or its name."""
    named: Callable[[Home], str]
    """The default one that the server names."""
    apart: str = ""
    """What is added to the name of the second folder of one collection."""


CALENDARS: Final = Kind(
    EVENT,
    FolderType.CALENDAR,
    FolderType.USER_CALENDAR,
    ("default", "personal", "calendar", "home", "events", "kalender", "calendrier", "calendario", "agenda"),
    lambda home: home.default,
)
TASKS: Final = Kind(
    TASK,
    FolderType.TASKS,
    FolderType.USER_TASKS,
    ("tasks", "todo", "todos", "reminders", "aufgaben", "taches", "tâches", "tareas", "default", "personal"),
    lambda home: home.default_tasks or home.default,
    apart="tasks",
)
ADDRESS_BOOKS: Final = Kind(
    "",
    FolderType.CONTACTS,
    FolderType.USER_CONTACTS,
    ("default", "contacts", "personal", "addressbook", "card", "kontakte", "adressen", "contactos"),
    lambda home: home.default,
)


def folders(found: Sequence[Collection], home: Home, kinds: Iterable[Kind]) -> list[UpstreamFolder]:
    """The folders of a user's collections. No two have one name."""
    listed: list[UpstreamFolder] = []
    names: set[str] = set()
    for kind in kinds:
        fitting = [one for one in found if not kind.component or kind.component in one.components]
        default = _default(fitting, home, kind)
        for one in fitting:
            name = _name(one, home)
            if kind.apart and len(one.components) > 1:
                name = f"{name} ({kind.apart})"
            name = _alone(name, names)
            listed.append(
                UpstreamFolder(
                    path=Place(one.place, kind.component).path,
                    parent=None,
                    name=name,
                    type=kind.default if one is default else kind.other,
                    identity=Place(one.place, kind.component).path,
                    writable=one.writable,
                )
            )
    return listed


def at(listed: Iterable[UpstreamFolder], path: str) -> UpstreamFolder | None:
    """The folder of a path."""
    return next((one for one in listed if one.path == path), None)


def named(listed: Iterable[UpstreamFolder], name: str, kind: Kind) -> UpstreamFolder | None:
    """The folder of a kind and a name."""
    types = (kind.default, kind.other)
    return next((one for one in listed if one.name == name and one.type in types), None)


def kind_of(kinds: Iterable[Kind], folder_type: FolderType) -> Kind | None:
    """The kind of collection that folders of a type are."""
    return next((kind for kind in kinds if folder_type in (kind.default, kind.other)), None)


def _default(found: Sequence[Collection], home: Home, kind: Kind) -> Collection | None:
    """The one that the server names, else that of a usual name, else the first of the user's own."""
    named = kind.named(home)
    own = [one for one in found if is_own(one, home)]
    writable = [one for one in own if one.writable]
    for one in found:
        if named and one.place.rstrip("/") == named.rstrip("/"):
            return one
    for usual in kind.usual:
        for one in writable:
            if usual in (_last(one.place).lower(), one.name.strip().lower()):
                return one
    return next(iter(writable or own), None)


def is_own(one: Collection, home: Home) -> bool:
    """Whether a collection is the user's own, as are all of a server that does not say whose they are."""
    return one.owner in ("", home.principal)


def _name(one: Collection, home: Home) -> str:
    """What a folder is called; of somebody else's with whose it is."""
    name = " ".join(one.name.split()) or _last(one.place)
    if is_own(one, home):
        return name
    return f"{name} ({_last(one.owner)})"


def _alone(name: str, names: set[str]) -> str:
    """A name that no folder before has."""
    number, free = 1, name
    while free.lower() in names:
        number += 1
        free = f"{name} ({number})"
    names.add(free.lower())
    return free


def _last(place: str) -> str:
    """The last segment of a place, decoded."""
    return unquote(split(place)[1].rstrip("/").rpartition("/")[2])

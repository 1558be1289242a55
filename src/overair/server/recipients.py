"""Whom a name or an address means: people of the global address list, and of the user's contacts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from overair.directory.interface import AddressListEntry
from overair.items import Contact, ItemClass
from overair.items.contact import email_key
from overair.items.words import folded, words
from overair.mailboxes.interface import FolderType, Session
from overair.mailboxes.search_query import Clause, SearchQuery, TooComplex, clauses_of
from overair.protocol.statuses import RecipientType
from overair.server.context import Context

MOST_SUGGESTIONS: Final = 100
"""Whom one name may mean at most, of the address list and of the contacts each."""
MOST_LOOKED_AT: Final = 300
"""Contacts that hold the words of one name somewhere, of which it is looked whether they are called so."""
_SIGNS: Final = re.compile(r"[^\w]+")
_KEY: Final = "email:"
"""How the key of a contact's address begins (items.contact.email_key)."""


class Found(msgspec.Struct, frozen=True):
    """Somebody who may be meant. ``address`` is in small letters as it is compared."""

    type: RecipientType
    display_name: str
    address: str
    account_id: int | None = None
    """The account here."""
    picture: bytes | None = None


class Matches(msgspec.Struct, frozen=True):
    """Those who fit, the address list's first, and how many there are in all."""

    found: tuple[Found, ...] = ()
    total: int = 0


async def find_recipients(context: Context, text: str) -> Matches:
    """Whom a text means: who has that address, else everybody whose names or addresses its words begin.

    One whose name is exactly the text goes before those whose name it begins.
    """
    text = text.strip()
    key = email_key(text)
    if key is not None:
        one = await _with_address(context, key.removeprefix(_KEY))
        if one is not None:
            return Matches((one,), 1)
    if not words(text):
        return Matches()
    entries, total = await context.services.directory.search(text, 0, MOST_SUGGESTIONS)
    found = [await _of_entry(context, entry) for entry in entries]
    known = {one.address for one in found}
    others = [one for one in await _contacts(context, text) if one.address not in known]
    # Who is in the address list is of it, whatever the user calls them.
    found += [await _user(context, one.address) or one for one in others]
    exact = [one for one in found if folded(one.display_name) == folded(text)]
    if len(exact) == 1:
        return Matches((exact[0],), 1)
    return Matches(tuple(found), total + len(found) - len(entries))


def stranger(text: str) -> Found | None:
    """Who has an address that no list here knows; None where a text is no address."""
    key = email_key(text.strip())
    if key is None:
        return None
    address = key.removeprefix(_KEY)
    return Found(RecipientType.ADDRESS_LIST, address, address)


async def _with_address(context: Context, address: str) -> Found | None:
    person = await _user(context, address)
    if person is not None:
        return person

    async def look(session: Session) -> Sequence[Contact]:
        return [
            stored.item
            for folder_id in await _folders(session)
            for stored in await session.all_with_key(folder_id, f"{_KEY}{address}", 1)
            if isinstance(stored.item, Contact)
        ]

    for contact in await context.mailbox.inspect(look):
        return _contact(contact, address)
    return None


async def _user(context: Context, address: str) -> Found | None:
    user = await context.services.directory.find(address)
    if user is None:
        return None
    return _person(await context.services.directory.entry(user), user.account_id)


async def _of_entry(context: Context, entry: AddressListEntry) -> Found:
    user = await context.services.directory.find(entry.email_address)
    return _person(entry, None if user is None else user.account_id)


def _person(entry: AddressListEntry, account_id: int | None) -> Found:
    address = entry.email_address.lower()
    name = entry.display_name or entry.email_address
    return Found(RecipientType.ADDRESS_LIST, name, address, account_id, entry.picture)


def _contact(contact: Contact, address: str) -> Found:
    names = (contact.first_name, contact.last_name)
    name = contact.file_as or " ".join(one for one in names if one) or address
    return Found(RecipientType.CONTACTS, name, address, picture=contact.picture)


async def _contacts(context: Context, text: str) -> list[Found]:
    """The addresses of the contacts whose names or addresses the words of a text begin."""
    try:
        clauses = clauses_of(_SIGNS.sub(" ", text).lower())
    except TooComplex:
        return []

    async def look(session: Session) -> Sequence[Contact]:
        folder_ids = frozenset(await _folders(session))
        classes = frozenset({ItemClass.CONTACTS})
        query = SearchQuery(clauses=clauses, folder_ids=folder_ids, item_classes=classes)
        contacts: list[Contact] = []
        for one in await session.search(query, MOST_LOOKED_AT) if clauses else ():
            [stored] = await session.read(one.folder_id, [one.item_id])
            if stored is not None and isinstance(stored.item, Contact):
                contacts.append(stored.item)
        return contacts

    found: dict[str, Found] = {}
    for contact in await context.mailbox.inspect(look):
        if _fits(contact, clauses):
            for key in contact.keys:
                address = key.removeprefix(_KEY)
                found.setdefault(address, _contact(contact, address))
    return sorted(found.values(), key=lambda one: (one.display_name.casefold(), one.address))[
        :MOST_SUGGESTIONS
    ]


async def _folders(session: Session) -> list[str]:
    return [
        folder.folder_id
        for folder in await session.folders()
        if folder.item_class is ItemClass.CONTACTS
        and folder.type is not FolderType.RECIPIENT_INFORMATION_CACHE
    ]


def _fits(contact: Contact, clauses: Iterable[Clause]) -> bool:
    """Whether the words are of who a contact is, and not of what else is known of them."""
    called = (
        *(contact.file_as, contact.first_name, contact.middle_name, contact.last_name, contact.nick_name),
        *(contact.email1_address, contact.email2_address, contact.email3_address),
    )
    runs = [words(one) for one in called if one]
    return all(
        any(_holds(run, phrase.words) for run in runs for phrase in clause.phrases) for clause in clauses
    )


def _holds(run: Sequence[str], looked_for: Sequence[str]) -> bool:
    """Whether words stand in a text one behind the other, the last as the beginning of one."""
    last = len(looked_for) - 1
    return any(
        list(run[at : at + last]) == list(looked_for[:last]) and run[at + last].startswith(looked_for[last])
        for at in range(len(run) - last)
    )

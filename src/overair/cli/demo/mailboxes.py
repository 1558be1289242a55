"""The demo's accounts and what is in their mailboxes, put into an empty store.

A start may end before the greeting has told the passwords: killed while the mailboxes are filled, or
unable to listen. So a file in the data directory says how far it came, until they were told.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain, groupby
from operator import attrgetter
from pathlib import Path
from typing import Final

from overair.cli.demo.diary import calendar
from overair.cli.demo.letters import ACCOUNTS, Posted, posted
from overair.cli.demo.people import vcards
from overair.cli.passwords import new_password
from overair.cli.store import Perform, ask, begin, put
from overair.items.contact import Contact
from overair.items.icalendar.reading import items_from_icalendar
from overair.items.icalendar.results import Converted
from overair.items.vcard.contacts import contacts_from_vcard
from overair.server.administration import (
    AddUser,
    BeginImport,
    ListUsers,
    Mail,
    RemoveUser,
    SetPassword,
)
from overair.server.importing import entry_of

DOMAIN: Final = "overair.test"
PROGRESS_FILE: Final = "demo.unfinished"
FILLING: Final = "filling"
UNTOLD: Final = "untold"


async def fill(perform: Perform, directory: Path) -> dict[str, str]:
    """Make the accounts and fill their mailboxes where the store has no account yet.

    What an earlier start left half done is made anew; accounts whose passwords nobody was told get
    others. Returns the new passwords by address; none where there are accounts. Raises Failure.
    """
    progress = directory / PROGRESS_FILE
    reached = progress.read_text() if progress.exists() else None
    there = {user.address for user in (await ask(perform, ListUsers())).users}
    if there and reached is None:
        return {}
    passwords = {f"{account}@{DOMAIN}": new_password() for account in ACCOUNTS}
    if reached == UNTOLD:
        for address in there & passwords.keys():
            await ask(perform, SetPassword(address=address, password=passwords[address]))
        return {address: password for address, password in passwords.items() if address in there}
    progress.write_text(FILLING)
    for address in sorted(there & passwords.keys()):
        await ask(perform, RemoveUser(address=address))
    await _fill(perform, passwords)
    progress.write_text(UNTOLD)
    return passwords


def told(directory: Path) -> None:
    """Note that the passwords were told: the accounts are as any other from now on."""
    (directory / PROGRESS_FILE).unlink(missing_ok=True)


async def _fill(perform: Perform, passwords: dict[str, str]) -> None:
    for account, name in ACCOUNTS.items():
        address = f"{account}@{DOMAIN}"
        await ask(perform, AddUser(address=address, name=name, password=passwords[address]))
    place = attrgetter("account", "folder")
    now = datetime.now(UTC)
    letters = sorted(posted(DOMAIN, now), key=place)
    for (account, folder), inside in groupby(letters, key=place):
        await begin(perform, BeginImport(address=f"{account}@{DOMAIN}", folder=folder))
        await put(perform, map(_mail, inside))
    for account in ACCOUNTS:
        begun = await begin(perform, BeginImport(address=f"{account}@{DOMAIN}"))
        people = chain.from_iterable(map(contacts_from_vcard, vcards(account, DOMAIN)))
        await put(perform, (entry_of(one) for one in people if isinstance(one, Contact)))
        await put(perform, (entry_of(one.item) for one in diary(account, begun.time_zone, now)))


def diary(account: str, zone: str, now: datetime) -> Iterator[Converted]:
    """The events, tasks and notes of an account of the demo."""
    data = calendar(account, DOMAIN, zone, now)
    for one in items_from_icalendar(data, default_zone=zone, addresses=[f"{account}@{DOMAIN}"], now=now):
        if not isinstance(one, Converted):
            raise TypeError(f"component {one.place} of the demo's diary {one.reason}")
        yield one


def _mail(letter: Posted) -> Mail:
    return Mail(
        mime=letter.mime,
        received=letter.received,
        read=letter.read,
        flagged=letter.flagged,
        answered=letter.answered,
        draft=letter.folder == "Drafts",
    )

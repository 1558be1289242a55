"""The demo's accounts and what is in their mailboxes, put into an empty store."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter

from overair.cli.demo.letters import ACCOUNTS, Posted, posted
from overair.cli.demo.people import vcards
from overair.cli.passwords import new_password
from overair.cli.store import Perform, ask
from overair.server.administration import AddEntries, AddUser, BeginImport, Card, ListUsers, Mail

DOMAIN = "overair.test"


async def fill(perform: Perform) -> dict[str, str]:
    """Make the accounts and fill their mailboxes where the store has no account yet.

    Returns the new passwords by address; none where there are accounts. Raises Failure.
    """
    if (await ask(perform, ListUsers())).users:
        return {}
    passwords = {}
    for account, name in ACCOUNTS.items():
        address = f"{account}@{DOMAIN}"
        passwords[address] = new_password()
        await ask(perform, AddUser(address=address, name=name, password=passwords[address]))
    place = attrgetter("account", "folder")
    letters = sorted(posted(DOMAIN, datetime.now(UTC)), key=place)
    for (account, folder), inside in groupby(letters, key=place):
        await ask(perform, BeginImport(address=f"{account}@{DOMAIN}", folder=folder))
        await perform(AddEntries(tuple(map(_mail, inside))))
    for account in ACCOUNTS:
        await ask(perform, BeginImport(address=f"{account}@{DOMAIN}"))
        await perform(AddEntries(tuple(Card(card.encode()) for card in vcards(account, DOMAIN))))
    return passwords


def _mail(letter: Posted) -> Mail:
    return Mail(
        mime=letter.mime,
        received=letter.received,
        read=letter.read,
        flagged=letter.flagged,
        answered=letter.answered,
        draft=letter.folder == "Drafts",
    )

"""A gateway that loses the answers of its servers, and begins anew with what is on its disk."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterator
from contextlib import AbstractAsyncContextManager
from itertools import count
from pathlib import Path
from typing import Final, TypeVar

from overair.items import Contact, Item, Message
from overair.mailboxes.gateway import links
from overair.mailboxes.gateway.links import Stage
from overair.mailboxes.gateway.mailbox import GatewayMailbox
from overair.mailboxes.interface import Session, View
from support.cutting import CuttingRelay, cutting_relay
from support.dovecot import Dovecot
from support.gateway_place import GatewayPlace
from support.mail_server import trusted
from support.radicale import Radicale

T = TypeVar("T")
Held = Counter[tuple[str, str]]
"""What there is, by folder and name; the name "" is the folder itself."""


class Cut:
    """The mailbox of one user, with relays in front of its servers: "imap", "dav", "smtp"."""

    def __init__(self, place: GatewayPlace, relays: dict[str, CuttingRelay]) -> None:
        self.place: Final = place
        self.relays: Final = relays
        self.mailbox: GatewayMailbox = place.mailbox()
        self.user: Final = place.names[self.mailbox.account_id]
        self._numbers = count()

    def name(self) -> str:
        """One that nothing else has."""
        return f"n{next(self._numbers)}"

    def reborn(self) -> None:
        """Go on with a gateway that knows nothing but what is on its disk."""
        self.mailbox = self.place.reborn(self.mailbox.account_id)

    def run(self, work: Callable[[Session], Awaitable[T]]) -> T:
        """A unit of work."""
        return self.place.runner.run(self.mailbox.transact(work))

    def refresh(self, folder_ids: Collection[str] | None) -> None:
        """Bring in what is upstream."""
        self.place.runner.run(self.mailbox.refresh(folder_ids))

    def states(self) -> list[Held]:
        """What the servers hold, and what phones are shown."""
        return [upstream(self.place, self.user), mirrored(self.place, self.mailbox)]

    def open_intents(self) -> int:
        """Of how many effects nobody knows what they came to."""
        rows = self.place.runner.run(
            self.place.database.read(
                lambda transaction: transaction.all(links.OLD_INTENTS, oldest=2**62, limit=100)
            )
        )
        return sum(row[3] in (Stage.OPEN, Stage.SENDING) for row in rows)


@contextlib.contextmanager
def cut_gateway(
    directory: Path, dovecot: Dovecot, radicale: Radicale, smtp_port: int | None = None
) -> Iterator[Cut]:
    """A gateway in front of these servers."""
    ports = {"imap": dovecot.port, "dav": radicale.port} | ({} if smtp_port is None else {"smtp": smtp_port})
    with asyncio.Runner() as runner, contextlib.ExitStack() as stack:
        relays = {}
        for name, port in ports.items():
            relay = cutting_relay(port)
            relays[name] = runner.run(relay.__aenter__())
            stack.callback(_leave, runner, relay)
        dav = f"http://127.0.0.1:{relays['dav'].port}/"
        settings = {"imap": f"imap://127.0.0.1:{relays['imap'].port}", "caldav": dav, "carddav": dav}
        if "smtp" in relays:
            settings["smtp"] = f"submission://127.0.0.1:{relays['smtp'].port}"
        # The system's certificates take a while to be read.
        settings["ca_file"] = str(trusted(directory / "ca"))
        place = GatewayPlace(directory, dovecot, radicale, runner=runner, **settings)
        try:
            yield Cut(place, relays)
        finally:
            place.close()


def _leave(runner: asyncio.Runner, relay: AbstractAsyncContextManager[CuttingRelay]) -> None:
    async def leave() -> None:
        await relay.__aexit__(None, None, None)

    runner.run(leave())


def upstream(place: GatewayPlace, name: str) -> Held:
    """What the servers hold, folders included, by folder and name."""
    found: Held = Counter()
    with place.dovecot.client(name) as client:
        for _, _, folder in client.list_folders():
            client.select_folder(folder, readonly=True)
            shown = "Inbox" if folder == "INBOX" else folder.rpartition("/")[2]
            found[shown, ""] += 1
            uids = client.search("ALL")
            for said in client.fetch(uids, ["FLAGS", "ENVELOPE"]).values() if uids else ():
                unread = b"\\Seen" not in said[b"FLAGS"]
                found[folder, said[b"ENVELOPE"].subject.decode() + (", unread" if unread else "")] += 1
    home = place.radicale.folder / "collections" / "collection-root" / name
    for collection in home.iterdir():
        if collection.is_dir():
            found += _objects(collection)
    return found


def _objects(collection: Path) -> Held:
    properties = json.loads((collection / ".Radicale.props").read_text())
    folder = properties["D:displayname"]
    names = [
        found[1]
        for one in collection.iterdir()
        if not one.name.startswith(".Radicale")
        and (found := re.search(r"(?m)^(?:SUMMARY|N):([^;\r\n]*)", one.read_text())) is not None
    ]
    return Counter([(folder, ""), *((folder, name) for name in names)])


def mirrored(place: GatewayPlace, mailbox: GatewayMailbox) -> Held:
    """What phones are shown."""

    async def work(session: Session) -> Held:
        found: Held = Counter()
        for folder in await session.folders():
            found[folder.name, ""] += 1
            changes = await session.changes(
                folder.folder_id, View(), await session.start(folder.folder_id), 100
            )
            for stored in await session.read(folder.folder_id, [one.item_id for one in changes.items]):
                assert stored is not None
                found[folder.name, _name(stored.item)] += 1
        return found

    return place.runner.run(mailbox.inspect(work))


def _name(item: Item) -> str:
    if isinstance(item, Message):
        return f"{item.subject}" + ("" if item.read else ", unread")
    return f"{item.last_name}" if isinstance(item, Contact) else f"{getattr(item, 'subject', '')}"

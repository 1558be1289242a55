"""The client whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from overair.client.account import AccountCommands
from overair.client.changes import CollectionCommands
from overair.client.fetching import FetchCommands
from overair.client.folders import FolderCommands
from overair.client.mail import MailCommands
from overair.client.replica import Collection
from overair.items import ItemClass
from overair.protocol.sync_options import Options
from overair.wbxml import Element


class Client(FolderCommands, CollectionCommands, FetchCommands, MailCommands, AccountCommands):
    """One device of one user, with all commands; see Session for what it is made with.

    Everything raises ClientError: ConnectionFailed, HttpError, StatusError, InvalidAnswer or
    WipeRequested.
    """

    def collection(
        self,
        collection_id: str,
        item_class: ItemClass = ItemClass.EMAIL,
        *,
        options: Options | Sequence[Options] = (),
        window_size: int | None = None,
        deletes_as_moves: bool | None = None,
        supported: Iterable[Element] | None = None,
    ) -> Collection:
        """A replica of a collection, empty at first."""
        return Collection(
            self,
            collection_id,
            item_class,
            options=options,
            window_size=window_size,
            deletes_as_moves=deletes_as_moves,
            supported=supported,
        )

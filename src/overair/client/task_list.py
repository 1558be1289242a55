"""A folder of tasks as the client has it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from overair.client.replica import Collection
from overair.items import Item, ItemClass, Task
from overair.items.body import Body
from overair.items.task_completion import completed
from overair.items.tasks import with_both_dates
from overair.items.time_zones.zones import machine_zone
from overair.protocol.sync_options import Options
from overair.wbxml import Element

if TYPE_CHECKING:
    from overair.client.client import Client


class TaskList(Collection):
    """The replica of a folder of tasks; ``time_zone`` is the IANA zone of the user."""

    def __init__(
        self,
        client: Client,
        collection_id: str,
        *,
        options: Options | Sequence[Options] = (),
        window_size: int | None = None,
        deletes_as_moves: bool | None = None,
        time_zone: str | None = None,
    ) -> None:
        super().__init__(
            client,
            collection_id,
            ItemClass.TASKS,
            options=options,
            window_size=window_size,
            deletes_as_moves=deletes_as_moves,
        )
        self.time_zone = time_zone or machine_zone()

    def item(self, server_id: str) -> Task:
        """A task. Raises KeyError, and SchemaError for properties that break their schema."""
        return Task.from_children(self.elements[server_id], self._version)

    async def complete(self, server_id: str, when: datetime | None = None) -> str | None:
        """Complete a task, now unless said otherwise.

        Of a recurring one the current occurrence is done: it is added as a task of its own, whose id
        in ``Outcome.created`` is returned, and the series goes on with the next one. The last
        occurrence ends the series. Raises KeyError.
        """
        task = self.item(server_id)
        done, series = completed(task, when or datetime.now(UTC), self.time_zone)
        if series is None:
            await self.update(server_id, msgspec.structs.replace(done, body=None))
            return None
        client_id = await self.add(msgspec.structs.replace(done, body=await self._whole_body(server_id)))
        await self.update(server_id, msgspec.structs.replace(series, body=None))
        return client_id

    async def _whole_body(self, server_id: str) -> Body | None:
        """The body of a task, also where the replica has but the beginning of it."""
        body = self.item(server_id).body
        if body is not None and (body.truncated or body.data is None):
            found = await self._client.fetch_item(self.collection_id, server_id)
            body = Task.from_children(found.item, self._version).body
        return body and Body(type=body.type, data=body.data)

    async def _children(self, item: Item | list[Element]) -> list[Element]:
        if isinstance(item, Task):
            item = with_both_dates(item, self.time_zone)
        return await super()._children(item)

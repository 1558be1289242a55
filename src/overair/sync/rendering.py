"""The items of an answer as elements, after the exchange was committed and outside of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from overair import items
from overair.items import Item
from overair.items.calendar.event import ATTACHMENTS
from overair.items.mail.flag import NO_FLAG
from overair.mailboxes.interface import StoredItem
from overair.protocol.statuses import SyncStatus
from overair.protocol.sync import (
    AddResponse,
    ChangeResponse,
    CommandResponse,
    FetchResponse,
    ServerAdd,
    ServerChange,
    ServerCommand,
    ServerDelete,
    SoftDelete,
)
from overair.storage.interface import BlobStore
from overair.sync.answers import SAYS_WHAT_IT_MADE, Answer
from overair.sync.differences import emptied
from overair.sync.news import Kind, Telling
from overair.sync.wanted import Wanted
from overair.wbxml.element import Element
from overair.wbxml.pages import AirSyncBase

log = structlog.get_logger(__name__)

EMPTY: Final[dict[str, object]] = {"read": False, "flag": NO_FLAG, "categories": ()}
"""How the absence of what can be told alone is told."""


@dataclass(slots=True)
class Rendered:
    """What an answer says, and the items that could not be shown: whether the client has them."""

    responses: list[CommandResponse] = field(default_factory=list)
    commands: list[ServerCommand] = field(default_factory=list)
    failed: dict[str, bool] = field(default_factory=dict)


class Renderer:
    """Renders what one collection's exchange found to tell."""

    def __init__(self, account_id: int, blobs: BlobStore, wanted: Wanted) -> None:
        self._account_id = account_id
        self._blobs = blobs
        self._wanted = wanted

    async def render(self, answers: Sequence[Answer], tellings: Sequence[Telling]) -> Rendered:
        """Everything in the order given. Bodies are read from disk, so it is done in a thread."""
        if any(one.stored for one in answers) or any(one.stored for one in tellings):
            return await asyncio.to_thread(self._render, answers, tellings)
        return self._render(answers, tellings)

    def _render(self, answers: Sequence[Answer], tellings: Sequence[Telling]) -> Rendered:
        rendered = Rendered()
        for answer in answers:
            rendered.responses.append(self._answer(answer))
        for telling in tellings:
            command = self._telling(telling)
            if command is None:
                rendered.failed[telling.item_id] = telling.kind is Kind.CHANGE
            else:
                rendered.commands.append(command)
        return rendered

    def _answer(self, answer: Answer) -> CommandResponse:
        response, stored = answer.response, answer.stored
        if stored is None:
            return response
        if isinstance(response, FetchResponse):
            response.application_data = self._whole(stored, self._wanted.whole())
            if response.application_data is None:
                response.status = SyncStatus.CONVERSION_ERROR
        elif isinstance(response, AddResponse | ChangeResponse):
            response.application_data = self._made(stored, answer) or None
        return response

    def _made(self, stored: StoredItem, answer: Answer) -> list[Element]:
        """What the server made of an item of the client's, where the response can say it."""
        if self._wanted.version < SAYS_WHAT_IT_MADE:
            return []
        attachments = ATTACHMENTS.encode(answer.references(), self._wanted.version)
        children = [Element(AirSyncBase.Attachments, attachments)] if attachments else []
        if answer.made:
            tags = {bound.field.tag for bound in stored.item.fields() if bound.name in answer.made}
            shown = self._whole(stored, self._wanted) or ()
            children += [child for child in shown if child.tag in tags]
        return children

    def _telling(self, telling: Telling) -> ServerCommand | None:
        item_id = telling.item_id
        if telling.kind is Kind.DELETE:
            return ServerDelete(server_id=item_id)
        if telling.kind is Kind.SOFT_DELETE:
            return SoftDelete(server_id=item_id)
        if telling.stored is None:
            return None  # the mailbox has logged that it cannot be read
        if telling.fields is not None:
            data: list[Element] | None = self._fields(telling.stored.item, telling.fields)
        else:
            data = self._whole(telling.stored, self._wanted)
        if data is None:
            return None
        if telling.kind is Kind.ADD:
            return ServerAdd(server_id=item_id, application_data=data)
        data = data + emptied(telling.stored.item, data, telling.changed, self._wanted.version)
        return ServerChange(server_id=item_id, application_data=data)

    def _whole(self, stored: StoredItem, wanted: Wanted) -> list[Element] | None:
        options = wanted.render_options()
        try:
            return items.render(stored.item, options, wanted.version, self._blobs, stored.item_id)
        except items.CannotRender as error:
            log.error(
                "an item cannot be rendered and is left out",
                account_id=self._account_id,
                item_id=stored.item_id,
                error=str(error),
            )
            return None

    def _fields(self, item: Item, fields: frozenset[str]) -> list[Element]:
        """These fields alone; one that was emptied is said to be empty."""
        values = {name: getattr(item, name) for name in fields}
        for name, value in values.items():
            if value is None:
                values[name] = EMPTY[name]
        return type(item)(**values).to_children(self._wanted.version)

"""The day with which weeks begin, where a phone has no word for it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from overair.items import Event
from overair.items.recurrence.pattern import Recurrence, RecurrenceType
from overair.mailboxes.interface import FolderType
from overair.protocol.http import Command
from overair.protocol.sync import (
    AddCommand,
    CollectionRequest,
    CollectionResponse,
    ServerAdd,
    SyncRequest,
    SyncResponse,
)
from overair.versions import Version
from support.phone import Phone
from support.server import running_server

START = datetime(2030, 1, 7, 9, tzinfo=UTC)
EVENT = Event(
    subject="Every other weekend",
    start_time=START,
    end_time=START.replace(hour=10),
    dt_stamp=START,
    uid="weekend",
    recurrence=Recurrence(type=RecurrenceType.WEEKLY, interval=2, day_of_week=65),
)


def exchange(phone: Phone, key: str, *commands: AddCommand) -> CollectionResponse:
    """One Sync of the calendar."""
    folder = phone.folders()[FolderType.CALENDAR].server_id
    collection = CollectionRequest(sync_key=key, collection_id=folder, commands=commands)
    answer = phone.post(Command.SYNC, SyncRequest(collections=(collection,)))
    [found] = answer.read(SyncResponse).collections
    return found


@pytest.mark.req("MS-ASCAL_R52523", "MS-ASCAL_R52524", "MS-ASCAL_R11028")
def test_it_is_the_one_that_is_set(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"calendar.first_day_of_week": "monday"}
    with running_server(tmp_path, **settings) as server:
        old, new = Phone(server, Version.V14_0), Phone(server, Version.V16_1)
        added = AddCommand(client_id="1", application_data=EVENT.to_children(Version.V14_0))
        [response] = exchange(old, exchange(old, "0").sync_key, added).responses
        assert response.status == 1
        [add] = exchange(new, exchange(new, "0").sync_key).commands
        assert isinstance(add, ServerAdd)
        shown = Event.from_children(add.application_data, Version.V16_1)
        assert shown.recurrence is not None
        assert shown.recurrence.first_day_of_week == 1

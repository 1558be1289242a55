"""Searching mailboxes with the client library."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from overair.client import SearchResult, StatusError, SynchronousClient
from overair.items import ItemClass, Message
from overair.protocol.body_preferences import BodyPreference, BodyType
from overair.protocol.ranges import Range
from overair.versions import SERVED, Version
from overair.wbxml.pages import Email
from support.phone import letter
from support.server import ANNA, PASSWORD, RunningServer


def subjects(found: list[SearchResult]) -> list[str | None]:
    return [one.item.subject for one in found if isinstance(one.item, Message)]


@pytest.mark.parametrize("version", SERVED)
def test_a_mailbox_is_searched(server: RunningServer, version: Version) -> None:
    word = f"meadow{version.value}"
    for number in range(3):
        server.deliver(ANNA, letter(f"{number} {word}", body=f"lark {number}").as_bytes())
    with SynchronousClient(
        server.url, ANNA, PASSWORD, device_id=f"searching{version.value}", version=version, ssl=server.trust
    ) as client:
        found, total = client.search_mailbox(word, results=Range(0, 1))
        assert (subjects(found), total) == ([f"2 {word}", f"1 {word}"], 3)
        found, _ = client.search_mailbox(word, results=Range(2, 9))
        assert subjects(found) == [f"0 {word}"]
        text = BodyPreference(type=BodyType.PLAIN_TEXT)
        whole = client.fetch_found(found[0].long_id, body_preferences=[text])
        assert f"0 {word}" in [child.text for child in whole.item if child.tag is Email.Subject]
        hour = timedelta(hours=1)
        now = datetime.now(UTC)
        lately, _ = client.search_mailbox(
            word, received_after=now - hour, received_before=now + hour, item_classes=[ItemClass.EMAIL]
        )
        assert len(lately) == 3
        assert client.search_mailbox(word, received_before=now - hour) == ([], 0)
        assert client.search_mailbox("nothing of the kind") == ([], 0)
        with pytest.raises(StatusError) as refused:
            client.search_mailbox(word, collection_ids=["987654321"])
        assert refused.value.status == 11
        if version is Version.V16_1:
            search_id = str(uuid4())
            messages, total = client.find_messages(word, results=Range(0, 0), search_id=search_id)
            assert ([one.message.subject for one in messages], total) == ([f"2 {word}"], 3)
            messages, _ = client.find_messages(word, results=Range(1, 1), search_id=search_id)
            assert messages[0].message.preview == "lark 1"
            assert client.fetch_item(messages[0].collection_id, messages[0].server_id).item
            with pytest.raises(StatusError):
                client.find_messages(word, results=Range(1, 1))

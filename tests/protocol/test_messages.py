"""Every message in every version: there and back, and against the schemas."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overair.protocol.commands import MESSAGES, messages_of
from overair.protocol.http import Command
from overair.protocol.item_operations import (
    EmptyFolderContentsResponse,
    FetchResponse,
    ItemOperationsResponse,
)
from overair.protocol.provision import ProvisionResponse
from overair.protocol.schema import Record
from overair.protocol.sync import SyncResponse
from overair.versions import SERVED, Version
from overair.wbxml import decode, encode
from support.messages import records
from support.schemas import validate
from support.shared import needs_shared

REQUESTS = [
    pytest.param(messages.request, version, id=f"{command}-{version.text}")
    for command in MESSAGES
    for version in SERVED
    if (messages := messages_of(command, version)).request is not None
]
RESPONSES = [
    pytest.param(command, messages.response, version, id=f"{command}-{version.text}")
    for command in MESSAGES
    for version in SERVED
    if (messages := messages_of(command, version)).response is not None
]


@pytest.mark.parametrize(("record", "version"), REQUESTS)
@settings(max_examples=10)
@given(data=st.data())
def test_a_request_is_read_as_it_was_written(
    record: type[Record], version: Version, data: st.DataObject
) -> None:
    message = data.draw(records(record, version))
    assert record.from_element(decode(encode(message.to_element(version))), version) == message


@pytest.mark.parametrize(("command", "record", "version"), RESPONSES)
@settings(max_examples=10)
@given(data=st.data())
def test_a_response_is_read_as_it_was_written(
    command: Command, record: type[Record], version: Version, data: st.DataObject
) -> None:
    message = data.draw(records(record, version))
    assert record.from_element(decode(encode(message.to_element(version))), version) == message


def may_be_sent(message: Record) -> bool:
    """Whether a server may say this: the declarations let more through than the schemas."""
    match message:
        case SyncResponse():
            return message.limit is None or not message.collections  # MS-ASCMD_R4561
        case ProvisionResponse():
            return len(message.policies) < 2
        case ItemOperationsResponse():
            order = (EmptyFolderContentsResponse, FetchResponse)
            kinds = [type(response) for response in message.responses]
            return kinds == sorted(kinds, key=lambda kind: order.index(kind) + 1 if kind in order else 0)
        case _:
            return True


@needs_shared
@pytest.mark.parametrize(("command", "record", "version"), RESPONSES)
@settings(max_examples=5)
@given(data=st.data())
def test_a_response_follows_the_schema(
    command: Command, record: type[Record], version: Version, data: st.DataObject
) -> None:
    message = data.draw(records(record, version).filter(may_be_sent))
    validate(message.to_element(version), "response", command)

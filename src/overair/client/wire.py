"""Records to the bytes of a body and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeVar

from overair.client.errors import InvalidAnswer, StatusError
from overair.protocol.http import Command
from overair.protocol.schema import Record, SchemaError
from overair.protocol.statuses import CommonStatus
from overair.versions import Version
from overair.wbxml import Element, WbxmlError, decode, encode

R = TypeVar("R", bound=Record)
Trace = Callable[[Literal["request", "response"], Command, Element], None]
"""Called with every tree that is sent and received."""


def write(command: Command, message: Record, version: Version, trace: Trace | None) -> bytes:
    """The body that says a message."""
    tree = message.to_element(version)
    if trace is not None:
        trace("request", command, tree)
    return encode(tree)


def read(command: Command, body: bytes, response: type[R], version: Version, trace: Trace | None) -> R:
    """The message that a body says.

    Raises StatusError for a common status at its top, InvalidAnswer for what breaks the schema.
    """
    try:
        tree = decode(body)
        if trace is not None:
            trace("response", command, tree)
        status = common_status(tree)
        if status is not None:
            raise StatusError(command, status)
        return response.from_element(tree, version)
    except (WbxmlError, SchemaError) as error:
        raise InvalidAnswer(f"{command} was answered with what breaks the protocol: {error}") from error


def common_status(tree: Element) -> int | None:
    """The Status at the top of an answer where it is one of those that any command may give."""
    for child in tree:
        if child.tag.name == "Status" and child.text.isdecimal() and int(child.text) >= min(CommonStatus):
            return int(child.text)
    return None

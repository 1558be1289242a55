"""What tells a repeated command from another one with the same name."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

from overair.protocol.sync import ChangeCommand, Command, DeleteCommand
from overair.wbxml.element import Element

DIGEST_BYTES = 16


def digest_of(elements: Sequence[Element], send: bool = False) -> bytes:
    """A digest of a command's ApplicationData, in the order in which it stands, and of its Send."""
    digest = blake2b(b"send" if send else b"", digest_size=DIGEST_BYTES)
    waiting: list[Element | None] = list(reversed(elements))
    while waiting:
        element = waiting.pop()
        if element is None:
            digest.update(b"/")
            continue
        content = element.content or b""
        if isinstance(content, list):
            digest.update(b"<%d>" % element.tag.key)
            waiting.append(None)
            waiting.extend(reversed(content))
        else:
            data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
            digest.update(b"<%d %d>" % (element.tag.key, len(data)))
            digest.update(data)
    return digest.digest()


Edit = ChangeCommand | DeleteCommand
"""What changes an item that there is: a Change of it or of an occurrence, the end of an occurrence."""


def edits_of(commands: Sequence[Command]) -> dict[str, list[Edit]]:
    """A request's edits by item id, in their order."""
    edits: dict[str, list[Edit]] = {}
    for command in commands:
        if isinstance(command, ChangeCommand) or (
            isinstance(command, DeleteCommand) and command.instance_id is not None
        ):
            edits.setdefault(command.server_id, []).append(command)
    return edits


def digests_of_changes(commands: Sequence[Command]) -> dict[str, bytes]:
    """A digest of all that a request changes of each item, by item id: its edits are repeated together."""
    digests: dict[str, bytes] = {}
    for item_id, edits in edits_of(commands).items():
        digest = b""
        for edit in edits:
            step = blake2b(digest, digest_size=DIGEST_BYTES)
            if edit.instance_id is not None:
                step.update(b"%s %s " % (type(edit).__name__.encode(), edit.instance_id.encode()))
            if isinstance(edit, ChangeCommand):
                step.update(digest_of(edit.application_data, edit.send))
            digest = step.digest()
        digests[item_id] = digest
    return digests

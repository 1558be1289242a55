"""What tells a repeated command from another one with the same name."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

from overair.protocol.sync import ChangeCommand, Command
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


def digests_of_changes(commands: Sequence[Command]) -> dict[str, bytes]:
    """A digest of all that a request changes of each item, by item id: its Changes are repeated together."""
    digests: dict[str, bytes] = {}
    for command in commands:
        if isinstance(command, ChangeCommand):
            so_far = digests.get(command.server_id, b"")
            digest = blake2b(so_far, digest_size=DIGEST_BYTES)
            digest.update(digest_of(command.application_data, command.send))
            digests[command.server_id] = digest.digest()
    return digests

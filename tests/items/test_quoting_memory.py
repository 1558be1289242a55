"""What composing a reply or a forward holds at once, of messages that grow when they are quoted."""

from __future__ import annotations

import tracemalloc
from typing import Final

import msgspec
import pytest

from fuzz.composed import RICH_ANSWER
from fuzz.mail import NOW, Blobs
from overair.items.mail.message import index_message
from overair.items.mail.replying.composing import compose
from overair.items.mail.replying.entities import LONG_TEXT
from overair.items.mail.replying.original import original_of
from overair.server.answering import COPIES, TEXT_COPIES

SIZE: Final = LONG_TEXT + 20_000
"""Of shorter texts each line takes more, which is little in all."""
BODIES: Final = {"line feeds": b"\n", "quotations": b">\n", "signs": b"&"}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_no_more_is_held_than_is_claimed(body: bytes) -> None:
    mime = b"To: a@b.c\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + body * (SIZE // len(body))
    blobs = Blobs()
    message = msgspec.structs.replace(index_message(mime, NOW), blob=blobs.put(mime))
    assert message.index is not None
    claimed = COPIES * len(mime) + TEXT_COPIES * (message.index.text_size + message.index.html_size)
    tracemalloc.start()
    try:
        compose(RICH_ANSWER, original_of(message, blobs), NOW, is_reply=True)
        held = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert held < claimed

"""Reading what comes by LMTP: commands, and messages whole."""

from __future__ import annotations

import asyncio
from typing import Final

LINE_LENGTH: Final = 1024 * 1024
"""Bytes; RFC 5321 allows 1,000, but what a mail server has taken is delivered."""
COMMANDS_AT_ONCE: Final = 50
"""Commands taken from what has come before others have their turn; some milliseconds."""
_LINE_END: Final = b"\r\n"
_LONE_DOT: Final = b".\r\n"
_END_OF_MESSAGE: Final = _LINE_END + _LONE_DOT


class MessageTooLarge(Exception):
    """The message is larger than the server takes."""


class LineTooLong(Exception):
    """A line of the message is longer than the server takes."""


class MessageReader(asyncio.StreamReader):
    """A reader that takes a message whole, in large blocks, and lets others run between commands.

    aiosmtpd takes a message line by line and keeps each as an object of its own: 30 MB of empty lines
    would take 800 MB and half a minute.
    """

    _taken = 0

    async def readuntil(self, separator: bytes = b"\n") -> bytes:  # type: ignore[override]  # typeshed: tuples
        """Read up to a separator, as asyncio.StreamReader does."""
        self._taken += 1
        if self._taken % COMMANDS_AT_ONCE == 0:
            await asyncio.sleep(0)
        return await super().readuntil(separator)

    async def read_message(self, most: int) -> bytes:
        """A message up to the line with a lone dot, without the dots of transparency (RFC 5321, 4.5.2).

        Raises MessageTooLarge above ``most`` bytes and LineTooLong, both when all of it was read.
        """
        # The line end of the DATA command, so that an empty message ends as any other. The buffer is a
        # private attribute, the same since Python 3.4.
        self._buffer[:0] = _LINE_END  # type: ignore[attr-defined]  # private
        content = bytearray()
        size = 0
        whole = False
        while not whole:
            try:
                block = await self.readuntil(_END_OF_MESSAGE)
                whole = True
            except asyncio.LimitOverrunError as error:
                block = await self.readexactly(error.consumed)
            size += len(block)
            if size - len(_END_OF_MESSAGE) <= most:
                content += block
            else:
                content.clear()  # the rest is read all the same: the answer comes behind it
            await asyncio.sleep(0)  # what is asked for may have come already: let others have their turn
        if size - len(_END_OF_MESSAGE) > most:
            raise MessageTooLarge
        del content[-len(_LONE_DOT) :]
        place = 0
        while place + LINE_LENGTH < len(content):
            place = content.rfind(b"\n", place, place + LINE_LENGTH) + 1
            if not place:
                raise LineTooLong
        return bytes(content.replace(_LINE_END + b".", _LINE_END)[len(_LINE_END) :])

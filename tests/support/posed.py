"""Servers of the ward that answer some commands in another way, and what they were asked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from overair.doctor.complaint import Complaint
from overair.protocol.http import Command, Request
from overair.protocol.schema import Record
from overair.ward.case import Start
from overair.ward.posing import Change, Own, posing
from overair.ward.ward import Ward
from overair.wbxml import decode


def posed(changes: Mapping[Command, Change], *, send: bool = False, push: bool = False) -> Start:
    """A complaint about such a server."""

    @asynccontextmanager
    async def start(ward: Ward) -> AsyncIterator[Complaint]:
        async with posing(ward, changes):
            yield ward.complaint(send=send, push=push)

    return start


class Heard:
    """What was asked with a command; answered as Overair does, or by what is given."""

    def __init__(self, kind: type[Record], answer: Record | None = None) -> None:
        self.requests: list[Record] = []
        self._kind = kind
        self._answer = answer

    async def __call__(self, request: Request, own: Own) -> Record | None:
        self.requests.append(self._kind.from_element(decode(request.body), request.version))
        return self._answer if self._answer is not None else await own()

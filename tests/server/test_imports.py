"""Imports that come while another one of the same account has not ended."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from overair.server.administration import Mail, Outcome
from overair.server.importing import Import
from support.letters import letter
from support.server import ANNA, running_server

LETTERS = 50


def test_who_begins_anew_knows_the_batch_that_is_being_added(tmp_path: Path) -> None:
    mails = [Mail(letter(number), datetime(2026, 11, 1, tzinfo=UTC)) for number in range(LETTERS)]
    with running_server(tmp_path) as server:
        services = server.application.services
        mailbox = services.mailbox(server.users[ANNA].account_id)

        async def both() -> list[list[Outcome]]:
            imports = [Import(mailbox, None, services.import_turn) for _ in range(2)]
            return await asyncio.gather(*(one.add(mails) for one in imports))

        outcomes = [outcome for told in server.call(both) for outcome in told]
    assert sum(outcome.added for outcome in outcomes) == LETTERS
    assert sum(outcome.known for outcome in outcomes) == LETTERS

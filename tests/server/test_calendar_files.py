"""Calendar files of other programs: imported into a server, and synchronised at every version."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from overair.cli.calendar_files import Candidate, candidates
from overair.items import Event, ItemClass, Task
from overair.mailboxes.interface import FolderType
from overair.protocol.body_preferences import BodyPreference, BodyType
from overair.protocol.sync_options import Options
from overair.server.administration import Account, Begun, Outcome, Whole
from overair.server.importing import Import, entry_of, item_of
from overair.versions import SERVED, Version
from overair.wbxml.pages import AirSyncBase, Calendar, Notes, Tasks
from server.test_tasks_and_notes import Replica
from support.server import ANNA, RunningServer, running_server
from support.shared import shared

FOLDERS = {
    ItemClass.CALENDAR: FolderType.CALENDAR,
    ItemClass.TASKS: FolderType.TASKS,
    ItemClass.NOTES: FolderType.NOTES,
}
BEGUN = Begun(Account(ANNA, "Anna"), "Europe/Berlin")
BODIES = (Options(body_preferences=(BodyPreference(type=BodyType.PLAIN_TEXT, truncation_size=500),)),)


def entries(files: list[Path]) -> Iterator[Whole]:
    """What is in the files; the same UID is in several of them, which have nothing to do with each other."""
    for path in files:
        for one in candidates(path, BEGUN):
            if not isinstance(one, Candidate):
                continue
            item = item_of(one.entry)
            if isinstance(item, Event | Task):
                item = msgspec.structs.replace(item, uid=f"{path.name}/{item.uid}"[:300])
            yield entry_of(item, one.entry.attachments)


@pytest.fixture(scope="module", name="corpus")
def corpus_imported(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[RunningServer, Counter[ItemClass]]]:
    """A server with everything of the corpus in Anna's mailbox, and how much that is."""
    whole = list(entries(sorted(shared("corpora/ical").glob("*.ics"))))
    settings: dict[str, Any] = {"calendar.time_zone": BEGUN.time_zone}
    with running_server(tmp_path_factory.mktemp("corpus"), **settings) as running:
        mailbox = running.application.services.mailbox(running.users[ANNA].account_id)

        async def take() -> list[Outcome]:
            return await Import(mailbox, None).add(whole)

        outcomes = running.call(take)
        # Two files hold the same note.
        assert Counter(outcome.known for outcome in outcomes) == {False: len(whole) - 1, True: 1}
        new = [one for one, outcome in zip(whole, outcomes, strict=True) if outcome.added]
        yield running, Counter(ItemClass(one.item_class) for one in new)


@pytest.mark.parametrize("version", SERVED)
@pytest.mark.parametrize("item_class", FOLDERS)
def test_everything_that_was_imported_is_shown(
    corpus: tuple[RunningServer, Counter[ItemClass]], item_class: ItemClass, version: Version
) -> None:
    """The answers are checked by the schemas as they are read."""
    if item_class is ItemClass.NOTES and version is Version.V12_1:
        pytest.skip("12.1 has no notes")
    server, count = corpus
    replica = Replica.of(server, FOLDERS[item_class], version, BODIES)
    assert len(replica.items) == count[item_class]
    has_subject = {Calendar.Subject, Tasks.Subject, Notes.Subject}
    for elements in replica.items.values():
        tags = {element.tag for element in elements}
        if item_class is ItemClass.CALENDAR:
            assert {Calendar.StartTime, Calendar.EndTime, Calendar.UID, Calendar.DtStamp} <= tags
        else:
            assert has_subject & tags or AirSyncBase.Body in tags

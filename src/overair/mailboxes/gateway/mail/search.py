"""A search of a mailbox's messages by their server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from overair.imap.message_commands import Text
from overair.imap.responses import FetchResult
from overair.imap.session import Session
from overair.imap.uid_set import highest
from overair.items.search_document import Mark
from overair.mailboxes.gateway.backend import MirroredFolder
from overair.mailboxes.gateway.mail.appending import search_date
from overair.mailboxes.gateway.mail.overview import received_at
from overair.mailboxes.gateway.mail.selecting import entered
from overair.mailboxes.search_query import Clause, Phrase, SearchQuery

Criteria = list[str | Text | bytes]
"""The words of a SEARCH (overair.imap.message_commands)."""

_KEYS: Final[Mapping[Mark, str]] = {
    Mark.SUBJECT: "SUBJECT",
    Mark.FROM: "FROM",
    Mark.TO: "TO",
    Mark.CC: "CC",
    Mark.BCC: "BCC",
}
"""Search keys of RFC 3501; all else is looked for in the whole message."""
_HAS_ATTACHMENT: Final = ("HEADER", "CONTENT-TYPE", Text("multipart/mixed"))
"""What most messages with a file have in common that a server can be asked for."""
_A_DAY: Final = timedelta(days=1)
SPARE: Final = 1_000
"""Messages that may be found and lie outside of the limits."""


async def search(
    session: Session, folder: MirroredFolder, query: SearchQuery, limit: int
) -> list[tuple[datetime, str, str]]:
    """When the messages of a folder that match were received, the folder's id, and their keys.

    Raises ImapError.
    """
    mailbox = await entered(session, folder, fresh=True)
    uids = (await session.uid_search(criteria_of(query))).uids
    found: list[tuple[datetime, str, str]] = []

    def take(result: FetchResult) -> None:
        received = received_at(result.internal_date)
        if result.uid is not None and result.uid in uids and is_within(query, received):
            found.append((received, folder.folder_id, mailbox.key(result.uid)))

    newest = highest(uids, limit + (SPARE if query.after or query.before else 0))
    if newest:
        await session.uid_fetch(newest, ("INTERNALDATE",), take)
    return found


def criteria_of(query: SearchQuery) -> Criteria:
    """What finds the messages that a query asks for.

    SEARCH knows days alone, and each server those of its own time zone: messages near the limits may be
    found that lie outside of them.
    """
    found: Criteria = ["UNDELETED"]
    for clause in query.clauses:
        found += _clause(clause)
    for key, moment, by in (("SINCE", query.after, -_A_DAY), ("BEFORE", query.before, 2 * _A_DAY)):
        if moment is not None:
            found += [key, search_date(_moved(moment, by))]
    return found


def is_within(query: SearchQuery, received: datetime) -> bool:
    """Whether a message that was received then lies within the limits of a query."""
    after = query.after is None or received > query.after
    return after and (query.before is None or received < query.before)


def _clause(clause: Clause) -> Criteria:
    alternatives = [_phrase(phrase) for phrase in clause.phrases]
    if clause.excluded:
        return [word for one in alternatives for word in ("NOT", *one)]
    return _any(alternatives)


def _any(alternatives: Iterable[Criteria]) -> Criteria:
    first, *others = alternatives
    return ["OR", *first, *_any(others)] if others else first


def _phrase(phrase: Phrase) -> Criteria:
    if phrase.mark is Mark.HAS:
        return [*_HAS_ATTACHMENT]
    text = " ".join((phrase.typed or " ".join(phrase.words)).split())
    return [_KEYS.get(phrase.mark, "TEXT"), Text(text)]


def _moved(moment: datetime, by: timedelta) -> datetime:
    try:
        return moment + by
    except OverflowError:
        return moment

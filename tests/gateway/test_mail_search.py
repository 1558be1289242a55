"""A search is made by the server, in its own words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from gateway.test_mail_effects import every_server, play
from overair.items import ItemClass
from overair.mailboxes.search_query import SearchQuery, clauses_of
from support.dovecot import Dovecot, dovecot_fixture, needs_dovecot
from support.mirrored_mail import SERVERS, House, simple
from support.outgoing import letter

pytestmark = needs_dovecot
DOVECOT = dovecot_fixture(extra=SERVERS)
MAIL = frozenset({ItemClass.EMAIL})
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def filled(dovecot: Dovecot) -> str:
    user = dovecot.user()
    with dovecot.client(user) as client:
        for number, (subject, body) in enumerate(
            [("Plan A", "the first plan"), ("Grüße aus Köln", "schöne Grüße"), ("Plan B", "budget 100 %")]
        ):
            names = {"To": "ben@example.net", "Message_ID": f"<{number}@example.net>", "Subject": subject}
            mime = letter("anna@example.org", body=f"{body}\r\n", **names)
            client.append("INBOX", mime, [], NOON + timedelta(hours=number))
        client.append("Sent", simple("Plan C", body="old\r\n"), [], NOON - timedelta(days=400))
        client.append("Sent", simple("Plan D"), ["\\Deleted"], NOON)
    return user


async def found(there: House, text: str, limit: int = 100, **more: object) -> list[str]:
    """The subjects of what a search finds."""
    query = SearchQuery(**({"clauses": clauses_of(text), "item_classes": MAIL} | more))  # type: ignore[arg-type]  # conditions by their names
    folders = [there.folders[path] for path in ("INBOX", "Sent")]
    places = await there.backend.search(folders, query, limit)
    assert places is not None
    subjects = {}
    for path in ("INBOX", "Sent"):
        for one in there.mirror.of(there.folders[path]):
            subjects[(there.folders[path].folder_id, one.known.key)] = getattr(one.item, "subject", "")
    return [subjects[place] for place in places]


@every_server
def test_words_fields_and_dates(dovecot: Dovecot, host: str) -> None:
    user = filled(dovecot)

    async def story(there: House) -> None:
        for path in ("INBOX", "Sent"):
            await there.bring(path, whole=True)
        assert await found(there, "plan") == ["Plan B", "Plan A", "Plan C"]
        assert await found(there, "plan", limit=2) == ["Plan B", "Plan A"]
        assert await found(there, "Grüße") == ["Grüße aus Köln"]
        assert await found(there, "subject:plan first OR budget") == ["Plan B", "Plan A"]
        assert await found(there, "plan -budget") == ["Plan A", "Plan C"]
        assert await found(there, "to:ben@example.net plan") == ["Plan B", "Plan A"]
        assert await found(there, '"the first"') == ["Plan A"]
        assert await found(there, "100 %") == ["Plan B"]
        assert await found(there, "", after=NOON, before=NOON + timedelta(hours=2)) == ["Grüße aus Köln"]
        assert await found(there, "plan", before=NOON) == ["Plan C"]
        inbox = frozenset({there.folders["INBOX"].folder_id})
        assert await found(there, "plan", folder_ids=inbox, after=NOON) == ["Plan B"]
        assert await found(there, "nothing") == []
        assert await found(there, "plan", item_classes=frozenset({ItemClass.NOTES})) == []
        query = SearchQuery(item_classes=MAIL, conversation_id=b"x" * 16)
        assert await there.backend.search([there.folders["INBOX"]], query, 10) is None

    play(dovecot, story, host, user)


def test_whatever_is_typed_is_only_looked_for(dovecot: Dovecot) -> None:
    user = filled(dovecot)

    async def story(there: House) -> None:
        await there.bring("INBOX", whole=True)
        await there.bring("Sent", whole=True)
        for text in ('"; a LOGOUT\r\n"', "{10}", 'x" NOT ALL "', 'a\\b"c', "\x00nul", "x " * 90):
            await found(there, text)
        assert await found(there, "subject:plan") == ["Plan B", "Plan A", "Plan C"]

    play(dovecot, story, user=user)

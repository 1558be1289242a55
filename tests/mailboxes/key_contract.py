"""How every backend's mailbox finds items by their keys; a part of ``MailboxContract``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from mailboxes.phones import message
from overair.items.calendar.event import Event, uid_key
from overair.mailboxes.interface import FolderType, Session
from overair.times import microseconds

if TYPE_CHECKING:
    from mailboxes.contract import Do


class KeyContract:
    """Tests of one mailbox with its default folders."""

    def test_items_are_found_by_their_keys(self, do: Do, inbox: str) -> None:
        async def work(session: Session) -> None:
            calendar = (await session.folder_of_type(FolderType.CALENDAR)).folder_id
            first = await session.add(calendar, Event(uid="one", subject="first"))
            second = await session.add(calendar, Event(uid="one", subject="second"))
            other = await session.add(calendar, Event(uid="other"))
            await session.add(calendar, Event())
            await session.add(inbox, message(1, "one"))
            assert await session.with_key(calendar, uid_key("one")) == first
            assert await session.with_key(calendar, uid_key("other")) == other
            assert await session.all_with_key(calendar, uid_key("one"), 9) == [first, second]
            assert await session.all_with_key(calendar, uid_key("one"), 1) == [first]
            assert await session.all_with_key(calendar, uid_key("three"), 9) == []
            for folder, key in (
                (calendar, "one"),
                (calendar, uid_key("ONE")),
                (inbox, uid_key("one")),
                ("987654321", uid_key("one")),
                ("x", uid_key("one")),
            ):
                assert await session.with_key(folder, key) is None
            await session.remove(calendar, first.item_id)
            assert await session.with_key(calendar, uid_key("one")) == second

        do(work)

    def test_what_is_not_over_yet(self, do: Do, inbox: str) -> None:
        noon = datetime(2026, 11, 23, 12, tzinfo=UTC)

        async def work(session: Session) -> None:
            calendar = (await session.folder_of_type(FolderType.CALENDAR)).folder_id
            ends = (noon + timedelta(hours=1), noon, noon - timedelta(seconds=1))
            later, now, over = [
                (
                    await session.add(calendar, Event(start_time=end - timedelta(hours=1), end_time=end))
                ).item_id
                for end in ends
            ]
            since = microseconds(noon)
            assert await session.upcoming(calendar, since, 9) == [now, later]
            assert await session.upcoming(calendar, since, 1) == [now]
            assert over not in await session.upcoming(calendar, since - 1, 9)
            assert await session.upcoming(inbox, since, 9) == []
            for folder in ("987654321", "x"):
                assert await session.upcoming(folder, since, 9) == []

        do(work)

    def test_keys_go_with_their_items(self, do: Do) -> None:
        async def work(session: Session) -> None:
            calendar = (await session.folder_of_type(FolderType.CALENDAR)).folder_id
            inner = await session.create_folder(calendar, "inner", FolderType.USER_CALENDAR)
            added = await session.add(calendar, Event(uid="one"))
            changed = await session.change(calendar, added.item_id, Event(uid="one", subject="x"))
            assert await session.with_key(calendar, uid_key("one")) == changed
            changed = await session.change(calendar, added.item_id, Event(uid="two", subject="x"))
            assert await session.with_key(calendar, uid_key("one")) is None
            assert await session.with_key(calendar, uid_key("two")) == changed
            moved = await session.move(calendar, added.item_id, inner)
            assert await session.with_key(calendar, uid_key("two")) is None
            assert await session.with_key(inner, uid_key("two")) == moved
            without = await session.change(inner, moved.item_id, Event(subject="x"))
            assert await session.with_key(inner, uid_key("two")) is None
            await session.change(inner, without.item_id, Event(uid="three"))
            await session.delete_folder(inner)
            assert await session.with_key(inner, uid_key("three")) is None

        do(work)

"""What every backend's mailbox must do. A backend's tests subclass ``MailboxContract``."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

import pytest

from mailboxes.conversation_contract import ConversationContract
from mailboxes.phones import EPOCH, Phone, differences, message, view_of
from overair.items import Contact, ItemClass
from overair.items.calendar.event import Event, uid_key
from overair.mailboxes.interface import (
    OF_ITS_CLASS,
    FolderExists,
    FolderProtected,
    FolderType,
    ItemChange,
    Mailbox,
    NoSuchFolder,
    NoSuchItem,
    NoSuchParent,
    Session,
    TokenExpired,
    View,
)

T = TypeVar("T")


class Do(Protocol):
    """Runs a unit of work on the mailbox and returns what it returns."""

    def __call__(self, work: Callable[[Session], Awaitable[T]], /) -> T: ...


EVERYTHING = View()


def fill(do: Do, folder_id: str, *days: int) -> dict[int, str]:
    """Add a message of each day; returns their ids by day."""

    async def work(session: Session) -> dict[int, str]:
        return {day: (await session.add(folder_id, message(day, "filled"))).item_id for day in days}

    return do(work)


class MailboxContract(ConversationContract):
    """Tests of one mailbox with its default folders, new for each test.

    Subclasses provide the fixtures ``runner`` (an asyncio.Runner), ``mailbox`` and ``stranger``,
    another account's mailbox in the same place.
    """

    @pytest.fixture
    def do(self, runner: asyncio.Runner, mailbox: Mailbox) -> Do:
        def do(work: Callable[[Session], Awaitable[T]], /) -> T:
            return runner.run(mailbox.transact(work))

        return do

    @pytest.fixture
    def inbox(self, do: Do) -> str:
        async def find(session: Session) -> str:
            return (await session.folder_of_type(FolderType.INBOX)).folder_id

        return do(find)

    def test_a_new_mailbox_has_each_default_folder_once(self, do: Do) -> None:
        folders = do(lambda session: session.folders())
        types = [folder.type for folder in folders]
        assert sorted(types) == [*range(2, 12), FolderType.RECIPIENT_INFORMATION_CACHE]
        assert {folder.parent_id for folder in folders} == {"0"}
        classes = {folder.type: folder.item_class for folder in folders}
        assert classes[FolderType.INBOX] is ItemClass.EMAIL
        assert classes[FolderType.CONTACTS] is ItemClass.CONTACTS
        assert classes[FolderType.RECIPIENT_INFORMATION_CACHE] is ItemClass.CONTACTS
        assert classes[FolderType.CALENDAR] is ItemClass.CALENDAR
        assert len({folder.folder_id for folder in folders}) == len(folders)

    def test_folders_are_made_renamed_moved_and_deleted(self, do: Do) -> None:
        async def work(session: Session) -> None:
            first = await session.create_folder("0", "Projects", FolderType.USER_MAIL)
            inner = await session.create_folder(first, "Roof", FolderType.USER_MAIL)
            await session.update_folder(inner, "0", "Garden")
            assert (await session.folder(inner)).parent_id == "0"
            assert (await session.folder(inner)).name == "Garden"
            await session.update_folder(inner, first, "garden")
            stored = await session.add(inner, message(1, "kept nowhere"))
            await session.delete_folder(first)
            for gone in (first, inner):
                with pytest.raises(NoSuchFolder):
                    await session.folder(gone)
            assert await session.read(inner, [stored.item_id]) == [None]
            again = await session.create_folder("0", "Projects", FolderType.USER_MAIL)
            assert again not in (first, inner)

        do(work)

    def test_parents_come_before_their_children(self, do: Do) -> None:
        async def work(session: Session) -> None:
            early = await session.create_folder("0", "early", FolderType.USER_MAIL)
            late = await session.create_folder("0", "late", FolderType.USER_MAIL)
            await session.update_folder(early, late, "early")
            order = [folder.folder_id for folder in await session.folders()]
            assert order.index(late) < order.index(early)

        do(work)

    @pytest.mark.parametrize("name", ["Letters", "LETTERS", "letters"])
    def test_siblings_have_different_names(self, do: Do, name: str) -> None:
        async def work(session: Session) -> None:
            folder = await session.create_folder("0", "Letters", FolderType.USER_MAIL)
            other = await session.create_folder("0", "Other", FolderType.USER_MAIL)
            with pytest.raises(FolderExists):
                await session.create_folder("0", name, FolderType.USER_CONTACTS)
            with pytest.raises(FolderExists):
                await session.update_folder(other, "0", name)
            await session.create_folder(folder, name, FolderType.USER_MAIL)
            await session.update_folder(folder, "0", name)
            assert (await session.folder(folder)).name == name

        do(work)

    def test_default_folders_stay_as_they_are(self, do: Do, inbox: str) -> None:
        async def work(session: Session) -> None:
            with pytest.raises(FolderProtected):
                await session.update_folder(inbox, "0", "Post")
            with pytest.raises(FolderProtected):
                await session.delete_folder(inbox)
            with pytest.raises(FolderProtected):
                await session.create_folder("0", "Second inbox", FolderType.INBOX)

        do(work)

    def test_a_folder_needs_a_parent_outside_of_itself(self, do: Do) -> None:
        async def work(session: Session) -> None:
            outer = await session.create_folder("0", "outer", FolderType.USER_MAIL)
            inner = await session.create_folder(outer, "inner", FolderType.USER_MAIL)
            for parent in (outer, inner, "987654321", "not a folder"):
                with pytest.raises(NoSuchParent):
                    await session.update_folder(outer, parent, "outer")
            with pytest.raises(NoSuchParent):
                await session.create_folder("987654321", "orphan", FolderType.USER_MAIL)
            for unknown in ("987654321", "not a folder", "", "0", "-1", "٣", "9" * 40):
                with pytest.raises(NoSuchFolder):
                    await session.update_folder(unknown, "0", "x")

        do(work)

    def test_the_hierarchy_tells_each_change_once(self, do: Do) -> None:
        async def work(session: Session) -> None:
            everything = await session.folder_changes(None)
            assert everything.added == await session.folders()
            kept = await session.create_folder("0", "kept", FolderType.USER_MAIL)
            brief = await session.create_folder("0", "brief", FolderType.USER_MAIL)
            added = await session.folder_changes(everything.token)
            assert [folder.folder_id for folder in added.added] == [kept, brief]
            await session.update_folder(kept, "0", "renamed")
            await session.delete_folder(brief)
            inside = await session.create_folder(kept, "inside", FolderType.USER_MAIL)
            await session.update_folder(inside, kept, "inside, renamed")
            changes = await session.folder_changes(added.token)
            assert [folder.folder_id for folder in changes.added] == [inside]
            assert [folder.name for folder in changes.changed] == ["renamed"]
            assert changes.removed == (brief,)
            late = await session.folder_changes(everything.token)
            assert [folder.folder_id for folder in late.added] == [kept, inside]
            assert (late.changed, late.removed) == ((), ())
            nothing = await session.folder_changes(changes.token)
            assert (nothing.added, nothing.changed, nothing.removed) == ((), (), ())
            assert nothing.token == changes.token

        do(work)

    @pytest.mark.parametrize("token", ["", "x", "-1", "99999999", "[1,[0,0],{}]"])
    def test_a_hierarchy_token_of_somebody_else_has_expired(self, do: Do, token: str) -> None:
        with pytest.raises(TokenExpired):
            do(lambda session: session.folder_changes(token))

    def test_reading_keeps_the_order_and_says_what_is_not_there(self, do: Do, inbox: str) -> None:
        async def work(session: Session) -> None:
            ids = [(await session.add(inbox, message(day, str(day)))).item_id for day in range(3)]
            await session.remove(inbox, ids[1])
            asked = [ids[2], ids[1], "nonsense", f"{inbox}:999999", "1:2:3", ids[0], ids[0]]
            found = [stored and stored.item_id for stored in await session.read(inbox, asked)]
            assert found == [ids[2], None, None, None, None, ids[0], ids[0]]

        do(work)

    def test_items_that_are_not_there_are_refused(self, do: Do, inbox: str) -> None:
        async def work(session: Session) -> None:
            stored = await session.add(inbox, message(1, "here"))
            drafts = (await session.folder_of_type(FolderType.DRAFTS)).folder_id
            for folder, item in ((inbox, f"{inbox}:999999"), (inbox, ""), (drafts, stored.item_id)):
                with pytest.raises(NoSuchItem):
                    await session.change(folder, item, message(2, "x"))
                with pytest.raises(NoSuchItem):
                    await session.remove(folder, item)
                with pytest.raises(NoSuchItem):
                    await session.move(folder, item, drafts)
            for folder in ("987654321", "", "x"):
                with pytest.raises(NoSuchFolder):
                    await session.add(folder, message(2, "x"))
                with pytest.raises(NoSuchFolder):
                    await session.move(inbox, stored.item_id, folder)
                with pytest.raises(NoSuchFolder):
                    await session.start(folder)
            assert await session.read(inbox, [stored.item_id]) == [stored]

        do(work)

    def test_work_that_raises_leaves_nothing(self, do: Do, inbox: str) -> None:
        async def work(session: Session) -> None:
            await session.add(inbox, message(1, "lost"))
            await session.create_folder("0", "lost", FolderType.USER_MAIL)
            raise LookupError

        before = do(lambda session: session.start(inbox))
        with pytest.raises(LookupError):
            do(work)
        assert do(lambda session: session.start(inbox)) == before
        assert "lost" not in [folder.name for folder in do(lambda session: session.folders())]

    def test_a_mailbox_shows_nothing_of_another(
        self, runner: asyncio.Runner, do: Do, inbox: str, stranger: Mailbox
    ) -> None:
        stored = do(lambda session: session.add(inbox, message(1, "private")))
        removed = do(lambda session: session.add(inbox, message(1, "private, removed")))
        do(lambda session: session.remove(inbox, removed.item_id))
        do(lambda session: session.add(inbox, Event(uid="private")))

        async def work(session: Session) -> None:
            own = (await session.folder_of_type(FolderType.INBOX)).folder_id
            assert own != inbox
            assert await session.read(inbox, [stored.item_id]) == [None]
            assert await session.with_key(inbox, uid_key("private")) is None
            assert await session.with_key(own, uid_key("private")) is None
            assert await session.read(own, [f"{own}:{stored.item_id.partition(':')[2]}"]) == [None]
            for attempt in (
                session.folder(inbox),
                session.start(inbox),
                session.changes(inbox, EVERYTHING, await session.start(own), 10),
                session.add(inbox, message(1, "planted")),
                session.last_revision(inbox, removed.item_id),
                session.delete_folder(inbox),
            ):
                with pytest.raises(NoSuchFolder):
                    await attempt
            with pytest.raises(NoSuchItem):
                await session.remove(inbox, stored.item_id)

        runner.run(stranger.transact(work))
        assert do(lambda session: session.read(inbox, [stored.item_id])) == [stored]

    def test_a_first_sync_comes_newest_first(
        self, runner: asyncio.Runner, mailbox: Mailbox, do: Do, inbox: str
    ) -> None:
        ids = fill(do, inbox, 5, 1, 9, 3)
        phone = runner.run(Phone.begin(mailbox, inbox, EVERYTHING))
        first, more = runner.run(phone.window(mailbox, 2))
        assert (first, more) == ([ids[9], ids[5]], True)
        latest = do(lambda session: session.add(inbox, message(20, "just in"))).item_id
        assert runner.run(phone.rest(mailbox, 2)) == [latest, ids[3], ids[1]]

    @pytest.mark.req("MS-ASCMD_R3064", "MS-ASCMD_R3967")
    def test_a_moved_cutoff_is_told_in_windows(
        self, runner: asyncio.Runner, mailbox: Mailbox, do: Do, inbox: str
    ) -> None:
        ids = list(fill(do, inbox, *range(10)).values())
        phone = runner.run(Phone.begin(mailbox, inbox, view_of(6)))
        assert runner.run(phone.rest(mailbox)) == ids[9:5:-1]
        phone.view = view_of(2)
        assert runner.run(phone.rest(mailbox, 3)) == ids[5:1:-1]
        phone.view = view_of(8)
        assert sorted(runner.run(phone.rest(mailbox, 4))) == sorted(ids[2:8])
        phone.view = EVERYTHING
        assert runner.run(phone.rest(mailbox, 3)) == ids[7::-1]

    def test_an_item_told_ahead_is_not_told_again(
        self, runner: asyncio.Runner, mailbox: Mailbox, do: Do, inbox: str
    ) -> None:
        ids = list(fill(do, inbox, *range(4)).values())
        phone = runner.run(Phone.begin(mailbox, inbox, EVERYTHING))
        runner.run(phone.rest(mailbox))

        async def change(session: Session) -> None:
            for item_id in (*ids, *ids):
                await session.change(inbox, item_id, message(1, f"new {item_id}"))

        do(change)
        assert runner.run(phone.rest(mailbox, 1)) == ids

    def test_what_a_device_did_itself_is_no_news(self, do: Do, inbox: str) -> None:
        async def work(session: Session) -> None:
            stored = await session.add(inbox, message(1, "first"))
            token = (await session.changes(inbox, EVERYTHING, await session.start(inbox), 9)).token
            changed = await session.change(inbox, stored.item_id, message(1, "mine"))
            assert await session.news_of(inbox, token, stored.item_id)
            known = session.accounted(token, {stored.item_id: changed.revision})
            assert not await session.news_of(inbox, known, stored.item_id)
            after = await session.changes(inbox, EVERYTHING, known, 9)
            assert (after.items, after.more) == ((), False)
            removed = await session.remove(inbox, stored.item_id)
            assert await session.last_revision(inbox, stored.item_id) == removed
            assert await session.news_of(inbox, known, stored.item_id)
            gone = await session.changes(inbox, EVERYTHING, known, 9)
            assert [(change.item_id, change.exists) for change in gone.items] == [(stored.item_id, False)]

        do(work)

    def test_a_device_hears_when_its_own_change_leaves_the_view(self, do: Do, inbox: str) -> None:
        async def work(session: Session) -> None:
            view = view_of(5)
            token = (await session.changes(inbox, view, await session.start(inbox), 9)).token
            stored = await session.add(inbox, message(1, "older than the view"))
            known = session.accounted(token, {stored.item_id: stored.revision})
            [change] = (await session.changes(inbox, view, known, 9)).items
            assert (change.was_in_view, change.is_in_view, change.exists) == (True, False, True)

        do(work)

    @pytest.mark.parametrize(
        "token", ["", "{}", "[1]", "[1,[2]]", '"x"', "[99999999,[0,0],{}]", "[-5,[0,0],{}]"]
    )
    def test_a_token_that_is_not_one_has_expired(self, do: Do, inbox: str, token: str) -> None:
        with pytest.raises(TokenExpired):
            do(lambda session: session.changes(inbox, EVERYTHING, token, 10))

    def test_moves_give_a_new_id_and_remove_the_old_one(self, do: Do, inbox: str) -> None:
        async def work(session: Session) -> None:
            deleted = (await session.folder_of_type(FolderType.DELETED_ITEMS)).folder_id
            stored = await session.add(inbox, message(1, "moving"))
            here = (await session.changes(inbox, EVERYTHING, await session.start(inbox), 9)).token
            there = (await session.changes(deleted, EVERYTHING, await session.start(deleted), 9)).token
            moved = await session.move(inbox, stored.item_id, deleted)
            assert differences(moved.item, stored.item) <= {"blob"}
            assert moved.item_id != stored.item_id
            [left] = (await session.changes(inbox, EVERYTHING, here, 9)).items
            [came] = (await session.changes(deleted, EVERYTHING, there, 9)).items
            assert (left.item_id, left.exists) == (stored.item_id, False)
            assert (came.item_id, came.was_in_view) == (moved.item_id, False)

        do(work)

    def test_what_is_not_of_the_folder_s_class_is_no_news_of_it(self, do: Do, inbox: str) -> None:
        of_its_class = View(cutoff=OF_ITS_CLASS)

        async def work(session: Session) -> None:
            start = await session.start(inbox)
            ada = await session.add(inbox, Contact(first_name="Ada"))
            old = await session.add(inbox, message(-300 * 365, "of before any phone"))
            told = await session.changes(inbox, of_its_class, start, 9)
            assert [change.item_id for change in told.items] == [old.item_id]
            assert await session.count_changes(inbox, of_its_class, start) == 1
            ada = await session.change(inbox, ada.item_id, Contact(first_name="Augusta"))
            await session.remove(inbox, ada.item_id)
            assert (await session.changes(inbox, of_its_class, told.token, 9)).items == ()
            bob = await session.add(inbox, Contact(first_name="Bob"))
            everything = (await session.changes(inbox, EVERYTHING, await session.start(inbox), 9)).items
            assert {change.item_id for change in everything} == {old.item_id, bob.item_id}

        do(work)


class OwnFormContract:
    """What is true besides where items are kept in the form that they are given in."""

    def test_items_are_kept_whole(self, do: Do, inbox: str) -> None:
        async def work(session: Session) -> None:
            mail = message(3, "äöü 😀 \x07")
            mail.flag = None
            mail.categories = ("a", "b")
            person = Contact(last_name="Müller", birthday=EPOCH, picture=b"\x00\xff")
            contacts = (await session.folder_of_type(FolderType.CONTACTS)).folder_id
            stored = [await session.add(inbox, mail), await session.add(contacts, person)]
            [read_mail] = await session.read(inbox, [stored[0].item_id])
            [read_person] = await session.read(contacts, [stored[1].item_id])
            assert [read_mail, read_person] == stored
            assert (stored[0].item, stored[1].item) == (mail, person)

        do(work)

    def test_changed_fields_are_named(self, do: Do, inbox: str) -> None:
        async def work(session: Session) -> list[frozenset[str] | None]:
            told: list[ItemChange] = []
            stored = await session.add(inbox, message(1, "first"))
            token = (await session.changes(inbox, EVERYTHING, await session.start(inbox), 9)).token
            read = message(1, "first")
            read.read = True
            await session.change(inbox, stored.item_id, read)
            told += (await session.changes(inbox, EVERYTHING, token, 9)).items
            await session.change(inbox, stored.item_id, message(1, "second"))
            told += (await session.changes(inbox, EVERYTHING, token, 9)).items
            return [change.fields for change in told]

        assert do(work) == [frozenset({"read"}), frozenset({"read", "subject"})]

"""Mail at random: filters that change, days that pass, marks on both sides, answers lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from overair.items.message import Message
from overair.mailboxes.interface import Folder, FolderType, Session
from overair.protocol.statuses import SyncStatus
from overair.protocol.sync import ChangeCommand, Command, DeleteCommand
from overair.protocol.sync_options import FilterType, Options
from overair.sync.filters import view_of
from overair.wbxml.element import Element
from overair.wbxml.pages import Email
from sync.machine import SharedWorld
from sync.phone import Phone
from sync.world import NOON, mime

PHONES = ("ONE", "TWO")
FILTERS = (FilterType.ALL, FilterType.ONE_DAY, FilterType.THREE_DAYS, FilterType.ONE_WEEK)


class MailMachine(RuleBasedStateMachine):
    """Two phones with filters of their own on one Inbox."""

    shared: SharedWorld

    @initialize()
    def begin(self) -> None:
        self.names = count(1)
        self.marked = False
        there = self.shared.world
        there.clock.now = NOON
        self.account = f"mail{next(self.shared.numbers)}"
        self.phones: dict[str, Phone] = {}
        self.pending: dict[str, dict[str, Command]] = {device: {} for device in PHONES}

        async def work() -> None:
            await there.open_account(self.account)
            self.template = await there.delivery.accept(mime("template"), NOON)
            self.folder: Folder = await there.folder(FolderType.INBOX, self.account)
            for device in PHONES:
                partner = await there.partner(device, name=self.account)
                phone = self.phones[device] = Phone(there, partner, self.folder)
                await phone.begin()

        self.shared.run(work())

    def stored(self) -> dict[str, Message]:
        found = self.shared.run(self.shared.world.items(self.folder, self.account))
        return {item_id: item for item_id, item in found.items() if isinstance(item, Message)}

    @rule(days=st.integers(0, 9))
    def deliver(self, days: int) -> None:
        received = self.shared.world.clock() - timedelta(days=days)
        message = msgspec.structs.replace(
            self.template, subject=f"mail{next(self.names)}", date_received=received.astimezone(UTC)
        )
        self.shared.run(self.shared.world.add(self.folder, message, self.account))

    @rule(data=st.data(), read=st.booleans())
    def server_marks(self, data: st.DataObject, read: bool) -> None:
        stored = self.stored()
        if stored:
            item_id = data.draw(st.sampled_from(sorted(stored)))
            self.marked = True  # a mark that is set and taken back is told as what it was before
            marked = msgspec.structs.replace(stored[item_id], read=read)
            folder_id = self.folder.folder_id
            self.shared.run(
                self.shared.world.do(lambda session: session.change(folder_id, item_id, marked), self.account)
            )

    @rule(data=st.data(), moved=st.booleans())
    def server_takes_away(self, data: st.DataObject, moved: bool) -> None:
        stored = self.stored()
        if stored:
            item_id = data.draw(st.sampled_from(sorted(stored)))

            async def work(session: Session) -> None:
                if moved:
                    away = await session.folder_of_type(FolderType.SENT_ITEMS)
                    await session.move(self.folder.folder_id, item_id, away.folder_id)
                else:
                    await session.remove(self.folder.folder_id, item_id)

            self.shared.run(self.shared.world.do(work, self.account))

    @rule(hours=st.sampled_from([1, 13, 30, 80]))
    def time_passes(self, hours: int) -> None:
        self.shared.world.clock.forward(hours=hours)

    @rule(device=st.sampled_from(PHONES), filter_type=st.sampled_from(FILTERS))
    def user_sets_a_filter(self, device: str, filter_type: FilterType) -> None:
        self.phones[device].options = (Options(filter_type=filter_type),)

    @rule(device=st.sampled_from(PHONES), data=st.data(), read=st.booleans())
    def user_marks(self, device: str, data: st.DataObject, read: bool) -> None:
        items = self.phones[device].items
        if items:
            item_id = data.draw(st.sampled_from(sorted(items)))
            mark = [Element(Email.Read, "1" if read else "0")]
            self.pending[device][item_id] = ChangeCommand(server_id=item_id, application_data=mark)

    @rule(device=st.sampled_from(PHONES), data=st.data())
    def user_deletes(self, device: str, data: st.DataObject) -> None:
        items = self.phones[device].items
        if items:
            item_id = data.draw(st.sampled_from(sorted(items)))
            self.pending[device][item_id] = DeleteCommand(server_id=item_id)

    @rule(device=st.sampled_from(PHONES), data=st.data())
    def user_thinks_again(self, device: str, data: st.DataObject) -> None:
        if self.pending[device]:
            del self.pending[device][data.draw(st.sampled_from(sorted(self.pending[device])))]

    @rule(device=st.sampled_from(PHONES), lost=st.booleans(), window=st.sampled_from([1, 2, 100]))
    def sync(self, device: str, lost: bool, window: int) -> None:
        self.exchange(device, lost, window)

    def exchange(self, device: str, lost: bool, window: int = 100) -> bool:
        phone = self.phones[device]
        commands = tuple(self.pending[device].values())
        response = self.shared.run(phone.ask(*commands, window_size=window))
        if response is None or lost:
            return response is not None
        assert response.status == SyncStatus.SUCCESS
        phone.take(response, [one for one in commands if getattr(one, "server_id", "") in phone.items])
        self.pending[device] = {}
        return True

    @rule(device=st.sampled_from(PHONES))
    def restart(self, device: str) -> None:
        response = self.shared.run(self.phones[device].ask(key="0"))
        assert response is not None
        phone = self.phones[device]
        phone.key, phone.items, self.pending[device] = response.sync_key, {}, {}

    @rule(device=st.sampled_from(PHONES))
    def ping(self, device: str) -> None:
        """After a Sync to the end there is nothing to wake the phone for (law 8)."""
        while self.exchange(device, lost=False):
            pass
        watched = self.shared.run(
            self.shared.world.engine.has_news(self.phones[device].partner, [self.folder.folder_id])
        )
        assert not watched.with_news

    def teardown(self) -> None:
        if not hasattr(self, "phones"):
            return
        for _ in range(2):
            for device in PHONES:
                while self.exchange(device, lost=False):
                    pass
        stored = self.stored()
        now: datetime = self.shared.world.clock()
        for device, phone in self.phones.items():
            filter_type = phone.options[0].filter_type if phone.options else None
            cutoff = view_of(self.folder.item_class, filter_type, now).cutoff or 0
            shown = {item_id for item_id, item in stored.items() if item.view_date >= cutoff}
            assert set(phone.items) == shown, device
            for item_id in shown:
                assert phone.items[item_id][Email.Read].text == str(int(bool(stored[item_id].read))), device
            assert self.marked or phone.echoes == 0, device

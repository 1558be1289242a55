"""Phones and a mailbox at random: answers lost, commands repeated or not, restarts; at rest all agree."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from overair.items import Contact
from overair.mailboxes.interface import Folder, FolderType
from overair.protocol.statuses import SyncStatus
from overair.protocol.sync import AddCommand, ChangeCommand, Command, DeleteCommand
from sync.phone import CLIENT_WINS, Phone, name_of
from sync.world import World, contact, world

PHONES = ("WINS", "LOSES", "SLOW")


class SharedWorld:
    """One world for all examples; each has an account of its own."""

    def __init__(self) -> None:
        self.directory = tempfile.TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.numbers = count(1)
        self.world: World = self.runner.run(
            self.stack.enter_async_context(world(Path(self.directory.name) / "data", ()))
        )

    def run(self, coroutine: Any) -> Any:
        """Run in the world's event loop."""
        return self.runner.run(coroutine)


class UserOfPhone:
    """What the user of a phone has done there and the server has not confirmed yet."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone
        self.pending: dict[str, Command] = {}

    def known(self) -> list[str]:
        """Items that can still be changed or deleted."""
        return sorted(item_id for item_id in self.phone.items if item_id not in self.pending)


class EngineMachine(RuleBasedStateMachine):
    """Random operations of several phones and of the server."""

    shared: SharedWorld

    @initialize()
    def begin(self) -> None:
        self.texts = count(1)
        self.names = count(1)
        self.deleted: set[str] = set()
        self.confirmed: set[str] = set()
        there = self.shared.world
        self.account = f"user{next(self.shared.numbers)}"
        self.users: dict[str, UserOfPhone] = {}

        async def work() -> None:
            await there.open_account(self.account)
            self.folder: Folder = await there.folder(FolderType.CONTACTS, self.account)
            for device_id in PHONES:
                partner = await there.partner(device_id, name=self.account)
                phone = Phone(there, partner, self.folder)
                if device_id == "WINS":
                    phone.options = CLIENT_WINS
                self.users[device_id] = UserOfPhone(phone)
                await phone.begin()

        self.shared.run(work())

    def new_contact(self) -> Contact:
        return contact(f"name{next(self.names)}", company_name=f"text{next(self.texts)}")

    def edited(self, name: str) -> Contact:
        return contact(name, company_name=f"text{next(self.texts)}")

    def stored(self) -> dict[str, Contact]:
        found = self.shared.run(self.shared.world.items(self.folder, self.account))
        return {item_id: item for item_id, item in found.items() if isinstance(item, Contact)}

    @rule()
    def server_adds(self) -> None:
        item = self.new_contact()
        self.shared.run(self.shared.world.add(self.folder, item, self.account))
        self.confirmed.add(item.first_name or "")

    @rule(data=st.data())
    def server_changes(self, data: st.DataObject) -> None:
        stored = self.stored()
        if stored:
            item_id = data.draw(st.sampled_from(sorted(stored)))
            item = self.edited(stored[item_id].first_name or "")
            self.shared.run(
                self.shared.world.do(
                    lambda session: session.change(self.folder.folder_id, item_id, item), self.account
                )
            )

    @rule(data=st.data())
    def server_removes(self, data: st.DataObject) -> None:
        stored = self.stored()
        if stored:
            item_id = data.draw(st.sampled_from(sorted(stored)))
            self.deleted.add(stored[item_id].first_name or "")
            self.shared.run(
                self.shared.world.do(
                    lambda session: session.remove(self.folder.folder_id, item_id), self.account
                )
            )

    @rule(device=st.sampled_from(PHONES))
    def user_adds(self, device: str) -> None:
        user = self.users[device]
        command = user.phone.add(self.new_contact())
        user.pending[command.client_id] = command

    @rule(device=st.sampled_from(PHONES), data=st.data())
    def user_edits_a_new_one(self, device: str, data: st.DataObject) -> None:
        user = self.users[device]
        added = [command for command in user.pending.values() if isinstance(command, AddCommand)]
        if added:
            command = data.draw(st.sampled_from(added))
            name = Contact.from_children(command.application_data, user.phone.partner.version).first_name
            edited = user.phone.add(self.edited(name or ""), command.client_id)
            user.pending[command.client_id] = edited

    @rule(device=st.sampled_from(PHONES), data=st.data())
    def user_changes(self, device: str, data: st.DataObject) -> None:
        user = self.users[device]
        if user.phone.items:
            item_id = data.draw(st.sampled_from(sorted(user.phone.items)))
            if not isinstance(user.pending.get(item_id), DeleteCommand):
                item = self.edited(name_of(user.phone.items[item_id]))
                user.pending[item_id] = user.phone.change(item_id, item)

    @rule(device=st.sampled_from(PHONES), data=st.data())
    def user_deletes(self, device: str, data: st.DataObject) -> None:
        user = self.users[device]
        if user.phone.items:
            item_id = data.draw(st.sampled_from(sorted(user.phone.items)))
            self.deleted.add(name_of(user.phone.items[item_id]))
            user.pending[item_id] = DeleteCommand(server_id=item_id)

    @rule(device=st.sampled_from(PHONES), data=st.data())
    def user_thinks_again(self, device: str, data: st.DataObject) -> None:
        """What was not confirmed is taken back, though the server may have done it."""
        user = self.users[device]
        if user.pending:
            del user.pending[data.draw(st.sampled_from(sorted(user.pending)))]

    @rule(
        device=st.sampled_from(PHONES),
        lost=st.booleans(),
        window=st.sampled_from([1, 2, 3, 100]),
        get_changes=st.sampled_from([None, True, False]),
    )
    def sync(self, device: str, lost: bool, window: int, get_changes: bool | None) -> None:
        self.exchange(self.users[device], lost, window_size=window, get_changes=get_changes)

    def exchange(self, user: UserOfPhone, lost: bool, **request: Any) -> bool:
        """One Sync with everything pending; whether there was an answer with content."""
        commands = tuple(user.pending.values())
        response = self.shared.run(user.phone.ask(*commands, **request))
        user.phone.fresh = False
        assert response is not None or not commands
        if response is None or lost:
            return response is not None
        assert response.status == SyncStatus.SUCCESS
        assert {one.status for one in response.responses} <= {
            SyncStatus.SUCCESS,
            SyncStatus.CONFLICT,
            SyncStatus.OBJECT_NOT_FOUND,
        }
        # A command on an item that went meanwhile has nothing to act on.
        here = tuple(
            command
            for command in commands
            if not isinstance(command, ChangeCommand) or command.server_id in user.phone.items
        )
        user.phone.take(response, here)
        for command in commands:
            if isinstance(command, AddCommand):
                item = Contact.from_children(command.application_data, user.phone.partner.version)
                self.confirmed.add(item.first_name or "")
        user.pending = {key: command for key, command in user.pending.items() if command not in commands}
        gone = [key for key in user.pending if key not in user.phone.items and not key.startswith("new")]
        for key in gone:
            del user.pending[key]
        return True

    @rule(device=st.sampled_from(PHONES), lost=st.booleans())
    def restart(self, device: str, lost: bool) -> None:
        user = self.users[device]
        if lost and user.phone.fresh:
            return  # a client that was about to begin anew does not go back to before that
        response = self.shared.run(user.phone.ask(key="0"))
        assert response is not None
        assert response.status == SyncStatus.SUCCESS
        if not lost:
            # A client gives up what it added since its last key (MS-ASCMD_R4428).
            user.phone.key, user.phone.items, user.pending = response.sync_key, {}, {}
            user.phone.fresh = True

    @rule(device=st.sampled_from(PHONES))
    def ping(self, device: str) -> None:
        """A Ping answers for what the next Sync shows, where no answer was lost (law 8)."""
        user = self.users[device]
        if user.pending:
            return
        self.exchange(user, lost=False, window_size=100)
        while self.exchange(user, lost=False):
            pass
        watched = self.shared.run(
            self.shared.world.engine.has_news(user.phone.partner, [self.folder.folder_id])
        )
        assert not watched.with_news

    def teardown(self) -> None:
        if not hasattr(self, "users"):
            return
        for _ in range(2):  # what one phone sends last is news for another
            for user in self.users.values():
                while self.exchange(user, lost=False):
                    pass
        stored = self.stored()
        names = Counter(item.first_name for item in stored.values())
        assert not names or max(names.values()) == 1, f"doubled: {names}"
        assert self.confirmed - self.deleted <= set(names), "something that was confirmed is gone"
        for device, user in self.users.items():
            assert set(user.phone.items) == set(stored), device
            for item_id, item in stored.items():
                shown = list(user.phone.items[item_id].values())
                told = Contact.from_children(shown, user.phone.partner.version)
                assert msgspec.structs.replace(told, body=None) == item, device
            if device != "WINS":
                assert user.phone.echoes == 0, device


__all__ = ["EngineMachine", "SharedWorld", "precondition"]

"""Two phones, other hands and a network that fails before, within and after the answers.

A phone that did not get its answer says the same again, or, where somebody edited on, something else
under the old key. At the end both phones and the mailbox agree.
"""

from __future__ import annotations

import random
import socket
from pathlib import Path

import pytest

from overair.mailboxes.interface import FolderType
from overair.protocol.http import PATH, Command
from overair.versions import Version
from overair.wbxml import encode
from overair.wbxml.element import Element
from overair.wbxml.pages import AirSync, Contacts, Email
from phones.handset import Handset, e
from phones.letters import plain
from phones.test_android import android, collection, rest
from support.server import ANNA, RunningServer, running_server

KINDS = (FolderType.INBOX, FolderType.DELETED_ITEMS, FolderType.CONTACTS)


def cut(handset: Handset, tree: Element, *, keep: float, wait: bool) -> None:
    """Send a Sync of which only a part arrives (``keep`` of it), and hang up, if so told after the answer."""
    body = encode(tree)
    request = handset.phone.request(Command.SYNC, body=body, user_agent=handset.user_agent)
    query = request.to_query(base64=handset.base64)
    headers = {**request.to_headers(base64=handset.base64), "Content-Length": str(len(body)), "Host": "x"}
    head = f"POST {PATH}?{query} HTTP/1.1\r\n" + "".join(f"{name}: {it}\r\n" for name, it in headers.items())
    data = head.encode("latin-1") + b"\r\n" + body
    with socket.create_connection(("127.0.0.1", handset.phone.server.port), timeout=10) as connection:
        connection.sendall(data[: int(len(data) * keep)])
        if wait:
            assert connection.recv(100).startswith(b"HTTP/1.1 200")


class Owner:
    """Somebody with two phones, who edits on either, and whose mail goes on arriving."""

    def __init__(self, server: RunningServer, version: Version, seed: int) -> None:
        self.random = random.Random(seed)
        self.server = server
        self.phones = [android(server, version), android(server, Version.V16_1)]
        self.made = 0
        self.names: set[str] = set()
        for phone in self.phones:
            rest(phone, *KINDS)

    def step(self) -> None:
        """Something happens."""
        if self.random.random() < 0.25:
            self.made += 1
            self.server.deliver(ANNA, plain(f"letter {self.made}"))
            return
        phone = self.random.choice(self.phones)
        kind = self.random.choice(KINDS)
        commands = self._commands(phone, kind)
        tree = phone.sync_tree(collection(phone, kind, *commands))
        for _ in range(self.random.choice([0, 0, 1, 2])):
            cut(
                phone,
                tree,
                keep=self.random.choice([0.6, 0.95, 1, 1, 1]),
                wait=False,
            )
            if self.random.random() < 0.4:
                cut(phone, tree, keep=1, wait=True)
        if self.random.random() < 0.2 and not any(one.tag is AirSync.Add for one in commands):
            # It gave up what it wanted and asks for what is new.
            commands, tree = [], phone.sync_tree(collection(phone, kind))
        phone.take(phone.send(Command.SYNC, tree), commands)

    def _commands(self, phone: Handset, kind: FolderType) -> list[Element]:
        items = list(phone[kind].items)
        choice = self.random.choice(["add", "change", "delete", "nothing"])
        if choice == "add" and kind is FolderType.CONTACTS:
            self.made += 1
            name = f"Person {self.made}"
            self.names.add(name)
            data = e(AirSync.ApplicationData, e(Contacts.FirstName, name))
            return [e(AirSync.Add, e(AirSync.ClientId, "new_0"), data)]
        if not items or choice in ("add", "nothing"):
            return []
        server_id = self.random.choice(items)
        if choice == "delete":
            return [e(AirSync.Delete, e(AirSync.ServerId, server_id))]
        self.made += 1
        if kind is FolderType.CONTACTS:
            name = phone[kind].items[server_id][Contacts.FirstName].text
            data = e(
                AirSync.ApplicationData, e(Contacts.FirstName, name), e(Contacts.LastName, f"v{self.made}")
            )
        else:
            data = e(AirSync.ApplicationData, e(Email.Read, str(self.made % 2)))
        return [e(AirSync.Change, e(AirSync.ServerId, server_id), data)]

    def agree(self) -> None:
        """Both phones come to rest and show the same."""
        for _ in range(2):
            for phone in self.phones:
                rest(phone, *KINDS)
        first, second = self.phones
        for kind in KINDS:
            shown, other = first[kind].items, second[kind].items
            assert shown.keys() == other.keys(), kind
            for server_id, item in shown.items():
                for tag in (Email.Subject, Email.Read, Contacts.FirstName, Contacts.LastName):
                    assert item.get(tag) == other[server_id].get(tag), (kind, server_id, tag)
        names = first[FolderType.CONTACTS].subjects
        assert len(names) == len(set(names)), "doubled"
        assert set(names) <= self.names
        letters = first[FolderType.INBOX].subjects + first[FolderType.DELETED_ITEMS].subjects
        assert len(letters) == len(set(letters)), "doubled"


@pytest.mark.parametrize("version", [Version.V12_1, Version.V14_1, Version.V16_1], ids=lambda one: one.text)
def test_connections_are_cut_at_random(tmp_path: Path, version: Version) -> None:
    with running_server(tmp_path) as server:
        owner = Owner(server, version, seed=int(version))
        for _ in range(60):
            owner.step()
        owner.agree()
    # After a restart everything goes on from where it was.
    with running_server(tmp_path) as server:
        owner.server = server
        for phone in owner.phones:
            phone.phone.server = server
        keys = [phone[FolderType.INBOX].key for phone in owner.phones]
        for phone in owner.phones:
            rest(phone, *KINDS)
        assert [phone[FolderType.INBOX].key for phone in owner.phones] == keys
        for _ in range(30):
            owner.step()
        owner.agree()


def test_an_answer_is_lost_and_the_server_restarts_before_the_repetition(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        phone = android(server, Version.V16_1)
        rest(phone, *KINDS)
        server.deliver(ANNA, plain("one"))
        data = e(AirSync.ApplicationData, e(Contacts.FirstName, "Ada"))
        add = e(AirSync.Add, e(AirSync.ClientId, "new_0"), data)
        inbox = phone.sync_tree(collection(phone, FolderType.INBOX))
        contacts = phone.sync_tree(collection(phone, FolderType.CONTACTS, add))
        for tree in (inbox, contacts):
            cut(phone, tree, keep=1, wait=True)
    with running_server(tmp_path) as server:
        phone.phone.server = server
        phone.take(phone.send(Command.SYNC, inbox))
        phone.take(phone.send(Command.SYNC, contacts), [add])
        rest(phone, *KINDS)
        assert phone[FolderType.INBOX].subjects == ["one"]
        assert phone[FolderType.CONTACTS].subjects == ["Ada"]
        other = android(server, Version.V12_1)
        rest(other, *KINDS)
        assert other[FolderType.CONTACTS].subjects == ["Ada"]

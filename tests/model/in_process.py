"""The model's drive in simulated time: the whole application but the sockets, in one event loop."""

from __future__ import annotations

import asyncio
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeVar
from unittest import mock

from starlette.types import Message

from model.drive import DOMAIN, PASSWORD, Answer, Asked, Fate, FolderAsItIs
from model.edit import Edit
from model.eye import Eye
from model.forms import FORMS
from model.laws import Law, hold
from model.simulation import SimulatedLoop
from model.steps import FAULTS
from model.store import InlineDatabase
from overair import items
from overair.items import Item, ItemClass, render
from overair.items.rendering import RenderOptions
from overair.mailboxes.interface import FolderType, MailboxError, Session
from overair.protocol.http import PATH, Request
from overair.server.app import Application, build
from overair.server.settings import Settings, load
from overair.storage.blobs import FileBlobStore
from overair.storage.interface import BlobStore, DatabaseUnavailable, MailboxChange
from overair.storage.open import BLOB_DIRECTORY, DATABASE_FILE, DirectoryLock, Storage
from overair.storage.url import SQLITE
from overair.sync.engine import Engine
from overair.sync.partner import Partner
from overair.versions import Version
from overair.wbxml import Element
from support import hashing

T = TypeVar("T")

MEMORY: Final = Path("/dev/shm")  # a disk that needs no time, where there is one


def fast_directory() -> str | None:
    """Where files cost nothing; None for the usual place."""
    return str(MEMORY) if MEMORY.is_dir() else None


class AskedInProcess:
    """A request that the application answers in a task of its own."""

    def __init__(self, application: Application, request: Request, fate: Fate) -> None:
        self._body = request.body
        self._sent = 0
        self._pieces = [self._body]
        if fate is Fate.REQUEST_CUT:
            self._pieces = [self._body[: len(self._body) // 2]]
        self._cut = fate is Fate.REQUEST_CUT
        self._fate = fate
        self._gone = asyncio.Event()
        self._status = 0
        self._headers: dict[str, str] = {}
        self._got: list[bytes] = []
        self._whole = False
        headers = [(b"host", b"localhost"), (b"content-length", b"%d" % len(self._body))]
        headers += [
            (name.lower().encode(), value.encode("latin-1")) for name, value in request.to_headers().items()
        ]
        self._scope = {
            "type": "http",
            "method": "POST",
            "path": PATH,
            "query_string": request.to_query().encode(),
            "headers": headers,
            "client": ("127.0.0.1", 1),
        }
        self._task = asyncio.get_running_loop().create_task(
            application(self._scope, self._receive, self._send)
        )

    @property
    def done(self) -> bool:
        return self._task.done() or self._gone.is_set()

    @property
    def answer(self) -> Answer | None:
        if self._task.done() and not self._task.cancelled():
            self._task.result()  # what the application raises is a defect
        lost = self._fate in (Fate.REQUEST_CUT, Fate.ANSWER_LOST, Fate.ANSWER_CUT)
        if lost or self._gone.is_set() or not self._whole:
            return None
        return Answer(self._status, b"".join(self._got), self._headers)

    def hang_up(self) -> None:
        self._gone.set()

    async def _receive(self) -> Message:
        if self._sent < len(self._pieces):
            piece = self._pieces[self._sent]
            self._sent += 1
            more = self._cut or self._sent < len(self._pieces)
            return {"type": "http.request", "body": piece, "more_body": more}
        if not self._cut:
            await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if self._gone.is_set():
            return
        if message["type"] == "http.response.start":
            assert isinstance(message["status"], int)
            self._status = message["status"]
            found = message["headers"]
            assert isinstance(found, list)
            self._headers = {name.decode(): value.decode() for name, value in found}
        else:
            body = message.get("body", b"")
            assert isinstance(body, bytes)
            self._got.append(body)
            self._whole = not message.get("more_body", False)


class InProcess:
    """Drive (drive.py) over a data directory that is made for the time of one story."""

    faults: tuple[str, ...] = FAULTS

    def __init__(self, template: Path, seed: int) -> None:
        self._directory = Path(tempfile.mkdtemp(dir=fast_directory(), prefix="model-"))
        self._data = self._directory / "data"
        shutil.copytree(template, self._data)
        self._settings = settings(self._data)
        self._eye = Eye(self._data)
        self._moments = random.Random(seed)
        self._accounts: dict[str, int] = {}
        self._lost = 0
        self._late = 0.0
        self._running = False
        self._overlapping = ""
        self.lags = False
        self.unshowable: set[str] = set()
        self._patches = ExitStack()

    async def __aenter__(self) -> Self:
        self._patches.enter_context(hashing.cheap())
        self._patches.enter_context(mock.patch.object(items, "render", self._render))
        await self._start()
        for user in await self._application.directory.list_users():
            self._accounts[user.address.partition("@")[0]] = user.account_id
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._running:
            await self._kill()
        self._patches.close()
        self._eye.close()
        shutil.rmtree(self._directory)

    @property
    def _loop(self) -> SimulatedLoop:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, SimulatedLoop)
        return loop

    async def _start(self) -> None:
        lock = DirectoryLock(self._data)
        self._database = InlineDatabase(self._data / DATABASE_FILE)
        self._database.moments = self._moments
        storage = Storage(self._data, self._database, FileBlobStore(self._data / BLOB_DIRECTORY), lock)
        self._application = build(self._settings, storage)
        self._watch_engine(self._application.services.engine)
        self._storage = storage
        self._database._listeners = [self._notify]
        self._running = True
        await self._application.startup()

    def _break_item(self, choice: int) -> None:
        mailboxes = [self._eye.mailbox(account_id) for account_id in self._accounts.values()]
        found = [item_id for one in mailboxes for folder in one.values() for item_id in folder.items]
        if found:
            self.unshowable.add(found[choice % len(found)])

    def _render(
        self, item: Item, options: RenderOptions, version: Version, blobs: BlobStore, item_id: str
    ) -> list[Element]:
        """In the place of items.render."""
        if item_id in self.unshowable:
            raise items.CannotRender("broken by the story")
        return render(item, options, version, blobs, item_id)

    def _watch_engine(self, engine: Engine) -> None:
        """See to it that no two requests of a device are with the engine (law 9)."""
        inside: Counter[int] = Counter()

        def alone(work: Callable[..., Awaitable[T]]) -> Callable[..., Awaitable[T]]:
            async def watched(partner: Partner, *args: object) -> T:
                inside[partner.device_key] += 1
                if inside[partner.device_key] > 1:
                    self._overlapping = f"two requests of device {partner.device_key} are served"
                try:
                    return await work(partner, *args)
                finally:
                    inside[partner.device_key] -= 1

            return watched

        for name in ("exchange", "has_news", "last_keys"):
            setattr(engine, name, alone(getattr(engine, name)))

    def _notify(self, change: MailboxChange) -> None:
        """A change on its way from the database to those who wait for it."""
        if self._lost:
            self._lost -= 1
        elif self._late:
            self._loop.call_later(self._late, self._application._changed, change)
        else:
            self._application._changed(change)

    async def _kill(self) -> None:
        self._running = False
        self._database.kill()
        if self._application.services.transport._retry is not None:
            self._application.services.transport._retry.cancel()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._application.directory.close()
        self._storage.lock.release()

    async def _restart(self) -> None:
        self._running = False
        await self._application.shutdown()
        await self._start()

    def now(self) -> datetime:
        return datetime.now(UTC)

    def ask(self, account: str, request: Request, fate: Fate, *, waits: bool) -> Asked:
        return AskedInProcess(self._application, request, fate)

    async def settle(self, rounds: int | None = None) -> None:
        await self._go_on(rounds)
        hold(not self._overlapping, Law.ALONE, self._overlapping)

    async def _go_on(self, rounds: int | None) -> None:
        while rounds is None or rounds > 0:
            if rounds is not None:
                rounds -= 1
            await asyncio.sleep(0)
            if not self._loop.idle:
                continue
            if not self._database.outstanding:
                return
            await self._database.progress()

    async def pass_time(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self.settle()

    async def patience(self, condition: Callable[[], Awaitable[bool]]) -> None:
        """There is nothing to wait for."""

    async def mailbox(self, account: str) -> dict[str, FolderAsItIs]:
        return self._eye.mailbox(self._accounts[account])

    async def changed(self) -> bool:
        return self._eye.changed()

    async def _hand(self, account: str, work: Callable[[Session], Awaitable[object]]) -> bool:
        """Another hand on the mailbox; it comes while everything else goes on."""
        mailbox = self._application.services.mailbox(self._accounts[account])
        try:
            await mailbox.transact(work)
        except MailboxError:
            return False
        return True

    async def deliver(self, account: str, mime: bytes) -> bool:
        delivery = self._application.delivery
        user = await self._application.directory.find(f"{account}@{DOMAIN}")
        assert user is not None
        try:
            await delivery.deliver(await delivery.accept(mime), [user])
        except (MailboxError, DatabaseUnavailable, OSError):
            return False
        return True

    async def add(self, account: str, folder_id: str, item_class: ItemClass, edit: Edit) -> bool:
        item = FORMS[item_class].made(edit.marker, edit.says)
        return await self._hand(account, lambda session: session.add(folder_id, item))

    async def change(self, account: str, folder_id: str, item_id: str, edit: Edit) -> bool:
        async def work(session: Session) -> None:
            [stored] = await session.read(folder_id, [item_id])
            if stored is not None:
                item = FORMS[stored.item.item_class].edited(stored.item, edit)
                await session.change(folder_id, item_id, item)

        return await self._hand(account, work)

    async def remove(self, account: str, folder_id: str, item_id: str) -> bool:
        return await self._hand(account, lambda session: session.remove(folder_id, item_id))

    async def move(self, account: str, folder_id: str, item_id: str, destination_id: str) -> bool:
        return await self._hand(account, lambda session: session.move(folder_id, item_id, destination_id))

    async def create_folder(self, account: str, name: str) -> bool:
        return await self._hand(
            account, lambda session: session.create_folder("0", name, FolderType.USER_MAIL)
        )

    async def rename_folder(self, account: str, folder_id: str, name: str) -> bool:
        return await self._hand(account, lambda session: session.update_folder(folder_id, "0", name))

    async def delete_folder(self, account: str, folder_id: str) -> bool:
        return await self._hand(account, lambda session: session.delete_folder(folder_id))

    async def trouble(self, fault: str, amount: int) -> None:
        match fault:
            case "kill":
                await self._kill()
                await self._start()
            case "restart":
                await self._restart()
            case "busy":
                self._database.busy = 1 + amount % 3
            case "full":
                self._database.full = 1 + amount % 3
            case "slow":
                self._database.slowness = amount % 20
            case "jump":
                self._loop.jump((amount - 50) * 3600)
            case "notification lost":
                self._lost = 1 + amount % 3
            case "notification late":
                self._late = amount % 30
            case "item broken":
                self._break_item(amount)
            case "cut":
                pass  # SQLite has no connection that could be cut
            case _:
                raise ValueError(fault)

    async def at_rest(self) -> None:
        """Nothing stands behind the mailboxes."""

    async def relieve(self) -> None:
        self.unshowable.clear()
        self._database.busy = self._database.full = self._lost = 0
        self._database.slowness = self._late = 0.0
        await self.settle()


def settings(directory: Path) -> Settings:
    """Those of the model: no doors but the one that is knocked at."""
    return load(None, data_dir=str(directory), domain=DOMAIN, **{"delivery.lmtp": "", "database.url": SQLITE})


async def make_template(directory: Path, accounts: tuple[str, ...]) -> None:
    """A data directory with accounts, from which each story begins."""
    with hashing.cheap():
        application = build(settings(directory))
        for account in accounts:
            await application.directory.add_user(f"{account}@{DOMAIN}", PASSWORD.decode(), account.title())
        await application.shutdown()


__all__ = ["InProcess", "fast_directory", "make_template", "settings"]

"""Defects in items that cannot be shown, in waiting, and in serving one device (laws 6, 8 and 9)."""

from __future__ import annotations

from typing import Any, Final, Self

import pytest

from model.defects.defect import defect
from model.laws import Law
from overair import items
from overair.mailboxes.embedded.session import EmbeddedSession
from overair.mailboxes.embedded.token import Token
from overair.mailboxes.interface import StoredItem
from overair.push.hub import WaitingRequest, WaitingTable
from overair.push.interface import ShuttingDown, Subscription
from overair.server.context import Context
from overair.server.locks import DeviceLocks, HeldLock, _Entry
from overair.server.watch import Watch
from overair.sync.engine import Engine
from overair.sync.news import News, NewsReader
from overair.sync.rendering import Renderer
from overair.sync.wanted import Wanted
from overair.wbxml.element import Element


def what_cannot_be_shown_stops_the_folder(patch: pytest.MonkeyPatch) -> None:
    def whole(self: Renderer, stored: StoredItem, wanted: Wanted) -> list[Element]:
        return items.render(stored.item, wanted.render_options(), wanted.version, self._blobs, stored.item_id)

    patch.setattr(Renderer, "_whole", whole)


async def _nothing(*_: object) -> None:
    return None


def what_could_not_be_shown_is_not_recorded(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Engine, "_except", _nothing)


def what_could_not_be_shown_is_not_tried_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(NewsReader, "retry", _nothing)


def every_third_notification_is_lost(patch: pytest.MonkeyPatch) -> None:
    publish = WaitingTable.publish
    count = 0

    def sometimes(self: WaitingTable, account_id: int, folder_id: str | None) -> None:
        nonlocal count
        count += 1
        if count % 3:
            publish(self, account_id, folder_id)

    patch.setattr(WaitingTable, "publish", sometimes)


def a_wait_compares_before_it_subscribes(patch: pytest.MonkeyPatch) -> None:
    wait = Watch.wait

    class Later:
        """Not in the table yet."""

        def close(self) -> None:
            pass

    def begin(self: Watch, context: Context, folder_ids: Any, seconds: float) -> None:
        original(self, context, folder_ids, seconds)
        self._subscription.close()
        self._later = folder_ids  # type: ignore[attr-defined]  # the defect's own

    async def late(self: Watch) -> bool:
        folder_ids = vars(self).pop("_later", None)
        if folder_ids is not None:
            self._subscription = self._context.services.hub.subscribe(
                self._context.user.account_id, str(self._context.device.device_key), folder_ids
            )
        return await wait(self)

    original = Watch.__init__
    patch.setattr(Watch, "__init__", begin)
    patch.setattr(Watch, "wait", late)


def nobody_looks_when_the_time_is_up(patch: pytest.MonkeyPatch) -> None:
    wait = Watch.wait

    async def blind(self: Watch) -> bool:
        if await wait(self):
            return True
        raise ShuttingDown

    patch.setattr(Watch, "wait", blind)


def a_wake_is_news(patch: pytest.MonkeyPatch) -> None:
    exist = NewsReader.exist

    async def moved(self: NewsReader, token: str) -> bool:
        session, folder_id = self._session, self._folder.folder_id
        assert isinstance(session, EmbeddedSession)
        modseq, _ = await session._position(folder_id)
        return modseq != Token.decode(token).position or await exist(self, token)

    patch.setattr(NewsReader, "exist", moved)


def a_sync_with_nothing_to_tell_has_a_new_key(patch: pytest.MonkeyPatch) -> None:
    async def busy(self: Engine, partner: Any, collections: Any) -> Any:
        return list(collections)

    patch.setattr(Engine, "_busy", busy)
    patch.setattr(News, "__bool__", lambda _: True)


def requests_of_a_device_overlap(patch: pytest.MonkeyPatch) -> None:
    def alone(self: DeviceLocks, device_key: int) -> HeldLock:
        return HeldLock(self, device_key, _Entry())

    patch.setattr(DeviceLocks, "hold", alone)


class _Held:
    """A while that is spent with the lock."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass


def a_waiting_request_keeps_the_lock(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(HeldLock, "released", lambda _: _Held())


def a_newer_request_leaves_the_waiting_one(patch: pytest.MonkeyPatch) -> None:
    def subscribe(self: WaitingTable, account_id: int, device_key: str, folder_ids: Any) -> Subscription:
        entry = WaitingRequest(self, account_id, device_key, folder_ids)
        self._accounts.setdefault(account_id, {})[device_key] = entry
        return entry

    patch.setattr(WaitingTable, "subscribe", subscribe)


def a_folder_of_the_account_wakes_nobody(patch: pytest.MonkeyPatch) -> None:
    publish = WaitingTable.publish

    def items_only(self: WaitingTable, account_id: int, folder_id: str | None) -> None:
        if folder_id is not None:
            publish(self, account_id, folder_id)

    patch.setattr(WaitingTable, "publish", items_only)


DEFECTS: Final = (
    defect(
        "what cannot be shown stops the folder",
        what_cannot_be_shown_stops_the_folder,
        Law.NEVER_BLOCKED,
        Law.RETRIED,
    ),
    defect(
        "what could not be shown is not recorded",
        what_could_not_be_shown_is_not_recorded,
        Law.AGREED,
        Law.ADD_FIRST,
        Law.WOKEN,
    ),
    defect(
        "what could not be shown is not tried again", what_could_not_be_shown_is_not_tried_again, Law.AGREED
    ),
    defect("every third notification is lost", every_third_notification_is_lost, Law.WOKEN),
    defect(
        "a wait compares before it subscribes", a_wait_compares_before_it_subscribes, Law.WOKEN, Law.ALONE
    ),
    defect("nobody looks when the time is up", nobody_looks_when_the_time_is_up, Law.WOKEN),
    defect("a wake is news", a_wake_is_news, Law.NOT_FRUITLESS),
    defect(
        "a Sync with nothing to tell has a new key",
        a_sync_with_nothing_to_tell_has_a_new_key,
        Law.NOT_FRUITLESS,
    ),
    defect("a new folder wakes nobody", a_folder_of_the_account_wakes_nobody, Law.WOKEN),
    defect("requests of a device overlap", requests_of_a_device_overlap, Law.ALONE),
    defect("a waiting request keeps the lock", a_waiting_request_keeps_the_lock, Law.ALONE),
    defect("a newer request leaves the waiting one", a_newer_request_leaves_the_waiting_one, Law.ALONE),
)

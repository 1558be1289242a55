"""The partnerships between accounts and devices."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import Final

import msgspec
from sqlalchemy import bindparam, delete, func, insert, select, update

from overair.devices.device import Device
from overair.devices.tables import partnership
from overair.storage.interface import Database, Row, Transaction
from overair.storage.statement import Statement
from overair.versions import Version

HOUR: Final = 3600 * 1_000_000
SEEN_EVERY: Final = HOUR
"""How exact ``last_seen`` is: a phone that syncs all day costs one write an hour."""
ORPHANED_AFTER: Final = 30 * 24 * HOUR
"""A partnership that was not used for so long makes room when an account has too many.

Some clients take a new device id at each start.
"""
CACHED: Final = 50_000
"""How many partnerships are kept in memory."""

_t = partnership.c
_columns = (
    _t.device_key,
    _t.account_id,
    _t.device_id,
    _t.device_type,
    _t.user_agent,
    _t.policy_key,
    _t.protocol_version,
    _t.policy_digest,
    _t.temporary_policy_key,
    _t.next_policy_key,
    _t.next_policy_digest,
    _t.last_seen,
)
_this_device = (_t.account_id == bindparam("account"), _t.device_id == bindparam("device"))
_this_key = _t.device_key == bindparam("key")

FIND: Final = Statement(select(*_columns).where(*_this_device))
OF_ACCOUNT: Final = Statement(
    select(*_columns).where(_t.account_id == bindparam("account")).order_by(_t.last_seen.desc(), _t.device_id)
)
COUNT: Final = Statement(select(func.count()).where(_t.account_id == bindparam("account")))
DROP_ORPHANS: Final = Statement(
    delete(partnership).where(_t.account_id == bindparam("account"), _t.last_seen < bindparam("before"))
)
CREATE: Final = Statement(
    insert(partnership)
    .values(
        account_id=bindparam("account"),
        device_id=bindparam("device"),
        device_type=bindparam("type"),
        user_agent=bindparam("agent"),
        protocol_version=bindparam("version"),
        created=bindparam("now"),
        last_seen=bindparam("now"),
        policy_key=0,
        policy_digest="",
        temporary_policy_key=0,
        next_policy_key=0,
        next_policy_digest="",
        information="",
    )
    .returning(*_columns)
)
SEEN: Final = Statement(
    update(partnership)
    .where(_this_key)
    .values(
        device_type=bindparam("type"),
        user_agent=bindparam("agent"),
        protocol_version=bindparam("version"),
        last_seen=bindparam("now"),
    )
)
SET_POLICY: Final = Statement(
    update(partnership)
    .where(_this_key)
    .values(
        policy_key=bindparam("policy"),
        policy_digest=bindparam("digest"),
        temporary_policy_key=bindparam("temporary"),
        next_policy_key=bindparam("next"),
        next_policy_digest=bindparam("next_digest"),
    )
)
SET_INFORMATION: Final = Statement(
    update(partnership).where(_this_key).values(information=bindparam("information"))
)
FORGET_ACCOUNT: Final = Statement(delete(partnership).where(_t.account_id == bindparam("account")))
GET_INFORMATION: Final = Statement(select(_t.information).where(_this_key))


class TooManyDevices(Exception):
    """The account has as many partnerships as it may have, all of them in use."""


class Partnerships:
    """Finds and makes partnerships; those in use are kept in memory, so a Sync does not read them."""

    def __init__(self, database: Database, limit: int) -> None:
        self._database = database
        self._limit = limit
        self._cache: OrderedDict[tuple[int, str], Device] = OrderedDict()

    async def contact(
        self, account_id: int, device_id: str, device_type: str, user_agent: str, version: Version
    ) -> Device:
        """The partnership of a device that makes a request, made at its first contact.

        Notes what the device calls itself now. Raises TooManyDevices, DatabaseUnavailable.
        """
        now = time.time_ns() // 1000
        said = (device_type, user_agent, int(version))
        device = self._cache.get((account_id, device_id))
        if device is not None and _is_stale(device, said, now):
            device = await self._note(device, said, now)
        if device is None:
            device = await self._database.write(
                lambda transaction: self._find_or_create(transaction, account_id, device_id, said, now)
            )
            if _is_stale(device, said, now):
                device = await self._note(device, said, now) or device
        self._remember(device)
        return device

    async def _note(self, device: Device, said: tuple[str, str, int], now: int) -> Device | None:
        """Keep what a device says now; None where its partnership has gone to make room for others."""
        device_type, user_agent, version = said
        key = device.device_key
        noted = await self._database.write(
            lambda transaction: transaction.execute(
                SEEN, key=key, type=device_type, agent=user_agent, version=version, now=now
            )
        )
        # Another request of the device may have changed its policy key meanwhile.
        device = self._cache.get((device.account_id, device.device_id), device)
        if not noted:
            self._cache.pop((device.account_id, device.device_id), None)
            return None
        return msgspec.structs.replace(
            device, device_type=device_type, user_agent=user_agent, protocol_version=version, last_seen=now
        )

    async def _find_or_create(
        self, transaction: Transaction, account_id: int, device_id: str, said: tuple[str, str, int], now: int
    ) -> Device:
        row = await transaction.one(FIND, account=account_id, device=device_id)
        if row is None:
            if await self._count(transaction, account_id) >= self._limit:
                await transaction.execute(DROP_ORPHANS, account=account_id, before=now - ORPHANED_AFTER)
                if await self._count(transaction, account_id) >= self._limit:
                    raise TooManyDevices(f"account {account_id} has {self._limit} partnerships")
            row = await transaction.one(
                CREATE,
                account=account_id,
                device=device_id,
                type=said[0],
                agent=said[1],
                version=said[2],
                now=now,
            )
        if row is None:
            raise RuntimeError("INSERT ... RETURNING returned nothing")
        return _device(row)

    async def _count(self, transaction: Transaction, account_id: int) -> int:
        row = await transaction.one(COUNT, account=account_id)
        return msgspec.convert(row[0], int) if row is not None else 0

    async def devices(self, account_id: int) -> list[Device]:
        """The partnerships of an account, those that were used last first. Raises DatabaseUnavailable."""
        rows = await self._database.read(lambda transaction: transaction.all(OF_ACCOUNT, account=account_id))
        return list(map(_device, rows))

    async def set_policy(self, device: Device) -> None:
        """Keep the policy keys and digests of a device."""
        await self._database.write(
            lambda transaction: transaction.execute(
                SET_POLICY,
                key=device.device_key,
                policy=device.policy_key,
                digest=device.policy_digest,
                temporary=device.temporary_policy_key,
                next=device.next_policy_key,
                next_digest=device.next_policy_digest,
            )
        )
        self._remember(device)

    async def set_information(self, device: Device, information: dict[str, str]) -> None:
        """Keep what a device says about itself, by the names of DeviceInformation's elements."""
        text = msgspec.json.encode(information).decode()
        await self._database.write(
            lambda transaction: transaction.execute(SET_INFORMATION, key=device.device_key, information=text)
        )

    async def information(self, device: Device) -> dict[str, str]:
        """What a device said about itself last."""
        row = await self._database.read(
            lambda transaction: transaction.one(GET_INFORMATION, key=device.device_key)
        )
        if row is None or not row[0]:
            return {}
        return msgspec.json.decode(str(row[0]), type=dict[str, str])

    def _remember(self, device: Device) -> None:
        known = (device.account_id, device.device_id)
        self._cache[known] = device
        self._cache.move_to_end(known)
        if len(self._cache) > CACHED:
            self._cache.popitem(last=False)


def _is_stale(device: Device, said: tuple[str, str, int], now: int) -> bool:
    """Whether what is known of a device should be written anew."""
    known = (device.device_type, device.user_agent, device.protocol_version)
    return said != known or now - device.last_seen > SEEN_EVERY


async def forget_partnerships(transaction: Transaction, account_id: int) -> None:
    """Remove an account's partnerships, with all that hangs on them."""
    await transaction.execute(FORGET_ACCOUNT, account=account_id)


async def knows_device(transaction: Transaction, account_id: int, device_id: str) -> bool:
    """Whether an account has a partnership with a device that was used in the last 30 days."""
    row = await transaction.one(FIND, account=account_id, device=device_id)
    return row is not None and _device(row).last_seen >= time.time_ns() // 1000 - ORPHANED_AFTER


def _device(row: Row) -> Device:
    """A device from a row of the columns above, which are in the order of its fields."""
    return msgspec.convert(dict(zip(Device.__struct_fields__, row, strict=True)), Device)

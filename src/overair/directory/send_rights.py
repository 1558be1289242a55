"""As whom an account may send beside its own addresses, as an administrator grants it."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, delete, select

from overair.directory.interface import SendRight
from overair.directory.tables import send_rights
from overair.storage.interface import Statement, Transaction
from overair.storage.statement import upsert

_s = send_rights.c
RIGHTS: Final = Statement(
    select(_s.address, _s.on_behalf).where(_s.account_id == bindparam("account")).order_by(_s.address)
)
ALL_RIGHTS: Final = Statement(select(_s.account_id, _s.address, _s.on_behalf).order_by(_s.address))
GRANT: Final = Statement(upsert(send_rights, ("account_id", "address"), ("on_behalf",)))
REVOKE: Final = Statement(
    delete(send_rights).where(_s.account_id == bindparam("account"), _s.address == bindparam("other"))
)
REVOKE_ALL: Final = Statement(delete(send_rights).where(_s.account_id == bindparam("account")))
HOLDERS: Final = Statement(select(_s.account_id).where(_s.address == bindparam("other")))
REVOKE_FROM_ALL: Final = Statement(delete(send_rights).where(_s.address == bindparam("other")))


async def rights_of(transaction: Transaction, account_id: int) -> tuple[SendRight, ...]:
    """As whom an account may send, by address."""
    rows = await transaction.all(RIGHTS, account=account_id)
    return tuple(SendRight(address, bool(on_behalf)) for address, on_behalf in rows)


async def all_rights(transaction: Transaction) -> dict[int, tuple[SendRight, ...]]:
    """As whom all accounts may send, by account."""
    found: dict[int, tuple[SendRight, ...]] = {}
    for account_id, address, on_behalf in await transaction.all(ALL_RIGHTS):
        found[account_id] = (*found.get(account_id, ()), SendRight(address, bool(on_behalf)))
    return found


async def grant(transaction: Transaction, account_id: int, right: SendRight) -> None:
    """Let an account send as somebody else; the address is normalized."""
    await transaction.execute(
        GRANT, account_id=account_id, address=right.address, on_behalf=int(right.on_behalf)
    )


async def revoke(transaction: Transaction, account_id: int, address: str) -> bool:
    """Take a right away; whether the account had it."""
    return await transaction.execute(REVOKE, account=account_id, other=address) > 0


async def forget_account(transaction: Transaction, account_id: int) -> None:
    """Take every right of an account away."""
    await transaction.execute(REVOKE_ALL, account=account_id)


async def forget_address(transaction: Transaction, address: str) -> set[int]:
    """Take away every right to an address that is somebody's no more; returns the accounts that had one.

    Whoever gets the address next has granted nothing.
    """
    holders = {row[0] for row in await transaction.all(HOLDERS, other=address)}
    if holders:
        await transaction.execute(REVOKE_FROM_ALL, other=address)
    return holders

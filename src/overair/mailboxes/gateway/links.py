"""The statements of what the mirror keeps: where upstream folders and items stand, and intents."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from sqlalchemy import bindparam, delete, func, insert, select, update

from overair.mailboxes.embedded.tables import folders, item_keys, items
from overair.mailboxes.gateway.backend import BackendName, Known, MirroredFolder
from overair.mailboxes.gateway.tables import intents, upstream_folders, upstream_items
from overair.mailboxes.interface import FolderType
from overair.storage.interface import Row, Statement

_f = upstream_folders.c
_i = upstream_items.c
INTENT_COLUMNS: Final = ("account_id", "digest", "token", "made", "backend", "effect", "blobs", "stage")
_folder_columns = (_f.folder_id, _f.account_id, _f.path, folders.c.type, _f.state, _f.writable, _f.backend)
_joined = upstream_folders.join(folders, folders.c.id == _f.folder_id)

FOLDERS: Final = Statement(
    select(*_folder_columns, _f.identity, _f.selectable, folders.c.name, folders.c.parent_id)
    .select_from(_joined)
    .where(_f.account_id == bindparam("account"))
    .order_by(_f.folder_id)
)
FOLDER: Final = Statement(
    select(*_folder_columns, _f.selectable)
    .select_from(_joined)
    .where(_f.folder_id == bindparam("folder"), _f.account_id == bindparam("account"))
)
ANY_FOLDER: Final = Statement(
    select(_f.folder_id)
    .where(_f.account_id == bindparam("account"), _f.backend == bindparam("owner"))
    .limit(1)
)
ADD_FOLDER: Final = Statement(insert(upstream_folders))
UPDATE_FOLDER: Final = Statement(
    update(upstream_folders)
    .where(_f.folder_id == bindparam("folder"))
    .values(
        path=bindparam("new_path"),
        identity=bindparam("new_identity"),
        selectable=bindparam("can_hold"),
        writable=bindparam("can_write"),
    )
)
SET_STATE: Final = Statement(
    update(upstream_folders).where(_f.folder_id == bindparam("folder")).values(state=bindparam("new_state"))
)
FOLDER_AT: Final = Statement(
    select(*_folder_columns)
    .select_from(_joined)
    .where(
        _f.account_id == bindparam("account"), _f.backend == bindparam("owner"), _f.path == bindparam("path")
    )
)
LET_GO: Final = Statement(delete(upstream_folders).where(_f.folder_id == bindparam("folder")))

ITEM: Final = Statement(select(_i.key, _i.tag).where(_i.item_id == bindparam("item")))
BY_KEY: Final = Statement(
    select(_i.item_id, _i.tag).where(_i.folder_id == bindparam("folder"), _i.key == bindparam("name"))
)
CONTENT_BY_KEY: Final = Statement(
    select(_i.item_id, items.c.item_class, items.c.content)
    .select_from(upstream_items.join(items, items.c.id == _i.item_id))
    .where(_i.folder_id == bindparam("folder"), _i.key == bindparam("name"))
)
BY_ITEM_KEY: Final = Statement(
    select(_i.key, _i.tag, items.c.item_class, items.c.content)
    .select_from(
        upstream_items.join(items, items.c.id == _i.item_id).join(
            item_keys, item_keys.c.item_id == _i.item_id
        )
    )
    .where(item_keys.c.folder_id == bindparam("folder"), item_keys.c.name == bindparam("name"))
    .order_by(_i.item_id)
)
BY_DATE: Final = Statement(
    select(_i.key, _i.tag, items.c.item_class, items.c.content)
    .select_from(upstream_items.join(items, items.c.id == _i.item_id))
    .where(items.c.folder_id == bindparam("folder"), items.c.view_date == bindparam("date"))
    .order_by(_i.item_id)
)
ALL_ITEMS: Final = Statement(select(_i.key, _i.tag).where(_i.folder_id == bindparam("folder")))
ITEM_IDS: Final = Statement(select(_i.item_id).where(_i.folder_id == bindparam("folder")))
COUNT: Final = Statement(
    select(func.count()).select_from(upstream_items).where(_i.folder_id == bindparam("folder"))
)
LINK: Final = Statement(insert(upstream_items))
RELINK: Final = Statement(
    update(upstream_items)
    .where(_i.item_id == bindparam("item"))
    .values(key=bindparam("new_key"), tag=bindparam("new_tag"))
)


class Stage(IntEnum):
    """What is known of an effect that is to be made."""

    OPEN = 0
    SENDING = 1
    """The end of a message is on its way to the submission server."""
    SENT = 2
    """The submission server has taken the message; its unit of work had not come to its end then."""
    SETTLED = 3
    """Its server was asked what came of it, and the mirror has that; it is kept for who repeats it."""


_n = intents.c
_this = (_n.account_id == bindparam("account"), _n.digest == bindparam("name"))
INTENT: Final = Statement(select(_n.token, _n.stage, _n.effect).where(*_this))
ADD_INTENT: Final = Statement(insert(intents).values({name: bindparam(name) for name in INTENT_COLUMNS}))
SET_STAGE: Final = Statement(update(intents).where(*_this).values(stage=bindparam("new_stage")))
SET_EFFECT: Final = Statement(
    update(intents).where(*_this).values(effect=bindparam("new_effect"), blobs=bindparam("new_blobs"))
)
SETTLED_INTENTS: Final = Statement(
    select(_n.effect).where(
        _n.account_id == bindparam("account"),
        _n.backend != "",
        _n.stage == Stage.SETTLED.value,
        _n.effect.is_not(None),
    )
)
END_INTENT: Final = Statement(delete(intents).where(*_this))
OPEN_INTENTS: Final = Statement(
    select(_n.digest, _n.token, _n.effect, _n.made)
    .where(
        _n.account_id == bindparam("account"),
        _n.backend == bindparam("owner"),
        _n.stage == Stage.OPEN.value,
        _n.effect.is_not(None),
    )
    .order_by(_n.id)
)
WAS_SENT: Final = Statement(
    select(_n.id)
    .where(
        _n.account_id == bindparam("account"),
        _n.made == bindparam("when"),
        _n.backend == "",
        _n.stage == Stage.SENT.value,
    )
    .limit(1)
)
ACCOUNTS_WITH_INTENTS: Final = Statement(
    select(_n.account_id)
    .where(_n.stage == Stage.OPEN.value, _n.backend != "", _n.effect.is_not(None))
    .distinct()
    .order_by(_n.account_id)
)
INTENT_BLOBS: Final = Statement(select(_n.blobs).where(_n.blobs != ""))
FORGET_INTENTS: Final = Statement(delete(intents).where(_n.account_id == bindparam("account")))
OLD_INTENTS: Final = Statement(
    select(_n.id, _n.account_id, _n.backend, _n.stage)
    .where(_n.made < bindparam("oldest"))
    .order_by(_n.id)
    .limit(bindparam("limit"))
)
FORGET_INTENT: Final = Statement(delete(intents).where(_n.id == bindparam("number")))


def folder_of(row: Row) -> tuple[MirroredFolder, BackendName]:
    """The folder that a row of FOLDERS or FOLDER is, and whose it is."""
    folder_id, account_id, path, kind, state, writable, backend = row[:7]
    folder = MirroredFolder(
        folder_id=str(folder_id),
        account_id=account_id,
        path=path,
        type=FolderType(kind),
        state=bytes(state),
        writable=bool(writable),
    )
    return folder, BackendName(backend)


def known_of(row: Row) -> Known:
    """The item that a row of ITEM or ALL_ITEMS is."""
    return Known(row[0], row[1])

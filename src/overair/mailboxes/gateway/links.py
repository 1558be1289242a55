"""The statements of what the mirror keeps: where upstream folders and items stand, and intents."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, delete, func, insert, select, update

from overair.mailboxes.embedded.tables import folders, item_keys, items
from overair.mailboxes.gateway.backend import BackendName, Known, MirroredFolder
from overair.mailboxes.gateway.tables import intents, upstream_folders, upstream_items
from overair.mailboxes.interface import FolderType
from overair.storage.interface import Row, Statement

_f = upstream_folders.c
_i = upstream_items.c
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

INTENT: Final = Statement(
    select(intents.c.token).where(
        intents.c.account_id == bindparam("account"), intents.c.digest == bindparam("name")
    )
)
ADD_INTENT: Final = Statement(
    insert(intents).values({name: bindparam(name) for name in ("account_id", "digest", "token", "made")})
)
MADE: Final = "made"
"""The token of an effect that was made, and whose unit of work had not come to its end then."""
INTENT_MADE: Final = Statement(
    update(intents)
    .where(intents.c.account_id == bindparam("account"), intents.c.digest == bindparam("name"))
    .values(token=MADE)
)
END_INTENT: Final = Statement(
    delete(intents).where(intents.c.account_id == bindparam("account"), intents.c.digest == bindparam("name"))
)
FORGET_INTENTS: Final = Statement(delete(intents).where(intents.c.account_id == bindparam("account")))
FORGET_OLD_INTENTS: Final = Statement(delete(intents).where(intents.c.made < bindparam("oldest")))


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

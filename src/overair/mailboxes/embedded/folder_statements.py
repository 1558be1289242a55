"""The statements of the folder tree."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, delete, insert, select, update

from overair.mailboxes.embedded.tables import folders, items, journal, mailboxes, removed_folders
from overair.storage.interface import Statement

_columns = (folders.c.id, folders.c.parent_id, folders.c.name, folders.c.type, folders.c.item_class)
_own = folders.c.account_id == bindparam("account")

TREE: Final = Statement(select(*_columns).where(_own).order_by(folders.c.id))
FOLDER: Final = Statement(
    select(*_columns, folders.c.modseq, folders.c.pruned).where(_own, folders.c.id == bindparam("folder"))
)
OF_TYPE: Final = Statement(
    select(*_columns).where(_own, folders.c.type == bindparam("type")).order_by(folders.c.id).limit(1)
)
SIBLING: Final = Statement(
    select(folders.c.id).where(
        _own, folders.c.parent_id == bindparam("parent"), folders.c.name_key == bindparam("key")
    )
)
HIERARCHY_MODSEQ: Final = Statement(
    select(mailboxes.c.modseq).where(mailboxes.c.account_id == bindparam("account"))
)
NEXT_HIERARCHY_MODSEQ: Final = Statement(
    update(mailboxes)
    .where(mailboxes.c.account_id == bindparam("account"))
    .values(modseq=mailboxes.c.modseq + 1)
    .returning(mailboxes.c.modseq)
)
CHANGED_FOLDERS: Final = Statement(
    select(*_columns, folders.c.created)
    .where(_own, folders.c.changed > bindparam("since"))
    .order_by(folders.c.id)
)
REMOVED_FOLDERS: Final = Statement(
    select(removed_folders.c.folder_id)
    .where(
        removed_folders.c.account_id == bindparam("account"),
        removed_folders.c.removed > bindparam("since"),
        removed_folders.c.created <= bindparam("since"),
    )
    .order_by(removed_folders.c.removed, removed_folders.c.folder_id)
)
ADD_MAILBOX: Final = Statement(insert(mailboxes))
ADD_FOLDER: Final = Statement(
    insert(folders)
    .values(
        account_id=bindparam("account"),
        parent_id=bindparam("parent"),
        name=bindparam("name"),
        name_key=bindparam("key"),
        type=bindparam("type"),
        item_class=bindparam("item_class"),
        created=bindparam("hierarchy_modseq"),
        changed=bindparam("hierarchy_modseq"),
    )
    .values(modseq=0, pruned=0)
    .returning(folders.c.id)
)
UPDATE_FOLDER: Final = Statement(
    update(folders)
    .where(folders.c.id == bindparam("folder"))
    .values(
        parent_id=bindparam("parent"),
        name=bindparam("name"),
        name_key=bindparam("key"),
        changed=bindparam("modseq"),
    )
)
BURY_FOLDER: Final = Statement(
    insert(removed_folders).from_select(
        ["account_id", "removed", "folder_id", "created"],
        select(
            folders.c.account_id,
            bindparam("modseq", type_=removed_folders.c.removed.type),
            folders.c.id,
            folders.c.created,
        ).where(folders.c.id == bindparam("folder")),
    )
)
EMPTY_FOLDER: Final = Statement(delete(items).where(items.c.folder_id == bindparam("folder")))
FORGET_FOLDER: Final = Statement(delete(journal).where(journal.c.folder_id == bindparam("folder")))
DELETE_FOLDER: Final = Statement(delete(folders).where(folders.c.id == bindparam("folder")))
FORGET_REMOVED: Final = Statement(
    delete(removed_folders).where(removed_folders.c.account_id == bindparam("account"))
)
DELETE_MAILBOX: Final = Statement(delete(mailboxes).where(mailboxes.c.account_id == bindparam("account")))

"""The messages of a store that knew no conversations are found by theirs, forward and back."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from overair.storage.migrate import migrate

DAY = 86_400_000_000
CONVERSATION = bytes(range(16))


def test_messages_of_before_are_in_their_conversations(tmp_path: Path) -> None:
    path = tmp_path / "db"
    migrate(path, "0003")
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO mailboxes VALUES (1, 1)")
        connection.execute(
            "INSERT INTO folders VALUES (1, 1, 0, 'Inbox', 'inbox', 2, 'Email', 1, 1, 4, 0)",
        )
        for number, content in enumerate(
            (
                b'{"conversation_id":"AAECAwQFBgcICQoLDA0ODw==","message_id":"<a@b>"}',
                b'{"conversation_id":"AAECAwQFBgcICQoLDA0ODw=="}',
                b'{"conversation_id":"/////////////////////w=="}',
                b"broken",
            ),
            1,
        ):
            connection.execute(
                "INSERT INTO items (id, folder_id, view_date, revision, item_class, blobs, content)"
                " VALUES (?, 1, ?, ?, 'Email', '', ?)",
                (number, number * DAY, number, content),
            )
        connection.execute(
            "INSERT INTO journal (folder_id, modseq, item_id, view_date_before, removed, written)"
            " VALUES (1, 4, 4, 7, 0, 0)"
        )
    connection.close()
    migrate(path)
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT conversation_date, journaled FROM items ORDER BY id").fetchall()
        assert rows == [(2 * DAY, 1), (2 * DAY, 2), (3 * DAY, 3), (4 * DAY, 4)]
        assert connection.execute("SELECT conversation_date_before FROM journal").fetchall() == [(7,)]
        keys = connection.execute("SELECT item_id, name FROM item_keys ORDER BY item_id, name").fetchall()
        assert keys[:2] == [(1, f"conversation:{CONVERSATION.hex()}"), (1, keys[1][1])]
        assert keys[1][1].startswith("message:")
        assert [item_id for item_id, _ in keys] == [1, 1, 2, 3]
    connection.close()
    migrate(path, "0003")
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM item_keys").fetchone() == (0,)
        columns = {row[1] for row in connection.execute("PRAGMA table_info(items)")}
        assert not columns & {"conversation_date", "journaled"}

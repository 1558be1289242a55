"""What waits in the queue of mail out goes on waiting when the tables change, forward and back."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from alembic import command
from sqlalchemy import create_engine

from overair.storage.migrate import config


def move(path: Path, revision: str, *, down: bool = False) -> None:
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        (command.downgrade if down else command.upgrade)(config(connection), revision)
    engine.dispose()


def test_recipients_get_rows_and_lose_them_again(tmp_path: Path) -> None:
    path = tmp_path / "db"
    move(path, "0004")
    with sqlite3.connect(path) as connection:
        connection.execute(
            "INSERT INTO outgoing_message VALUES (7, 3, 'a@example.org', ?, 'k', 5)",
            (json.dumps(["b@example.net", "c@example.net"]),),
        )
    connection.close()
    move(path, "0005")
    with sqlite3.connect(path) as connection:
        [(key, *message)] = connection.execute(
            "SELECT message_key, account_id, sender, blob, submitted, sorted, attempts, begun"
            " FROM outgoing_message"
        ).fetchall()
        assert message == [3, "a@example.org", "k", 5, 0, 0, 0]
        rows = connection.execute(
            "SELECT message_key, number, address, state FROM outgoing_recipient ORDER BY number"
        ).fetchall()
        assert rows == [(key, 0, "b@example.net", 0), (key, 1, "c@example.net", 0)]
        connection.execute("UPDATE outgoing_recipient SET state = 1 WHERE number = 0")
    connection.close()
    move(path, "0004", down=True)
    with sqlite3.connect(path) as connection:
        left = connection.execute(
            "SELECT account_id, sender, recipients, blob, submitted FROM outgoing_message"
        )
        assert left.fetchall() == [(3, "a@example.org", '["c@example.net"]', "k", 5)]
    connection.close()

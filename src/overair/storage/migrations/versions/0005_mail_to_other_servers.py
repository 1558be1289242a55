"""The queue of mail to other servers, and who sends for whom."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Give each recipient in the queue a row; what waits there goes on waiting."""
    old = sa.table(
        "outgoing_message",
        *map(sa.column, ("message_key", "account_id", "sender", "recipients", "blob", "submitted")),
    )
    waiting = op.get_bind().execute(sa.select(old).order_by(old.c.message_key)).all()
    op.drop_table("outgoing_message")
    message = op.create_table(
        "outgoing_message",
        sa.Column("message_key", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("blob", sa.Text(), nullable=False),
        sa.Column("submitted", sa.BigInteger(), nullable=False),
        sa.Column("sorted", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("begun", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("message_key", name=op.f("pk_outgoing_message")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outgoing_message_due", "outgoing_message", ["sorted", "due"], unique=False)
    recipient = op.create_table(
        "outgoing_recipient",
        sa.Column("message_key", ROW_NUMBER, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("state", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_key"],
            ["outgoing_message.message_key"],
            name=op.f("fk_outgoing_recipient_message_key"),
        ),
        sa.PrimaryKeyConstraint("message_key", "number", name=op.f("pk_outgoing_recipient")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sent_mail",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hour", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("recipients", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "hour", name=op.f("pk_sent_mail")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "send_rights",
        sa.Column("account_id", ROW_NUMBER, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("on_behalf", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["users.account_id"], name=op.f("fk_send_rights_account_id")),
        sa.PrimaryKeyConstraint("account_id", "address", name=op.f("pk_send_rights")),
        sqlite_with_rowid=False,
    )
    for row in waiting:
        inserted = op.get_bind().execute(
            sa.insert(message)
            .values(
                account_id=row.account_id,
                sender=row.sender,
                blob=row.blob,
                submitted=row.submitted,
                sorted=0,
                attempts=0,
                due=row.submitted,
                begun=0,
                told=0,
            )
            .returning(message.c.message_key)
        )
        message_key = inserted.scalar_one()
        for number, address in enumerate(json.loads(row.recipients)):
            op.get_bind().execute(
                sa.insert(recipient).values(
                    message_key=message_key, number=number, address=address, state=0, status="", answer=""
                )
            )


def downgrade() -> None:
    """Put the recipients that still wait into the message's row again."""
    bind = op.get_bind()
    message = sa.table(
        "outgoing_message",
        *map(sa.column, ("message_key", "account_id", "sender", "blob", "submitted")),
    )
    recipient = sa.table("outgoing_recipient", *map(sa.column, ("message_key", "number", "address", "state")))
    waiting = bind.execute(sa.select(message).order_by(message.c.message_key)).all()
    addresses: dict[int, list[str]] = {}
    for row in bind.execute(
        sa.select(recipient)
        .where(recipient.c.state == 0)
        .order_by(recipient.c.message_key, recipient.c.number)
    ):
        addresses.setdefault(row.message_key, []).append(row.address)
    for name in ("send_rights", "sent_mail", "outgoing_recipient", "outgoing_message"):
        op.drop_table(name)
    old = op.create_table(
        "outgoing_message",
        sa.Column("message_key", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("recipients", sa.Text(), nullable=False),
        sa.Column("blob", sa.Text(), nullable=False),
        sa.Column("submitted", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("message_key", name=op.f("pk_outgoing_message")),
    )
    for row in waiting:
        if row.message_key in addresses:
            bind.execute(
                sa.insert(old).values(
                    account_id=row.account_id,
                    sender=row.sender,
                    recipients=json.dumps(addresses[row.message_key]),
                    blob=row.blob,
                    submitted=row.submitted,
                )
            )

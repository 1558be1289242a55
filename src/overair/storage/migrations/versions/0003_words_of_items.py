"""The words by which items are searched."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INDEX_TABLES = {
    "sqlite": (
        """CREATE VIRTUAL TABLE full_text USING fts5(
        terms, content='', columnsize=0, tokenize="ascii tokenchars ':'")""",
    ),
    "postgresql": (
        """CREATE TABLE full_text (
        number BIGINT PRIMARY KEY REFERENCES search_documents (number) ON DELETE CASCADE,
        account_id BIGINT NOT NULL, terms TSVECTOR NOT NULL)""",
        "CREATE INDEX ix_full_text_terms ON full_text USING gin (terms)",
        "CREATE INDEX ix_full_text_account ON full_text (account_id, number)",
    ),
}


def upgrade() -> None:
    """Change the tables, and have the items that are there indexed when the server runs."""
    op.create_table(
        "search_documents",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("item_id", NUMBER, nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("folder_id", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_search_documents_item_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_search_documents")),
    )
    with op.batch_alter_table("search_documents", schema=None) as batch_op:
        batch_op.create_index("ix_search_documents_item", ["item_id"], unique=True)
    op.create_table(
        "search_terms",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("terms", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["number"], ["search_documents.number"], name=op.f("fk_search_terms_number"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_search_terms")),
    )
    op.create_table(
        "search_backlog",
        sa.Column("after", NUMBER, autoincrement=False, nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("after", name=op.f("pk_search_backlog")),
    )
    connection = op.get_bind()
    for statement in INDEX_TABLES[connection.dialect.name]:
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql(
        "INSERT INTO search_backlog (after, last) SELECT 0, MAX(id) FROM items HAVING MAX(id) IS NOT NULL"
    )


def downgrade() -> None:
    """Change them back."""
    op.get_bind().exec_driver_sql("DROP TABLE full_text")
    for table in ("search_backlog", "search_terms", "search_documents"):
        op.drop_table(table)

"""Alembic's environment: the connection comes from overair.storage.migrate, in a transaction of its own."""

from __future__ import annotations

from alembic import context

from overair.storage.schema import is_declared, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    include_name=is_declared,
)
context.run_migrations()

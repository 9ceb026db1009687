"""Alembic's entry: runs the migrations on the connection that `adapters.schema` hands over."""

from __future__ import annotations

from alembic import context

from assistant.adapters.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,  # the caller's database transaction encloses everything
)
context.run_migrations()

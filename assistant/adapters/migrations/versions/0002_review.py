"""What waits for a colleague's decision."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_INSTANT = sa.DateTime(timezone=True)
_WAITING = sa.text("status = 'waiting'")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "review",
        sa.Column("review_id", sa.Text, primary_key=True),
        sa.Column("customer_id", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("arguments_sha256", sa.Text, nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("approved", sa.Boolean),
        sa.Column("colleague", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("decided_at", _INSTANT),
    )
    op.create_index("ix_review_status", "review", ["status", "created_at"])
    op.create_index(
        "ux_review_waiting",
        "review",
        ["customer_id", "action", "arguments_sha256"],
        unique=True,
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )

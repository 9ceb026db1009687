"""Changes of the risk lists, by two people, and what is to be done at a later time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "risk_list_change",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("change", sa.Text, nullable=False),
        sa.Column("entry_id", sa.Integer),
        sa.Column("list", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("effective_from", sa.Date, nullable=False),
        sa.Column("effective_to", sa.Date),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("maker", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("checker", sa.Text),
        sa.Column("decided_at", _INSTANT),
    )
    op.create_table(
        "wake_up",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("frame_id", sa.Text, nullable=False),
        sa.Column("due_at", _INSTANT, nullable=False),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("lease_until", _INSTANT),
        sa.Column("ended_at", _INSTANT),
    )
    op.create_index("ix_wake_up_due", "wake_up", ["ended_at", "due_at"])

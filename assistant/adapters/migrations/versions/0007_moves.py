"""Open tasks, and the tokens by which one goes on in another channel."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.add_column("conversation", sa.Column("open_flow", sa.Text))
    op.add_column("conversation", sa.Column("channel", sa.Text))
    op.create_table(
        "task_token",
        sa.Column("link_name", sa.Text, primary_key=True),
        sa.Column("number_name", sa.Text, nullable=False),
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.Column("customer_id", sa.Text, nullable=False),
        sa.Column("expires_at", _INSTANT, nullable=False),
        sa.Column("used_by", sa.Text),
    )
    op.create_index("ix_task_token_number", "task_token", ["number_name"])
    op.create_index("ix_task_token_expires", "task_token", ["expires_at"])

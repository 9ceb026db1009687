"""The conversation log, the desk's queue and the ledger of actions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_INSTANT = sa.DateTime(timezone=True)
_NOT_CLOSED = sa.text("status <> 'closed'")


def upgrade() -> None:
    """Apply."""
    _create_log()
    _create_desk()
    _create_ledger()


def _create_log() -> None:
    op.create_table(
        "conversation",
        sa.Column("conversation_id", sa.Text, primary_key=True),
        sa.Column("customer_id", sa.Text),
        sa.Column("last_seq", sa.Integer, nullable=False),
        sa.Column("last_frame_seq", sa.Integer, nullable=False),
        sa.Column("open_turn", sa.Boolean, nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("updated_at", _INSTANT, nullable=False),
    )
    op.create_index("ix_conversation_open_turn", "conversation", ["open_turn"])
    op.create_table(
        "event",
        sa.Column(
            "conversation_id",
            sa.Text,
            sa.ForeignKey("conversation.conversation_id"),
            primary_key=True,
        ),
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("frame_seq", sa.Integer),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("turn", sa.Integer, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
    )
    op.create_index("ux_event_frame", "event", ["conversation_id", "frame_seq"], unique=True)


def _create_desk() -> None:
    op.create_table(
        "handoff_ticket",
        sa.Column("ticket_id", sa.Text, primary_key=True),
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.Column("customer_id", sa.Text),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("colleague", sa.Text),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("updated_at", _INSTANT, nullable=False),
    )
    op.create_index("ix_handoff_ticket_status", "handoff_ticket", ["status", "created_at"])
    op.create_index(
        "ux_handoff_ticket_open",
        "handoff_ticket",
        ["conversation_id"],
        unique=True,
        sqlite_where=_NOT_CLOSED,
        postgresql_where=_NOT_CLOSED,
    )


def _create_ledger() -> None:
    op.create_table(
        "action",
        sa.Column("idempotency_key", sa.Text, primary_key=True),
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.Column("customer_id", sa.Text),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("epoch", sa.Text, nullable=False),
        sa.Column("arguments", sa.Text, nullable=False),
        sa.Column("arguments_sha256", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("owner", sa.Text),
        sa.Column("fence", sa.Integer, nullable=False, server_default="0"),
        sa.Column("lease_until", _INSTANT),
        sa.Column("result", sa.Text),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("updated_at", _INSTANT, nullable=False),
    )
    op.create_index("ix_action_state", "action", ["state"])
    op.create_index("ix_action_conversation", "action", ["conversation_id"])

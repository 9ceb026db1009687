"""The tables of the WeChat connector."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "wechat_contact",
        sa.Column("contact_id", sa.Text, primary_key=True),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("openid", sa.Text),
        sa.Column("reply_to", sa.Text, nullable=False),
        sa.Column("conversation_id", sa.Text),
        sa.Column("told_seq", sa.Integer, nullable=False),
        sa.Column("target_seq", sa.Integer),
        sa.Column("pieces_sent", sa.Integer, nullable=False),
        sa.Column("is_in_flight", sa.Boolean, nullable=False),
        sa.Column("doubt_from", sa.Integer),
        sa.Column("doubt_to", sa.Integer),
        sa.Column("passive_key", sa.Text),
        sa.Column("passive_from", sa.Integer),
        sa.Column("lease_owner", sa.Text),
        sa.Column("lease_until_ms", sa.BigInteger, nullable=False),
        sa.Column("retry_at_ms", sa.BigInteger, nullable=False),
        sa.Column("blocked", sa.Text),
        sa.Column("session_at_ms", sa.BigInteger, nullable=False),
        sa.Column("last_message_at_ms", sa.BigInteger, nullable=False),
        sa.Column("created_at_ms", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_wechat_contact_conversation", "wechat_contact", ["conversation_id"])
    op.create_index("ix_wechat_contact_active", "wechat_contact", ["account", "last_message_at_ms"])
    op.create_table(
        "wechat_binding",
        sa.Column("binding_id", sa.Text, primary_key=True),
        sa.Column("contact_id", sa.Text, nullable=False),
        sa.Column("customer_id", sa.Text, nullable=False),
        sa.Column("consent", sa.Text, nullable=False),
        sa.Column("bound_at_ms", sa.BigInteger, nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger, nullable=False),
        sa.Column("ended_at_ms", sa.BigInteger),
        sa.Column("end_reason", sa.Text),
    )
    op.create_index("ix_wechat_binding_customer", "wechat_binding", ["customer_id"])
    op.create_index(
        "ux_wechat_binding_open",
        "wechat_binding",
        ["contact_id"],
        unique=True,
        sqlite_where=sa.text("ended_at_ms IS NULL"),
        postgresql_where=sa.text("ended_at_ms IS NULL"),
    )
    op.create_table(
        "wechat_arrival",
        sa.Column("arrival_id", sa.Text, primary_key=True),
        sa.Column("contact_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("sealed", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("received_at_ms", sa.BigInteger, nullable=False),
        sa.Column("lease_owner", sa.Text),
        sa.Column("lease_until_ms", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_wechat_arrival_state", "wechat_arrival", ["state", "lease_until_ms"])
    op.create_index("ix_wechat_arrival_received", "wechat_arrival", ["received_at_ms"])
    op.create_index("ix_wechat_arrival_contact", "wechat_arrival", ["contact_id", "state"])
    op.create_table(
        "wechat_grant",
        sa.Column("contact_id", sa.Text, primary_key=True),
        sa.Column("scene", sa.Text, primary_key=True),
        sa.Column("remaining", sa.Integer, nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "wechat_account",
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("token", sa.Text),
        sa.Column("token_until_ms", sa.BigInteger, nullable=False),
        sa.Column("lease_owner", sa.Text),
        sa.Column("lease_until_ms", sa.BigInteger, nullable=False),
        sa.Column("stopped_until_ms", sa.BigInteger, nullable=False),
        sa.Column("cursor", sa.Text),
    )
    op.create_table(
        "wechat_link",
        sa.Column("link_id", sa.Text, primary_key=True),
        sa.Column("used_at_ms", sa.BigInteger, nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "wechat_notice",
        sa.Column("notice_id", sa.Text, primary_key=True),
        sa.Column("contact_id", sa.Text, nullable=False),
        sa.Column("template", sa.Text, nullable=False),
        sa.Column("job", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_wechat_notice_job", "wechat_notice", ["job"])

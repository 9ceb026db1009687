"""Risk decisions as they were made, and the list entries beside the pack's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "risk_decision",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("idempotency_key", sa.Text, nullable=False),
        sa.Column("customer_id", sa.Text),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("is_money", sa.Boolean, nullable=False),
        sa.Column("amount_fen", sa.BigInteger, nullable=False),
        sa.Column("payee_is_new", sa.Boolean, nullable=False),
        sa.Column("decision", sa.Text, nullable=False),
        sa.Column("reason_codes", sa.Text, nullable=False),
        sa.Column("rule_version", sa.Text, nullable=False),
        sa.Column("input_sha256", sa.Text, nullable=False),
        sa.Column("inputs", sa.Text, nullable=False),
        sa.Column("challenger_decision", sa.Text),
        sa.Column("challenger_codes", sa.Text),
        sa.Column("challenger_version", sa.Text),
    )
    op.create_index("ix_risk_decision_customer", "risk_decision", ["customer_id", "at"])
    op.create_table(
        "risk_list",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("list", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("effective_from", sa.Date, nullable=False),
        sa.Column("effective_to", sa.Date),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_index("ix_risk_list_value", "risk_list", ["kind", "value"])

"""Each push keeps what it was answered in passing, so that each can be found unheard."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Apply."""
    op.add_column("wechat_arrival", sa.Column("told_in", sa.Text))
    op.add_column("wechat_arrival", sa.Column("told_from", sa.Integer))
    op.add_column("wechat_arrival", sa.Column("told_to", sa.Integer))
    op.drop_column("wechat_contact", "passive_key")
    op.drop_column("wechat_contact", "passive_from")

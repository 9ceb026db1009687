"""The tables of the conversation log and of the desk.

Kept in step with `migrations/`, which creates them; a contract test compares the two.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    text,
)


class UtcInstant(TypeDecorator[datetime]):
    """An aware instant, UTC, on databases with and without time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database; a naive value is a mistake of ours and raises ValueError."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = "A naive datetime is not an instant."
            raise ValueError(msg)
        instant = value.astimezone(UTC)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData()

wake_up = Table(
    "wake_up",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conversation_id", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("frame_id", Text, nullable=False),
    Column("due_at", UtcInstant, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("lease_until", UtcInstant),
    Column("ended_at", UtcInstant),
    Index("ix_wake_up_due", "ended_at", "due_at"),
)
"""What is to be told at a later time; no personal data."""

conversation = Table(
    "conversation",
    metadata,
    Column("conversation_id", Text, primary_key=True),
    Column("customer_id", Text),
    Column("last_seq", Integer, nullable=False),
    Column("last_frame_seq", Integer, nullable=False),
    Column("open_turn", Boolean, nullable=False),
    Column("created_at", UtcInstant, nullable=False),
    Column("updated_at", UtcInstant, nullable=False),
    Column("sealed_seq", Integer, nullable=False, server_default="0"),
    Column("open_flow", Text),
    Column("channel", Text),
    Index("ix_conversation_open_turn", "open_turn"),
    Index("ix_conversation_customer", "customer_id"),
)
"""Where each log ends; the row whose lock makes two writers take turns. `sealed_seq` is the event
the last exported root covers. `open_flow` is the task under way, `channel` where it was last spoken
about."""

task_token = Table(
    "task_token",
    metadata,
    Column("link_name", Text, primary_key=True),
    Column("number_name", Text, nullable=False),
    Column("conversation_id", Text, nullable=False),
    Column("customer_id", Text, nullable=False),
    Column("expires_at", UtcInstant, nullable=False),
    Column("used_by", Text),
    Index("ix_task_token_number", "number_name"),
    Index("ix_task_token_expires", "expires_at"),
)
"""Tokens by which a task goes on in another channel, under names that only the master key makes:
who reads the table can use none. Rows whose time is over are deleted when the next one is made."""

data_key = Table(
    "data_key",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("conversation_id", Text, nullable=False),
    Column("record_class", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("master", Text, nullable=False),
    Column("wrapped", LargeBinary),
    Column("created_at", UtcInstant, nullable=False),
    Column("changed_at", UtcInstant),
    Index("ix_data_key_conversation", "conversation_id", "state"),
)
"""One key for each record class of a conversation, wrapped by the master key. `state` is `live`,
`restricted` (kept, read by nobody) or `destroyed`: then `wrapped` is null."""

event = Table(
    "event",
    metadata,
    Column("conversation_id", Text, ForeignKey("conversation.conversation_id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("frame_seq", Integer),
    Column("type", Text, nullable=False),
    Column("turn", Integer, nullable=False),
    Column("at", UtcInstant, nullable=False),
    Column("release", Text, nullable=False),
    Column("documents", Text),
    Column("algorithm", Text, nullable=False),
    Column("key_id", Text, ForeignKey("data_key.key_id"), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Index("ux_event_frame", "conversation_id", "frame_seq", unique=True),
)
"""The log itself: rows are added, never changed. `sealed` is the whole event as JSON under the key
`key_id`; `hash` chains it to the row before (`assistant.notary.chain`). `documents` are the ids
of cited documents, a JSON array."""

privacy_log = Table(
    "privacy_log",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcInstant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("deed", Text, nullable=False),
    Column("subject", Text),
    Column("conversation_id", Text),
    Column("reason", Text, nullable=False),
    Column("keys", Text),
    Column("hash", LargeBinary, nullable=False),
    Index("ix_privacy_log_subject", "subject"),
)
"""The register of personal data: who read, exported, erased, held what, and why; chained like the
log. `subject` is the customer's pseudonym (`MasterKey.subject`), `keys` a JSON array."""

handoff_ticket = Table(
    "handoff_ticket",
    metadata,
    Column("ticket_id", Text, primary_key=True),
    Column("conversation_id", Text, nullable=False),
    Column("customer_id", Text),
    Column("reason", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("colleague", Text),
    Column("created_at", UtcInstant, nullable=False),
    Column("updated_at", UtcInstant, nullable=False),
    Index("ix_handoff_ticket_status", "status", "created_at"),
    Index(
        "ux_handoff_ticket_open",
        "conversation_id",
        unique=True,
        sqlite_where=text("status <> 'closed'"),
        postgresql_where=text("status <> 'closed'"),
    ),
)
"""The queue of the desk; a conversation has at most one ticket that is not closed."""

review = Table(
    "review",
    metadata,
    Column("review_id", Text, primary_key=True),
    Column("customer_id", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("arguments_sha256", Text, nullable=False),
    Column("request", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("approved", Boolean),
    Column("colleague", Text),
    Column("reason", Text),
    Column("created_at", UtcInstant, nullable=False),
    Column("decided_at", UtcInstant),
    Index("ix_review_status", "status", "created_at"),
    Index(
        "ux_review_waiting",
        "customer_id",
        "action",
        "arguments_sha256",
        unique=True,
        sqlite_where=text("status = 'waiting'"),
        postgresql_where=text("status = 'waiting'"),
    ),
)
"""What waits for a colleague's decision. `request` is the ReviewRequest as JSON; the same matter
waits only once."""

"""The connector's own tables, in the database of the conversations.

The migrations of `assistant.adapters` create them; a contract test compares the two. Instants are
whole milliseconds since 1970, UTC. What the platform calls somebody (openid) stands here sealed;
rows go by a pseudonym.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Executable,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    column,
    table,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.dml import ReturningInsert

METADATA: Final = MetaData()

CONVERSATION: Final = table(
    "conversation", column("conversation_id"), column("last_frame_seq"), column("open_turn")
)
"""Where each log ends; kept by the event store."""

CONTACT: Final = Table(
    "wechat_contact",
    METADATA,
    Column("contact_id", Text, primary_key=True),
    Column("account", Text, nullable=False),
    Column("openid", Text),
    Column("reply_to", Text, nullable=False),
    Column("conversation_id", Text),
    Column("told_seq", Integer, nullable=False),
    Column("target_seq", Integer),
    Column("pieces_sent", Integer, nullable=False),
    Column("is_in_flight", Boolean, nullable=False),
    Column("doubt_from", Integer),
    Column("doubt_to", Integer),
    Column("lease_owner", Text),
    Column("lease_until_ms", BigInteger, nullable=False),
    Column("retry_at_ms", BigInteger, nullable=False),
    Column("blocked", Text),
    Column("session_at_ms", BigInteger, nullable=False),
    Column("last_message_at_ms", BigInteger, nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
    Index("ix_wechat_contact_conversation", "conversation_id"),
    Index("ix_wechat_contact_active", "account", "last_message_at_ms"),
)
"""Somebody who writes to one of our accounts, and how far they have been told what was said.

`told_seq` is the frame of the conversation they know. A delivery covers the frames up to
`target_seq`; `pieces_sent` of its pieces arrived, and `is_in_flight` says that one more has left
and its outcome is not stored. Frames after `doubt_from` up to `doubt_to` may not have arrived."""

NOTHING_TOLD: Final[Mapping[str, object]] = MappingProxyType(
    {
        "told_seq": 0,
        "target_seq": None,
        "pieces_sent": 0,
        "is_in_flight": False,
        "doubt_from": None,
        "doubt_to": None,
    }
)
"""How far a contact has been told a conversation that is new to them; numbers of frames mean
nothing in another one."""

BINDING: Final = Table(
    "wechat_binding",
    METADATA,
    Column("binding_id", Text, primary_key=True),
    Column("contact_id", Text, nullable=False),
    Column("customer_id", Text, nullable=False),
    Column("consent", Text, nullable=False),
    Column("bound_at_ms", BigInteger, nullable=False),
    Column("expires_at_ms", BigInteger, nullable=False),
    Column("ended_at_ms", BigInteger),
    Column("end_reason", Text),
    Index("ix_wechat_binding_customer", "customer_id"),
    Index(
        "ux_wechat_binding_open",
        "contact_id",
        unique=True,
        sqlite_where=text("ended_at_ms IS NULL"),
        postgresql_where=text("ended_at_ms IS NULL"),
    ),
)
"""Which customer a contact is, after a bank login and consent. Ended ones stay, for the law."""

ARRIVAL: Final = Table(
    "wechat_arrival",
    METADATA,
    Column("arrival_id", Text, primary_key=True),
    Column("contact_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("sealed", Text),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("received_at_ms", BigInteger, nullable=False),
    Column("lease_owner", Text),
    Column("lease_until_ms", BigInteger, nullable=False),
    Column("told_in", Text),
    Column("told_from", Integer),
    Column("told_to", Integer),
    Index("ix_wechat_arrival_state", "state", "lease_until_ms"),
    Index("ix_wechat_arrival_received", "received_at_ms"),
    Index("ix_wechat_arrival_contact", "contact_id", "state"),
)
"""Each push once, kept for seven days; what it said is sealed and dropped when it was answered.
`state` is `queued` or `done`. A push that was answered in passing keeps which frames of which
conversation the answer held; `told_to` is dropped once it is known not to have been heard."""

GRANT: Final = Table(
    "wechat_grant",
    METADATA,
    Column("contact_id", Text, primary_key=True),
    Column("scene", Text, primary_key=True),
    Column("remaining", Integer, nullable=False),
    Column("expires_at_ms", BigInteger, nullable=False),
)
"""What we may still send to a contact, for what they did; a new grant replaces its scene's."""

ACCOUNT: Final = Table(
    "wechat_account",
    METADATA,
    Column("account", Text, primary_key=True),
    Column("token", Text),
    Column("token_until_ms", BigInteger, nullable=False),
    Column("lease_owner", Text),
    Column("lease_until_ms", BigInteger, nullable=False),
    Column("stopped_until_ms", BigInteger, nullable=False),
    Column("cursor", Text),
)
"""The access token of an account, sealed; the lease of whoever fetches a new one; until when its
sends are stopped; for WeCom, how far messages were fetched."""

LINK: Final = Table(
    "wechat_link",
    METADATA,
    Column("link_id", Text, primary_key=True),
    Column("used_at_ms", BigInteger, nullable=False),
    Column("expires_at_ms", BigInteger, nullable=False),
)
"""One-time links that were used."""

NOTICE: Final = Table(
    "wechat_notice",
    METADATA,
    Column("notice_id", Text, primary_key=True),
    Column("contact_id", Text, nullable=False),
    Column("template", Text, nullable=False),
    Column("job", Text),
    Column("state", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Index("ix_wechat_notice_job", "job"),
)
"""Template and subscription messages: `sending`, `sent`, `delivered`, `failed`, `unknown`."""


def ms(instant: datetime) -> int:
    """An instant as the tables have it."""
    return int(instant.timestamp() * 1000)


def insert_once(dialect: Dialect, into: Table, **values: Any) -> ReturningInsert[Any]:
    """An insert that gives no row, rather than an error, when the row is there already."""
    if dialect.name == "postgresql":
        insert = postgresql.insert(into).values(**values).on_conflict_do_nothing()
        return insert.returning(*into.primary_key.columns)
    lite = sqlite.insert(into).values(**values).on_conflict_do_nothing()
    return lite.returning(*into.primary_key.columns)


def put(dialect: Dialect, into: Table, **values: Any) -> Executable:
    """An insert that takes the place of the row with the same primary key."""
    key = {column.name for column in into.primary_key.columns}
    changes = {name: value for name, value in values.items() if name not in key}
    if dialect.name == "postgresql":
        insert = postgresql.insert(into).values(**values)
        return insert.on_conflict_do_update(index_elements=sorted(key), set_=changes)
    lite = sqlite.insert(into).values(**values)
    return lite.on_conflict_do_update(index_elements=sorted(key), set_=changes)

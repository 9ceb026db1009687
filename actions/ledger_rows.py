"""The table of the ledger, and what the ledger and its callers say to each other.

The schema itself is created by the migrations of the application; this is its description for
queries.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import JsonValue
from sqlalchemy import Column, DateTime, Dialect, Integer, MetaData, RowMapping, Table, Text
from sqlalchemy.types import TypeDecorator

from assistant.model.ids import ActionName, ConversationId, CustomerId, FrameId, IdempotencyKey

METADATA: Final = MetaData()


class UtcInstant(TypeDecorator[datetime]):
    """An aware instant; SQLite keeps no zone, so UTC is put back when it is read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Write UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Read aware UTC."""
        if value is None or not isinstance(value, datetime):
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


ACTION: Final = Table(
    "action",
    METADATA,
    Column("idempotency_key", Text, primary_key=True),
    Column("conversation_id", Text, nullable=False, index=True),
    Column("customer_id", Text, nullable=True),
    Column("action", Text, nullable=False),
    Column("epoch", Text, nullable=False),
    Column("arguments", Text, nullable=False),
    Column("arguments_sha256", Text, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("attempts", Integer, nullable=False),
    Column("owner", Text, nullable=True),
    Column("fence", Integer, nullable=False, default=0, server_default="0"),
    Column("lease_until", UtcInstant, nullable=True),
    Column("result", Text, nullable=True),
    Column("created_at", UtcInstant, nullable=False),
    Column("updated_at", UtcInstant, nullable=False),
)
"""`result` is the ActionResult as JSON once the row is done or refused; before that it holds
`{"not_found_at": [instants]}`, the times the bank said it knows no such key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A change about to be asked of the bank.

    Attributes:
        arguments: As auditors may read them: secret slots already masked.
        is_resendable: Whether the receiver honours the key, so that the same request may be
            sent again after a lost answer.
        deadline: Until when it may be sent for the first time: a yes does not hold for ever.
    """

    key: IdempotencyKey
    conversation_id: ConversationId
    customer_id: CustomerId | None
    action: ActionName
    epoch: FrameId
    arguments: Mapping[str, JsonValue]
    arguments_sha256: str
    is_resendable: bool = True
    deadline: datetime | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to send one intent now.

    Attributes:
        fence: Number of this claim; writing needs it to be still the newest.
        was_sent: An earlier attempt may have reached the bank.
        conversation_id: Whose keys seal the result.
        is_resendable: Whether an end that was lost can be found again by asking the bank.
    """

    key: IdempotencyKey
    fence: int
    was_sent: bool
    conversation_id: ConversationId | None = field(default=None, compare=False)
    is_resendable: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Held:
    """Another worker is sending this intent at this moment."""

    key: IdempotencyKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsettled:
    """A change whose end is not known.

    Attributes:
        last_sent_at: When it was last sent, or given up waiting for.
        not_found_at: When the bank answered that it knows no such key.
        arguments: As stored: secret slots masked; empty once erased.
        begun_at: When it was first written down.
    """

    key: IdempotencyKey
    conversation_id: ConversationId
    action: ActionName
    epoch: FrameId
    fence: int
    last_sent_at: datetime
    not_found_at: tuple[datetime, ...]
    customer_id: CustomerId | None
    arguments: Mapping[str, JsonValue]
    begun_at: datetime


def unsettled_of(row: RowMapping) -> Unsettled:
    """A row whose end is not known, opened."""
    notes = json.loads(row["result"]) if row["result"] else {}
    return Unsettled(
        key=IdempotencyKey(row["idempotency_key"]),
        conversation_id=ConversationId(row["conversation_id"]),
        action=ActionName(row["action"]),
        epoch=FrameId(row["epoch"]),
        fence=row["fence"],
        last_sent_at=row["updated_at"],
        not_found_at=tuple(datetime.fromisoformat(at) for at in notes.get("not_found_at", ())),
        customer_id=CustomerId(row["customer_id"]) if row["customer_id"] else None,
        arguments=json.loads(row["arguments"] or "{}"),
        begun_at=row["created_at"],
    )

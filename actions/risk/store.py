"""Decisions as kept: inputs without personal data, what was decided, what the watched table said.

The same rows count how often and how much somebody pays: the ledger's own arguments are sealed.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    and_,
    insert,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from actions.ledger_rows import UtcInstant
from actions.ledger_store import transaction
from actions.risk.inputs import RiskInput
from assistant.model.frozen import Frozen
from assistant.model.ids import ActionName, CustomerId, IdempotencyKey
from assistant.model.risk import Decision
from assistant.ports.risk import RiskVerdict

METADATA: Final = MetaData()

RISK_DECISION: Final = Table(
    "risk_decision",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", UtcInstant, nullable=False),
    Column("idempotency_key", Text, nullable=False),
    Column("customer_id", Text),
    Column("action", Text, nullable=False),
    Column("is_money", Boolean, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("payee_is_new", Boolean, nullable=False),
    Column("decision", Text, nullable=False),
    Column("reason_codes", Text, nullable=False),
    Column("rule_version", Text, nullable=False),
    Column("input_sha256", Text, nullable=False),
    Column("inputs", Text, nullable=False),
    Column("challenger_decision", Text),
    Column("challenger_codes", Text),
    Column("challenger_version", Text),
    Index("ix_risk_decision_customer", "customer_id", "at"),
)

RISK_LIST: Final = Table(
    "risk_list",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("list", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("effective_from", Date, nullable=False),
    Column("effective_to", Date),
    Column("reason", Text, nullable=False),
    Index("ix_risk_list_value", "kind", "value"),
)
"""Entries beside the pack's own, for what cannot wait for a release."""

RISK_LIST_CHANGE: Final = Table(
    "risk_list_change",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", UtcInstant, nullable=False),
    Column("change", Text, nullable=False),
    Column("entry_id", Integer),
    Column("list", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("effective_from", Date, nullable=False),
    Column("effective_to", Date),
    Column("reason", Text, nullable=False),
    Column("maker", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("checker", Text),
    Column("decided_at", UtcInstant),
)
"""Changes of those entries that were asked for, and who decided; rows stay."""

_DAY: Final = timedelta(hours=24)
_HOUR: Final = timedelta(hours=1)


class Velocity(Frozen):
    """What the customer has paid lately, this payment not included; fen."""

    count_1h: int = 0
    count_24h: int = 0
    new_payees_24h: int = 0
    sum_24h: int = 0


class Kept(Frozen):
    """One decision as kept."""

    at: datetime
    action: ActionName
    decision: Decision
    reason_codes: tuple[str, ...]
    rule_version: str
    inputs: dict[str, object]
    challenger_decision: str | None = None
    challenger_codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RiskStore:
    """Keeps decisions and reads them back. Raises StoreUnavailable."""

    engine: AsyncEngine

    async def velocity(self, customer_id: CustomerId, now: datetime) -> Velocity:
        """What was let through lately; counted once for each change."""
        table = RISK_DECISION.c
        query = select(table.idempotency_key, table.at, table.amount_fen, table.payee_is_new).where(
            and_(
                table.customer_id == customer_id,
                table.at > now - _DAY,
                table.is_money,
                or_(table.decision == "allow", table.decision == "step_up"),
            )
        )

        async def read(connection: AsyncConnection) -> Velocity:
            rows = {row.idempotency_key: row for row in await connection.execute(query)}
            found = rows.values()
            return Velocity(
                count_1h=sum(row.at > now - _HOUR for row in found),
                count_24h=len(rows),
                new_payees_24h=sum(bool(row.payee_is_new) for row in found),
                sum_24h=sum(int(row.amount_fen) for row in found),
            )

        return await transaction(self.engine, read, reads_only=True)

    async def listed(self, kind: str, value: str, day: datetime) -> str | None:
        """Which list of the table the value is on, a denial before an allowance."""
        table = RISK_LIST.c
        query = select(table.list).where(
            table.kind == kind,
            table.value == value,
            table.effective_from <= day.date(),
            or_(table.effective_to.is_(None), table.effective_to >= day.date()),
        )

        async def read(connection: AsyncConnection) -> str | None:
            found = {row.list for row in await connection.execute(query)}
            return next((name for name in ("deny", "allow") if name in found), None)

        return await transaction(self.engine, read, reads_only=True)

    async def keep(
        self,
        at: datetime,
        key: IdempotencyKey,
        customer_id: CustomerId | None,
        action: ActionName,
        given: dict[str, object],
        verdicts: tuple[RiskVerdict, RiskVerdict | None],
    ) -> None:
        """Store one decision.

        What follows is synced and takes it along: the intent of a change that may go on, else the
        turn that tells why not. A power cut before loses both.
        """
        verdict, watched = verdicts
        row = {
            "at": at,
            "idempotency_key": key,
            "customer_id": customer_id,
            "action": action,
            "is_money": given.get("money") is True,
            "amount_fen": amount if isinstance(amount := given.get("amount"), int) else 0,
            "payee_is_new": given.get("payee_is_new") is True,
            "decision": verdict.decision,
            "reason_codes": json.dumps(verdict.reason_codes),
            "rule_version": verdict.rule_version,
            "input_sha256": verdict.input_sha256,
            "inputs": json.dumps(given, sort_keys=True),
            "challenger_decision": watched.decision if watched else None,
            "challenger_codes": json.dumps(watched.reason_codes) if watched else None,
            "challenger_version": watched.rule_version if watched else None,
        }

        async def write(connection: AsyncConnection) -> None:
            await connection.execute(insert(RISK_DECISION).values(row))

        await transaction(self.engine, write, synced_later=True)

    async def has_held(self, key: IdempotencyKey) -> bool:
        """Whether the last decision about a change was a hold."""
        table = RISK_DECISION.c
        query = (
            select(table.decision)
            .where(table.idempotency_key == key)
            .order_by(table.id.desc())
            .limit(1)
        )

        async def read(connection: AsyncConnection) -> bool:
            return (await connection.execute(query)).scalar() == "hold"

        return await transaction(self.engine, read, reads_only=True)

    async def latest(self, count: int) -> Sequence[Kept]:
        """The last decisions, newest first."""
        query = select(RISK_DECISION).order_by(RISK_DECISION.c.id.desc()).limit(count)

        async def read(connection: AsyncConnection) -> list[Kept]:
            rows = (await connection.execute(query)).mappings().all()
            return [
                Kept(
                    at=row["at"],
                    action=ActionName(row["action"]),
                    decision=row["decision"],
                    reason_codes=tuple(json.loads(row["reason_codes"])),
                    rule_version=row["rule_version"],
                    inputs=json.loads(row["inputs"]),
                    challenger_decision=row["challenger_decision"],
                    challenger_codes=tuple(json.loads(row["challenger_codes"] or "[]")),
                )
                for row in rows
            ]

        return await transaction(self.engine, read, reads_only=True)


def input_of(kept: Kept) -> RiskInput:
    """The inputs, checked again.

    Raises:
        ValidationError: They were incomplete when they were kept.
    """
    return RiskInput.model_validate(kept.inputs)

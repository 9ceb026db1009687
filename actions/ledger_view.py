"""The ledger as an operator or an auditor reads it: personal data masked, states explained."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from pydantic import JsonValue
from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from actions.ledger import Ledger
from actions.ledger_rows import ACTION
from actions.ledger_store import transaction
from assistant.model.ids import ActionName
from assistant.model.release import ActionPolicy
from assistant.model.undo import rule_for, undo_at

_DIGITS: Final = re.compile(r"(?<![.\d])\d{5,}(?![.\d])")
_PLAIN: Final = frozenset(
    {"amount", "currency", "card_limit", "bill_amount", "repay_amount", "instalment_amount"}
)
"""Arguments that name nobody."""
_LAST: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One change.

    Attributes:
        state: intended, sending, done, refused or unknown; `abandoned` for a row still
            `sending` whose worker's lease has lapsed.
        arguments: Masked.
        undo: How what was done can be taken back, and until when; None for what was not done, or
            where the bank wrote nothing about it.
        not_found_at: When the bank said that it knows no such key.
    """

    key: str
    conversation_id: str
    customer_id: str | None
    action: str
    state: str
    arguments: dict[str, JsonValue] | None
    attempts: int
    fence: int
    owner: str | None
    lease_until: datetime | None
    created_at: datetime
    updated_at: datetime
    reason: str | None
    receipt_id: str | None
    undo: str | None
    not_found_at: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """For programs; instants in ISO 8601."""
        return {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in asdict(self).items()
        }

    def explained(self) -> str:
        """What the state means and what happens next."""
        return _MEANS[self.state]


_MEANS: Final = {
    "intended": "Written down, not sent: the bank could not be reached. Nothing happened; the "
    "customer may try again.",
    "sending": "A worker is speaking to the bank at this moment and holds the lease.",
    "abandoned": "Its worker vanished while it was being sent. The bank may have done it; a live "
    "worker asks the bank about the key, or sends the same key again.",
    "unknown": "Sent and not answered. Nobody may assume anything; the bank is asked about the "
    "key, with growing pauses, until it says done or refused.",
    "done": "The bank did it, once. The receipt names the bank's own reference.",
    "refused": "The bank did not do it, and said why.",
}


async def entries(ledger: Ledger, *, state: str | None = None, limit: int = 50) -> list[Entry]:
    """The newest changes, newest first.

    Args:
        ledger: Of the deployment.
        state: Only these; `open` for all that have not ended.
        limit: At most so many.
    """
    query = select(ACTION).order_by(ACTION.c.created_at.desc()).limit(limit)
    if state == "open":
        query = query.where(ACTION.c.state.not_in(("done", "refused")))
    elif state == "abandoned":
        query = query.where(ACTION.c.state == "sending")
    elif state is not None:
        query = query.where(ACTION.c.state == state)
    found = await _read(ledger, query)
    return [one for one in found if state in {None, "open"} or one.state == state]


async def find_entry(
    ledger: Ledger, key: str, policies: Mapping[ActionName, ActionPolicy]
) -> Entry | None:
    """The change with this key, or the only one whose key begins so.

    Args:
        ledger: Of the deployment.
        key: Of the change, or how it begins.
        policies: Of the release in force, for how it can be taken back.
    """
    begins = ACTION.c.idempotency_key.startswith(key, autoescape=True)
    found = await _read(ledger, select(ACTION).where(begins).limit(2), policies)
    return found[0] if len(found) == 1 else None


async def _read(
    ledger: Ledger, query: Any, policies: Mapping[ActionName, ActionPolicy] | None = None
) -> list[Entry]:
    async def read(connection: AsyncConnection) -> tuple[Sequence[RowMapping], datetime]:
        now = await ledger.lease_now(connection)
        rows = (await connection.execute(query)).mappings().all()
        return await ledger.opened(connection, rows), now

    rows, now = await transaction(ledger.engine, read, reads_only=True)
    return [_entry(row, now, policies or {}) for row in rows]


def _entry(row: RowMapping, now: datetime, policies: Mapping[ActionName, ActionPolicy]) -> Entry:
    result = json.loads(row["result"]) if row["result"] else {}
    arguments = json.loads(row["arguments"]) if row["arguments"] else None
    lapsed = row["lease_until"] is not None and row["lease_until"] <= now
    return Entry(
        key=row["idempotency_key"],
        conversation_id=row["conversation_id"],
        customer_id=row["customer_id"],
        action=row["action"],
        state="abandoned" if row["state"] == "sending" and lapsed else row["state"],
        arguments=None if arguments is None else {k: _mask(k, v) for k, v in arguments.items()},
        attempts=row["attempts"],
        fence=row["fence"],
        owner=row["owner"],
        lease_until=row["lease_until"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        reason=result.get("reason"),
        receipt_id=result.get("receipt_id"),
        undo=_undo(row, result, arguments or {}, policies),
        not_found_at=tuple(result.get("not_found_at", ())),
    )


def _undo(
    row: RowMapping,
    result: dict[str, Any],
    arguments: dict[str, JsonValue],
    policies: Mapping[ActionName, ActionPolicy],
) -> str | None:
    policy = policies.get(ActionName(row["action"]))
    if row["state"] != "done" or policy is None:
        return None
    facts = result.get("facts") or {}
    rule = rule_for(policy.undo, {"slots": arguments, "facts": facts})
    if rule is None:
        return None
    undo = undo_at(rule, facts, row["updated_at"])
    if undo.way == "never":
        return "never"
    until = "" if undo.until is None else f" until {undo.until.isoformat()}"
    return f"by {undo.task or undo.way}{until}"


def _mask(name: str, value: JsonValue) -> JsonValue:
    """A text's first character alone; of a long number its last four digits."""
    if name in _PLAIN or isinstance(value, bool | None):
        return value
    text = str(value)
    if len(text) <= _LAST and text.isascii():
        return text  # last digits of a card, a code of the bank's own lists
    hidden = _DIGITS.sub(lambda found: f"…{found[0][-_LAST:]}", text)
    if hidden != text:
        return hidden
    return f"{text[:1]}…" if not text.isascii() or " " in text else text

"""Checking data keys, and what is sealed outside the chain."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Text, column, select, table
from sqlalchemy.ext.asyncio import AsyncConnection

from assistant.adapters import tables
from assistant.adapters.vault import key_of, place_of_text, unwrap
from assistant.errors import TranscriptDamaged
from assistant.notary.chain import Link, place_of
from assistant.notary.findings import Report
from assistant.notary.keys import MasterKey, unseal

_KEY = tables.data_key
_SEALED_COLUMNS: Final = (
    ("handoff_ticket", "ticket_id", "summary"),
    ("review", "review_id", "request"),
    ("review", "review_id", "reason"),
    ("action", "idempotency_key", "arguments"),
    ("action", "idempotency_key", "result"),
)
_PUT_AWAY: Final = {"erased", "restricted", "expired"}


@dataclass(slots=True)
class KeyRing:
    """The data keys of the log.

    Attributes:
        opened: Keys that could be unwrapped; empty without the master key.
        conversations: Key id to the conversation it belongs to.
        states: Key id to `live`, `restricted` or `destroyed`.
        explained: Key id to the deed of the register that put it away, the last one.
    """

    opened: dict[str, AESGCM] = field(default_factory=dict)
    conversations: dict[str, str] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    explained: dict[str, str] = field(default_factory=dict)

    def is_erased(self, key_id: str) -> bool:
        """Whether nobody may read with this key any more."""
        return self.states.get(key_id, "live") != "live"

    def problem_of(self, link: Link) -> str | None:
        """What is wrong with the key an event names."""
        owner = self.conversations.get(link.key)
        if owner is None:
            return f"its key {link.key} is missing"
        return None if owner == link.conversation else f"its key {link.key} is another one's"

    def customer(self, link: Link) -> list[str]:
        """The customer an identifying event names, when it can be read."""
        key = self.opened.get(link.key)
        if key is None:
            return []
        plain = unseal(key, link.sealed, place_of(link.conversation, link.seq))
        named = json.loads(plain).get("customer_id")
        return [named] if named else []

    def check_explained(self, report: Report) -> None:
        """Every key that was put away has its entry in the register, and no other has one."""
        for key_id, state in self.states.items():
            deed = self.explained.get(key_id)
            if state == "live" and deed in _PUT_AWAY:
                problem = "the register says it was put away, and it is back"
            elif state == "destroyed" and deed not in {"erased", "expired"}:
                problem = "it is destroyed, and no entry of the register says why"
            elif state == "restricted" and deed != "restricted":
                problem = "it is restricted, and no entry of the register says why"
            else:
                continue
            report.add("data_key", key_id, None, problem)


async def check_keys(
    connection: AsyncConnection, master: MasterKey | None, report: Report
) -> KeyRing:
    """Read the data keys; with the master key also unwrap each.

    Raises:
        SettingsError: Another master key wrapped them.
    """
    ring = KeyRing()
    for row in await connection.execute(select(_KEY).order_by(_KEY.c.key_id)):
        report.keys += 1
        ring.conversations[row.key_id] = row.conversation_id
        ring.states[row.key_id] = row.state
        if (row.state == "destroyed") != (row.wrapped is None):
            report.add("data_key", row.key_id, None, f"it is {row.state}, its key says otherwise")
        elif master is not None and row.wrapped is not None:
            try:
                ring.opened[row.key_id] = unwrap(master, row)
            except TranscriptDamaged:
                report.add("data_key", row.key_id, None, "it was changed: it does not unwrap")
    return ring


async def check_working_tables(connection: AsyncConnection, ring: KeyRing, report: Report) -> None:
    """Open what tables outside the chain keep sealed: it must stand where it was put."""
    for name, row_id, sealed in _SEALED_COLUMNS:
        source = table(name, column(row_id, Text), column(sealed, Text))
        for key, text in await connection.execute(select(source)):
            problem = _sealed_problem(ring, text, place_of_text(name, key, sealed))
            if problem is not None:
                report.add(name, key, None, f"{sealed}: {problem}")


def _sealed_problem(ring: KeyRing, text: Any, place: str) -> str | None:
    if text is None:
        return None
    key_id = key_of(text)
    if key_id not in ring.states:
        return "it is not sealed, or its key is missing"
    opened = ring.opened.get(key_id)
    if opened is None:
        return None
    try:
        unseal(opened, base64.b64decode(text.rpartition(":")[2]), place.encode())
    except (TranscriptDamaged, ValueError):
        return "it does not open"
    return None

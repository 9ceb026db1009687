"""The log sealed and chained, the keys it is sealed with, and the register of personal data.

What is in the log in plain text is sealed on the way; so are the hand-over summaries, the requests
for a review and the ledger's arguments and results.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from alembic import context, op
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from assistant.adapters.vault import Cipher, key_place, seal_text
from assistant.notary.chain import ALGORITHM, FIRST, Link, instant, link_hash, place_of
from assistant.notary.keys import MasterKey, new_data_key, seal

revision = "0003"
down_revision = "0002"

_INSTANT = sa.DateTime(timezone=True)
_CLASSES = {
    "signed_in": "identity",
    "step_up_requested": "identity",
    "code_sent": "identity",
    "step_up_passed": "identity",
    "step_up_failed": "identity",
    "action_executed": "deed",
    "confirmed": "deed",
    "recommended": "deed",
    "review_requested": "deed",
    "review_decided": "deed",
}
_SEALED_COLUMNS = (
    ("handoff_ticket", "ticket_id", "summary", "talk"),
    ("review", "review_id", "reason", "deed"),
    ("review", "review_id", "request", "deed"),
    ("action", "idempotency_key", "arguments", "deed"),
    ("action", "idempotency_key", "result", "deed"),
)


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "conversation", sa.Column("sealed_seq", sa.Integer, nullable=False, server_default="0")
    )
    op.create_index("ix_conversation_customer", "conversation", ["customer_id"])
    _create_keys()
    _create_register()
    op.drop_index("ux_event_frame", "event")
    op.rename_table("event", "event_plain")
    _create_log()
    connection = op.get_bind()
    keys = _Keys(connection, context.config.attributes.get("master"))
    _seal_log(connection, keys)
    op.drop_table("event_plain")
    for table, row_id, column, record_class in _SEALED_COLUMNS:
        _seal_column(connection, keys, table, row_id, column, record_class)


def _create_keys() -> None:
    op.create_table(
        "data_key",
        sa.Column("key_id", sa.Text, primary_key=True),
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.Column("record_class", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("master", sa.Text, nullable=False),
        sa.Column("wrapped", sa.LargeBinary),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("changed_at", _INSTANT),
    )
    op.create_index("ix_data_key_conversation", "data_key", ["conversation_id", "state"])


def _create_register() -> None:
    op.create_table(
        "privacy_log",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("deed", sa.Text, nullable=False),
        sa.Column("subject", sa.Text),
        sa.Column("conversation_id", sa.Text),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("keys", sa.Text),
        sa.Column("hash", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_privacy_log_subject", "privacy_log", ["subject"])


def _create_log() -> None:
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
        sa.Column("release", sa.Text, nullable=False),
        sa.Column("documents", sa.Text),
        sa.Column("algorithm", sa.Text, nullable=False),
        sa.Column("key_id", sa.Text, sa.ForeignKey("data_key.key_id"), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
    )
    op.create_index("ux_event_frame", "event", ["conversation_id", "frame_seq"], unique=True)


class _Keys:
    """Data keys of the rows being sealed; the master key is asked for with the first."""

    def __init__(
        self, connection: sa.Connection, master_key: Callable[[], MasterKey] | None
    ) -> None:
        self.connection = connection
        self.master_key = master_key
        self._made: dict[tuple[str, str], Cipher] = {}

    def cipher(self, conversation_id: str, record_class: str, at: datetime) -> Cipher:
        """The key of a record class of a conversation, made when there is none."""
        found = self._made.get((conversation_id, record_class))
        if found is None:
            if self.master_key is None:
                msg = "There are conversations to seal, and no master key was given."
                raise RuntimeError(msg)
            found = self._make(self.master_key(), conversation_id, record_class, at)
            self._made[conversation_id, record_class] = found
        return found

    def _make(
        self, master: MasterKey, conversation_id: str, record_class: str, at: datetime
    ) -> Cipher:
        key_id, key = f"k_{secrets.token_hex(12)}", new_data_key()
        row = {
            "key_id": key_id,
            "conversation_id": conversation_id,
            "record_class": record_class,
            "state": "live",
            "master": master.name,
            "wrapped": master.wrap(key, key_place(key_id, conversation_id, record_class)),
            "created_at": at,
        }
        self.connection.execute(sa.insert(_table(self.connection, "data_key")), row)
        return Cipher(key_id, AESGCM(key))


def _table(connection: sa.Connection, name: str) -> sa.Table:
    return sa.Table(name, sa.MetaData(), autoload_with=connection, resolve_fks=False)


def _seal_log(connection: sa.Connection, keys: _Keys) -> None:
    """Copy the log, conversation by conversation, sealing and chaining it."""
    plain, sealed = _table(connection, "event_plain"), _table(connection, "event")
    ids = connection.scalars(sa.select(plain.c.conversation_id).distinct()).all()
    for conversation_id in ids:
        mine = sa.select(plain).where(plain.c.conversation_id == conversation_id)
        rows = connection.execute(mine.order_by(plain.c.seq)).all()
        for _, batch in groupby(_sealed(rows, keys), lambda row: row["seq"] // 1000):
            connection.execute(sa.insert(sealed), list(batch))


def _sealed(rows: Any, keys: _Keys) -> Iterator[dict[str, Any]]:
    before = FIRST
    for row in rows:
        body = json.loads(row.payload)
        at = row.at if row.at.tzinfo else row.at.replace(tzinfo=UTC)
        cited = {one["document_id"] for one in body.get("part", {}).get("citations", ())}
        documents = json.dumps(sorted(cited)) if cited else None
        cipher = keys.cipher(row.conversation_id, _CLASSES.get(row.type, "talk"), row.at)
        place = place_of(row.conversation_id, row.seq)
        ciphertext = seal(cipher.aead, row.payload.encode(), place)
        link = Link(
            ALGORITHM,
            row.conversation_id,
            row.seq,
            row.frame_seq,
            row.type,
            row.turn,
            instant(at),
            body["release"],
            documents,
            cipher.key_id,
            ciphertext,
        )
        before = link_hash(link, before)
        yield {
            "conversation_id": row.conversation_id,
            "seq": row.seq,
            "frame_seq": row.frame_seq,
            "type": row.type,
            "turn": row.turn,
            "at": row.at,
            "release": body["release"],
            "documents": documents,
            "algorithm": ALGORITHM,
            "key_id": cipher.key_id,
            "sealed": ciphertext,
            "hash": before,
        }


def _seal_column(
    connection: sa.Connection,
    keys: _Keys,
    name: str,
    row_id: str,
    column: str,
    record_class: str,
) -> None:
    table = _table(connection, name)
    rows = connection.execute(sa.select(table).where(table.c[column].is_not(None))).mappings().all()
    for row in rows:
        about = json.loads(row["request"]) if name == "review" else row
        cipher = keys.cipher(about["conversation_id"], record_class, row["created_at"])
        place = f"{name}\n{row[row_id]}\n{column}"
        connection.execute(
            sa.update(table)
            .where(table.c[row_id] == row[row_id])
            .values({column: seal_text(cipher, row[column], place)})
        )

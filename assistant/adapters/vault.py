"""Data keys in the database: found, made and unwrapped within the caller's transaction."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from assistant.adapters import tables
from assistant.errors import SettingsError
from assistant.notary.keys import MasterKey, RecordClass, new_data_key, seal, unseal

_KEY = tables.data_key
_SEALED: Final = "sealed:1:"
_ID_BYTES: Final = 12


@dataclass(frozen=True, slots=True)
class Cipher:
    """A data key ready for use.

    Attributes:
        key_id: Written beside everything it seals.
    """

    key_id: str
    aead: AESGCM


def key_place(key_id: str, conversation_id: str, record_class: str) -> str:
    """What a wrapped data key is bound to."""
    return f"{key_id}\n{conversation_id}\n{record_class}"


def unwrap(master: MasterKey, key: Row[Any]) -> AESGCM:
    """Open a row of `data_key` that still has its key.

    Raises:
        SettingsError: Another master key wrapped it.
        TranscriptDamaged: The row was changed.
    """
    if key.master != master.name:
        msg = f"Data keys were wrapped by master key {key.master}, not by the present one."
        raise SettingsError(msg)
    place = key_place(key.key_id, key.conversation_id, key.record_class)
    return AESGCM(master.unwrap(key.wrapped, place))


async def make_ciphers(
    connection: AsyncConnection,
    master: MasterKey,
    conversation_id: str,
    classes: Iterable[RecordClass],
    at: datetime,
) -> dict[RecordClass, Cipher]:
    """Make and store new keys of a conversation."""
    made: dict[RecordClass, Cipher] = {}
    rows = []
    for record_class in classes:
        key_id, key = f"k_{secrets.token_hex(_ID_BYTES)}", new_data_key()
        wrapped = master.wrap(key, key_place(key_id, conversation_id, record_class))
        made[record_class] = Cipher(key_id, AESGCM(key))
        rows.append(
            {
                "key_id": key_id,
                "conversation_id": conversation_id,
                "record_class": record_class,
                "state": "live",
                "master": master.name,
                "wrapped": wrapped,
                "created_at": at,
            }
        )
    if rows:
        await connection.execute(insert(_KEY), rows)
    return made


async def cipher_for(
    connection: AsyncConnection,
    master: MasterKey,
    conversation_id: str,
    record_class: RecordClass,
    at: datetime,
) -> Cipher:
    """The live key of one record class of a conversation, made when there is none."""
    query = select(_KEY).where(
        _KEY.c.conversation_id == conversation_id,
        _KEY.c.record_class == record_class,
        _KEY.c.state == "live",
    )
    row = (await connection.execute(query.order_by(_KEY.c.created_at).limit(1))).one_or_none()
    if row is not None:
        return Cipher(row.key_id, unwrap(master, row))
    made = await make_ciphers(connection, master, conversation_id, [record_class], at)
    return made[record_class]


def seal_text(cipher: Cipher, text: str, place: str) -> str:
    """Text as a column keeps it: under a data key, which it names."""
    sealed = seal(cipher.aead, text.encode(), place.encode())
    return f"{_SEALED}{cipher.key_id}:{base64.b64encode(sealed).decode()}"


async def open_texts(
    connection: AsyncConnection, master: MasterKey, sealed: Sequence[tuple[str, str]]
) -> list[str | None]:
    """Open what `seal_text` made.

    Args:
        connection: Of the caller's transaction.
        master: Unwraps the data keys.
        sealed: Text of the column, and its place.

    Returns:
        For each the text; None when its key is destroyed or restricted.
    """
    parts = [text.removeprefix(_SEALED).partition(":") for text, _ in sealed]
    ids = {key_id for key_id, _, _ in parts}
    query = select(_KEY).where(_KEY.c.key_id.in_(ids), _KEY.c.state == "live")
    rows = (await connection.execute(query)).all() if ids else []
    keys: Mapping[str, AESGCM] = {row.key_id: unwrap(master, row) for row in rows}
    return [
        unseal(keys[key_id], base64.b64decode(body), place.encode()).decode()
        if key_id in keys
        else None
        for (key_id, _, body), (_, place) in zip(parts, sealed, strict=True)
    ]

"""Data keys in the database: found, made and unwrapped within the caller's transaction."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from assistant.adapters import tables
from assistant.adapters.database import master_of
from assistant.errors import SettingsError
from assistant.model.ids import ConversationId
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
    return AESGCM(unwrapped(master, key))


def unwrapped(master: MasterKey, key: Row[Any]) -> bytes:
    """The data key of a row of `data_key` that still has one; raises as `unwrap` does."""
    wrapper = master.named(key.master)
    if wrapper is None:
        msg = f"Data keys were wrapped by master key {key.master}, which is not at hand."
        raise SettingsError(msg)
    return wrapper.unwrap(key.wrapped, key_place(key.key_id, key.conversation_id, key.record_class))


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


def place_of_text(table: str, row_id: str, column: str) -> str:
    """Where a sealed text of another table stands."""
    return f"{table}\n{row_id}\n{column}"


@dataclass(frozen=True, slots=True)
class SqlSealer:
    """Implements the Sealer port with the keys of one record class.

    Attributes:
        engine: From `open_engine`; its master key unwraps the data keys.
    """

    engine: AsyncEngine
    record_class: RecordClass = "deed"

    async def seal(
        self,
        connection: AsyncConnection,
        conversation_id: ConversationId,
        place: str,
        text: str,
        at: datetime,
    ) -> str:
        """See the port."""
        master = master_of(self.engine)
        cipher = await cipher_for(connection, master, conversation_id, self.record_class, at)
        return seal_text(cipher, text, place)

    async def seal_like(
        self, connection: AsyncConnection, sealed: str, place: str, text: str, at: datetime
    ) -> str:
        """See the port."""
        query = select(_KEY.c.conversation_id).where(_KEY.c.key_id == key_of(sealed))
        conversation_id = ConversationId((await connection.execute(query)).scalar_one())
        return await self.seal(connection, conversation_id, place, text, at)

    async def open(
        self, connection: AsyncConnection, sealed: Sequence[tuple[str, str]]
    ) -> list[str | None]:
        """See the port."""
        ids = {key_of(text) for text, _ in sealed}
        query = select(_KEY).where(_KEY.c.key_id.in_(ids), _KEY.c.state == "live")
        rows = (await connection.execute(query)).all() if ids else []
        master = master_of(self.engine)
        keys = {row.key_id: unwrap(master, row) for row in rows}
        return [_open(keys.get(key_of(text)), text, place) for text, place in sealed]


def key_of(sealed: str) -> str:
    """Id of the key a sealed text names."""
    return sealed.removeprefix(_SEALED).partition(":")[0]


def _open(key: AESGCM | None, sealed: str, place: str) -> str | None:
    if key is None:
        return None
    body = sealed.removeprefix(_SEALED).partition(":")[2]
    return unseal(key, base64.b64decode(body), place.encode()).decode()

"""One conversation as evidence: its links, its keys, and proofs that signed roots cover it."""

from __future__ import annotations

import asyncio
import base64
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from assistant.adapters import tables
from assistant.adapters.database import master_of, read
from assistant.adapters.roots import RootsFolder
from assistant.adapters.vault import unwrapped
from assistant.errors import ConversationNotFound
from assistant.model.ids import ConversationId
from assistant.notary.chain import instant
from assistant.notary.evidence import FORMAT
from assistant.notary.keys import MasterKey
from assistant.notary.merkle import inclusion_proof
from assistant.notary.roots import leaf_of

_EVENT = tables.event
_KEY = tables.data_key
_OPEN: Final = "live"


async def evidence_of(
    engine: AsyncEngine, roots: RootsFolder, conversation_id: ConversationId
) -> dict[str, Any]:
    """Everything somebody needs who has nothing but a public key.

    Args:
        engine: From `open_engine`.
        roots: Where the signed roots are.
        conversation_id: Which one.

    Raises:
        ConversationNotFound: There is no such conversation.
        StoreUnavailable: The database does not answer.
        TranscriptDamaged: A key does not unwrap, or a root cannot be read.
    """

    async def work(connection: AsyncConnection) -> dict[str, Any]:
        links = select(_EVENT).where(_EVENT.c.conversation_id == conversation_id)
        rows = (await connection.execute(links.order_by(_EVENT.c.seq))).all()
        if not rows:
            raise ConversationNotFound
        keys = select(_KEY).where(_KEY.c.key_id.in_({row.key_id for row in rows}))
        master = master_of(engine)
        return {
            "format": FORMAT,
            "conversation_id": conversation_id,
            "keys": {
                row.key_id: _key(master, row) for row in (await connection.execute(keys)).all()
            },
            "events": [_link(row) for row in rows],
        }

    evidence = await read(engine, work)
    evidence["proofs"] = await asyncio.to_thread(_proofs, roots, conversation_id)
    return evidence


def _key(master: MasterKey, row: Any) -> str | None:
    """The data key, hexadecimal; None when it was destroyed or put away."""
    if row.state != _OPEN:
        return None
    return unwrapped(master, row).hex()


def _link(row: Any) -> dict[str, Any]:
    return {
        "algorithm": row.algorithm,
        "seq": row.seq,
        "frame_seq": row.frame_seq,
        "type": row.type,
        "turn": row.turn,
        "at": instant(row.at),
        "release": row.release,
        "documents": row.documents,
        "key": row.key_id,
        "sealed": base64.b64encode(row.sealed).decode(),
        "hash": row.hash.hex(),
    }


def _proofs(roots: RootsFolder, conversation_id: str) -> list[dict[str, Any]]:
    """For each root that covers a head of the conversation: the head, its path and the root."""
    leaves: list[bytes] = []
    proofs = []
    for _, statement in roots.all():
        first = len(leaves)
        leaves += [leaf_of(head) for head in statement["heads"]]
        for offset, head in enumerate(statement["heads"]):
            if head[0] == conversation_id:
                index = first + offset
                path = [each.hex() for each in inclusion_proof(leaves, index)]
                # Whoever checks needs no other head: the signature covers them as given.
                proofs.append({"head": head, "index": index, "path": path, "root": statement})
    return proofs

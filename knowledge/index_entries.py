"""What is written of a passage into a vector index, and the hashes that tell two sets apart."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from typing import Final

from langchain_core.documents import Document as LangChainDocument

from knowledge.chunking import Passage

_OPEN_END: Final = date.max.toordinal()


def entry_of(passage: Passage) -> LangChainDocument:
    """The text that is embedded, with the days it is valid on as ordinals."""
    last_day = passage.effective_to.toordinal() if passage.effective_to else _OPEN_END
    return LangChainDocument(
        page_content=passage.embedded_text,
        metadata={
            "document_id": passage.document_id,
            "version": passage.version,
            "first_day": passage.effective_from.toordinal(),
            "last_day": last_day,
        },
    )


def entry_hash(entry: LangChainDocument) -> str:
    """SHA-256 of an entry's text and days, in hexadecimal."""
    content = json.dumps([entry.page_content, entry.metadata], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def manifest(passages: Sequence[Passage], model: str) -> str:
    """16 hexadecimal digits that name exactly these passages under this model."""
    described = [
        [
            passage.passage_id,
            passage.embedded_text,
            passage.effective_from.isoformat(),
            passage.effective_to.isoformat() if passage.effective_to else None,
        ]
        for passage in passages
    ]
    content = json.dumps([model, described], ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:16]

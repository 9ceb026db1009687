"""The vector index of passages: Chroma, embedded or as a server, through LangChain.

This is the only module that names chromadb. An index is never changed in place: each set of
passages and each model has its own collection, named by a hash of both (the manifest), which
is complete once its number of entries says so. So a changed document, a new model and an
index that a crash left half-built all lead to the same thing, a fresh collection, and two
processes on different releases do not disturb each other. The newest few are kept.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import chromadb
from chromadb.api import ClientAPI
from chromadb.config import Settings
from chromadb.errors import ChromaError
from langchain_chroma import Chroma
from langchain_core.documents import Document as LangChainDocument
from langchain_core.embeddings import Embeddings

from assistant.errors import KnowledgeUnavailable
from assistant.model.ids import PassageId
from knowledge.chunking import Passage
from knowledge.vectors import Vectors

_PREFIX: Final = "passages-"
_OPEN_END: Final = date.max.toordinal()
_BATCH: Final = 1000  # below the 5,461 entries that SQLite's limit on variables allows Chroma
_KEPT: Final = 3  # the release in use, the one being rolled out, and one to roll back to
_FAULTS: Final = (ChromaError, sqlite3.Error, OSError, ValueError)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A passage near a question; `similarity` is the cosine, -1 to 1."""

    passage_id: PassageId
    similarity: float


class _KnownVectors(Embeddings):
    """Hands LangChain the vectors that are already there, by text."""

    def __init__(self, texts: Sequence[str], vectors: Vectors) -> None:
        self._row = {text: row for row, text in enumerate(texts)}
        self._vectors = vectors

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        rows: list[list[float]] = self._vectors[[self._row[text] for text in texts]].tolist()
        return rows

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


class ChromaIndex:
    """Nearest passages among those valid on a day."""

    def __init__(self, store: Chroma) -> None:
        """Use a complete collection; `open_index` makes one."""
        self._store = store

    def nearest(self, vector: Sequence[float], *, as_of: date, limit: int) -> list[Neighbour]:
        """Passages valid on `as_of`, nearest first.

        Raises:
            KnowledgeUnavailable: Chroma did not answer or its files are damaged.
        """
        day = as_of.toordinal()
        valid: dict[str, Any] = {
            "$and": [{"first_day": {"$lte": day}}, {"last_day": {"$gte": day}}]
        }
        try:
            found = self._store.similarity_search_by_vector_with_relevance_scores(
                embedding=list(vector), k=limit, filter=valid
            )
        except _FAULTS as error:
            msg = "The vector index does not answer."
            raise KnowledgeUnavailable(msg) from error
        return [
            Neighbour(PassageId(str(document.id)), 1.0 - distance) for document, distance in found
        ]


def open_index(
    passages: Sequence[Passage],
    vectors: Vectors,
    *,
    model: str,
    folder: Path | None = None,
    url: str | None = None,
) -> ChromaIndex:
    """Open the index of exactly these passages, building it when there is none.

    Args:
        passages: What can be found.
        vectors: Their unit vectors, one a row, in the same order.
        model: Fingerprint of the encoder.
        folder: Where the embedded index lives; needed unless `url` is given.
        url: A Chroma server, e.g. `http://127.0.0.1:8200`.

    Raises:
        KnowledgeUnavailable: The server or the folder cannot be used.
    """
    name = f"{_PREFIX}{_manifest(passages, model)}"
    try:
        if url is not None:
            return ChromaIndex(_filled(_server(url), name, passages, vectors))
        if folder is None:
            return ChromaIndex(_filled(_memory(), name, passages, vectors))
        folder.mkdir(parents=True, exist_ok=True)
        with _one_builder(folder):
            client = chromadb.PersistentClient(path=str(folder), settings=_SETTINGS)
            return ChromaIndex(_filled(client, name, passages, vectors))
    except _FAULTS as error:
        msg = "The vector index cannot be opened."
        raise KnowledgeUnavailable(msg) from error


_SETTINGS: Final = Settings(anonymized_telemetry=False)


def _memory() -> ClientAPI:
    return chromadb.EphemeralClient(settings=_SETTINGS)


def _server(url: str) -> ClientAPI:
    scheme, _, rest = url.partition("://")
    host, _, port = rest.rstrip("/").partition(":")
    secure = scheme == "https"
    return chromadb.HttpClient(
        host=host, port=int(port or (443 if secure else 80)), ssl=secure, settings=_SETTINGS
    )


@contextmanager
def _one_builder(folder: Path) -> Iterator[None]:
    with (folder / ".lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # released with the file, also when the process dies
        yield


def _filled(client: ClientAPI, name: str, passages: Sequence[Passage], vectors: Vectors) -> Chroma:
    texts = [passage.embedded_text for passage in passages]
    earlier = _generations(client)
    store = Chroma(
        client=client,
        collection_name=name,
        embedding_function=_KnownVectors(texts, vectors),
        collection_metadata={
            "hnsw:space": "cosine",
            "generation": max(earlier.values(), default=0) + 1,
        },
    )
    if client.get_collection(name).count() == len(passages):
        return store
    for start in range(0, len(passages), _BATCH):
        batch = passages[start : start + _BATCH]
        store.add_documents(
            [_entry(passage) for passage in batch],
            ids=[passage.passage_id for passage in batch],
        )
    by_age = sorted((other for other in earlier if other != name), key=earlier.__getitem__)
    for other in by_age[: max(0, len(by_age) - (_KEPT - 1))]:
        client.delete_collection(other)
    return store


def _generations(client: ClientAPI) -> dict[str, int]:
    """Our collections with the order in which they were made."""
    return {
        collection.name: int((collection.metadata or {}).get("generation", 0))
        for collection in client.list_collections()
        if collection.name.startswith(_PREFIX)
    }


def _entry(passage: Passage) -> LangChainDocument:
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


def _manifest(passages: Sequence[Passage], model: str) -> str:
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

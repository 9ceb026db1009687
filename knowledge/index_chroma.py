"""The vector index of passages: Chroma, embedded or as a server, through LangChain.

This is the only module that names chromadb. An index is never changed in place: each set of
passages and each model has its own collection, named by a hash of both. So a changed document,
a new model and an index that a crash left half-built all lead to the same thing, a fresh
collection, and two processes on different releases do not disturb each other.

Embedded, the files are sealed with their hashes (`knowledge.index_seal`). A server, which has a
process of its own, keeps its files to itself; what it holds is compared with what it was given
(`knowledge.index_watch`). Both answer canary questions before they are used; an index that
answers one wrongly is built anew.

The graph that Chroma searches (HNSW) may lead nowhere near a few passages when many others are
almost alike, such as sixty pages of one template; which ones differs from build to build. So
each passage is looked up once by its own vector, and those the graph does not lead to are
compared one by one with every question.
"""

from __future__ import annotations

import shutil
import sqlite3
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import chromadb
import httpx
import numpy as np
from chromadb import Collection, QueryResult
from chromadb.api import ClientAPI
from chromadb.api.client import Client
from chromadb.config import Settings
from chromadb.errors import ChromaError
from langchain_chroma import Chroma
from langchain_core.documents import Document as LangChainDocument
from langchain_core.embeddings import Embeddings

from assistant.errors import KnowledgeUnavailable
from assistant.model.ids import PassageId
from knowledge.chunking import Passage
from knowledge.index_entries import entry_hash, entry_of, manifest
from knowledge.index_seal import discard, open_sealed
from knowledge.vectors import Vectors

_PREFIX: Final = "passages-"
_BATCH: Final = 1000  # below the 5,461 entries that SQLite's limit on variables allows Chroma
_SPARE: Final = 4  # some rates have three earlier versions
_KEPT: Final = 3  # the release in use, the one being rolled out, and one to roll back to
_ATTEMPTS: Final = 2
_CANARIES: Final = 8
_CANARY_LIMIT: Final = 5
_CANARY_SLACK: Final = 0.02  # the index keeps 32-bit floats
_LEAST_FOUND: Final = 1
_VECTOR_SLACK: Final = 1e-5  # a server brings vectors to length one once more
_FAULTS: Final = (ChromaError, httpx.HTTPError, sqlite3.Error, OSError, ValueError)


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

    def __init__(self, collection: Collection) -> None:
        """Use a complete collection; `open_index` makes one."""
        self._collection = collection
        self._aside: Sequence[Passage] = ()
        self._aside_vectors: Vectors = np.empty((0, 0), dtype=np.float32)

    def keep_aside(self, passages: Sequence[Passage], vectors: Vectors) -> bool:
        """Keep at hand the passages that the graph does not lead to.

        Returns:
            Whether what is stored of those is what was given; if not, the index is damaged.
        """
        rows: list[int] = []
        for start in range(0, len(passages), _BATCH):
            batch = slice(start, start + _BATCH)
            nearest = self._collection.query(
                query_embeddings=vectors[batch], n_results=_CANARY_LIMIT, include=["distances"]
            )
            for row, distances in enumerate(nearest["distances"] or (), start):
                if min(distances, default=1.0) > _CANARY_SLACK:
                    rows.append(row)
        if not rows:
            return True
        self._aside = [passages[row] for row in rows]
        self._aside_vectors = vectors[rows]
        stored = self._collection.get(
            ids=[passage.passage_id for passage in self._aside], include=["embeddings"]
        )
        places = {name: place for place, name in enumerate(stored["ids"])}
        if any(passage.passage_id not in places for passage in self._aside):
            return False
        order = [places[passage.passage_id] for passage in self._aside]
        held = np.asarray(stored["embeddings"], dtype=np.float32)[order]
        return bool(np.abs(held - self._aside_vectors).max() <= _VECTOR_SLACK)

    def difference(self, passages: Sequence[Passage], vectors: Vectors) -> str:
        """How what is stored differs from what was given; "" when it does not.

        Compares the SHA-256 of every entry's text and days, and every vector.

        Raises:
            KnowledgeUnavailable: Chroma did not answer or its files are damaged.
        """
        expected = {one.passage_id: (entry_hash(entry_of(one)), one) for one in passages}
        rows = {one.passage_id: row for row, one in enumerate(passages)}
        seen = 0
        try:
            for start in range(0, len(passages) + 1, _BATCH):
                stored = self._collection.get(
                    limit=_BATCH, offset=start, include=["embeddings", "documents", "metadatas"]
                )
                names = [PassageId(name) for name in stored["ids"]]
                seen += len(names)
                for name, text, data in zip(
                    names, stored["documents"] or (), stored["metadatas"] or (), strict=True
                ):
                    if name not in expected:
                        return "an entry that was not given"
                    entry = LangChainDocument(page_content=text or "", metadata=dict(data or {}))
                    if entry_hash(entry) != expected[name][0]:
                        return "an entry was changed"
                if names:
                    held = np.asarray(stored["embeddings"], dtype=np.float32)
                    given = vectors[[rows[name] for name in names]]
                    if held.shape != given.shape or np.abs(held - given).max() > _VECTOR_SLACK:
                        return "a vector was changed"
        except _FAULTS as error:
            msg = "The vector index does not answer."
            raise KnowledgeUnavailable(msg) from error
        return "" if seen == len(passages) else "entries are missing"

    def nearest(self, vector: Sequence[float], *, as_of: date, limit: int) -> list[Neighbour]:
        """Passages valid on `as_of`, nearest first.

        Raises:
            KnowledgeUnavailable: Chroma did not answer or its files are damaged.
        """
        near = self._in_graph(vector, as_of.toordinal(), limit)
        return self._with_those_aside(near, vector, as_of)[:limit] if self._aside else near

    def _with_those_aside(
        self, near: list[Neighbour], vector: Sequence[float], as_of: date
    ) -> list[Neighbour]:
        found = {one.passage_id for one in near}
        likeness = self._aside_vectors @ np.asarray(vector, dtype=np.float32)
        added = [
            Neighbour(passage.passage_id, float(likeness[row]))
            for row, passage in enumerate(self._aside)
            if passage.passage_id not in found
            and passage.effective_from <= as_of <= (passage.effective_to or date.max)
        ]
        return sorted([*near, *added], key=lambda one: -one.similarity)

    def _in_graph(self, vector: Sequence[float], day: int, limit: int) -> list[Neighbour]:
        # Filtering takes Chroma twenty times as long as searching, and few are out of date.
        found = self._query(vector, limit * _SPARE, None)
        valid = [each for each, first, last in found if first <= day <= last]
        if len(valid) >= limit or len(found) < limit * _SPARE:
            return valid[:limit]
        within: dict[str, Any] = {
            "$and": [{"first_day": {"$lte": day}}, {"last_day": {"$gte": day}}]
        }
        return [each for each, _, _ in self._query(vector, limit, within)]

    def _query(
        self, vector: Sequence[float], limit: int, within: dict[str, Any] | None
    ) -> list[tuple[Neighbour, int, int]]:
        try:
            found = self._collection.query(
                query_embeddings=np.asarray([vector], dtype=np.float32),
                n_results=limit,
                where=within,
                include=["metadatas", "distances"],
            )
        except _FAULTS as error:
            msg = "The vector index does not answer."
            raise KnowledgeUnavailable(msg) from error
        return [
            (Neighbour(PassageId(name), 1.0 - distance), data["first_day"], data["last_day"])
            for name, distance, data in zip(*_first_rows(found), strict=True)
        ]


def _first_rows(found: QueryResult) -> tuple[list[str], list[float], list[Any]]:
    """Answers to the only question asked."""
    distances, metadatas = found["distances"] or [[]], found["metadatas"] or [[]]
    return found["ids"][0], list(distances[0]), list(metadatas[0])


def open_index(
    passages: Sequence[Passage],
    vectors: Vectors,
    *,
    model: str,
    folder: Path | None = None,
    url: str | None = None,
) -> ChromaIndex:
    """Open the index of exactly these passages, building it when there is no sound one.

    Args:
        passages: What can be found.
        vectors: Their unit vectors, one a row, in the same order.
        model: Fingerprint of the encoder.
        folder: Where the embedded index lives; in memory without it and without `url`.
        url: A Chroma server, e.g. `http://127.0.0.1:8200`.

    Raises:
        KnowledgeUnavailable: The server or the folder cannot be used, or the index answers its
            canary questions wrongly even after it was built anew.
    """
    shelf = _Shelf(f"{_PREFIX}{manifest(passages, model)}", passages, vectors)
    try:
        for _ in range(_ATTEMPTS):
            index = _opened(shelf, folder, url)
            if index.keep_aside(passages, vectors) and answers_canaries(index, passages, vectors):
                return index
            _discard(shelf.name, folder, url)
    except _FAULTS as error:
        msg = "The vector index cannot be opened."
        raise KnowledgeUnavailable(msg) from error
    msg = "The vector index answers wrongly."
    raise KnowledgeUnavailable(msg)


@dataclass(frozen=True, slots=True)
class _Shelf:
    """What an index is made of."""

    name: str
    passages: Sequence[Passage]
    vectors: Vectors


def _opened(shelf: _Shelf, folder: Path | None, url: str | None) -> ChromaIndex:
    if url is not None:
        return ChromaIndex(_filled(_server(url), shelf))
    if folder is None:
        return ChromaIndex(_filled(_memory(), shelf))

    def build(files: Path) -> None:
        client = _persistent(files)
        _filled(client, shelf)
        if isinstance(client, Client):  # what is sealed must be written out
            client.close()

    copy = open_sealed(folder, shelf.name, build, kept=_KEPT)
    index = ChromaIndex(_filled(_persistent(copy), shelf))
    weakref.finalize(index, shutil.rmtree, copy, ignore_errors=True)
    return index


def discard_served(passages: Sequence[Passage], *, model: str, url: str) -> None:
    """Throw away a server's index of these passages, whatever is in it.

    Raises:
        KnowledgeUnavailable: The server does not answer.
    """
    name = f"{_PREFIX}{manifest(passages, model)}"
    try:
        client = _server(url)
        if name in _generations(client):
            client.delete_collection(name)
    except _FAULTS as error:
        msg = "The vector index does not answer."
        raise KnowledgeUnavailable(msg) from error


def _discard(name: str, folder: Path | None, url: str | None) -> None:
    if url is not None:
        _server(url).delete_collection(name)
    elif folder is not None:
        discard(folder, name)
    else:
        _memory().delete_collection(name)


def answers_canaries(index: ChromaIndex, passages: Sequence[Passage], vectors: Vectors) -> bool:
    """Whether passages taken from everywhere find themselves, and as near as they are."""
    step = max(1, len(passages) // _CANARIES)
    for position in range(0, len(passages), step):
        passage = passages[position]
        found = index.nearest(
            vectors[position].tolist(), as_of=passage.effective_from, limit=_CANARY_LIMIT
        )
        near = {item.passage_id: item.similarity for item in found}
        # Passages with the same text are equally near: one that is as near will do.
        best = max(near.values(), default=0.0)
        if best < 1 - _CANARY_SLACK or len(near) < min(_LEAST_FOUND, len(passages)):
            return False
        if near.get(passage.passage_id, best) < 1 - _CANARY_SLACK:
            return False
    return True


def _settings() -> Settings:
    """New ones for each client: a client writes its address into them."""
    return Settings(anonymized_telemetry=False)


def _memory() -> ClientAPI:
    return chromadb.EphemeralClient(settings=_settings())


def _server(url: str) -> ClientAPI:
    scheme, _, rest = url.partition("://")
    host, _, port = rest.rstrip("/").partition(":")
    secure = scheme == "https"
    return chromadb.HttpClient(
        host=host, port=int(port or (443 if secure else 80)), ssl=secure, settings=_settings()
    )


def _persistent(files: Path) -> ClientAPI:
    return chromadb.PersistentClient(path=str(files), settings=_settings())


def _filled(client: ClientAPI, shelf: _Shelf) -> Collection:
    texts = [passage.embedded_text for passage in shelf.passages]
    earlier = _generations(client)
    store = Chroma(
        client=client,
        collection_name=shelf.name,
        embedding_function=_KnownVectors(texts, shelf.vectors),
        collection_metadata={
            "hnsw:space": "cosine",
            "generation": max(earlier.values(), default=0) + 1,
        },
    )
    collection = client.get_collection(shelf.name)
    if collection.count() == len(shelf.passages):
        return collection
    for start in range(0, len(shelf.passages), _BATCH):
        batch = shelf.passages[start : start + _BATCH]
        store.add_documents(
            [entry_of(passage) for passage in batch],
            ids=[passage.passage_id for passage in batch],
        )
    by_age = sorted((other for other in earlier if other != shelf.name), key=earlier.__getitem__)
    for other in by_age[: max(0, len(by_age) - (_KEPT - 1))]:
        client.delete_collection(other)
    return collection


def _generations(client: ClientAPI) -> dict[str, int]:
    """Our collections with the order in which they were made."""
    return {
        collection.name: int((collection.metadata or {}).get("generation", 0))
        for collection in client.list_collections()
        if collection.name.startswith(_PREFIX)
    }

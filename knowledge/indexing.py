"""From a content pack to something that can be searched, embedding only what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assistant.model.release import Release
from knowledge.candidates import PairScorer
from knowledge.corpus import Corpus, build_corpus, embedded_texts
from knowledge.documents import Document, read_documents
from knowledge.index_chroma import ChromaIndex, open_index
from knowledge.index_watch import WatchedIndex
from knowledge.ingest.approvals import Standing
from knowledge.reranker import Reranker
from knowledge.retrieval import HybridKnowledge
from knowledge.search import CONVERTED_FOLDER
from knowledge.shelf import DOCUMENTS_FOLDER, read_shelf_documents
from knowledge.twins import originals
from knowledge.vectors import SHIPPED_FOLDER, PassageEncoder, Progress, VectorCache

_INDEX_FOLDER: Final = "index"


@dataclass(frozen=True, slots=True)
class BuiltIndex:
    """An index that is ready, and what it was made of; `waiting` documents are not in it."""

    documents: tuple[Document, ...]
    corpus: Corpus
    index: ChromaIndex | WatchedIndex
    waiting: tuple[Standing, ...] = ()

    def knowledge(
        self,
        encoder: PassageEncoder,
        *,
        synonyms: Mapping[str, Sequence[str]] | None = None,
        outside: Sequence[str] = (),
        reranker: Reranker | None = None,
        pairs: PairScorer | None = None,
        is_own: bool = False,
    ) -> HybridKnowledge:
        """The port Knowledge over this index; arguments as in HybridKnowledge."""
        return HybridKnowledge(
            self.corpus,
            self.index,
            encoder,
            synonyms=synonyms,
            outside=outside,
            reranker=reranker,
            pairs=pairs,
            is_own=is_own,
        )


def search_in(
    built: BuiltIndex,
    encoder: PassageEncoder,
    release: Release,
    *,
    reranker: Reranker | None = None,
    pairs: PairScorer | None = None,
) -> HybridKnowledge:
    """The bank's documents with the release's synonyms and its list of what they do not cover."""
    tuned = release.settings.get("knowledge")
    outside = tuned.get("outside") if isinstance(tuned, dict) else None
    return built.knowledge(
        encoder,
        synonyms=release.lexicon.synonyms,
        outside=[str(pattern) for pattern in outside] if isinstance(outside, list) else [],
        reranker=reranker,
        pairs=pairs,
        is_own=True,
    )


def build_index(
    content_dir: Path,
    data_dir: Path,
    encoder: PassageEncoder,
    progress: Progress | None = None,
    *,
    chroma_url: str | None = None,
) -> BuiltIndex:
    """Make or open the index of a content pack.

    Vectors the pack ships or this deployment has computed before are read back; a pack that
    has not changed is opened without embedding anything.

    Args:
        content_dir: The pack; documents are below its `documents/`.
        data_dir: Where new vectors and the embedded index are kept.
        encoder: The model; another model has another index.
        progress: Told how far embedding is; not called when there is nothing to embed.
        chroma_url: A Chroma server instead of the embedded index.

    Raises:
        ContentError: A document is wrong.
        KnowledgeUnavailable: The index cannot be opened or written.
    """
    shelf = read_shelf_documents(content_dir, data_dir / CONVERTED_FOLDER)
    documents = shelf.documents
    cache = VectorCache(
        encoder, shipped=content_dir / SHIPPED_FOLDER, own=data_dir / SHIPPED_FOLDER
    )
    corpus = build_corpus(originals(documents), cache, progress=progress)
    model = encoder.fingerprint
    index: ChromaIndex | WatchedIndex
    if chroma_url is not None:
        index = WatchedIndex(corpus.passages, corpus.vectors, model=model, url=chroma_url)
    else:
        folder = data_dir / _INDEX_FOLDER
        index = open_index(corpus.passages, corpus.vectors, model=model, folder=folder)
    return BuiltIndex(documents, corpus, index, shelf.waiting)


def ship_vectors(content_dir: Path, encoder: PassageEncoder) -> Path:
    """Write the pack's vector file for this model; run after documents changed.

    Raises:
        ContentError: A document is wrong.
    """
    documents = originals(read_documents(content_dir / DOCUMENTS_FOLDER))
    folder = content_dir / SHIPPED_FOLDER
    cache = VectorCache(encoder, shipped=folder)
    return cache.ship(embedded_texts(build_corpus(documents, cache).passages), folder)

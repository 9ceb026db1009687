"""What `guitai search` does, without the command line: questions in, ranked passages out."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from pydantic import JsonValue

from assistant.errors import ContentError
from assistant.ports.knowledge import EVERYTHING, Knowledge, PassageHit, SearchScope
from knowledge.candidates import PairScorer
from knowledge.corpus import build_corpus
from knowledge.folder_answer import folder_reranker
from knowledge.folders import survey
from knowledge.index_chroma import open_index
from knowledge.ingest.convert import Converter
from knowledge.retrieval import HybridKnowledge
from knowledge.vectors import PassageEncoder, Progress, VectorCache

CONVERTED_FOLDER: Final = "converted"
"""Below the data folder: what converters made of files, by the hash of each file."""
_VECTORS: Final = "vectors-other"
_INDEX: Final = "index-other"
_SENTENCE_LIMIT: Final = 3000  # about a minute of embedding on two cores


@dataclass(frozen=True, slots=True)
class SearchQuestion:
    """One question; `id` is the line number where the file gives none."""

    id: str
    text: str


def read_questions(path: Path) -> tuple[SearchQuestion, ...]:
    """Read `{"id", "question"}` lines; other keys are ignored, as are empty lines.

    Raises:
        ContentError: With every line that is not such an object.
    """
    questions: list[SearchQuestion] = []
    problems: list[str] = []
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
        except json.JSONDecodeError as error:
            problems.append(f"{path.name}:{number}: not JSON: {error.msg}")
            continue
        text = item.get("question") if isinstance(item, Mapping) else None
        if isinstance(text, str):
            questions.append(SearchQuestion(str(item.get("id", number)), text))
        else:
            problems.append(f"{path.name}:{number}: question: missing or not text")
    if problems:
        raise ContentError(tuple(problems))
    return tuple(questions)


def index_folder(  # noqa: PLR0913 - what there is to choose
    folder: Path,
    data_dir: Path,
    encoder: PassageEncoder,
    progress: Progress | None = None,
    *,
    synonyms: Mapping[str, Sequence[str]] | None = None,
    told: Callable[[str], None] | None = None,
    pairs: PairScorer | None = None,
) -> HybridKnowledge:
    """Index a folder that is not a content pack, apart from the bank's own index.

    Args:
        folder: Files of any format that is read.
        data_dir: Where vectors, index and converted files are kept.
        encoder: The model.
        progress: Told how far embedding is.
        synonyms: From the lexicon of a release.
        told: Told of each file that could not be read, and of what was taken out of others.
        pairs: A cross-encoder instead of the learned reranker.

    Raises:
        ContentError: No file of the folder can be read.
        KnowledgeUnavailable: The index cannot be written.
    """
    cache = VectorCache(encoder, own=data_dir / _VECTORS)
    with Converter(data_dir / CONVERTED_FOLDER) as converter:
        found = survey(folder, converter)
    for line in (*found.unread, *found.noticed):
        if told is not None:
            told(line)
    corpus = build_corpus(found.documents, cache, sentence_limit=_SENTENCE_LIMIT, progress=progress)
    index = open_index(
        corpus.passages, corpus.vectors, model=encoder.fingerprint, folder=data_dir / _INDEX
    )
    return HybridKnowledge(
        corpus,
        index,
        encoder,
        synonyms=synonyms,
        reranker=folder_reranker(is_chinese=corpus.is_chinese),
        pairs=pairs,
    )


async def search_all(
    knowledge: Knowledge,
    questions: Iterable[SearchQuestion],
    *,
    as_of: date,
    limit: int,
    known_on: date | None = None,
    scope: SearchScope = EVERYTHING,
) -> AsyncIterator[tuple[SearchQuestion, list[PassageHit]]]:
    """Answer questions one after another, in their order; days as in the port Knowledge."""
    for question in questions:
        hits = await knowledge.search(
            question.text, as_of=as_of, limit=limit, known_on=known_on, scope=scope
        )
        yield question, hits


def search_line(question: SearchQuestion, hits: Sequence[PassageHit]) -> dict[str, JsonValue]:
    """One line of `guitai search --file`, as the public contract shows it."""
    found: list[JsonValue] = [
        {
            "document_id": hit.document_id,
            "section": hit.section,
            "passage_id": hit.passage_id,
            "score": round(hit.score, 4),
            "text": hit.text,
            **({"page": hit.page} if hit.page is not None else {}),
        }
        for hit in hits
    ]
    return {"id": question.id, "question": question.text, "hits": found}

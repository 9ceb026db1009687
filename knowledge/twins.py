"""English documents that say the same as a Chinese one, sentence by sentence.

Documents are searched in Chinese. A customer who asks in English is then quoted the sentence of
the English twin at the same place, when there is a twin of exactly the version that was found
and the section has as many sentences there; otherwise the Chinese sentence, with its figure.
`guitai check` names twins that have fallen behind (`twin_faults`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from assistant.ports.knowledge import (
    EVERYTHING,
    Knowledge,
    PassageHit,
    SearchScope,
    SentenceHit,
)
from knowledge.chunking import Passage, Sentence, passages_of
from knowledge.documents import Document
from knowledge.words import is_foreign, normalised

_WORD: Final = re.compile(r"[a-z]{2,}")
_LEAST_WORDS: Final = 2  # "ATM?" is said by Chinese customers too
_FIGURE: Final = re.compile(r"\d+(?:[.,:]\d+)*")

Place = tuple[Passage, Sentence]


def originals(documents: Iterable[Document]) -> tuple[Document, ...]:
    """Documents that are searched: all but the twins."""
    return tuple(one for one in documents if one.translation_of is None)


class Twins:
    """The English sentence for each Chinese one that has one."""

    def __init__(self, documents: Iterable[Document]) -> None:
        """Align every twin with the version it is a translation of."""
        kept = tuple(documents)
        by_key = {(str(one.document_id), one.version): one for one in originals(kept)}
        self._of: dict[tuple[str, str], Place] = {}
        self._original: dict[tuple[str, str], Place] = {}
        self._passages: dict[str, dict[str, Passage]] = {}
        for twin in kept:
            original = by_key.get((twin.translation_of or "", twin.version))
            if twin.translation_of is None or original is None:
                continue
            for ours, theirs in _sections(original, twin):
                if len(ours) == len(theirs):
                    for place, other in zip(ours, theirs, strict=True):
                        self._pair(place, other)

    def _pair(self, ours: Place, theirs: Place) -> None:
        (passage, sentence), (twin, translated) = ours, theirs
        self._of[(passage.passage_id, sentence.text)] = theirs
        self._original[(twin.passage_id, translated.text)] = ours
        for one, other in ((passage, twin), (twin, passage)):
            self._passages.setdefault(one.passage_id, {})[other.passage_id] = other

    def passages_of(self, passage_id: str) -> tuple[Passage, ...]:
        """What says the same as a passage in the other language; empty when nothing does."""
        return tuple(self._passages.get(passage_id, {}).values())

    def sentence_of(self, passage_id: str, text: str) -> Place | None:
        """The sentence that says the same in the other language; None when there is none."""
        place = (passage_id, text)
        return self._of.get(place) or self._original.get(place)

    def in_english(self, hits: Sequence[PassageHit], limit: int) -> list[PassageHit]:
        """Hits with what has an English twin put in English; days stay those of the original."""
        found: list[PassageHit] = []
        for hit in hits:
            groups: dict[str, tuple[Passage, list[SentenceHit]]] = {}
            left: list[SentenceHit] = []
            for one in hit.sentences:
                place = self._of.get((hit.passage_id, one.text))
                if place is None:
                    left.append(one)
                    continue
                passage, sentence = place
                _, said = groups.setdefault(passage.passage_id, (passage, []))
                said.append(SentenceHit(text=sentence.text, score=one.score))
            found += [_english(hit, *group) for group in groups.values()]
            if left or not groups:
                found.append(hit.model_copy(update={"sentences": tuple(left)}))
        return found[:limit]


def _english(hit: PassageHit, passage: Passage, sentences: Sequence[SentenceHit]) -> PassageHit:
    return hit.model_copy(
        update={
            "passage_id": passage.passage_id,
            "document_id": passage.document_id,
            "title": passage.title,
            "section": passage.section,
            "text": passage.text,
            "sentences": tuple(sentences),
            "page": passage.page,
        }
    )


@dataclass(frozen=True, slots=True)
class Translated:
    """Implements the port Knowledge: questions in English are answered in English."""

    knowledge: Knowledge
    twins: Twins

    async def search(
        self,
        question: str,
        *,
        as_of: date,
        limit: int = 8,
        scope: SearchScope = EVERYTHING,
        known_on: date | None = None,
        before: Sequence[str] = (),
    ) -> list[PassageHit]:
        """See the port."""
        hits = await self.knowledge.search(
            question, as_of=as_of, limit=limit, scope=scope, known_on=known_on, before=before
        )
        return self.twins.in_english(hits, limit) if is_english(question) else hits


def is_english(question: str) -> bool:
    """Whether a question is asked in English, and not only a name in Latin letters."""
    text = normalised(question)
    return is_foreign(text) and len(_WORD.findall(text)) >= _LEAST_WORDS


def twin_faults(
    documents: Sequence[Document], today: date | None
) -> Iterator[tuple[Document, str]]:
    """Twins that cannot be shown as they are, each with why.

    Args:
        documents: Every version of every document.
        today: The bank's day; None does not look for twins that have fallen behind.
    """
    for twin in documents:
        if twin.translation_of is None:
            continue
        versions = [
            one
            for one in documents
            if one.document_id == twin.translation_of and one.translation_of is None
        ]
        original = next((one for one in versions if one.version == twin.version), None)
        current = next((one for one in versions if today and one.is_valid_on(today)), None)
        if not versions:
            yield twin, f"translates {twin.translation_of}, and there is no such document"
        elif (
            current is not None
            and twin.version != current.version
            and not _has_newer(twin, current, documents)
        ):
            yield twin, f"is of version {twin.version}; {current.version} is in force: translate it"
        elif original is None:
            yield twin, f"translates version {twin.version}, and there is no such version"
        if original is not None:
            yield from ((twin, fault) for fault in _differences(original, twin))


def _has_newer(twin: Document, current: Document, documents: Iterable[Document]) -> bool:
    """Whether the version in force has a twin of its own, this one being kept for old answers."""
    return any(
        one.translation_of == twin.translation_of and one.version == current.version
        for one in documents
    )


def _differences(original: Document, twin: Document) -> Iterator[str]:
    ours, theirs = _by_section(original), _by_section(twin)
    if len(ours) != len(theirs):
        yield f"has {len(theirs)} sections, the original {len(ours)}: nothing of it is shown"
        return
    for mine, other in zip(ours, theirs, strict=True):
        name = mine[0][0].section or "the beginning"
        if len(mine) != len(other):
            yield (
                f'"{name}" has {len(mine)} sentences in the original and {len(other)} here:'
                " it is answered in Chinese"
            )
            continue
        for (_, said), (_, translated) in zip(mine, other, strict=True):
            missing = _figures(said.text) - _figures(translated.text)
            if missing:
                yield f'"{translated.text[:40]}" lacks {", ".join(sorted(missing))} of the original'


def _figures(text: str) -> set[str]:
    return {one.replace(",", "") for one in _FIGURE.findall(text)}


def _sections(original: Document, twin: Document) -> Iterator[tuple[list[Place], list[Place]]]:
    ours, theirs = _by_section(original), _by_section(twin)
    if len(ours) == len(theirs):
        yield from zip(ours, theirs, strict=True)


def _by_section(document: Document) -> list[list[Place]]:
    found: dict[str, list[Place]] = {}
    for passage in passages_of(document):
        for sentence in passage.sentences:
            found.setdefault(passage.section, []).append((passage, sentence))
    return list(found.values())

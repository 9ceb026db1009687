"""Which passages a passage points to: the links of `knowledge.links`, resolved in one corpus."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from knowledge.candidates import Candidate
from knowledge.chunking import Passage
from knowledge.corpus import Corpus
from knowledge.features import Found, passage_features
from knowledge.links import Link, slug
from knowledge.reranker import Model
from knowledge.views import PassageView, Question

_FIRST: Final = 3  # passages whose links are followed

_MOST: Final = 6
"""Passages one section may point to; a link to a whole long document names its beginning."""


def linked_passages(corpus: Corpus) -> dict[int, tuple[int, ...]]:
    """For each passage whose section has links, the positions they lead to, in their order.

    Versions are not told apart: which of them is valid is for the search to say.
    """
    places = _Places(corpus.passages)
    found: dict[int, tuple[int, ...]] = {}
    for position, passage in enumerate(corpus.passages):
        targets: dict[int, None] = {}
        for link in passage.links:
            targets.update(dict.fromkeys(places.of(link, passage)))
        targets.pop(position, None)
        if targets:
            found[position] = tuple(targets)
    return found


def lifted(
    asked: Question,
    candidates: list[Candidate],
    links: Mapping[int, Sequence[int]],
    view: Callable[[int], PassageView],
    model: Model,
) -> list[Candidate]:
    """Candidates with those the first ones point to read in the light of what points to them.

    "收费见[附表]" → a row of the annex need not say whose fee it is: the section that points to
    it does. A passage that ranks higher by itself stays as it is.

    Args:
        asked: The question.
        candidates: Best first; what links lead to is among them.
        links: From `linked_passages`.
        view: A passage as ranking looks at it.
        model: Ranks passages.
    """
    known = {one.position: one for one in candidates}
    for linker in candidates[:_FIRST]:
        for position in links.get(linker.position, ()):
            if position not in known:
                continue
            one = known[position]
            found = _found_through(one.found, linker.found)
            row = passage_features(
                asked, seen_through(view(position), view(linker.position)), found
            )
            rank = float(model.scores([row])[0])
            if rank > one.rank:
                known[position] = Candidate(position, found, tuple(row), rank, linker.position)
    return sorted(known.values(), key=lambda one: -one.rank)


def seen_through(view: PassageView, linker: PassageView) -> PassageView:
    """A passage as the continuation of the one that points to it; its sentences are its own."""
    return replace(
        view,
        text=f"{linker.text} {view.text}",
        tokens=linker.tokens | view.tokens,
        title=f"{linker.title} {view.title}",
        title_words=tuple(dict.fromkeys((*linker.title_words, *view.title_words))),
        section=f"{linker.section} {view.section}",
        section_words=tuple(dict.fromkeys((*linker.section_words, *view.section_words))),
        kinds=linker.kinds | view.kinds,
        names=linker.names,
    )


def _found_through(own: Found, linker: Found) -> Found:
    return replace(
        own,
        cosine=max(own.cosine, linker.cosine),
        heading=max(own.heading, linker.heading),
        bm25=max(own.bm25, linker.bm25),
        by_meaning=min(own.by_meaning, linker.by_meaning),
        by_words=min(own.by_words, linker.by_words),
    )


class _Places:
    """Positions of passages by document and by title."""

    def __init__(self, passages: Iterable[Passage]) -> None:
        self._of_document: dict[str, list[tuple[int, Passage]]] = {}
        self._by_title: dict[str, str] = {}
        for position, passage in enumerate(passages):
            self._of_document.setdefault(passage.document_id, []).append((position, passage))
            self._by_title.setdefault(slug(passage.title), passage.document_id)

    def of(self, link: Link, source: Passage) -> list[int]:
        own = source.document_id
        if link.title:
            name = slug(link.title)
            named = self._by_title.get(name)
            return self._members(named, "") if named else self._members(own, name)
        document = next((name for name in link.names if name in self._of_document), None)
        if link.names and document is None:
            return []
        return self._members(document or own, link.section)

    def _members(self, document: str, section: str) -> list[int]:
        """Passages of a section; of every version the first few of them."""
        taken: dict[str, int] = {}
        found: list[int] = []
        for position, passage in self._of_document[document]:
            if section and section not in _slugs(passage):
                continue
            taken[passage.version] = taken.get(passage.version, 0) + 1
            if taken[passage.version] <= _MOST:
                found.append(position)
        return found


def _slugs(passage: Passage) -> set[str]:
    parts = passage.section.split(" / ")
    return {slug(parts[-1]), "-".join(map(slug, parts))}

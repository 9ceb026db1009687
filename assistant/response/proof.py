"""Number proof: each figure and condition of a reply is bound to what it rests on, or it stays.

    outgoing sentence → its figures in order → one cited sentence that holds them in this order
                      → its restrictions (not, only, except) → the same as of that sentence

The figures of one sentence have to stand side by side in one cited sentence (in a row of a table:
its first cell, then neighbours): 三年 and 1.00% both occur in a rate table, but not in one row.
What is given besides (the customer's amounts, results of a shown formula, dates of the version)
may stand anywhere. A sentence that is not proved does not leave.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from assistant.model.evidence import BoundFigure, sentence_hash
from assistant.model.figures import Figure, figures
from assistant.model.message import Citation
from assistant.response.conditions import bound_of, restrictions_of

_SENTENCE: Final = re.compile(r"[^。！？；!?;\n]+[。！？；!?;]*")
_ENGLISH_END: Final = re.compile(r"(?<=[a-z0-9)%])\.\s+(?=[A-Z])")
_HAN: Final = re.compile(r"[\u4e00-\u9fff]")
_FEWEST_SHARED: Final = 0.6
"""Share of a phrased sentence's pairs of characters that its source has too."""


@dataclass(frozen=True, slots=True)
class Source:
    """A cited sentence with what stands above it.

    Attributes:
        heads: Title, section, and for a row of a table the headings of its columns.
    """

    citation: Citation
    heads: str = ""

    @property
    def text(self) -> str:
        """The sentence, word for word."""
        return self.citation.quote

    @property
    def is_row(self) -> bool:
        """Whether it is a row of a table."""
        return self.text.startswith("|")


@dataclass(frozen=True, slots=True)
class Given:
    """A figure that may be said besides those of cited sentences.

    Attributes:
        basis: What it rests on; its words and figure are filled in where it is said.
    """

    figure: Figure
    basis: BoundFigure


@dataclass(frozen=True, slots=True)
class Proof:
    """What was proved.

    Attributes:
        bound: Every figure of the reply with what it rests on.
        unproved: Sentences that may not leave.
    """

    bound: tuple[BoundFigure, ...]
    unproved: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether everything may leave."""
        return not self.unproved


def prove(text: str, sources: Sequence[Source], given: Sequence[Given] = ()) -> Proof:
    """Bind every figure of a reply.

    Args:
        text: The reply as the customer would read it.
        sources: What it cites.
        given: Figures that may stand in any sentence.
    """
    bound: list[BoundFigure] = []
    unproved: list[str] = []
    for sentence in sentences_of(text):
        bindings = _bind(sentence, sources, given)
        if bindings is None:
            unproved.append(sentence)
        else:
            bound.extend(bindings)
    return Proof(tuple(bound), tuple(unproved))


def prove_phrasing(text: str, source: Source, *, same_language: bool) -> Proof:
    """Bind a sentence somebody phrased anew: figures, restrictions and, where it can be, words.

    Args:
        text: The phrasing of one cited sentence.
        source: That sentence.
        same_language: Whether both are Chinese, so that their words can be compared.
    """
    proof = prove(text, [source])
    faithful = restrictions_of(text) == restrictions_of(source.text) and (
        not same_language or _shared(text, f"{source.text} {source.heads}") >= _FEWEST_SHARED
    )
    return proof if faithful else Proof((), (text,))


def sentences_of(text: str) -> Iterator[str]:
    """The sentences of a reply; a line ends one."""
    for match in _SENTENCE.finditer(text):
        for part in _ENGLISH_END.split(match[0]):
            if part.strip():
                yield part.strip()


def _bind(
    sentence: str, sources: Sequence[Source], given: Sequence[Given]
) -> list[BoundFigure] | None:
    """What each figure of a sentence rests on; None when one rests on nothing."""
    said = figures(sentence)
    if not said:
        return []
    # The sentence it was taken from comes first: a figure may stand in a neighbour as well.
    nearest = sorted(sources, key=lambda one: -_shared(sentence, one.text))
    for source in nearest:
        found = _in_source(sentence, said, source, given)
        if found is not None:
            return found
    if all(_free(figure, given) for figure in said):
        return [_given(sentence, figure, given) for figure in said]
    return None


def _given(sentence: str, figure: Figure, given: Sequence[Given]) -> BoundFigure:
    free = next(one for one in given if one.figure.same_as(figure))
    words = sentence[figure.start : figure.end]
    return free.basis.model_copy(update={"text": words, "figure": _named(figure)})


def _named(figure: Figure) -> str:
    return ":".join(filter(None, (figure.kind, figure.value, figure.unit)))


def _in_source(
    sentence: str, said: Sequence[Figure], source: Source, given: Sequence[Given]
) -> list[BoundFigure] | None:
    """Bind a sentence to one source, with given figures and those of headings in between."""
    held = figures(source.text)
    rest = [figure for figure in said if not _free(figure, given)]
    inside = [f for f in rest if any(f.same_as(other) for other in held)]
    heads = figures(source.heads)
    if not all(any(f.same_as(head) for head in heads) for f in rest if f not in inside):
        return None
    places = _run(sentence, inside, said, source, held)
    if places is None:
        return None
    at = dict(zip(inside, places, strict=True))
    return [_bound(sentence, figure, at.get(figure), source, given) for figure in said]


def _run(
    sentence: str,
    inside: Sequence[Figure],
    said: Sequence[Figure],
    source: Source,
    held: Sequence[Figure],
) -> list[Figure] | None:
    """Where the figures stand side by side in the source, each with the same bound."""

    def alike(one: Figure, other: Figure) -> bool:
        return one.same_as(other) and bound_of(sentence, one, said) == bound_of(
            source.text, other, held
        )

    key = _key_figures(source, held)
    for lead in range(len(key) + 1) if source.is_row else (0,):
        head, tail = inside[:lead], inside[lead:]
        if len(head) < lead or not all(map(alike, head, key[:lead])):
            continue
        for start in range(lead, len(held) - len(tail) + 1):
            if all(map(alike, tail, held[start : start + len(tail)])):
                return [*key[:lead], *held[start : start + len(tail)]]
    return None


def _key_figures(source: Source, held: Sequence[Figure]) -> list[Figure]:
    """Figures of a row's first cell: what the row is about."""
    end = source.text.find("|", 1) if source.is_row else 0
    return [figure for figure in held if figure.end <= end]


def _free(figure: Figure, given: Sequence[Given]) -> bool:
    return any(one.figure.same_as(figure) for one in given)


def _bound(
    sentence: str,
    figure: Figure,
    place: Figure | None,
    source: Source,
    given: Sequence[Given],
) -> BoundFigure:
    if place is None and _free(figure, given):
        return _given(sentence, figure, given)
    citation = source.citation
    return BoundFigure(
        text=sentence[figure.start : figure.end],
        figure=_named(figure),
        basis="heading" if place is None else "sentence",
        document_id=citation.document_id,
        version=citation.version,
        passage_id=citation.passage_id,
        sentence_hash=sentence_hash(citation.quote),
        start=place.start if place else 0,
        end=place.end if place else 0,
    )


def _shared(text: str, source: str) -> float:
    """Share of the pairs of neighbouring Chinese characters that the source has too."""
    pairs = [
        text[i : i + 2]
        for i in range(len(text) - 1)
        if _HAN.match(text[i]) and _HAN.match(text[i + 1])
    ]
    return sum(pair in source for pair in pairs) / len(pairs) if pairs else 1.0

"""Passages into an answer made of quotations, or into a decision not to answer.

Nothing here writes: each sentence of an answer is a sentence of a document and carries its
citation, so every figure the customer reads stands in a quotation. A row of a table is shown
with the headings of its columns and cited as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal, TypeAlias
from urllib.parse import quote

from assistant.model.evidence import anchor_of, sentence_hash
from assistant.model.figures import figures
from assistant.model.message import Citation
from assistant.ports.knowledge import PassageHit
from assistant.response.tables import cells_of, columns_asked, heads_of, is_row


class Asked(Enum):
    """What kind of sentence answers."""

    FIGURE = "figure"
    WHETHER = "whether"
    STEPS = "steps"
    ANYTHING = "anything"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """When to answer, and with how much.

    Attributes:
        answer: Least score of the best passage, 0 to 1; below it we abstain.
        surely: Probability at which no further sentence is added, of the right one being there.
        companion: Least probability of a further sentence.
        passages: Passages looked at, best first.
        sentences: Most sentences of an answer.
        characters: Most characters of an answer; the first sentence is never cut.
    """

    answer: float = 0.4
    surely: float = 0.97
    companion: float = 0.03
    passages: int = 8
    sentences: int = 4
    characters: int = 220


@dataclass(frozen=True, slots=True)
class GroundedSentence:
    """A sentence to show and the quotation it rests on; `heads` stand above that one."""

    text: str
    citation: Citation
    heads: str = ""


@dataclass(frozen=True, slots=True)
class GroundedAnswer:
    """One to four sentences in the order of their documents; `score` is 0 to 1."""

    sentences: tuple[GroundedSentence, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Abstention:
    """We do not answer: nothing was found, or nothing that answers surely enough."""

    reason: Literal["nothing_found", "not_sure"]
    score: float


Grounding: TypeAlias = GroundedAnswer | Abstention

_DEFAULT: Final = Thresholds()
_CHINESE: Final = re.compile(r"[\u3400-\u9fff]")
_TERMS: Final = frozenset({"months", "days", "grade"})
_EXAMPLE: Final = ("例如", "for example")
_CLEAR: Final = 0.5
"""Probability from which the best sentence says which product is meant."""
_CERTAIN: Final = 1e-6
"""Scores nearer to 0 or 1 than this are not told apart."""
_BARE_REST: Final = 6
"""Characters a label may hold besides its figures, such as 及以下 or （含）."""
# In the order of precedence: "怎么收费" asks for a figure, "可以怎么办" for steps.
_ASKED: Final = (
    (
        Asked.FIGURE,
        re.compile(
            r"多少|多久|多长|[几幾][个個天年月日次号號点點时時张張折岁歲]|[费費]|利率|利息|收益率|上限|限额|限額|多大"
            r"|how (?:much|many|long|often|soon)|\bfees?\b|\bcosts?\b|\brates?\b|\blimits?\b",
            re.IGNORECASE,
        ),
    ),
    (
        Asked.STEPS,
        re.compile(
            r"怎么|怎麼|怎样|怎樣|如何|咋|哪里|哪裡|在哪|流程|步骤|步驟|how (?:do|can|to)|where",
            re.IGNORECASE,
        ),
    ),
    (
        Asked.WHETHER,
        re.compile(
            r"[吗嗎么麼]\W*$|能不能|可不可以|是不是|要不要|会不会|會不會|是否|行不行|有没有|有沒有"
            r"|\b(?:can|may|could|is|are|does|do|will) ",
            re.IGNORECASE,
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class _Option:
    """A sentence that may be shown; `place` orders options as the documents do.

    Attributes:
        value: Score of the sentence, 0 to 1.
    """

    text: str
    value: float
    place: tuple[int, int]
    passage: PassageHit


def asked_for(question: str) -> Asked:
    """What kind of sentence would answer the question, from its asking words."""
    return next((kind for kind, words in _ASKED if words.search(question)), Asked.ANYTHING)


def ground(
    question: str, hits: Sequence[PassageHit], thresholds: Thresholds = _DEFAULT
) -> Grounding:
    """Choose what to quote.

    Args:
        question: The customer's words, any script.
        hits: Passages with their sentences, best first.
        thresholds: When to answer, and with how much.

    Returns:
        An answer, or why there is none.
    """
    if not hits:
        return Abstention("nothing_found", 0.0)
    score = hits[0].score
    options = sorted(_options(hits, thresholds), key=lambda one: -one.value)
    if score < thresholds.answer or not options:
        return Abstention("not_sure", score)
    chosen = sorted(_chosen(question, options, thresholds), key=lambda one: one.place)
    return GroundedAnswer(
        tuple(grounded_sentence(question, one.passage, one.text) for one in chosen), score
    )


def _options(hits: Sequence[PassageHit], thresholds: Thresholds) -> Iterator[_Option]:
    for rank, passage in enumerate(hits[: thresholds.passages]):
        for sentence in passage.sentences:
            place = (rank, passage.text.find(sentence.text))
            yield _Option(sentence.text, sentence.score, place, passage)


def _chosen(question: str, options: Sequence[_Option], thresholds: Thresholds) -> list[_Option]:
    """The best sentence, and others until one of them is surely right.

    Where the first is far ahead it stands alone; the nearer the others come, the more are said.
    A worked example is only said to who names a sum.
    """
    best = options[0]
    total = sum(_odds(one.value) for one in options)
    held = _odds(best.value) / total
    is_clear = held >= _CLEAR
    asked = _terms(question) & _terms(best.text)
    sums = any(one.kind in {"money", "count"} for one in figures(question))
    chosen = [best]
    room = thresholds.characters - len(best.text)
    for option in options[1:]:
        share = _odds(option.value) / total
        if (
            len(chosen) == thresholds.sentences
            or held >= thresholds.surely
            or share < thresholds.companion
        ):
            break
        if (
            not _other_version(option, best)
            and not _speaks_of_other_term(option.text, asked)
            and not (is_clear and _of_other_product(option, best, asked))
            and (sums or not option.text.startswith(_EXAMPLE))
            and len(option.text) <= room
            and not _repeats(option, chosen)
        ):
            chosen.append(option)
            held += share
            room -= len(option.text)
    return chosen


def _odds(score: float) -> float:
    """Odds of a score; those of two sentences stand to each other as their probabilities do."""
    inside = min(1 - _CERTAIN, max(_CERTAIN, score))
    return inside / (1 - inside)


def _terms(text: str) -> frozenset[tuple[str, str]]:
    return frozenset((one.kind, one.value) for one in figures(text) if one.kind in _TERMS)


def _speaks_of_other_term(text: str, asked: frozenset[tuple[str, str]]) -> bool:
    """Whether a further sentence is about another term than the one asked for and answered."""
    terms = _terms(text)
    kinds = {kind for kind, _ in asked}
    return any(kind in kinds for kind, _ in terms) and not asked & terms


def _of_other_product(option: _Option, best: _Option, asked: frozenset[tuple[str, str]]) -> bool:
    """Whether another document gives another rate for the very term asked for and answered.

    "三年" is a term of deposits and of certificates: who asks for one is not told the other.
    """
    rates, others = _rates(best.text), _rates(option.text)
    return (
        option.passage.document_id != best.passage.document_id
        and bool(asked & _terms(option.text))
        and bool(rates and others)
        and not rates & others
    )


def _rates(text: str) -> frozenset[str]:
    return frozenset(one.value for one in figures(text) if one.kind == "percent")


def _other_version(option: _Option, best: _Option) -> bool:
    """Two versions of one document never speak in one answer."""
    one, other = option.passage, best.passage
    return one.document_id == other.document_id and one.version != other.version


def _repeats(option: _Option, chosen: Sequence[_Option]) -> bool:
    """Whether it adds nothing to what is said already."""
    return any(option.text == other.text or _same_table(option, other) for other in chosen)


def _same_table(one: _Option, other: _Option) -> bool:
    """Whether two say the same table, or might: a row and its neighbour, or a row and its words.

    A row often says in figures what a sentence says in words, beside the table or in another
    document; its neighbour is about another term or another amount.
    """
    if not is_row(one.text) and not is_row(other.text):
        return False
    if one.passage.passage_id == other.passage.passage_id:
        return True
    return is_row(one.text) != is_row(other.text) and _adds_no_figure(one.text, other.text)


def _adds_no_figure(one: str, other: str) -> bool:
    said, more = ({(each.kind, each.value) for each in figures(text)} for text in (one, other))
    return said <= more or more <= said


def grounded_sentence(question: str, passage: PassageHit, sentence: str) -> GroundedSentence:
    """A sentence as it is shown, with its citation."""
    heads = heads_of(passage.text, sentence) if is_row(sentence) else []
    return GroundedSentence(
        text=shown_row(question, passage, sentence, heads) if is_row(sentence) else sentence,
        citation=citation_of(passage, sentence),
        heads=" ".join((passage.title, passage.section, *heads)),
    )


def shown_row(question: str, passage: PassageHit, row: str, heads: Sequence[str]) -> str:
    """A row as a person reads it: what it is of, and the cells asked for with their headings.

    A row that is called by a figure alone ("一年", "2,000元及以下") names nothing: section and
    column say what it is of.
    """
    cells = cells_of(row)
    comma, colon = ("，", "：") if _CHINESE.search(f"{row}{heads}") else (", ", ": ")
    if not heads:
        return colon.join((cells[0], comma.join(cells[1:])))
    places = columns_asked(question, heads) or range(1, len(cells))
    said = comma.join(f"{heads[place]} {cells[place]}" for place in places)
    if not _is_bare(cells[0]):
        return f"{cells[0]}{colon}{said}"
    subject = passage.section.rsplit(" / ", maxsplit=1)[-1] or passage.title
    return f"{subject}{comma}{heads[0]} {cells[0]}{colon}{said}"


def _is_bare(label: str) -> bool:
    """Whether a label holds a figure and hardly anything besides."""
    found = figures(label)
    rest = len(label) - sum(one.end - one.start for one in found)
    return bool(found) and rest <= _BARE_REST


def citation_of(passage: PassageHit, sentence: str) -> Citation:
    """The citation of a sentence of a passage; its link opens the document at the sentence."""
    start = max(passage.text.find(sentence), 0)
    address = f"/v1/documents/{quote(passage.document_id)}?version={quote(passage.version)}"
    return Citation(
        document_id=passage.document_id,
        title=passage.title,
        section=passage.section,
        version=passage.version,
        effective_from=passage.effective_from,
        effective_to=passage.effective_to,
        quote=sentence,
        url=f"{address}#{anchor_of(sentence)}",
        passage_id=passage.passage_id,
        page=passage.page,
        sentence_hash=sentence_hash(sentence),
        start=start,
        end=start + len(sentence),
    )

"""Accept sentences that say the same as a labelled one, in whichever document they stand.

Run as `python -m evals.retrieval.widen FOLDER [PACK]`, with a folder for the index: writes `also`
into every line of `evals/questions`. A label names the sentence its writer had in mind; the bank
says many things twice, in a table and below it, in the price list and in the description of the
product. The rule is the same for every question and looks at no answer of the assistant. Another
sentence that is valid on the day is accepted when

1. it holds every figure of the labelled words, or, where those have none, exactly the figures of
   the labelled sentence;
2. it names the same products and the same of the special cases in `_SPECIAL`, and no other of
   the things in `_APART`;
3. the two share enough of their words, by rarity, headings included (`_EACH`, `_BOTH`), more
   where there is no figure; and the name of a row stands in the labelled sentence.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from assistant.model.figures import figures
from evals.retrieval.measure import AS_OF, CONTENT, QUESTIONS
from evals.retrieval.questions import LabelledQuestion, read_labelled
from knowledge.chunking import Passage
from knowledge.corpus import Corpus
from knowledge.embedding import SentenceEncoder
from knowledge.indexing import build_index
from knowledge.loader import load
from knowledge.rows import cells_of
from knowledge.views import view_of
from knowledge.words import Synonyms, words_of

Figures: TypeAlias = frozenset[tuple[str, str, str]]

_EACH: Final = 0.6
"""Least share of each sentence's words that the other has, its headings included."""
_BOTH: Final = 1.4
"""Least sum of both shares."""
_WORDS_ALONE: Final = 0.25
"""What that sum is more where no figure has to agree."""
_PRODUCT: Final = "海岳"
_SPECIAL: Final = ("附属卡", "外币", "企业", "单位", "小微", "代理人", "境外", "柜面", "ATM")
"""What is said of these is not said in general."""
_APART: Final = ("借记卡", "信用卡", "社会保障卡", "存折", "理财", "基金", "国债", "贷款")
"""What is said of one of these is not said of another."""
_FIGURE: Final = re.compile(r"[\d.,:%]+")


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of a valid document as it is compared.

    Attributes:
        label: First cell of a row.
        words: Its own, a row with its column headings.
        around: Those and the words of its headings.
    """

    passage: Passage
    quote: str
    figures: Figures
    things: frozenset[str]
    kinds: frozenset[str]
    label: str
    words: frozenset[str]
    around: frozenset[str]


def said_in(corpus: Corpus, synonyms: Synonyms) -> Iterator[Said]:
    """Every sentence that is valid today."""
    for passage, is_valid in zip(corpus.passages, corpus.valid_on(AS_OF), strict=True):
        if not is_valid:
            continue
        view = view_of(passage, synonyms.canonical)
        heading = frozenset((*view.title_words, *view.section_words))
        for sentence in view.sentences:
            words = frozenset(w for w in words_of(sentence.text) if not _FIGURE.fullmatch(w))
            products = {name for name in sentence.names if name.startswith(_PRODUCT)} or {
                name for name in view.names if name.startswith(_PRODUCT)
            }
            text = sentence.text if products else f"{view.title} {sentence.text}"
            special = {word for word in _SPECIAL if word.lower() in sentence.text}
            yield Said(
                passage=passage,
                quote=sentence.source.text,
                figures=_figures(sentence.source.text),
                things=frozenset(products | special),
                kinds=frozenset() if products else frozenset(w for w in _APART if w in text),
                label=cells_of(sentence.source.text)[0] if sentence.label else "",
                words=words,
                around=words | heading,
            )


def accepted(
    question: LabelledQuestion, said: Sequence[Said], corpus: Corpus
) -> list[dict[str, str]]:
    """Further right sentences of a question, without those its label accepts already."""
    if not question.wanted or question.version:
        return []
    right = [one for one in said if _is_labelled(question, one)]
    found = {
        (one.passage.document_id, one.passage.section, one.quote)
        for one in said
        if not _is_labelled(question, one)
        and any(_says_the_same(one, other, question, corpus) for other in right)
    }
    names = ("document_id", "section", "quote")
    return [dict(zip(names, each, strict=True)) for each in sorted(found)]


def _is_labelled(question: LabelledQuestion, one: Said) -> bool:
    passage = one.passage
    return question.is_labelled_section(passage) and question.is_labelled_quote(
        one.quote, passage.document_id, passage.version
    )


def _says_the_same(one: Said, labelled: Said, question: LabelledQuestion, corpus: Corpus) -> bool:
    needed = [_figures(" ".join(parts)) for parts in question.held_by(labelled.quote)]
    with_figure = any(figures and figures <= one.figures for figures in needed)
    if not with_figure and (all(needed) or one.figures != labelled.figures):
        return False
    if one.things != labelled.things or (
        one.kinds and labelled.kinds and not one.kinds & labelled.kinds
    ):
        return False
    if one.label not in (labelled.label or labelled.quote) and (
        not labelled.label or labelled.label not in one.label
    ):
        return False
    shares = (
        _share(labelled.words, one.around, corpus),
        _share(one.words, labelled.around, corpus),
    )
    least = _BOTH if with_figure else _BOTH + _WORDS_ALONE
    return min(shares) >= _EACH and sum(shares) >= least


def _share(words: frozenset[str], others: frozenset[str], corpus: Corpus) -> float:
    total = sum(map(corpus.lexical.rarity, words))
    return sum(map(corpus.lexical.rarity, words & others)) / total if total else 0.0


def _figures(text: str) -> Figures:
    return frozenset((one.kind, one.value, one.unit) for one in figures(text))


def main() -> None:
    """Write `also` into every question file and say how many questions have it."""
    content = Path(sys.argv[2]) if len(sys.argv) > 2 else CONTENT  # noqa: PLR2004 - two arguments
    corpus = build_index(content, Path(sys.argv[1]), SentenceEncoder()).corpus
    said = list(said_in(corpus, Synonyms(load(content).lexicon.synonyms)))
    for file in sorted(QUESTIONS.glob("*.jsonl")):
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        for row, question in zip(rows, read_labelled(file), strict=True):
            row.pop("also", None)
            also = accepted(question, said, corpus)
            if also:
                row["also"] = also
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        file.write_text("".join(lines), encoding="utf-8")
        widened = sum("also" in row for row in rows)
        sys.stdout.write(f"{file.name}: {widened} of {len(rows)}\n")


if __name__ == "__main__":
    main()

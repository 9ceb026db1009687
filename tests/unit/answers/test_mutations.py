"""Change any figure of any document: the answers that used it change or vanish, no other.

Vectors are not made anew: what a search finds stays, only the text found is the changed one.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass

from assistant.model.figures import figures
from assistant.response.calculation import Value, work_out
from assistant.response.cells import find_cell
from assistant.response.grounded import GroundedAnswer, ground
from assistant.response.proof import Source, prove
from knowledge.whole_documents import whole
from tests.unit.answers.desk import TODAY, bank_documents, bank_release

SAMPLED = 400
TENTH = 10
"""Calculations that read other documents are worked out again for so many only."""
TERMS = {"amount": "50000", "term": "36", "periods": "12", "paid": "8", "held": "60"}


@dataclass(frozen=True)
class Answer:
    """What is told, and where each of its figures stands: passage, sentence, place in it."""

    text: str
    used: frozenset


def passages():
    """Every passage in force, with the document it belongs to."""
    valid = [one for one in bank_documents() if one.is_valid_on(TODAY)]
    return {hit.passage_id: hit for document in valid for hit in whole(document)}


def told(question, hit):
    """The extractive answer from one passage, through the gate."""
    answer = ground(question, [hit])
    assert isinstance(answer, GroundedAnswer)
    sources = [Source(one.citation, one.heads) for one in answer.sentences]
    text = "\n".join(one.text for one in answer.sentences)
    proof = prove(text, sources)
    if not proof.holds:
        return None
    quotes = {one.citation.sentence_hash: one.citation.quote for one in answer.sentences}
    used = {
        (hit.passage_id, quotes[one.sentence_hash], one.start)
        for one in proof.bound
        if one.basis == "sentence"
    }
    return Answer(text, frozenset(used))


def worked(calculator, shelf):
    """A calculation with every rate out of the documents; None when a value is not found."""
    from_customer = dict(TERMS)
    known, values, used = {}, {}, set()
    for wanted in sorted(calculator.inputs, key=lambda one: one.source is not None):
        if wanted.name in from_customer and wanted.ask:
            kind = {"money": "money", "percent": "percent", "months": "months", "days": "days"}
            unit = {"money": "元", "months": "个月", "days": "天", "periods": "期"}
            [figure] = figures(from_customer[wanted.name] + unit.get(wanted.kind, ""))
            assert figure.kind == kind.get(wanted.kind, "count")
            known[wanted.name] = figure
            values[wanted.name] = Value(figure)
            continue
        hits = [one for one in shelf.values() if one.document_id == wanted.source.document]
        cell = find_cell(wanted.source, wanted.kind, hits, known, "房贷多少")
        if cell is None:
            return None
        quote = cell.source.text
        at = quote.index(cell.text)
        inside = [one for one in figures(quote) if at <= one.start < at + len(cell.text)]
        wanted_here = [one for one in inside if cell.figure is None or one.same_as(cell.figure)]
        used |= {(cell.source.citation.passage_id, quote, one.start) for one in wanted_here}
        if cell.figure is not None:
            known[wanted.name] = cell.figure
        values[wanted.name] = Value(cell.figure, cell)
    result = work_out(calculator, values)
    return Answer(str(result.facts("zh-Hans")), frozenset(used))


def answers(shelf):
    """An answer for each passage, and every calculation."""
    found = {}
    for key, hit in shelf.items():
        best = max(hit.sentences, key=lambda one: len(figures(one.text)), default=None)
        if best is not None:
            found[key] = told(best.text[:40], hit)
    for name, calculator in bank_release().calculators.items():
        found[name] = worked(calculator, shelf)
    return found


def changed(hit, sentence, figure):
    """The passage with one figure of one sentence changed in its last digit."""
    words = sentence[figure.start : figure.end]
    at = max(n for n, character in enumerate(words) if character.isdigit())
    other = f"{words[:at]}{(int(words[at]) + 1) % 10}{words[at + 1 :]}"
    text = f"{sentence[: figure.start]}{other}{sentence[figure.end :]}"
    sentences = tuple(
        one.model_copy(update={"text": text}) if one.text == sentence else one
        for one in hit.sentences
    )
    return hit.model_copy(update={"text": hit.text.replace(sentence, text), "sentences": sentences})


def test_an_answer_changes_exactly_when_a_figure_it_used_changes():
    shelf = passages()
    before = answers(shelf)
    assert sum(one is not None for one in before.values()) > 200
    places = [
        (key, one.text, figure)
        for key, hit in shelf.items()
        for one in hit.sentences
        for figure in figures(one.text)
        if any(c.isascii() and c.isdigit() for c in one.text[figure.start : figure.end])
    ]
    outcomes = Counter()
    calculators = bank_release().calculators
    used_by_calculators = {
        place for name in calculators if before[name] for place in before[name].used
    }
    at_random = random.Random(20261122).sample(places, SAMPLED)
    always = [one for one in places if (one[0], one[1], one[2].start) in used_by_calculators]
    for number, (key, sentence, figure) in enumerate([*at_random, *always]):
        mutated = {**shelf, key: changed(shelf[key], sentence, figure)}
        after = {**before}
        after[key] = answers({key: mutated[key]})[key]
        after |= {
            name: worked(each, mutated)
            for name, each in calculators.items()
            if _reads(name, key, shelf) or number % TENTH == 0
        }
        for name, answer in before.items():
            if answer is None:
                continue
            used = (key, sentence, figure.start) in answer.used
            differs = after[name] is None or after[name].text != answer.text
            outcomes[used, differs] += 1
            if used:
                assert differs or _is_limit(name), (name, sentence)
            if differs and not used:
                # A changed name of a row may hide it, or show another.
                assert name in calculators, (name, sentence)
    assert outcomes[True, True] > 100


def _is_limit(name):
    """A limit that is not reached changes no result: the cap of a fee, a time already over."""
    kinds = {one.kind for one in bank_release().calculators[name].inputs}
    return "charge" in kinds or name == "mortgage_early_repayment"


def _reads(name, key, shelf):
    """Whether a calculation looks for its values in the document of this passage."""
    sources = [one.source for one in bank_release().calculators[name].inputs if one.source]
    return shelf[key].document_id in {one.document for one in sources}

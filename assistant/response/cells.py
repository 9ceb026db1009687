"""Values of a calculation out of the bank's documents: a cell by row and column, or a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from assistant.model.calculator import CellSource, ValueKind
from assistant.model.figures import Figure, figures
from assistant.ports.knowledge import PassageHit
from assistant.response.conditions import bound_of
from assistant.response.grounded import citation_of
from assistant.response.proof import Source
from assistant.response.tables import cells_of, heads_of, is_row

_CLAUSE: Final = re.compile(r"[，,；;](?!\d)")
_TO: Final = re.compile(r"[至到~～—-]|\bto\b")
_FREE: Final = re.compile(r"免费|免收|不收|\bfree\b")
_KIND_OF: Final[Mapping[ValueKind, str]] = {
    "money": "money",
    "percent": "percent",
    "months": "months",
    "days": "days",
    "periods": "count",
    "number": "count",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A value found.

    Attributes:
        figure: The figure itself; None for a charge.
        text: The cell, or the clause of the sentence.
        source: The cited sentence with its headings.
    """

    figure: Figure | None
    text: str
    source: Source


@dataclass(frozen=True, slots=True)
class Charge:
    """An entry of a price list: so much, or a share with a floor and a cap. Yuan; share of 1."""

    fixed: Decimal | None
    share: Decimal = Decimal(0)
    floor: Decimal | None = None
    cap: Decimal | None = None

    def on(self, amount: Decimal) -> Decimal:
        """What is charged on an amount."""
        if self.fixed is not None:
            return self.fixed
        charged = amount * self.share
        if self.floor is not None:
            charged = max(charged, self.floor)
        return charged if self.cap is None else min(charged, self.cap)


def find_cell(
    source: CellSource,
    kind: ValueKind,
    passages: Iterable[PassageHit],
    known: Mapping[str, Figure],
    question: str,
) -> Cell | None:
    """The one value that fits, the first in the order of the document.

    Args:
        source: Where to look.
        kind: What is looked for.
        passages: Of the version in force, in its order.
        known: Values of the other inputs.
        question: The customer's words, normalised.
    """
    for passage in passages:
        for sentence in passage.sentences:
            cell = _cell(source, kind, passage, sentence.text, known, question)
            if cell is not None:
                return cell
    return None


def charge_in(text: str) -> Charge | None:
    """Read an entry of a price list; None when it is none."""
    found = figures(text)
    share = next((one for one in found if one.kind == "percent"), None)
    money = [one for one in found if one.kind == "money"]
    bounds = {bound_of(text, one, found): one.number for one in money}
    if share is not None:
        return Charge(None, share.number / 100, bounds.get("least"), bounds.get("most"))
    if len(money) == 1:
        return Charge(money[0].number)
    return Charge(Decimal(0)) if not money and _FREE.search(text) else None


def _cell(
    source: CellSource,
    kind: ValueKind,
    passage: PassageHit,
    sentence: str,
    known: Mapping[str, Figure],
    question: str,
) -> Cell | None:
    heads = heads_of(passage.text, sentence) if is_row(sentence) else []
    around = f"{passage.title} {passage.section} {' '.join(heads)}"
    scope = f"{around} {sentence}"
    if not all(any(word in scope for word in group) for group in source.words):
        return None
    if source.named and not _named(source.named, question, scope):
        return None
    parts = (
        _column(source, cells_of(sentence), heads, known)
        if is_row(sentence)
        else _clauses(source, sentence, known)
    )
    row = known.get(source.row or "")
    for part in parts:
        figure = None if kind == "charge" else _only(part, _KIND_OF[kind], row)
        if figure is not None or (kind == "charge" and charge_in(part) is not None):
            return Cell(figure, part, Source(citation_of(passage, sentence), around))
    return None


def _named(groups: Sequence[Sequence[str]], question: str, scope: str) -> bool:
    """Whether the question names something, and all it names is meant here as well."""
    asked = [group for group in groups if any(word in question for word in group)]
    return bool(asked) and all(any(word in scope for word in group) for group in asked)


def _column(
    source: CellSource, cells: Sequence[str], heads: Sequence[str], known: Mapping[str, Figure]
) -> list[str]:
    """The cell of a row that begins as it should."""
    if source.row is not None and not _names(cells[0], known.get(source.row)):
        return []
    if source.tier is not None and not _holds(cells[0], known.get(source.tier)):
        return []
    if not source.column:
        return ["，".join(cells[1:])]
    places = [n for n, head in enumerate(heads) if any(word in head for word in source.column)]
    return [cells[place] for place in places[:1]]


def _clauses(source: CellSource, sentence: str, known: Mapping[str, Figure]) -> list[str]:
    """Pieces of a sentence to look in, best first.

    The one that names the row; without a row the sentence, then the piece with the words.
    """
    if source.tier is not None:
        return []
    clauses = _CLAUSE.split(sentence)
    if source.row is not None:
        wanted = known.get(source.row)
        return [one for one in clauses if _names(one, wanted)][:1]
    here = [group for group in source.words if any(word in sentence for word in group)]
    fitting = [one for one in clauses if all(any(w in one for w in group) for group in here)]
    return [sentence, *(fitting if here else [])]


def _names(text: str, wanted: Figure | None) -> bool:
    return wanted is not None and any(_equal(one, wanted) for one in figures(text))


def _equal(one: Figure, wanted: Figure) -> bool:
    """Twelve instalments are twelve months to a table of either."""
    if one.same_as(wanted):
        return True
    kinds = {one.kind, wanted.kind}
    units = {one.unit, wanted.unit} - {""}
    return kinds == {"count", "months"} and units <= {"期"} and one.value == wanted.value


def _holds(text: str, wanted: Figure | None) -> bool:
    """Whether a range such as 2,000元至5,000元（含） or 50,000元以上 holds an amount."""
    limits = [one for one in figures(text) if one.kind == "money"]
    if wanted is None or not limits:
        return False
    amount = wanted.number
    if len(limits) > 1 and _TO.search(text[limits[0].end : limits[1].start]):
        return limits[0].number < amount <= limits[1].number
    bound = bound_of(text, limits[0], limits)
    if bound in {"least", "over"}:
        is_included = "含" in text or "及以上" in text
        return amount >= limits[0].number if is_included else amount > limits[0].number
    return bound in {"most", "under"} and amount <= limits[0].number


def _only(text: str, kind: str, row: Figure | None) -> Figure | None:
    """The one figure of a kind in a text, besides the one that names the row."""
    found = [
        one
        for one in figures(text)
        if one.kind == kind and not (row is not None and _equal(one, row))
    ]
    return found[0] if len(found) == 1 else None

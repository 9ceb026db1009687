"""One message, several wishes: every reading of the pieces is judged, and the likeliest taken.

    pieces (plan_cut) → how much each is a wish (plan_weight) → the best way to put them together

A piece can be a wish, belong to the one beside it, or say nothing to be done ("卡不见了"). What a
piece would lose by not being heard is weighed against what the whole means, so no list of special
cases decides: probabilities of the classifier do, and how the words are said.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import log
from typing import Final

from assistant.ports import IntentScores
from assistant.understanding.normalise import Normalised
from assistant.understanding.plan_cut import Piece, joined, pieces
from assistant.understanding.plan_weight import Ears, Weighed, weigh
from assistant.understanding.wordrules import WordRules

_LEAST: Final = 0.02
"""No probability counts as less: one piece never decides alone against all others."""
_PER_WISH: Final = 0.25
"""What a further wish must gain, as a logarithm: several wishes are rarer than one."""
_LONGEST: Final = 3
"""Pieces read together, besides all of them: who adds more says another wish."""
_OVER: Final[dict[str, float]] = {"next": 2.0, "stop": 0.7, "again": 0.7, "rather": 2.0}
"""What it costs to read over a joint as if it were not there."""
_WEAK: Final[dict[str, float]] = {"verb": 0.9, "with": 0.6, "comma": 0.7, "list": 0.1}
"""What a cut costs where people rarely say that another wish begins."""
_COMMA_ORDER: Final = 0.4
"""The same before words that order something."""
_EMERGENT: Final = 0.9
"""Least probability of a meaning that only the whole has and none of its pieces."""
_EMERGENT_COST: Final = 0.4
_PLAIN: Final = 0.95
"""Least weight of a piece whose wish stands whatever the whole seems to be about."""
_SWAPS: Final = frozenset({"before", "rather"})
_MOST_PIECES: Final = 24
"""Each piece costs a classification; a message cut into more of them is nobody's list of wishes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One thing to be done, or asked.

    Attributes:
        words: The customer's words for it, with the reasons told beside it.
        intent: What it is.
        probability: How sure that is, 0 to 1.
        is_plain: Whether one piece says it by itself, beyond doubt.
    """

    words: Normalised
    intent: str
    probability: float
    is_plain: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """What a message asks for, in the order it is to be done.

    Attributes:
        has_denied: Whether a part says what is not wanted; the whole is then no guide.
    """

    wishes: tuple[Wish, ...]
    pieces: tuple[Piece, ...]
    has_denied: bool


@dataclass(frozen=True, slots=True)
class _Part:
    """Pieces `first` to `last` (excluded) as one wish, or as none."""

    first: int
    last: int
    intent: str
    probability: float
    score: float


def read_wishes(message: Normalised, ears: Ears, whole: IntentScores) -> Reading | None:
    """The wishes of a message; None when it has only one piece, or more than anybody lists.

    Args:
        message: The normalised message.
        ears: What pieces are read with.
        whole: Scores of the whole message.
    """
    rules, classify = ears.rules, ears.classify
    cut = pieces(message, rules)
    if len(cut) == 1 or len(cut) > _MOST_PIECES:
        return None
    weighed = weigh(cut, ears)
    best = _best(weighed, classify, whole)
    best = _without_repeats(best, weighed)
    wishes = [part for part in best if part.intent]
    ordered = _in_order(wishes, weighed, rules)
    found = tuple(
        Wish(
            words=_words(part, best, weighed),
            intent=part.intent,
            probability=part.probability,
            is_plain=any(
                each.intent == part.intent and each.is_request and each.weight >= _PLAIN
                for each in _of(part, weighed)
            ),
        )
        for part in ordered
    )
    return Reading(found, tuple(cut), any(each.is_denied for each in weighed))


def _best(
    weighed: Sequence[Weighed], classify: Callable[[str], IntentScores], whole: IntentScores
) -> list[_Part]:
    """The likeliest way to put the pieces together, by dynamic programming over their ends."""
    count = len(weighed)
    best: list[tuple[float, list[_Part]]] = [(0.0, [])]
    for last in range(1, count + 1):
        options: list[tuple[float, list[_Part]]] = []
        for first in range(last):
            if last - first > _LONGEST and (first, last) != (0, count):
                continue
            score, parts = best[first]
            options.extend(
                (score + part.score, [*parts, part])
                for part in _as_one(weighed, first, last, classify, whole)
            )
        best.append(max(options, key=lambda option: option[0]))
    return best[count][1]


def _without_repeats(parts: Sequence[_Part], weighed: Sequence[Weighed]) -> list[_Part]:
    """The same task a second time is the first one, unless it is for something else."""
    kept: list[_Part] = []
    for part in parts:
        same = next((each for each in kept if each.intent and each.intent == part.intent), None)
        if same is None or _is_other(
            weighed[same.first : same.last], weighed[part.first : part.last]
        ):
            kept.append(part)
        elif same is kept[-1]:
            kept[-1] = replace(same, last=part.last)
        else:
            kept.append(replace(part, intent=""))
    return kept


def _of(part: _Part, weighed: Sequence[Weighed]) -> Sequence[Weighed]:
    return weighed[part.first : part.last]


def _is_other(left: Sequence[Weighed], right: Sequence[Weighed]) -> bool:
    return any(one.is_other_than(two) for one in left for two in right)


def _as_one(
    weighed: Sequence[Weighed],
    first: int,
    last: int,
    classify: Callable[[str], IntentScores],
    whole: IntentScores,
) -> list[_Part]:
    """Pieces as one wish, and a single piece as none."""
    own = weighed[first:last]
    if len(own) == 1:
        piece = own[0]
        unheard = _Part(first, last, "", 0.0, _log(1 - piece.weight))
        if not piece.intent:
            return [unheard]
        cost = _PER_WISH + (_cut_cost(piece) if first else 0.0)
        wish = _Part(first, last, piece.intent, piece.probability, _log(piece.weight) - cost)
        return [unheard, wish]
    over = sum(_OVER.get(each.piece.joint, 0.0) for each in own[1:]) + _PER_WISH
    is_whole = len(own) == len(weighed)
    if not is_whole and not _may_be_one(own, over):
        return []
    scores = whole if is_whole else classify(_text(own))
    intent, probability = scores.ranked[0]
    inner = sum(_lost(each, intent, probability, own) for each in own)
    return [_Part(first, last, intent, probability, _log(probability) - inner - over)]


def _may_be_one(own: Sequence[Weighed], over: float) -> bool:
    """Whether pieces can be likelier as one wish than apart; saves reading them together."""
    if any(each.probability < _EMERGENT or each.weight < each.probability / 2 for each in own):
        return True
    together = min(
        sum(_lost(each, intent, 1.0, own) for each in own) for intent in {e.intent for e in own}
    )
    return together + over < sum(_PER_WISH + _cut_cost(each) for each in own)


def _cut_cost(piece: Weighed) -> float:
    joint = piece.piece.joint
    return _COMMA_ORDER if joint == "comma" and piece.is_request else _WEAK.get(joint, 0.0)


def _lost(each: Weighed, intent: str, probability: float, own: Sequence[Weighed]) -> float:
    """What it costs to take a piece for a part of something else."""
    if each.intent == intent:
        is_repeated = any(
            other is not each and other.intent == intent and other.is_other_than(each)
            for other in own
        )
        return -_log(1 - each.weight) / 2 if is_repeated else 0.0
    cost = -_log(1 - each.weight)
    is_emergent = probability >= _EMERGENT and all(other.intent != intent for other in own)
    return min(cost, _EMERGENT_COST) if is_emergent else cost


def _in_order(wishes: list[_Part], weighed: Sequence[Weighed], rules: WordRules) -> list[_Part]:
    """As it is to be done: "X之前先Y" begins with Y."""
    ordered = list(wishes)
    for here, (before, part) in enumerate(pairwise(wishes), 1):
        joints = [each.piece.joint for each in weighed[before.last : part.last]][
            : part.last - before.last
        ]
        first = weighed[part.first]
        turns = bool(_SWAPS & {*joints}) or (
            here == len(wishes) - 1 and _comes_first(weighed[before.first], first, rules)
        )
        if turns or _is_reversed(weighed, before, part, rules):
            at = ordered.index(before)
            ordered.remove(part)
            ordered.insert(at, part)
    return ordered


def _comes_first(before: Weighed, after: Weighed, rules: WordRules) -> bool:
    """What is said second, is said to be first: "还信用卡，先把账单给我看看"."""
    return (
        after.piece.joint in {"comma", "stop"}
        and after.begins_first
        and before.is_request
        and not before.begins_first
    )


def _is_reversed(weighed: Sequence[Weighed], before: _Part, part: _Part, rules: WordRules) -> bool:
    """English: "before you pay, show me the bill"; "send 200 after you check"."""
    left, right = weighed[before.first].piece.said.text, weighed[part.first].piece.said.text
    return (
        rules.at_start("plan_before_that", left) > 0 or rules.at_start("plan_after_that", right) > 0
    )


def _words(part: _Part, best: Sequence[_Part], weighed: Sequence[Weighed]) -> Normalised:
    """The words of a wish, with what was told just before it, or after the last."""
    place = best.index(part)
    told: list[int] = []
    for other in reversed(best[:place]):
        if other.intent or weighed[other.first].is_denied:
            break
        told.insert(0, other.first)
    after: list[int] = []
    for other in best[place + 1 :]:
        if other.intent or weighed[other.first].is_denied:
            break
        after.append(other.first)
    is_last = not any(other.intent for other in best[place + 1 :])
    numbers = [*told, *range(part.first, part.last), *(after if is_last else [])]
    return joined([weighed[number].piece.read for number in numbers])


def _text(own: Sequence[Weighed]) -> str:
    return ",".join(each.piece.read.text.strip() for each in own)


def _log(probability: float) -> float:
    return log(max(_LEAST, min(1.0, probability)))

"""How much a piece of a message is a wish of its own: what it is about, and how it is said."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from assistant.model.release import Release
from assistant.ports import IntentScores
from assistant.understanding.payloads import flow_for_intent
from assistant.understanding.plan_cut import Piece, starts_with, unled
from assistant.understanding.wordrules import WordRules

QUESTION: Final = "search_knowledge"
_HAPPENED: Final = re.compile(r"(?:了|过|不见|\blost|\bgone|\bmissing|\bstolen)\s*$")
_TELLER: Final = re.compile(
    r"(?:我|俺|咱|他|她|它|这|那|有|里面|因为|由于|刚|昨|前天|上次|上回|最近|现在|今天|快到|"
    r"i\b|my\b|he\b|she\b|it\b|someone\b|because\b)"
)
_THIS: Final = re.compile(r"(?:昨天|前天|上周|上个月|刚才)?(?:这|那)(?:笔|期|张|个|边)?")
"""Begins what something is done to, if a verb follows, and else a story."""
_FIRST: Final = re.compile(r"先")
_TOLD: Final = 0.25
_TOLD_FLOW: Final = 0.9
_PLAIN: Final = 0.85
_DENIED: Final = 0.02
_DETAIL: Final = 0.1
_CALLED: Final = 0.6
"""A happening before "另外": what follows it is a further wish, so this was one."""
_CLEAR: Final = 0.8
_ABSENT: Final = 0.01
"""Counts for an intent that a text's scores do not name."""
_LENT: Final = 0.9
_SHORT: Final = 4
"""A question of so many characters leans on the one before ("利率多少")."""
_SHORT_ENGLISH: Final = 16
_CORRECTS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A piece with what it says.

    Attributes:
        intent: Task or question it is likeliest about; "" when it is neither.
        probability: Of that, 0 to 1.
        weight: How likely it is a wish of its own, 0 to 1.
        labels: Whatever else it may be about.
        repeatable: Whether the task is done twice for two objects.
    """

    piece: Piece
    intent: str
    probability: float
    weight: float
    labels: tuple[str, ...]
    is_denied: bool = False
    is_request: bool = False
    begins_first: bool = False
    repeatable: bool = False
    object_words: str = ""

    def is_other_than(self, other: Weighed) -> bool:
        """Whether the same task is meant a second time, for something else."""
        if not (self.repeatable and other.repeatable) or self.object_words == other.object_words:
            return False
        return (self.is_request and other.is_request) or self.intent == QUESTION


def weigh(
    cut: Sequence[Piece],
    release: Release,
    rules: WordRules,
    classify: Callable[[str], IntentScores],
) -> list[Weighed]:
    """Every piece with its weight, in order."""
    found: list[Weighed] = []
    for place, piece in enumerate(cut):
        following = cut[place + 1] if place + 1 < len(cut) else None
        found.append(_weighed(piece, following, found, release, rules, classify))
    for place, each in enumerate(found):
        if place > 0 and _corrects(each.piece.said.text, rules):
            found[place] = replace(each, intent="", weight=0.0)
            found[place - 1] = replace(found[place - 1], weight=_DENIED, repeatable=False)
    return found


def _corrects(text: str, rules: WordRules) -> bool:
    """"不对": what was just said is replaced by what follows."""
    is_short = len(text) <= _CORRECTS * (1 + text.isascii())
    return is_short and (rules.mentions("correction", text) or rules.lists("deny", text))


def _weighed(
    piece: Piece,
    following: Piece | None,
    before: Sequence[Weighed],
    release: Release,
    rules: WordRules,
    classify: Callable[[str], IntentScores],
) -> Weighed:
    text = piece.read.text.strip()
    scores = classify(text)
    intent, probability = _wish(scores, release)
    asks = rules.mentions("question", text)
    is_denied = _is_denied(text, rules)
    is_request = _is_request(piece, rules)
    tells = not is_request and not asks and _tells(text, release, rules)
    if probability < _CLEAR and not is_denied and before:
        lent = _lent(text, before, scores, release, classify)
        if lent is not None and (lent[1] > probability or intent == before[-1].intent):
            intent, probability = lent
    factor = _PLAIN
    if is_denied or _is_condition(piece, following, rules):
        factor = _DENIED
    elif before and piece.joint == "comma" and starts_with("plan_detail", text, rules):
        factor = _DETAIL
    elif tells:
        factor = _PLAIN if piece.joint == "next" else _told(intent, following, rules)
    elif is_request or asks or piece.joint in {"next", "again"}:
        factor = 1.0
    if _is_ground(piece, following, before, rules):
        factor = _DENIED
    return Weighed(
        piece=piece,
        intent=intent,
        probability=probability,
        weight=probability * factor,
        labels=tuple(label for label, score in scores.ranked if score >= 0.1),
        is_denied=is_denied,
        is_request=is_request,
        begins_first=_FIRST.match(_after_request(text, rules)) is not None,
        repeatable=_is_repeatable(intent, piece, rules),
        object_words=text,
    )


def _wish(scores: IntentScores, release: Release) -> tuple[str, float]:
    intent, probability = scores.ranked[0]
    if intent == QUESTION or flow_for_intent(intent, release) is not None:
        return intent, probability
    return "", 0.0


def _lent(
    text: str,
    before: Sequence[Weighed],
    scores: IntentScores,
    release: Release,
    classify: Callable[[str], IntentScores],
) -> tuple[str, float] | None:
    """What an unclear piece is about, read with the piece before it: "看账单，还掉"."""
    neighbour = next((each for each in reversed(before) if each.weight >= _TOLD), before[-1])
    alone = dict(scores.ranked)
    together = dict(classify(f"{neighbour.piece.read.text.strip()}{text}").ranked)
    both = {
        label: (alone.get(label, _ABSENT) * together.get(label, _ABSENT)) ** 0.5
        for label in {*alone, *together}
        if label != neighbour.intent
        and (label == QUESTION or flow_for_intent(label, release) is not None)
    }
    if not both:
        return None
    label = max(both, key=lambda name: both[name])
    return label, _LENT * both[label] / sum(both.values())


def _told(intent: str, following: Piece | None, rules: WordRules) -> float:
    if rules.lists("plan_told", intent):
        return _TOLD_FLOW
    return _CALLED if following is not None and following.joint == "next" else _TOLD


def _is_request(piece: Piece, rules: WordRules) -> bool:
    text = piece.read.text.strip()
    if rules.mentions("request", text):
        return True
    return starts_with("plan_verbs", unled(text, rules), rules) > 0 or text.endswith("吧")


def _after_request(text: str, rules: WordRules) -> str:
    return re.sub(r"^(?:你|您|我|还是|要|想|麻烦|请|帮我|给我)+", "", text)


def _tells(text: str, release: Release, rules: WordRules) -> bool:
    if _HAPPENED.search(text) or _TELLER.match(text):
        return not (_THIS.match(text) and rules.mentions("plan_verbs", text))
    relations = release.lexicon.relations
    return any(text.startswith(word) for key in relations for word in (key, *relations[key]))


def _is_denied(text: str, rules: WordRules) -> bool:
    rest = re.sub(r"^(?:我|俺|咱|i |先|还是|那|又|就|并|暂时|先)+", "", text)
    return starts_with("plan_denied", rest, rules) > 0


def _is_condition(piece: Piece, following: Piece | None, rules: WordRules) -> bool:
    return following is not None and following.joint == "if"


def _is_ground(
    piece: Piece, following: Piece | None, before: Sequence[Weighed], rules: WordRules
) -> bool:
    """"转账以后多久能到账", "还之前先…": said only to say when, or what the question is about."""
    if following is None or following.joint not in {"after", "before", "if", "with"}:
        return False
    if following.joint == "before" and before and len(piece.said.text) <= _SHORT:
        return True
    return not piece.is_each and rules.mentions("question", following.read.text)


def _is_repeatable(intent: str, piece: Piece, rules: WordRules) -> bool:
    if intent == QUESTION:
        text = piece.said.text
        return len(text) > (_SHORT_ENGLISH if text.isascii() else _SHORT)
    return rules.lists("plan_repeated", intent)

"""How much a piece of a message is a wish of its own: what it is about, and how it is said."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from assistant.model.release import Release
from assistant.ports import IntentScores
from assistant.understanding.normalise import Normalised
from assistant.understanding.payloads import flow_for_intent
from assistant.understanding.plan_cut import Joint, Piece, unled
from assistant.understanding.values.extract import Wanted, extract
from assistant.understanding.wordrules import WordRules

QUESTION: Final = "search_knowledge"
THING: Final = "thing"
"""Kind of what the bank lists under `plan_things`."""
_HAPPENED: Final = re.compile(r"(?:了|过|不见|\blost|\bgone|\bmissing|\bstolen)\s*$")
_TELLER: Final = re.compile(
    r"(?:我|俺|咱|他|她|它|这|那|有|里面|因为|由于|刚|昨|前天|上次|上回|最近|现在|今天|快到|如果|要是|假如|万一|"
    r"if\b|i\b|my\b|he\b|she\b|it\b|someone\b|because\b)"
)
_DONE: Final = re.compile(
    r"(?:我|俺|咱|他|她|还|又|就|都|已经|刚才?|昨天|今天|前天|然后)*"
    r"(?:转|打|汇|付|充|存|给|买|交|刷|寄|贷|借|投|下载|点|填|输|告诉)[^,，。了过吧]{0,4}[了过](?![吧呗])"
)
"""Begins with a deed that is over: "转了三千" orders nothing."""
_THIS: Final = re.compile(r"(?:昨天|前天|上周|上个月|刚才)?(?:这|那)(?:笔|期|张|个|边)?")
"""Begins what something is done to, if a verb follows, and else a story."""
_WHEN: Final = re.compile(
    r"早上|上午|中午|下午|晚上|今晚|半夜|凌晨|夜里|周|星期|节假日|过年|春节|国庆|明天|后天|在|"
    r"国外|境外|外地|异地|at night|on |in |during "
)
"""Begins the circumstances of a question rather than an order."""
_POINTS: Final = re.compile(r"(?:尾号)?(?:[这那][张個个笔家边]|的?(?:卡|账户))")
"""What points at a value said beside it: "6688那张"."""

_FIRST: Final = "先"
_POLITE: Final = re.compile(r"^(?:你|您|我|还是|要|想|麻烦|请|帮我|给我)+")
_TOLD: Final = 0.25
_TOLD_FLOW: Final = 0.9
_PLAIN: Final = 0.85
_DENIED: Final = 0.02
_DETAIL: Final = 0.1
_UNASKED: Final = 0.5
"""A question that has no sign of one, or that only cries out after a story ("咋扣了")."""
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
_REST: Final = 1
"""Characters besides its values that a mere detail may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A piece with what it says.

    Attributes:
        intent: Task or question it is likeliest about; "" when it is neither.
        probability: Of that, 0 to 1.
        weight: How likely it is a wish of its own, 0 to 1.
        repeatable: Whether the task is done twice for two objects.
        values: Kind of value to what is said of it.
        is_story: Whether it tells what happened, which is itself the wish.
    """

    piece: Piece
    intent: str
    probability: float
    weight: float
    is_denied: bool = False
    is_request: bool = False
    begins_first: bool = False
    repeatable: bool = False
    values: Mapping[str, frozenset[str]] = field(default_factory=dict)
    is_story: bool = False
    asks: bool = False

    def is_other_than(self, other: Weighed) -> bool:
        """Whether the same task is meant a second time: for another person, card or bill."""
        if not (self.repeatable and other.repeatable):
            return False
        if self.intent == QUESTION:
            return True
        return any(
            self.values[kind] != other.values[kind] for kind in {*self.values} & {*other.values}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """How a piece is said."""

    text: str
    values: Mapping[str, frozenset[str]]
    asks: bool
    is_denied: bool
    is_request: bool
    tells: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ears:
    """What pieces are read with.

    Attributes:
        release: Names the flows.
        rules: The bank's words.
        classify: Scores a text.
        today: The bank's day.
    """

    release: Release
    rules: WordRules
    classify: Callable[[str], IntentScores]
    today: date


def weigh(cut: Sequence[Piece], ears: Ears) -> list[Weighed]:
    """Every piece with its weight, in order."""
    rules = ears.rules
    found: list[Weighed] = []
    for place, piece in enumerate(cut):
        following = cut[place + 1] if place + 1 < len(cut) else None
        found.append(_weighed(piece, following, found, ears))
    for place, each in enumerate(found[:-1]):
        if _is_ground(each, found[place + 1], is_first=place == 0):
            found[place] = replace(each, weight=each.probability * _DENIED)
        elif _sets_scene(each, found[place + 1]):
            found[place] = replace(each, weight=each.probability * _TOLD)
    for place, each in enumerate(found):
        if place > 0 and _corrects(each.piece.said.text, rules):
            found[place] = replace(each, intent="", weight=0.0)
            found[place - 1] = replace(found[place - 1], weight=_DENIED, repeatable=False)
    return found


def _corrects(text: str, rules: WordRules) -> bool:
    """Whether what was just said is replaced by what follows: "不对"."""
    is_short = len(text) <= _CORRECTS * (1 + text.isascii())
    return is_short and (rules.mentions("correction", text) or rules.lists("deny", text))


def _weighed(
    piece: Piece, following: Piece | None, before: Sequence[Weighed], ears: Ears
) -> Weighed:
    rules, release = ears.rules, ears.release
    text = piece.read.text.strip()
    scores = ears.classify(text)
    intent, probability = _wish(scores, release)
    asks, is_request = rules.mentions("question", text), _is_request(piece, rules)
    said = _Said(
        text=text,
        values=_values(text, ears),
        asks=asks,
        is_denied=_is_denied(text, rules),
        is_request=is_request,
        tells=not is_request and not asks and _tells(text, release, rules),
    )
    if probability < _CLEAR and not said.is_denied and before:
        lent = _lent(text, piece.joint, before, scores, ears)
        if lent is not None and (lent[1] > probability or intent == before[-1].intent):
            intent, probability = lent
    factor = _factor(piece, said, (intent, probability), following, before, rules)
    return Weighed(
        piece=piece,
        intent=intent,
        probability=probability,
        weight=_called(probability, piece, following) * factor,
        is_denied=said.is_denied,
        is_request=is_request,
        begins_first=_POLITE.sub("", text).startswith(_FIRST),
        repeatable=_is_repeatable(intent, piece, rules),
        values=said.values,
        asks=asks,
        is_story=said.tells and rules.lists("plan_told", intent),
    )


def _factor(
    piece: Piece,
    said: _Said,
    about: tuple[str, float],
    following: Piece | None,
    before: Sequence[Weighed],
    rules: WordRules,
) -> float:
    """How much the way it is said makes it a wish of its own, 0 to 1."""
    intent, probability = about
    is_comma = piece.joint == "comma" and len(before) > 0
    if said.is_denied or (following is not None and following.joint == "if"):
        return _DENIED
    if is_comma and not said.asks and _is_detail(said, rules):
        return _DETAIL
    if intent == QUESTION and (not said.asks or (is_comma and before[-1].is_story)):
        return _UNASKED
    if said.tells:
        is_clear = probability >= _CLEAR
        return (
            _PLAIN if piece.joint == "next" else _told(intent, following, rules, is_clear=is_clear)
        )
    return 1.0 if said.is_request or said.asks or piece.joint in {"next", "again"} else _PLAIN


def _wish(scores: IntentScores, release: Release) -> tuple[str, float]:
    intent, probability = scores.ranked[0]
    return (intent, probability) if _is_wish(intent, release) else ("", 0.0)


def _is_wish(intent: str, release: Release) -> bool:
    """A person is no item of a list: words ask for one before any list is read."""
    if intent == QUESTION:
        return True
    return intent != "human_handoff" and flow_for_intent(intent, release) is not None


def _lent(
    text: str,
    joint: Joint,
    before: Sequence[Weighed],
    scores: IntentScores,
    ears: Ears,
) -> tuple[str, float] | None:
    """What an unclear piece is about, read with the piece before it: "看账单，还掉"."""
    is_same_possible = joint in {"start", "comma", "stop"}
    neighbour = next((each for each in reversed(before) if each.weight >= _TOLD), before[-1])
    alone = dict(scores.ranked)
    together = dict(ears.classify(f"{neighbour.piece.read.text.strip()}{text}").ranked)
    both = {
        label: (alone.get(label, _ABSENT) * together.get(label, _ABSENT)) ** 0.5
        for label in {*alone, *together}
        if (is_same_possible or label != neighbour.intent) and _is_wish(label, ears.release)
    }
    if not both:
        return None
    label = max(both, key=lambda name: both[name])
    heard = max(alone.get(label, 0.0), together.get(label, 0.0))
    return label, min(heard, _LENT * both[label] / sum(both.values()))


def _told(intent: str, following: Piece | None, rules: WordRules, *, is_clear: bool) -> float:
    if is_clear and rules.lists("plan_told", intent):
        return _TOLD_FLOW
    return _CALLED if following is not None and following.joint == "next" else _TOLD


def _called(probability: float, piece: Piece, following: Piece | None) -> float:
    """Beside "另外" a piece is a wish, even where it is not clear which."""
    is_called = piece.joint == "next" or (following is not None and following.joint == "next")
    return probability**0.5 if is_called else probability


def _is_request(piece: Piece, rules: WordRules) -> bool:
    text = piece.read.text.strip()
    if _DONE.match(text):
        return False
    if rules.mentions("request", text) or (piece.is_each and rules.mentions("plan_verbs", text)):
        return True
    return rules.at_start("plan_verbs", unled(text, rules)) > 0 or text.endswith("吧")


def _tells(text: str, release: Release, rules: WordRules) -> bool:
    if _DONE.match(text):
        return True
    if _HAPPENED.search(text) or _TELLER.match(text):
        return not (_THIS.match(text) and rules.mentions("plan_verbs", text))
    relations = release.lexicon.relations
    return any(text.startswith(word) for key in relations for word in (key, *relations[key]))


def _is_denied(text: str, rules: WordRules) -> bool:
    rest = re.sub(r"^(?:我|俺|咱|i |先|还是|那|又|就|并|暂时|先)+", "", text)
    return rules.at_start("plan_denied", rest) > 0


def _is_detail(piece: _Said, rules: WordRules) -> bool:
    """Something that belongs to the wish just said: "备注买菜", "三万", "给妈妈1000"."""
    if rules.at_start("plan_detail", piece.text):
        return True
    if piece.text.endswith("的") and not piece.is_request:
        return True
    said = [word for kind, words in piece.values.items() if kind != THING for word in words]
    rest = piece.text
    for word in said:
        rest = rest.replace(word, "")
    return bool(said) and len(_POINTS.sub("", rest).strip()) <= _REST


def _values(text: str, ears: Ears) -> dict[str, frozenset[str]]:
    """Kind to the words of each value: people, cards, amounts, and the bank's own things."""
    message = Normalised(text, tuple(range(len(text) + 1)))
    words: dict[str, frozenset[str]] = {}
    for found in extract(
        message, Wanted(None, moves_money=True, today=ears.today), ears.release.lexicon
    ):
        words[found.kind] = words.get(found.kind, frozenset()) | {text[found.start : found.end]}
    things = frozenset(text[start:end] for start, end in ears.rules.places("plan_things", text))
    return words | ({THING: things} if things else {})


def _is_ground(each: Weighed, following: Weighed, *, is_first: bool) -> bool:
    """Said only to say when, or what a question is about: "转账以后多久能到账", "还之前先…"."""
    joint = following.piece.joint
    if joint == "before" and not is_first and len(each.piece.said.text) <= _SHORT:
        return True
    if joint not in {"after", "before", "if", "with"} or each.piece.is_each:
        return False
    return following.intent == QUESTION


def _sets_scene(each: Weighed, following: Weighed) -> bool:
    """A question's circumstances, ordered by nobody: "晚上给别的银行转二十万，多久到账"."""
    if each.is_request or each.asks or not _WHEN.match(each.piece.said.text):
        return False
    return following.intent == QUESTION and following.piece.joint == "comma"


def _is_repeatable(intent: str, piece: Piece, rules: WordRules) -> bool:
    if intent == QUESTION:
        text, is_weak = piece.said.text, piece.joint == "comma"
        return len(text) > (_SHORT_ENGLISH if text.isascii() else _SHORT + 2 * is_weak)
    return rules.lists("plan_repeated", intent)

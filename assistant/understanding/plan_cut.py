"""Where a message may hold more than one wish: the places people join sentences and objects.

Nothing is decided here. A cut only says that a wish may begin; what the pieces mean decides
whether one does (`plan.py`). The joining words are the bank's (lists `plan_*` of the lexicon).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, Literal

from assistant.understanding.normalise import Normalised
from assistant.understanding.wordrules import WordRules

Joint = Literal[
    "start",
    "stop",
    "comma",
    "list",
    "next",
    "again",
    "after",
    "before",
    "rather",
    "if",
    "with",
    "verb",
]
"""What stands before a piece: nothing, a full stop, a comma, "、", "另外", "再", the end of
"…以后", of "…之前", "不过先", the end of "…的话", "和" between objects, or only the next verb."""

_MARKS: Final = re.compile(
    r"(?P<stop>[。；;!！?？\n]+|\.(?=\s|$))|(?P<comma>(?:[，、]|,(?!\d{3}(?!\d)))+)"
    r"|(?P<count>(?:(?<=\s)|^)[1-9][.、)](?!\d))|(?P<gap>(?<=[^\x00-\x7f]) +(?=[^\x00-\x7f]))"
)
_WHILE: Final = re.compile(r"(?:^|(?<=[^一那这旁身外里上下前后左右两]))边(?=[^的缘界上])")
_BOTH: Final = re.compile(r"边.{1,12}边")
_ORDINAL: Final = re.compile(r"(?<=[^\s,，。；;])第[二三四五六](?=[^个张笔次件项天期月年])")
_AGAIN: Final = re.compile(r"再(?![说讲见次念度])")
_THEN: Final = re.compile(r"(?:就|直接)(?![是行好要算])")
_DONE: Final = re.compile(r"完|后|好了|[^你您]好(?=\S{1,6}$)")
_AFTER: Final = re.compile(r"(?<=[^\s,最以之然])后(?=再|帮|给|把|就|直接|请|麻烦|,)")
_BEFORE: Final = re.compile(r"(?<=[^\s,之以目当提年天月周日])前(?=先|帮|给|想|请|把|,)")
_TRIM: Final = " \t\n,，。；;.!！?？、:："
_FEWEST: Final = 2
"""Characters that can be a wish."""
_SOFTENER: Final = re.compile(r"^(?:一下|下|一|个|点|看|查)+")
_GOVERNED: Final = frozenset("的了能要想会没不我你和跟与怎可被让有是还已先再也就去来多少")
"""Characters a verb depends on, so that no wish begins behind them."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the message.

    Attributes:
        said: The customer's own words of the part.
        read: The same with the words it shares with its neighbours ("给…各转500").
        joint: What stands before it.
        is_each: The words share their verb, and a word says that each object is meant.
    """

    said: Normalised
    read: Normalised
    joint: Joint
    is_each: bool = False


@dataclass(frozen=True, slots=True)
class _Cut:
    """The piece before ends at `end`, the next begins at `start`."""

    end: int
    start: int
    joint: Joint


def pieces(message: Normalised, rules: WordRules) -> list[Piece]:
    """Parts that may each hold a wish, as they were said; one when there is nothing to cut.

    Each keeps the places of its characters in the message.
    """
    found: list[Piece] = []
    for start, end, joint in _spans(message.text, _cuts(message.text, rules)):
        found.extend(_divided(message, start, end, joint, rules))
    return found or [Piece(message, message, "start")]


def part(message: Normalised, start: int, end: int) -> Normalised:
    """A part of the message without the marks at its ends."""
    text = message.text[start:end]
    start += len(text) - len(text.lstrip(_TRIM))
    end = max(start, end - (len(text) - len(text.rstrip(_TRIM))))
    return Normalised(message.text[start:end], message.origins[start : end + 1], message.original)


def joined(parts: list[Normalised]) -> Normalised:
    """Parts one after another, each character still knowing its place."""
    full = [each for each in parts if each.text]
    origins = [place for each in full for place in each.origins[:-1]]
    return Normalised(
        "".join(each.text for each in full), (*origins, full[-1].origins[-1]), full[-1].original
    )


def unled(text: str, rules: WordRules) -> str:
    """The text without the words before its verb that say nothing ("麻烦帮我先")."""
    rest = text.lstrip()
    while rest:
        length = rules.at_start("plan_lead", rest)
        if not length or length == len(rest):
            return rest
        rest = rest[length:].lstrip(_TRIM)
    return rest


def _cuts(text: str, rules: WordRules) -> list[_Cut]:
    cuts = [_Cut(m.start(), m.end(), _mark(m)) for m in _MARKS.finditer(text)]
    marks = [cut.start for cut in cuts]
    cuts += [_Cut(*m.span(), "next") for m in _WHILE.finditer(text) if _BOTH.search(text)]
    cuts += [_Cut(m.start(), m.start(), "next") for m in _ORDINAL.finditer(text)]
    cuts += [_Cut(start, end, "next") for start, end in rules.places("plan_next", text)]
    cuts += [_Cut(start, end, "rather") for start, end in rules.places("plan_rather", text)]
    cuts += [_Cut(start, end, "after") for start, end in rules.places("plan_after", text)]
    cuts += [_Cut(*m.span(), "after") for m in _AFTER.finditer(text)]
    cuts += [_Cut(start, end, "before") for start, end in rules.places("plan_before", text)]
    cuts += [_Cut(*m.span(), "before") for m in _BEFORE.finditer(text)]
    cuts += [
        _Cut(start, start, "comma")
        for start, end in _english_order(text, rules)
        if start and " " in text[start:end]
    ]
    cuts += [_Cut(end, end, "if") for _, end in rules.places("plan_condition", text)]
    cuts += [_Cut(m.start(), m.end(), "again") for m in _AGAIN.finditer(text)]
    cuts += [
        _Cut(m.start(), m.end(), "again")
        for m in _THEN.finditer(text)
        if _DONE.search(_clause(text, marks, m.start()))
    ]
    return sorted(cuts, key=lambda cut: (cut.end, cut.start))


def _mark(match: re.Match[str]) -> Joint:
    if match["comma"] == "、":
        return "list"
    return "comma" if match["comma"] or match["gap"] else "stop"


def _english_order(text: str, rules: WordRules) -> list[tuple[int, int]]:
    return [*rules.places("plan_before_that", text), *rules.places("plan_after_that", text)]


def _clause(text: str, marks: list[int], end: int) -> str:
    """The words since the last mark; `marks` are the places behind each, in order."""
    last = bisect_right(marks, end)
    return text[marks[last - 1] if last else 0 : end]


def _spans(text: str, cuts: list[_Cut]) -> Iterator[tuple[int, int, Joint]]:
    """Start, end and joint of each part that is long enough; joints between them add up."""
    at, joint = 0, _strongest("start", [])
    waiting: list[Joint] = []
    for cut in [*cuts, _Cut(len(text), len(text), "stop")]:
        if cut.end < at:
            at = max(at, cut.start)
            waiting.append(cut.joint)
            continue
        if len(text[at : cut.end].strip(_TRIM)) >= _FEWEST:
            yield at, cut.end, _strongest(joint, waiting)
            joint, waiting = cut.joint, []
        elif text[at : cut.end].strip(_TRIM) and cut.joint in {"again", "after", "before", "if"}:
            # Too short to stand alone: the joint begins the part it belongs to.
            waiting.append(cut.joint)
            at = cut.start if cut.joint in {"before", "after", "if"} else at
            continue
        else:
            waiting.append(cut.joint)
        at = cut.start


_STRENGTH: Final[tuple[Joint, ...]] = ("rather", "before", "if", "next", "after", "stop", "again")


def _strongest(joint: Joint, others: list[Joint]) -> Joint:
    """Of several joints in a row the one that says most."""
    both = [joint, *others]
    return next((each for each in _STRENGTH if each in both), joint)


def _divided(
    message: Normalised, start: int, end: int, joint: Joint, rules: WordRules
) -> list[Piece]:
    """A part cut further, where it names two objects or begins a second verb."""
    whole = part(message, start, end)
    shared = _shared(whole, rules)
    found = shared or [Piece(p, p, "verb") for p in _by_verb(whole, rules)]
    if found:
        return [replace(found[0], joint=joint), *found[1:]]
    order = next((end for at, end in _english_order(whole.text, rules) if at == 0), 0)
    return [Piece(whole, part(whole, order, len(whole.text)), joint)]


def _shared(whole: Normalised, rules: WordRules) -> list[Piece]:
    """Objects joined by "和": each with the verb before the first, or after the last."""
    text = whole.text
    places = [
        (start, end)
        for start, end in rules.places("plan_with", text)
        if len(text[:start].strip()) >= _FEWEST and len(text[end:].strip()) >= _FEWEST
    ]
    if not places:
        return []
    head = _head(text[: places[0][0]], rules)
    tail = _tail(text, places[-1][1], rules, has_head=head > 0)
    edges = [head, *(edge for place in places for edge in place), tail]
    objects = [(edges[i], edges[i + 1]) for i in range(0, len(edges), 2)]
    if _is_clause(text[places[-1][1] :], rules):
        objects[-1], tail = (objects[-1][0], len(text)), len(text)
    is_each = tail < len(text) and rules.at_start("plan_each", text[tail:]) > 0
    found: list[Piece] = []
    for first, last in objects:
        own = part(whole, first, last)
        if not own.text:
            return []
        is_clause = first == head or _is_clause(own.text, rules)
        before = _exact(whole, 0, head) if first == head or not is_clause else None
        after = _exact(whole, tail, len(text)) if is_each or not head else None
        lent = [each for each in (before, _exact(whole, first, last), after) if each is not None]
        found.append(Piece(own, joined(lent), "with", is_each))
    return found


def _is_clause(text: str, rules: WordRules) -> bool:
    """Whether the words have a verb of their own."""
    return rules.at_start("plan_verbs", unled(text, rules)) > 0


def _exact(message: Normalised, start: int, end: int) -> Normalised:
    """A part of the message with all its characters."""
    return Normalised(message.text[start:end], message.origins[start : end + 1], message.original)


def _head(text: str, rules: WordRules) -> int:
    """Where the first object begins: behind the words that lead to the verb, and the verb."""
    rest = unled(text, rules)
    length = rules.at_start("plan_verbs", rest)
    if not length:
        return 0
    rest = rest[length:]
    softener = _SOFTENER.match(rest)
    rest = rest[softener.end() :] if softener and softener.end() < len(rest) else rest
    return len(text) - len(rest) if rest.strip() else 0


def _tail(text: str, start: int, rules: WordRules, *, has_head: bool) -> int:
    """Where the last object ends: before "都", or before the only verb."""
    after = text[start:]
    ends = [place for place, _ in rules.places("plan_each", after) if place > 0]
    if not has_head:
        ends += [place for place, _ in rules.places("plan_verbs", after) if place >= _FEWEST]
    return start + min(ends) if ends and not after.isascii() else len(text)


def _by_verb(whole: Normalised, rules: WordRules) -> list[Normalised]:
    """Cut before a verb when a verb with its object comes before: "查余额转五百"."""
    text = whole.text
    if text.isascii():
        return []
    edges = [0]
    for start, _ in rules.places("plan_verb_cut", text):
        left = text[edges[-1] : start]
        if start and text[start - 1] not in _GOVERNED and _is_order(left, rules):
            edges.append(start)
    edges.append(len(text))
    long = all(b - a >= _FEWEST for a, b in pairwise(edges))
    return [part(whole, a, b) for a, b in pairwise(edges)] if len(edges) > 2 and long else []  # noqa: PLR2004 - more than one part


def _is_order(text: str, rules: WordRules) -> bool:
    """A verb with something to do it to, not yet waiting for another verb ("把卡…")."""
    rest = unled(text, rules)
    length = rules.at_start("plan_verbs", rest)
    if not length or rest[0] in "把将给帮":
        return False
    return len(_SOFTENER.sub("", rest[length:]).strip()) >= 1

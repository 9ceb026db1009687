"""A question that leans on the one before it: "那三年的呢", "那要多久", "what about …".

What it says is put in the place of its counterpart in the earlier question (三年 for 一年,
信用卡 for 借记卡, one product for another); what only asks anew (要多久) gets the earlier topic
in front. Where it is open which was meant, several readings are given, and the one the
documents answer best is taken.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from knowledge.kinds import ASKED
from knowledge.terms import terms_in
from knowledge.words import Synonyms, is_foreign, normalised, words_of

_LEAD: Final = re.compile(
    r"^(?:那么?|然后|还有|另外|再问一下|请问|如果是?|要是|换成|and|then|what about"
    r"|how about|what if)"
    r"(?![种些里边])[\s,,、]*|^(?:and|then|what about|how about)\s+"
)
_TAIL: Final = re.compile(r"(?:的话)?(?:的)?呢\W*$|\W+$")
_MARK: Final = re.compile(
    r"^(?:那(?!种|些|里|边|张)|还有呢|如果是?|要是|换成|and\b|then\b|what about|how about|what if)"
    r"|呢\W*$|它|这个|那个|这种|那种|该产品|\b(?:it|that|this|they|those|one)\b"
)
_PRONOUN: Final = re.compile(
    r"它们?的?|(?:这|那)(?:个|种|款|只)的?(?=能|可|要|多|怎|有|是|会)|该产品"
)
_SHORT: Final = 10
_SHORT_ENGLISH: Final = 6
_ELLIPSIS: Final = 12
_SHARED: Final = 2


def leans(question: str) -> bool:
    """Whether a question may not stand alone: a mark of going on, or very short."""
    text = normalised(question)
    return bool(_MARK.search(text)) or _is_short(text)


def is_marked(question: str) -> bool:
    """Whether a question says itself that it goes on from another."""
    return bool(_MARK.search(normalised(question)))


def _is_short(text: str) -> bool:
    return len(text.split()) <= _SHORT_ENGLISH if is_foreign(text) else len(text) <= _SHORT


def readings(question: str, before: Sequence[str], synonyms: Synonyms) -> tuple[str, ...]:
    """Questions that say in full what may be meant; empty when it stands alone.

    Args:
        question: What the customer says now.
        before: What was asked before, oldest first.
        synonyms: Of the release; they tell which words are names of one thing.
    """
    if not before or not leans(question):
        return ()
    earlier = _in_full(before, synonyms)
    core = _TAIL.sub("", _LEAD.sub("", normalised(question))).strip()
    if not core:
        return (earlier,)
    if _asks(core) or (len(core) > _ELLIPSIS and not is_foreign(core)):
        return _with_topic(core, earlier, synonyms)
    swapped = _swapped(core, earlier, synonyms)
    return tuple(dict.fromkeys((*swapped, f"{core} {earlier}")))


def _in_full(before: Sequence[str], synonyms: Synonyms) -> str:
    """The last question, itself read with those before it."""
    earlier = normalised(before[0])
    for question in before[1:]:
        said = readings(question, (earlier,), synonyms)
        earlier = said[0] if said else normalised(question)
    return earlier


def _asks(core: str) -> bool:
    return any(pattern.search(core) for pattern in ASKED.values())


def _with_topic(core: str, earlier: str, synonyms: Synonyms) -> tuple[str, ...]:
    names = [name for _, _, name in synonyms.found_in(earlier)]
    topic = topic_of(_without_terms(earlier, core))
    if _PRONOUN.search(core) and names:
        return (_PRONOUN.sub(names[0], core, count=1), f"{topic} {core}")
    return (f"{topic} {core}",)


def _without_terms(earlier: str, core: str) -> str:
    """The earlier question without the terms the new one names anew: 三年期 beside 五年期."""
    named = {measure for _, _, (measure, _) in terms_in(core)}
    for start, end, (measure, _) in reversed(terms_in(earlier)):
        if measure in named:
            earlier = f"{earlier[:start]} {earlier[end:]}"
    return earlier


def topic_of(question: str) -> str:
    """A normalised question without what it asks: 惠农贷利率多少 → 惠农贷."""
    rest = question
    for pattern in ASKED.values():
        rest = pattern.sub(" ", rest)
    separator = " " if is_foreign(question) else ""
    return separator.join(words_of(rest)) or question


def _swapped(core: str, earlier: str, synonyms: Synonyms) -> tuple[str, ...]:
    bare = core.removesuffix("的")
    for start, end, term in terms_in(earlier):
        if any(measure == term[0] for _, _, (measure, _) in terms_in(core)):
            return (f"{earlier[:start]}{bare}{earlier[end:]}",)
    named = synonyms.found_in(earlier)
    names = synonyms.canonical(core) or (bare,)
    alike = [one[:2] for one in named if any(_counterparts(one[2], name) for name in names)]
    spans = alike or _words_like(bare, earlier) or [one[:2] for one in named]
    return tuple(f"{earlier[:start]}{bare}{earlier[end:]}" for start, end in spans[:2])


def _words_like(core: str, earlier: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for word in words_of(earlier):
        start = earlier.find(word)
        if len(word) >= _SHARED and word != core and _counterparts(word, core) and start >= 0:
            found.append((start, start + len(word)))
    return found


def _counterparts(one: str, other: str) -> bool:
    """Whether two names are of one kind: 借记卡 and 信用卡, 境内 and 境外."""
    return one != other and (one[-1] == other[-1] or one[0] == other[0])

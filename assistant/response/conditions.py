"""The conditions a sentence sets: bounds of its figures, negation, restriction, exception.

至少5万元 and 最多5万元 hold the same figure and say the opposite, and 不收取 without 不 is a fee.
The classes are the same in Chinese and English, so that a phrasing in another language can be
held against its source.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from assistant.model.figures import Figure

_SAME_LENGTH: Final = str.maketrans(
    "內滿達過於後約長須無還沒絕僅衹隻", "内满达过于后约长须无还没绝仅只只"
)
"""Traditional characters of the words below, place for place."""
_NEAR: Final = 14
"""Characters before a figure in which its bound is looked for, up to another figure or a comma."""
_CUT: Final = re.compile(r"[，,；;。：:！!？?\n]|\.\s")

_BEFORE: Final = (
    ("most", r"不超过|不得超过|不高于|不多于|不大于|最高|最多|至多|最长|最晚|上限|封顶|以内"
     r"|at most|up to|no more than|not exceed(?:ing)?|maximum|within|no later than|capped at"),
    ("least", r"不少于|不低于|不得低于|不小于|最低|最少|至少|最短|起点|年满|满|达到?"
     r"|at least|no less than|minimum|not less than|reached?|from age"),
    ("under", r"不足|低于|少于|小于|未满|不满|不到|less than|below|under|fewer than"),
    ("over", r"超过|超出|高于|大于|多于|more than|over|above|exceed(?:s|ing)?"),
    ("about", r"大约|约|接近|about|approximately|around|roughly"),
)  # fmt: skip
_AFTER: Final = (
    ("least", r"\s*(?:及以上|\(含\)以上|（含）以上|以上|起(?![存点步购投算]))"
     r"|\s*(?:or more|or above|and above|or older)"),
    ("most", r"\s*(?:及以下|（含）以下|以下|以内|之内|内(?!容))|\s*(?:or less|or below|or fewer)"),
    ("about", r"\s*(?:左右|上下)"),
    ("before", r"\s*(?:之前|以前|前(?!往))|\s*(?:before|in advance|earlier)"),
    ("after", r"\s*(?:之后|以后|后)|\s*(?:after|later)"),
)  # fmt: skip
_BOUNDS: Final = tuple((name, re.compile(words, re.IGNORECASE)) for name, words in _BEFORE)
_TAILS: Final = tuple((name, re.compile(words, re.IGNORECASE)) for name, words in _AFTER)

_BOUND_WORDS: Final = re.compile("|".join(words for _, words in _BEFORE), re.IGNORECASE)
_CLASSES: Final = (
    ("not", re.compile(
        r"不(?!同|仅|但|论|管|断|动产|定期|妨|过[，,])|未(?!来|成年)|没有|无(?!论)|免(?!得)|禁止|停止|拒绝"
        r"|\bnot?\b|n't\b|\bnever\b|\bwithout\b|\bcannot\b|\bfree\b|\bwaive[ds]?\b|\bneither\b"
        r"|\bprohibited\b|\bnone\b", re.IGNORECASE)),
    ("only", re.compile(r"仅|只(?!要)|限(?!额|制|期)|\bonly\b|\bsolely\b|\bexclusively\b",
                        re.IGNORECASE)),
    ("except", re.compile(r"除(?!了?还)|例外|另行|\bexcept\b|\bunless\b|\bother than\b"
                          r"|\bexcluding\b", re.IGNORECASE)),
)  # fmt: skip


def bound_of(text: str, figure: Figure, others: Sequence[Figure]) -> str:
    """How a figure is bounded in its sentence: least, most, over, under, about, before, after, "".

    Args:
        text: The sentence.
        figure: One of its figures.
        others: All of them; a word beyond another figure belongs to that one.
    """
    text = text.translate(_SAME_LENGTH)
    for name, pattern in _TAILS:
        if pattern.match(text, figure.end):
            return name
    first = max((one.end for one in others if one.end <= figure.start), default=0)
    before = _CUT.split(text[max(first, figure.start - _NEAR) : figure.start])[-1]
    found = [
        (match.end(), len(match[0]), name)
        for name, pattern in _BOUNDS
        for match in pattern.finditer(before)
    ]
    # 不超过 holds 超过: of two that end together the longer one is meant.
    return max(found)[2] if found else ""


def restrictions_of(text: str) -> frozenset[str]:
    """Which of negation, restriction and exception a sentence holds besides its bounds."""
    rest = _BOUND_WORDS.sub(" ", text.translate(_SAME_LENGTH))
    return frozenset(name for name, pattern in _CLASSES if pattern.search(rest))

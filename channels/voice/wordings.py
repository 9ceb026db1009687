"""How likely a sentence is for a bank's customer: characters after characters.

Counts of up to four characters in the bank's own training sentences, smoothed by Witten and Bell
(The zero-frequency problem, 1991): what was seen rarely is backed by shorter contexts.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

_CHINESE: Final = re.compile(r"[\u4e00-\u9fff]+")
_ORDER: Final = 4
_UNSEEN: Final = 0.5
_SIGNS: Final = 3000
"""Characters in common use: the share of one that no sentence has."""
_REMEMBERED: Final = 100_000
"""Answers kept, some 20 MB; a hearing asks for some thousands."""
START: Final = "^"
END: Final = "$"


class Wordings:
    """What customers say, character by character."""

    def __init__(self, sentences: Iterable[str]) -> None:
        """Count; everything that is no Chinese character separates."""
        self._seen: Counter[str] = Counter()
        self._after: Counter[str] = Counter()
        self._kinds: Counter[str] = Counter()
        self._known: dict[tuple[str, str], float] = {}
        for sentence in sentences:
            for run in _CHINESE.findall(sentence):
                self._count(f"{START}{run}{END}")

    @property
    def characters(self) -> list[str]:
        """Characters customers use, the commonest first."""
        single = [(n, sign) for sign, n in self._seen.items() if _CHINESE.fullmatch(sign)]
        return [sign for n, sign in sorted(single, reverse=True) if len(sign) == 1]

    def surprise(self, before: str, character: str) -> float:
        """How surprising a character is behind others, in nats.

        Args:
            before: What stands before it, beginning with `START`; three characters count.
            character: One, or `END`.
        """
        key = (before[1 - _ORDER :], character)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[key] = -math.log(self._share(*key))
        return known

    def _share(self, before: str, character: str) -> float:
        if not before:
            return (self._seen[character] + _UNSEEN) / (self._after[""] + _SIGNS)
        shorter = self._share(before[1:], character)
        total = self._after[before]
        if not total:
            return shorter
        kinds = self._kinds[before]
        return (self._seen[before + character] + kinds * shorter) / (total + kinds)

    def _count(self, run: str) -> None:
        for end in range(1, len(run)):
            for size in range(min(_ORDER, end + 1)):
                gram = run[end - size : end + 1]
                if not self._seen[gram]:
                    self._kinds[gram[:-1]] += 1
                self._seen[gram] += 1
                self._after[gram[:-1]] += 1

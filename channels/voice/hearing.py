"""What a caller wished, from everything a recogniser made of it.

The words heard, and the likeliest wordings that sound like them, are each shown to the classifier;
the wish that all of them together speak for is taken, in the words that say it most clearly. Words
that are clear as they are stay as they are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from channels.voice.reading import Readings
from channels.voice.speech import Heard

_CLEAR: Final = 0.97
"""Probability of a wish from which the words are taken as heard."""
_READINGS: Final = 3
_NOT_OURS: Final = "out_of_scope"

Scores = Mapping[str, float]
Classify = Callable[[str], Scores]
"""A text → probability of each wish it may be, the likeliest ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """Wishes of one release.

    Attributes:
        repair: Recognised text → with the bank's terms put right.
        readings: Of the release's sentences.
        classify: Of the running assistant.
    """

    repair: Callable[[str], str]
    readings: Readings
    classify: Classify

    async def wish(self, heard: Heard) -> str:
        """The words of an open request; nothing else may come here."""
        return await asyncio.to_thread(self._wish, heard)

    def _wish(self, heard: Heard) -> str:
        plain = self.repair(heard.text)
        first = self.classify(plain)
        if not plain or _clearest(first)[1] >= _CLEAR:
            return plain
        said = [heard.text, *heard.others][:_READINGS]
        texts = dict.fromkeys((plain, *map(self.repair, said), *self.readings.wordings(said)))
        shown = {text: first if text == plain else self.classify(text) for text in texts}
        pooled: dict[str, float] = {}
        for scores in shown.values():
            for wish, probability in scores.items():
                if wish != _NOT_OURS:
                    pooled[wish] = pooled.get(wish, 0.0) + probability
        if not pooled:
            return plain
        meant = max(pooled, key=lambda wish: pooled[wish])
        return max(shown, key=lambda text: shown[text].get(meant, 0.0))


def _clearest(scores: Scores) -> tuple[str, float]:
    return max(scores.items(), key=lambda each: each[1], default=("", 0.0))

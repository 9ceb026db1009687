"""What a caller wished, from everything a recogniser made of it.

Words that are clear to the classifier stay as they are. Otherwise the utterance is heard a second
time, led by what customers say, and the likeliest wordings that sound like the first hearing are
found as well. Each text is shown to the classifier; the wish that all of them together speak for is
taken, in the words that say it most clearly and have the numerals that were heard.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from channels.voice.reading import NUMERALS, Readings
from channels.voice.speech import Guess, Heard, SpeechUnavailable

_CLEAR: Final = 0.97
"""Probability of a wish from which the words are taken as heard."""
_READINGS: Final = 3
_FIRST_HEARING: Final = 0.5
"""What all texts of the first hearing count together, beside 1 for those of the second."""
_NOT_OURS: Final = "out_of_scope"
_NUMBER: Final = re.compile(rf"\d+(?:\.\d+)?|[{''.join(sorted(NUMERALS))}]")

Scores = Mapping[str, float]
Classify = Callable[[str], Scores]
"""A text → probability of each wish it may be, the likeliest ones."""
Again = Callable[[], Awaitable[Sequence[Guess]]]


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

    async def wish(self, heard: Heard, again: Again | None = None) -> str:
        """The words of an open request; nothing else may come here.

        Args:
            heard: The first hearing.
            again: Hears the same utterance a second time; asked only when the first is not clear.
        """
        plain = self.repair(heard.text)
        if not plain or await asyncio.to_thread(self._is_clear, plain):
            return plain
        return await asyncio.to_thread(self._likeliest, plain, heard, await _heard_again(again))

    def _is_clear(self, plain: str) -> bool:
        return max(self.classify(plain).values(), default=0.0) >= _CLEAR

    def _likeliest(self, plain: str, heard: Heard, guesses: Sequence[Guess]) -> str:
        said = [heard.text, *heard.others][:_READINGS]
        first = dict.fromkeys((plain, *map(self.repair, said), *self.readings.wordings(said)))
        weights = dict.fromkeys(first, _FIRST_HEARING / len(first))
        for guess in guesses:
            text = self.repair(guess.text)
            weights[text] = weights.get(text, 0.0) + guess.weight
        shown = {text: self.classify(text) for text in weights}
        wishes: dict[str, float] = {}
        for text, scores in shown.items():
            for wish, probability in scores.items():
                if wish != _NOT_OURS:
                    wishes[wish] = wishes.get(wish, 0.0) + weights[text] * probability
        if not wishes:
            return plain
        meant = max(wishes, key=lambda wish: wishes[wish])
        numerals = _NUMBER.findall(heard.text)
        same = [text for text in shown if _NUMBER.findall(text) == numerals]
        return max(same or [plain], key=lambda text: shown[text].get(meant, 0.0))


async def _heard_again(again: Again | None) -> Sequence[Guess]:
    if again is None:
        return ()
    try:
        return await again()
    except SpeechUnavailable:
        # The first hearing stands; the caller need not say it again for that.
        return ()

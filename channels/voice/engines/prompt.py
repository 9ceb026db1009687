"""The sentence a recogniser is told before it listens: the bank's, then what the step expects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from assistant.model.spoken import SpokenWords

_CHARACTERS: Final = 100
"""About 150 tokens of Whisper, which takes 223."""


def prompt_of(words: SpokenWords, expected: Sequence[str]) -> str:
    """The bank's opening with the expected words behind it, as many as there is room for."""
    opening = words.prompts[0] if words.prompts else ""
    chosen: list[str] = []
    room = _CHARACTERS - len(opening)
    for word in dict.fromkeys(expected):
        if len(word) + 1 > room:
            break
        chosen.append(word)
        room -= len(word) + 1
    return opening + ("、".join(chosen) + "。" if chosen else "")

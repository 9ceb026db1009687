"""The fixed clauses of a release: what can be spoken before anybody calls.

Of a wording with values in it (`尾号{card}的卡已锁，请放心。`) the clauses without one are fixed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from assistant.model.release import Release, ResponseVariant
from channels.rendering import Words, wording

_VALUE: Final = re.compile(r"\{[^{}]*\}")
_STAND_IN: Final = "龘"
"""In place of a value, so that the clauses around it are cut as they will be: said by nobody."""
OFTEN: Final = ("utter_voice_", "ask_")
"""Beginnings of response keys: what the channel says itself, and questions."""
_FIRST: Final = (*OFTEN, "utter_")
"""Beginnings of response keys, the ones that callers wait for first."""
_CHANNELS: Final = frozenset({None, "voice"})


def fixed_clauses(
    release: Release, clauses: Callable[[str], Sequence[str]], beginnings: tuple[str, ...] = ("",)
) -> list[str]:
    """Clauses of the release's wordings that no value changes, without repetition.

    Args:
        release: Its responses in Simplified Chinese, with their choices.
        clauses: Text → clauses that can be spoken.
        beginnings: Of the response keys wanted.

    Returns:
        What every call needs first: the channel's own words, then questions, then the rest.
    """
    words = wording(release, "zh-Hans")
    found: dict[str, None] = {}
    for key in sorted(release.responses, key=_order):
        if not key.startswith(beginnings):
            continue
        for variant in release.responses[key]:
            for text in _texts(variant, words):
                spoken = clauses(_VALUE.sub(_STAND_IN, text))
                found.update(dict.fromkeys(each for each in spoken if _STAND_IN not in each))
    return list(found)


def _order(key: str) -> tuple[int, str]:
    return next((at for at, each in enumerate(_FIRST) if key.startswith(each)), len(_FIRST)), key


def _texts(variant: ResponseVariant, words: Words) -> Iterator[str]:
    if variant.is_jinja or variant.channel not in _CHANNELS:
        return
    yield variant.text.get("zh-Hans", "")
    for digit, button in enumerate(variant.buttons, start=1):
        title = button.title.get("zh-Hans", "")
        yield words("utter_voice_choice", title=title, digit=str(digit))

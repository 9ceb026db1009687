"""Words of spoken replies that nothing tells how to say, for `guitai check`."""

from __future__ import annotations

import re
from typing import Final

from assistant.model.ids import ResponseKey
from assistant.model.release import ResponseVariant
from knowledge.content_problems import Problems
from knowledge.loader import Pack

_NOT_SAID: Final = re.compile(r"\{[^{}]*\}|https?://\S+|guitai\[\w+\]")
_LATIN: Final = re.compile(r"[A-Za-z]{2,}")
_CHINESE: Final = re.compile(r"[\u4e00-\u9fff]")
_CHANNELS: Final = frozenset({None, "voice"})


def check_spoken(pack: Pack, problems: Problems) -> None:
    """Warn of Latin words in replies that calls would spell out letter by letter.

    Args:
        pack: As read; one without `spoken_words` takes no calls and is left alone.
        problems: Where warnings are reported.
    """
    known = {word.upper() for word in pack.release.lexicon.spoken.words}
    if not known:
        return
    for key, place in pack.responses.places.items():
        words = {
            word
            for variant in pack.release.responses.get(ResponseKey(key), ())
            for word in _latin(variant)
            if word.upper() not in known
        }
        for word in sorted(words):
            problems.warn(
                place, f'calls spell "{word}" out; say how in `spoken_words` of the lexicon'
            )


def said(variant: ResponseVariant, stand_in: str) -> str:
    """What calls say of a wording, something else in place of values and links; else nothing."""
    text = variant.text.get("zh-Hans", "")
    if variant.is_jinja or variant.channel not in _CHANNELS or not _CHINESE.search(text):
        return ""
    return _NOT_SAID.sub(stand_in, text)


def _latin(variant: ResponseVariant) -> list[str]:
    return _LATIN.findall(said(variant, " "))

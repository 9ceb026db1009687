"""Readings of single characters, without the table of phrases, which would take 50 MB.

The assistant's own process weighs characters one by one. Phrases are for speaking: the engines
that do load them (`channels.voice.engines.phonemes`), in a process of their own.
"""

from __future__ import annotations

import importlib
import os
from typing import Any, Final

_SETTING: Final = "PYPINYIN_NO_PHRASES"
"""pypinyin 0.55 reads it when it is imported, and in no other way."""


def _without_phrases() -> Any:
    was = os.environ.get(_SETTING)
    os.environ[_SETTING] = "1"
    try:
        return importlib.import_module("pypinyin")
    finally:
        # Processes that are started from here may want the phrases.
        if was is None:
            del os.environ[_SETTING]
        else:
            os.environ[_SETTING] = was


_PYPINYIN: Final = _without_phrases()


def reading(character: str) -> str:
    """The commonest one, as pinyin without tone; what is no such character comes back as it is."""
    return str(_PYPINYIN.lazy_pinyin(character)[0])


def readings(character: str) -> list[str]:
    """All of them, without tone, the commonest first."""
    found = _PYPINYIN.pinyin(character, style=_PYPINYIN.Style.NORMAL, heteronym=True)[0]
    return [str(each) for each in found]

"""Which language a message is written in, when the customer has not chosen one."""

from __future__ import annotations

import re

from assistant.model.message import Locale
from assistant.understanding.normalise import to_simplified

_CHINESE = re.compile(r"[\u3400-\u9fff]")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
_ENOUGH_WORDS = 3
_ENOUGH_CHINESE = 2


def guess_locale(text: str, present: Locale) -> Locale:
    """The language to answer in; too little evidence keeps the present one.

    Args:
        text: The message, or a button payload (which is no evidence).
        present: Language of the conversation so far.
    """
    if text.startswith("/"):
        return present
    chinese = len(_CHINESE.findall(text))
    if chinese == 0:
        return "en" if len(_LATIN_WORD.findall(text)) >= _ENOUGH_WORDS else present
    if to_simplified(text) != text:
        return "zh-Hant"
    if chinese >= _ENOUGH_CHINESE and present == "en":
        return "zh-Hans"
    return present

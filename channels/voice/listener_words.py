"""What a caller's shortest words are: the sounds of a listener, a yes, the wish for a person.

These decide only what interrupts and what comes too early; what words mean is for the assistant.
"""

from __future__ import annotations

import re
from typing import Final

_LISTENING: Final = frozenset({"嗯", "嗯嗯", "对", "好", "好的", "喂", "哦", "是的", "啊", "行"})
_HUMS: Final = frozenset({"嗯", "嗯嗯", "喂", "哦", "啊"})
_PERSON: Final = ("人工", "真人")
_YES: Final = re.compile(r"^(好|对|是|行|嗯|确认|确定|可以|没问题|没错|同意|ok|yes)", re.IGNORECASE)
_PUNCTUATION: Final = "，。！？、,.!? "


def bare(text: str) -> str:
    """Words without the punctuation around them."""
    return text.strip(_PUNCTUATION)


def is_hum(words: str) -> bool:
    """No word at all: it interrupts nothing, and is no yes to anything."""
    return words in _HUMS


def is_listening(words: str) -> bool:
    """A listener's word; in answer to a question it counts."""
    return words in _LISTENING


def is_yes(words: str) -> bool:
    """Begins like a yes: must not be taken for one to what was not heard yet."""
    return _YES.match(words) is not None


def wants_person(words: str) -> bool:
    """Asks for a person: heard at any time."""
    return any(each in words for each in _PERSON)

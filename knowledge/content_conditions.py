"""Conditions as Rasa projects write them, in the one form our conditions have.

Rasa's patterns put Jinja into conditions: `"'{{context.reason}}' = 'cannot_handle_chitchat'"`. The
mark is a name like any other here. Rasa's own reasons for `pattern_cannot_handle` are kept beside
ours, as `context.rasa_reason`.
"""

from __future__ import annotations

import re
from typing import Final

_MARK: Final = re.compile(r"(['\"]?)\{\{\s*((?:context|slots)\.[\w.]+)\s*\}\}\1")
_RASA_REASON: Final = "cannot_handle_"


def plain_condition(text: str) -> str:
    """The condition without Jinja marks."""
    text = _MARK.sub(r"\2", text)
    if _RASA_REASON in text:
        text = re.sub(r"\bcontext\.reason\b", "context.rasa_reason", text)
    return text

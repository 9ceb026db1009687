"""Secrets the customer typed, blanked before anything is stored.

A one-time code, PIN or password is used in the turn it arrives in and kept nowhere.
"""

from __future__ import annotations

import re

from assistant.model.release import Release
from assistant.model.tracker import Tracker

BLANK = "******"
_DIGIT = r"[\d零一二三四五六七八九〇幺]"
_CODE_LIKE = re.compile(rf"{_DIGIT}(?:[\s-]?{_DIGIT}){{3,}}[Xx]?")
"""Four digits or more, together or in groups, typed or spoken: codes, card and ID numbers."""
_NAMED_SECRET = re.compile(
    r"((?:密码|密碼|口令|验证码|驗證碼|校验码|动态码|PIN|password|passcode|OTP|\bcode\b)\D{0,6})"
    r"(\d(?:[\s-]?\d){3,7})(?!\d)",
    re.IGNORECASE,
)
"""A secret the customer names, asked for or not."""
_BARE_CODE = re.compile(r"\s*\d{3}[\s-]?\d{3}\s*[.。!！]?\s*")
"""A message that is six digits and nothing else: a one-time code that comes too early or late."""


def redact(text: str, tracker: Tracker, release: Release) -> str:
    """The text as it may be stored.

    Args:
        text: As the customer wrote it.
        tracker: Tells whether a secret was asked for.
        release: Tells which slots are secret.
    """
    asked = tracker.asked
    slot = release.slots.get(asked.slot) if asked and asked.slot else None
    if slot is not None and slot.mask == "secret":
        return _CODE_LIKE.sub(BLANK, text)
    if (slot is None or slot.type == "bool") and _BARE_CODE.fullmatch(text):
        return BLANK  # no question is open that six digits could answer
    return _NAMED_SECRET.sub(lambda match: f"{match[1]}{BLANK}", text)

"""What the customer changes about an announced list of wishes."""

from __future__ import annotations

import re

from assistant.model.commands import CancelFlow
from assistant.model.numerals import DIGITS
from assistant.model.tracker import Tracker

_EVERYTHING = re.compile(
    r"(?:全部?|都|统统|所有的?).{0,3}(?:不办|不要|取消|算了|别办|不弄)|"
    r"cancel (?:everything|all)|forget (?:everything|all)"
)
_ITEM = re.compile(
    r"第(?P<zh>[一二三四五六七八九1-9])[个件项步]?.{0,4}?(?:不要|不办|不用|取消|算了|去掉|删|别)|"
    r"(?:cancel|drop|skip|remove) (?:the )?(?:number |item |no\.? ?)?"
    r"(?P<en>[1-9]|first|second|third)"
)
_ORDINALS = {"first": 1, "second": 2, "third": 3}


def scoped_cancel(text: str, tracker: Tracker) -> CancelFlow | None:
    """A cancellation that says of what: everything, or one wish of the announced list."""
    if _EVERYTHING.search(text) and (tracker.stack or tracker.plan):
        return CancelFlow(everything=True)
    match = _ITEM.search(text) if tracker.plan is not None and tracker.plan.items else None
    if match is None:
        return None
    word = match["zh"] or match["en"]
    place = _ORDINALS.get(word) or (int(word) if word.isdigit() else DIGITS[word])
    return CancelFlow(item=place)

"""One message, several wishes: cut where people join sentences, in the order they said."""

from __future__ import annotations

import re

from assistant.model.commands import CancelFlow
from assistant.model.tracker import Tracker
from assistant.understanding.normalise import Normalised
from assistant.model.numerals import DIGITS

_JOINTS = re.compile(
    r"[，。；;,.!！?？\n]+"
    r"|(?:然后|接着|顺便|顺带|另外|还有|还要|再帮我|以及|and then|and also|then)"
)
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
_SHORTEST = 3
"""A shorter piece is no wish by itself."""


def segments(message: Normalised) -> list[Normalised]:
    """Pieces that may each hold a wish; the whole message when there is only one.

    Each piece keeps the places of its characters in the message.
    """
    pieces: list[Normalised] = []
    at = 0
    for joint in (*_JOINTS.finditer(message.text), None):
        end = joint.start() if joint else len(message.text)
        piece = message.text[at:end]
        if len(piece.strip()) >= _SHORTEST:
            pieces.append(Normalised(piece, message.origins[at : end + 1], message.original))
        at = joint.end() if joint else end
    return pieces if len(pieces) > 1 else [message]


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

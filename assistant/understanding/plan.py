"""One message, several wishes: cut where people join sentences, in the order they said."""

from __future__ import annotations

import re

from assistant.understanding.normalise import Normalised

_JOINTS = re.compile(
    r"[，。；;,.!！?？\n]+"
    r"|(?:然后|接着|顺便|顺带|另外|还有|还要|再帮我|以及|and then|and also|then)"
)
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
            pieces.append(Normalised(piece, message.origins[at : end + 1]))
        at = joint.end() if joint else end
    return pieces if len(pieces) > 1 else [message]

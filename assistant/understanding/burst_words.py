"""The words of a burst: whether a message surely lacks its rest, and the pieces put together."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.model.release import Lexicon, Wordlist
from assistant.understanding.normalise import normalise, plain

_OPEN_MARK = re.compile(r"[,，、:：;；]\s*$|(?:\.{2,}|…|—)\s*$")
_CLOSED_MARK = re.compile(r"[。.!！?？]\s*$")
_LATIN_EDGE = re.compile(r"[0-9A-Za-z]")


def is_unfinished(text: str, lexicon: Lexicon) -> bool:
    """Whether a message breaks off ("帮我", "转给", "i want to"), by the bank's list `unfinished`.

    The list's `exact` are whole messages, its `contains` stand at the end of one.
    """
    if _OPEN_MARK.search(text):
        return True
    if _CLOSED_MARK.search(text):
        return False
    listed = lexicon.commands.get("unfinished", Wordlist())
    words = plain(normalise(text, lexicon.rewrites).text)
    return words in listed.exact or any(_ends(words, ending) for ending in listed.contains)


def joined(texts: Sequence[str], lexicon: Lexicon) -> str:
    """The pieces of a burst as one message.

    An unfinished piece runs on into the next; a finished one is set off with a comma.
    """
    words = ""
    for text in texts:
        if not words:
            words = text
        elif is_unfinished(words, lexicon):
            words = f"{words}{_gap(words, text)}{text}"
        else:
            comma = "" if _CLOSED_MARK.search(words) else ", " if words.isascii() else "，"
            words = f"{words}{comma or ' '}{text}"
    return words


def _gap(left: str, right: str) -> str:
    return " " if _LATIN_EDGE.match(left[-1:]) or _LATIN_EDGE.match(right[:1]) else ""


def _ends(words: str, ending: str) -> bool:
    if not ending.isascii():
        return words.endswith(ending)
    return words == ending or words.endswith(f" {ending}")

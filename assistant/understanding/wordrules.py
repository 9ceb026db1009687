"""Commands that words alone decide: a person, yes and no, cancel, repeat, wait, small courtesy.

The words are the bank's (lexicon); whole messages are compared without punctuation, first as
they are, then without the fillers and politeness at their ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from assistant.model.release import Lexicon, Wordlist
from assistant.understanding.normalise import Normalised, plain

_EXACT_ORDER = (
    "human_handoff",
    "cancel",
    "deny",
    "affirm",
    "repeat",
    "wait",
    "skip",
    "thanks",
    "goodbye",
    "greet",
)
_CONTAINS_ORDER = ("human_handoff", "cancel", "repeat", "wait")
_PIECES = re.compile(r"[\s,，。;；!！~、]+")
_LONGEST_YES = 12
"""Characters of a yes written as one word with its courtesies."""
_LONGEST_WAIT = 12
"""Characters of a message that a `wait` or `repeat` word inside it may decide."""


@dataclass(frozen=True, slots=True)
class WordRules:
    """The bank's words, ready to be looked for."""

    lexicon: Lexicon

    def whole(self, message: Normalised) -> str | None:
        """The command the whole message stands for."""
        words = plain(message.text)
        if self._is_yes_in_pieces(message.text) or self._is_yes_run_together(words):
            return "affirm"
        for candidate in dict.fromkeys((words, self._bare(words))):
            for name in _EXACT_ORDER:
                if candidate in self._list(name).exact:
                    return name
        return None

    def _is_yes_in_pieces(self, text: str) -> bool:
        """Several yeses, or a yes and a thank-you: "嗯，转吧", "好的，谢谢"."""
        yes, thanks = self._list("affirm").exact, self._list("thanks").exact
        pieces = (plain(piece) for piece in _PIECES.split(text))
        count = 0
        for piece in filter(None, pieces):
            if {piece, self._bare(piece)}.isdisjoint(yes | thanks if count else yes):
                return False
            count += 1
        return count > 1

    def _is_yes_run_together(self, words: str) -> bool:
        """A yes and what goes with it, written as one: "好的谢谢", "嗯转吧", "对确认"."""
        yes, thanks = self._list("affirm").exact, self._list("thanks").exact
        if words.isascii() or words in yes or len(words) > _LONGEST_YES:
            return False
        return any(
            words.startswith(first) and _is_made_of(words[len(first) :], yes | thanks)
            for first in yes
        )

    def whole_is(self, name: str, message: Normalised) -> bool:
        """Whether the whole message, or what remains without its courtesies, is on the list."""
        words = plain(message.text)
        return bool({words, self._bare(words)} & self._list(name).exact)

    def inside(self, message: Normalised) -> str | None:
        """The command that some words in the message decide, whatever the rest says."""
        for name in _CONTAINS_ORDER:
            if name in {"repeat", "wait"} and len(message.text) > _LONGEST_WAIT:
                continue
            if self.mentions(name, message.text):
                return name
        return None

    def mentions(self, name: str, text: str) -> bool:
        """Whether a word of the list occurs, outside the phrases the list excludes."""
        return next(self.places(name, text), None) is not None

    def places(self, name: str, text: str) -> Iterator[tuple[int, int]]:
        """Start and end of each word of the list, outside the phrases the list excludes."""
        listed = self._list(name)
        for phrase in listed.excluded:
            text = text.replace(phrase, " " * len(phrase))
        pattern = _any_of(listed.contains)
        yield from (match.span() for match in pattern.finditer(text)) if pattern else ()

    def at_start(self, name: str, text: str) -> int:
        """Length of the list's word the text begins with; 0 when it begins with none."""
        head = text[: _reach(self._list(name))]
        return next((end for start, end in self.places(name, head) if start == 0), 0)

    def is_yes(self, words: str) -> bool:
        """Whether these words are nothing but yeses and thanks, however many: "好的谢谢"."""
        yes = self._list("affirm").exact | self._list("thanks").exact
        return words in yes or _is_made_of(words, yes)

    def is_courtesy(self, words: str) -> bool:
        """Whether these words are a filler or a courtesy and nothing else."""
        return any(words in self._list(name).contains for name in ("fillers", "politeness"))

    def lists(self, name: str, word: str) -> bool:
        """Whether a list has exactly this word."""
        return word in self._list(name).exact

    def after(self, name: str, text: str) -> int | None:
        """Where the last word of the list ends; None when none occurs."""
        pattern = _any_of(self._list(name).contains)
        ends = [match.end() for match in pattern.finditer(text)] if pattern else []
        return max(ends) if ends else None

    def bare(self, text: str) -> str:
        """The message without punctuation, fillers and politeness at its ends."""
        return self._bare(plain(text))

    def _bare(self, words: str) -> str:
        edges = (*self._list("fillers").contains, *self._list("politeness").contains)
        changed = True
        while changed:
            changed = False
            for edge in edges:
                if words != edge and words.startswith(edge):
                    words, changed = words[len(edge) :].strip(), True
                if words != edge and words.endswith(edge):
                    words, changed = words[: -len(edge)].strip(), True
        return words

    def _list(self, name: str) -> Wordlist:
        return self.lexicon.commands.get(name, Wordlist())


def _is_made_of(words: str, pieces: frozenset[str]) -> bool:
    """Whether nothing but these pieces, of two characters or more, is in the words."""
    if not words:
        return True
    return any(
        len(piece) > 1 and words.startswith(piece) and _is_made_of(words[len(piece) :], pieces)
        for piece in pieces
    )


def _reach(listed: Wordlist) -> int:
    """Characters that decide whether a text begins with a word of the list."""
    longest = (max(map(len, words), default=0) for words in (listed.contains, listed.excluded))
    return sum(longest) + 1


@lru_cache(maxsize=256)
def _any_of(words: tuple[str, ...]) -> re.Pattern[str] | None:
    if not words:
        return None
    longest_first = sorted(words, key=len, reverse=True)
    parts = [
        rf"(?<![a-z]){re.escape(w)}(?![a-z])" if w.isascii() and w[0].isalpha() else re.escape(w)
        for w in longest_first
    ]
    return re.compile("|".join(parts))

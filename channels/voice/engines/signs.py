"""Whisper's tokens as the characters customers use: which there are, and what they spell.

Tokens are runs of bytes; a rarer Chinese character is two or three of them. Only tokens that can be
part of the characters given, of figures and of commas are in the vocabulary of a guided search.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from tokenizers import Tokenizer

PAUSES: Final = "，,"
FIGURES: Final = "0123456789"
_TEXT_TOKENS: Final = 50257
"""Tokens of multilingual Whisper that spell something; the next one ends a text."""


class Signs:
    """The tokens of one set of characters.

    Attributes:
        ids: The tokens, ascending.
        spells: Bytes of each.
        end: The token that ends a text.
    """

    def __init__(self, words: Tokenizer, characters: Iterable[str]) -> None:
        """Choose the tokens.

        Args:
            words: Whisper's tokenizer.
            characters: Chinese characters that may occur.
        """
        self._known = {*characters, *PAUSES, *FIGURES}
        self._begun: dict[bytes, list[str]] = {}
        parts: set[bytes] = set()
        for character in self._known:
            whole = character.encode()
            for size in range(1, len(whole)):
                self._begun.setdefault(whole[:size], []).append(character)
            parts.update(map(_bytes, words.encode(character, add_special_tokens=False).tokens))
        chosen = [
            (token, spelt)
            for token in range(_TEXT_TOKENS)
            if (spelt := _bytes(words.id_to_token(token) or "")) in parts or self._is_whole(spelt)
        ]
        self.end = _TEXT_TOKENS
        self.ids = [token for token, _ in chosen]
        self.spells = [spelt for _, spelt in chosen]

    def further(self, begun: bytes, spelt: bytes) -> tuple[str, bytes] | None:
        """What bytes make behind a character that is begun.

        Returns:
            The characters complete with them and the bytes of one begun; None when no character
            of the set begins so.
        """
        whole = begun + spelt
        for cut in range(len(whole), max(-1, len(whole) - 4), -1):
            rest = whole[cut:]
            if rest and rest not in self._begun:
                continue
            try:
                text = whole[:cut].decode()
            except UnicodeDecodeError:
                continue
            if all(character in self._known for character in text):
                return text, rest
        return None

    def beginning(self, begun: bytes) -> list[str]:
        """Characters that begin with these bytes."""
        return self._begun[begun]

    def _is_whole(self, spelt: bytes) -> bool:
        try:
            text = spelt.decode()
        except UnicodeDecodeError:
            return False
        is_pauses = len(text) > 1 and any(each in PAUSES for each in text)
        return bool(text) and not is_pauses and all(each in self._known for each in text)


def _bytes(token: str) -> bytes:
    """A token as byte-level BPE writes it (GPT-2), to the bytes it stands for."""
    letters = _letters()
    return bytes(letters[each] for each in token if each in letters)


@lru_cache(maxsize=1)
def _letters() -> dict[str, int]:
    shown = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = [each for each in range(256) if each not in shown]
    return {chr(each): each for each in shown} | {
        chr(256 + at): each for at, each in enumerate(hidden)
    }

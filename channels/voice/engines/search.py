"""Which text was said, by the sound and by what customers say together: a search token by token.

Each character is weighed by the recogniser's decoder and by counts in the bank's own training
sentences (shallow fusion: Gulcehre et al. 2015, On using monolingual corpora in neural machine
translation). Numerals are counted like any character; who uses the texts keeps to those heard.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

import numpy as np

from channels.voice.engines.decoder import Array, Said, Sound
from channels.voice.engines.signs import PAUSES, Signs
from channels.voice.wordings import END, START, Wordings

_BEAM: Final = 8
"""Texts followed at a time, and found at most."""
_TRIED: Final = 40
"""Tokens behind a text that are weighed at all, the likeliest by sound."""
_HOPELESS: Final = 12.0
"""Nats behind the best text of as many tokens from which one is followed no longer."""
_SURPRISE: Final = 0.3
"""What a nat of surprising wording counts beside a nat of sound (docs/voice.md)."""
_FIGURE: Final = 3.0
"""Nats a figure costs: sentences are counted without figures."""


class Scores(Protocol):
    """What may follow a text, by its sound: the signs' tokens in their order, then the end."""

    def begin(self, sound: Sound, start: Sequence[int]) -> tuple[Array, Said]:
        """One text that begins with these tokens."""
        ...

    def further(self, sound: Sound, said: Said, tokens: Sequence[int]) -> tuple[Array, Said]:
        """Put one token behind each text."""
        ...


@dataclass(frozen=True, slots=True)
class Path:
    """A text so far, or to its end.

    Attributes:
        begun: Bytes of a character that is not complete.
        before: What the next character stands behind.
        sound: How likely it is by sound, in nats.
        surprise: Of its wording, in nats.
        owed: Least surprise of the character that is begun.
        at: Which of the texts of the step before it goes on from.
        token: Its last one, by its place among the signs.
    """

    text: str = ""
    begun: bytes = b""
    before: str = START
    sound: float = 0.0
    surprise: float = 0.0
    owed: float = 0.0
    at: int = 0
    token: int = 0
    is_over: bool = False

    @property
    def worth(self) -> float:
        """How likely it is, in nats; for texts of as many tokens."""
        return self.sound - _SURPRISE * (self.surprise + self.owed)

    @property
    def mean(self) -> float:
        """Worth for each character and the end: long texts are not worse for that."""
        return self.worth / (len(self.text) + 1)


class Search:
    """Texts of one release's customers, by sound."""

    def __init__(self, scores: Scores, signs: Signs, wordings: Wordings) -> None:
        """Take the parts."""
        self._scores, self._signs, self._wordings = scores, signs, wordings

    def texts(self, sound: Sound, start: Sequence[int], most: int) -> list[Path]:
        """Texts that came to an end, likeliest for their length first.

        Args:
            sound: One encoded utterance.
            start: Tokens of the prompt and of the task.
            most: Tokens of a text at most.
        """
        scores, said = self._scores.begin(sound, start)
        paths, done = [Path()], dict[str, Path]()
        for _ in range(most):
            likely = _logarithms(scores)
            further = [
                each
                for at, path in enumerate(paths)
                for each in self._further(path, at, likely[at])
            ]
            further.sort(key=lambda path: path.worth, reverse=True)
            best = _distinct(further)
            for path in best:
                if path.is_over:
                    done.setdefault(_plain(path.text), path)
            paths = [path for path in best if not path.is_over]
            if not paths or len(done) >= _BEAM:
                break
            scores, said = self._next(sound, said, paths)
        return sorted(done.values(), key=lambda path: path.mean, reverse=True)

    def _next(self, sound: Sound, said: Said, paths: Sequence[Path]) -> tuple[Array, Said]:
        kept = said.chosen([path.at for path in paths])
        return self._scores.further(sound, kept, [self._signs.ids[path.token] for path in paths])

    def _further(self, path: Path, at: int, likely: Array) -> Iterator[Path]:
        """A text ended, and with each likely token behind it."""
        end, tokens = float(likely[-1]), likely[:-1]
        if path.text and not path.begun:
            yield replace(
                path,
                sound=path.sound + end,
                surprise=path.surprise + self._stop(path.before),
                is_over=True,
            )
        for token in np.argsort(-tokens)[:_TRIED]:
            spelt = self._signs.further(path.begun, self._signs.spells[token])
            if spelt is not None and not self._pauses_again(path.text, spelt[0]):
                longer = self._longer(path, *spelt)
                sound = path.sound + float(tokens[token])
                yield replace(longer, sound=sound, at=at, token=int(token))

    @staticmethod
    def _pauses_again(text: str, further: str) -> bool:
        """Whether there is a pause at the beginning or behind another."""
        return further in tuple(PAUSES) and (not text or text[-1] in PAUSES)

    def _longer(self, path: Path, text: str, begun: bytes) -> Path:
        before, surprise, owed = path.before, path.surprise, 0.0
        for character in text:
            cost, before = self._cost(before, character)
            surprise += cost
        if begun:
            owed = min(self._cost(before, each)[0] for each in self._signs.beginning(begun))
        return Path(path.text + text, begun, before, path.sound, surprise, owed)

    def _cost(self, before: str, character: str) -> tuple[float, str]:
        """What a character costs behind others, and what then stands before the next."""
        if "\u4e00" <= character <= "\u9fff":
            return self._wordings.surprise(before, character), (before + character)[-3:]
        return self._stop(before) + (_FIGURE if character.isalnum() else 0.0), START

    def _stop(self, before: str) -> float:
        return 0.0 if before == START else self._wordings.surprise(before, END)


def _plain(text: str) -> str:
    return "".join(character for character in text if character not in PAUSES)


def _distinct(paths: Sequence[Path]) -> list[Path]:
    """The best of paths in order; the same words with other pauses are no further ones."""
    kept: dict[tuple[str, bytes, bool], Path] = {}
    for path in paths:
        if path.worth < paths[0].worth - _HOPELESS:
            break
        kept.setdefault((_plain(path.text), path.begun, path.is_over), path)
        if len(kept) == _BEAM:
            break
    return list(kept.values())


def _logarithms(scores: Array) -> Array:
    shifted = scores - scores.max(-1, keepdims=True)
    found: Array = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    return found

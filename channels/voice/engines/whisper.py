"""Recognition: Whisper base on CTranslate2, in this process. Blocking; the worker calls it.

On speech it cannot understand Whisper repeats itself or the prompt: the number of tokens is capped
by the length of the sound, repeated runs are forbidden, and a text with a poor score in which
nobody may have spoken, or which is made of prompt words alone, is not understood.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import ctranslate2
import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from channels.voice.engines.features import FRAMES_PER_S, RATE, WINDOW_S, log_mel
from channels.voice.engines.script import simplified
from channels.voice.resample import Samples
from channels.voice.speech import Heard

_TASK: Final = ("<|startoftranscript|>", "<|zh|>", "<|transcribe|>", "<|notimestamps|>")
_PREVIOUS: Final = "<|startofprev|>"
_PROMPT_TOKENS: Final = 150
"""Most tokens of a prompt; the model's own limit is 223."""
_TOKENS: Final = 20
_TOKENS_PER_S: Final = 14
_RUN: Final = 5
"""Tokens that may not occur twice in this order. Tighter caps cut fast speech."""
_NOBODY: Final = 0.6
_POOR: Final = -1.0
_ECHO: Final = -0.7
_SPARE_S: Final = 2.0
"""Silence encoded after the sound. The encoder's cost is the window's, not the sound's."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How to recognise.

    Attributes:
        beam: Readings followed at a time.
        readings: Readings returned, at most `beam`.
        least_s: Shortest window encoded, seconds; 30 encodes what the model was trained on.
    """

    beam: int = 5
    readings: int = 5
    least_s: float = 30.0


class Whisper:
    """One loaded model; safe to use from one thread at a time."""

    def __init__(self, folder: Path, *, threads: int, reading: Reading | None = None) -> None:
        """Load the model of a folder (`model.bin`, `tokenizer.json`, …)."""
        self._model = ctranslate2.models.Whisper(
            str(folder), device="cpu", compute_type="int8", intra_threads=threads
        )
        self._words = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._start = [self._id(each) for each in _TASK]
        self._reading = reading or Reading()

    def recognise(self, samples: Samples, prompt: str) -> Heard:
        """The words of one utterance.

        Args:
            samples: At 16 kHz, from -1 to 1, at most 30 s.
            prompt: A sentence of the kind that is likely; "" for none.
        """
        seconds = len(samples) / RATE
        start = self.start(prompt)
        found = self._model.generate(
            ctranslate2.StorageView.from_array(self._features(samples)),
            [start],
            beam_size=self._reading.beam,
            num_hypotheses=min(self._reading.readings, self._reading.beam),
            no_repeat_ngram_size=_RUN,
            max_length=len(start) + int(_TOKENS + _TOKENS_PER_S * min(seconds, WINDOW_S)),
            return_scores=True,
            return_no_speech_prob=True,
        )[0]
        return self._heard(found, prompt)

    def encoded(self, samples: Samples) -> NDArray[np.float32]:
        """What the encoder makes of an utterance, shape (1, time, width)."""
        features = ctranslate2.StorageView.from_array(self._features(samples))
        return np.asarray(self._model.encode(features, to_cpu=True), dtype=np.float32)

    def start(self, prompt: str) -> list[int]:
        """The tokens a text begins with."""
        return [*self._prompted(prompt), *self._start]

    @property
    def words(self) -> Tokenizer:
        """The model's tokens."""
        return self._words

    def _features(self, samples: Samples) -> NDArray[np.float32]:
        window_s = min(WINDOW_S, max(self._reading.least_s, len(samples) / RATE + _SPARE_S))
        return log_mel(samples, int(window_s * FRAMES_PER_S) // 2 * 2)

    def _heard(self, found: Any, prompt: str) -> Heard:
        texts = [self._text(ids) for ids in found.sequences_ids]
        score, nobody = float(found.scores[0]), float(found.no_speech_prob)
        best = texts[0]
        if (nobody > _NOBODY and score < _POOR) or (score < _ECHO and _is_echo(best, prompt)):
            return Heard("", score, nobody)
        others = tuple(dict.fromkeys(each for each in texts[1:] if each and each != best))
        return Heard(best, score, nobody, others)

    def _text(self, ids: Sequence[int]) -> str:
        return simplified(self._words.decode(list(ids)).strip("\ufffd "))

    def _prompted(self, prompt: str) -> list[int]:
        if not prompt:
            return []
        ids = self._words.encode(f" {prompt}", add_special_tokens=False).ids
        return [self._id(_PREVIOUS), *ids[-_PROMPT_TOKENS:]]

    def _id(self, token: str) -> int:
        known = self._words.token_to_id(token)
        if known is None:
            msg = f"the tokenizer does not know {token}"
            raise ValueError(msg)
        return int(known)


def _is_echo(text: str, prompt: str) -> bool:
    """Whether a text is nothing but pieces of the prompt."""
    pieces = [each for each in _split(text) if each]
    return bool(pieces) and all(piece in prompt for piece in pieces)


def _split(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in text).split()

"""A second hearing of an utterance, led by what the bank's customers say. Blocking.

The recogniser weighs sounds against all the Chinese it ever read; on a noisy line that is not
enough. Here steady noise is taken out first, and the texts are searched anew by `search.Search`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from channels.voice.engines import weights
from channels.voice.engines.cleaner import cleaned
from channels.voice.engines.decoder import Decoder
from channels.voice.engines.features import RATE
from channels.voice.engines.search import Search
from channels.voice.engines.signs import Signs
from channels.voice.engines.whisper import Whisper
from channels.voice.resample import Samples
from channels.voice.speech import Guess
from channels.voice.wordings import Wordings

_FLATTER: Final = 0.3
"""Nats a character by which a text may be behind the best one and still count a third of it."""
_TOKENS: Final = 8
_TOKENS_PER_S: Final = 10
"""Most tokens of a text; fast speech has eight characters a second."""


class Guided:
    """Second hearings of one release with one model; from one thread at a time."""

    def __init__(self, folder: Path, whisper: Whisper, sentences: Sequence[str]) -> None:
        """Load the decoder of a folder and count the sentences.

        Args:
            folder: Of the model that `whisper` has loaded.
            whisper: Encodes.
            sentences: What customers say.
        """
        wordings = Wordings(sentences)
        signs = Signs(whisper.words, wordings.characters)
        self._whisper = whisper
        self._decoder = Decoder(weights.read(folder / "model.bin"), [*signs.ids, signs.end])
        self._search = Search(self._decoder, signs, wordings)

    def guesses(self, samples: Samples, prompt: str) -> list[Guess]:
        """What may have been said, likeliest first; nothing where no text comes to an end.

        Args:
            samples: One utterance at 16 kHz, from -1 to 1.
            prompt: A sentence of the kind that is likely; "" for none.
        """
        sound = self._decoder.attend(self._whisper.encoded(cleaned(samples)))
        most = math.ceil(_TOKENS + _TOKENS_PER_S * len(samples) / RATE)
        found = self._search.texts(sound, self._whisper.start(prompt), most)
        shares = [math.exp((each.mean - found[0].mean) / _FLATTER) for each in found]
        return [
            Guess(each.text, share / sum(shares)) for each, share in zip(found, shares, strict=True)
        ]

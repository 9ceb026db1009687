"""Synthesis: Kokoro 82M on ONNX, in this process. Blocking; the worker calls it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
import onnxruntime as ort

from channels.voice.engines.phonemes import NotSpeakableError, Pronouncer
from channels.voice.resample import Samples, as_pcm, resample

RATE: Final = 24_000
DEFAULT_VOICE: Final = "zf_xiaoxiao"
_PHONEMES: Final = 509
_STYLES: Final = (510, 256)
_QUIET: Final = 0.01
"""Full scale 1: below it is silence, 40 dB under full scale."""
_BEFORE_S: Final = 0.02
_AFTER_S: Final = 0.10
_PEAK: Final = 0.95


class Kokoro:
    """One loaded model with its Mandarin voices."""

    def __init__(self, folder: Path, pronunciations: Mapping[str, str], *, threads: int) -> None:
        """Load `model.onnx`, `vocab.json` and `voices/*.bin` of a folder.

        Args:
            folder: As `models.assemble` leaves it.
            pronunciations: Word to pinyin with tone marks, from the lexicon.
            threads: Cores one clause may use.
        """
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        # Spinning threads would take the recogniser's cores between two clauses.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._net = ort.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        vocabulary = json.loads((folder / "vocab.json").read_text("utf-8"))["vocab"]
        self._ids: dict[str, int] = vocabulary
        self._styles = {
            file.stem: np.fromfile(file, "<f4").reshape(_STYLES)
            for file in sorted((folder / "voices").glob("z*.bin"))
        }
        self._pronouncer = Pronouncer(pronunciations)

    @property
    def voices(self) -> tuple[str, ...]:
        """The voices there are."""
        return tuple(self._styles)

    def speak(self, clause: str, *, rate: int, voice: str = "", speed: float = 1.0) -> bytes:
        """The sound of a clause as PCM at `rate`, silence at its ends cut short.

        Raises:
            NotSpeakableError: A digit, a Latin letter, an unknown voice, or too long for one go.
        """
        phonemes = self._pronouncer.phonemes(clause)
        style = self._styles.get(voice or DEFAULT_VOICE)
        unknown = set(phonemes) - self._ids.keys()
        if style is None or unknown or not 0 < len(phonemes) <= _PHONEMES:
            raise NotSpeakableError(voice if style is None else "".join(sorted(unknown)) or clause)
        tokens = [0, *(self._ids[each] for each in phonemes), 0]
        feed = {
            "tokens": np.array([tokens], np.int64),
            "style": style[len(phonemes) - 1][None],
            "speed": np.array([speed], np.float32),
        }
        sound = np.asarray(self._net.run(None, feed)[0], np.float32).ravel()
        return as_pcm(_below_full_scale(resample(_trimmed(sound), RATE, rate)))


def _trimmed(sound: Samples) -> Samples:
    loud = np.flatnonzero(np.abs(sound) > _QUIET)
    if not len(loud):
        return sound[:0]
    first = max(0, int(loud[0]) - int(_BEFORE_S * RATE))
    return sound[first : int(loud[-1]) + int(_AFTER_S * RATE)]


def _below_full_scale(sound: Samples) -> Samples:
    peak = float(np.abs(sound).max()) if len(sound) else 0.0
    return sound * np.float32(_PEAK / peak) if peak > _PEAK else sound

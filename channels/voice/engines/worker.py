"""The process that holds the models: `python -m channels.voice.engines.worker`.

Its first message sets it up; each further one asks for words or for sound and is answered with the
same number. Recognition and synthesis have a thread each, so that a long clause does not keep an
utterance waiting. Nothing of what is said is written anywhere.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from channels.voice.engines.features import RATE
from channels.voice.engines.frames import packed, read
from channels.voice.engines.guided import Guided
from channels.voice.engines.kokoro import Kokoro
from channels.voice.engines.phonemes import NotSpeakableError
from channels.voice.engines.whisper import Reading, Whisper
from channels.voice.resample import as_float, resample


class Worker:
    """The models and the pipe to the process that asks."""

    def __init__(self, setup: dict[str, Any], out: BinaryIO) -> None:
        """Load both models."""
        folder, threads = Path(setup["folder"]), int(setup["threads"])
        self._out, self._lock = out, threading.Lock()
        self._hears = ThreadPoolExecutor(1, "hear")
        self._speaks = ThreadPoolExecutor(1, "speak")
        self._asked: dict[int, Future[None]] = {}
        self._whisper = Whisper(
            folder / "whisper", threads=threads, reading=Reading(**setup["reading"])
        )
        self._guided: Guided | None = None
        self._kokoro = Kokoro(folder / "kokoro", setup["pronunciations"], threads=threads)
        self._answer({"id": 0, "voices": list(self._kokoro.voices)})
        # Behind the answer: a greeting need not wait for it.
        loading = self._hears.submit(self._load_guided, folder / "whisper", setup["sentences"])
        loading.add_done_callback(_must_have_answered)

    def take(self, message: dict[str, Any], sound: bytes) -> None:
        """Put one request in its queue."""
        number = int(message["id"])
        if message["do"] == "forget":
            self._forget(number)
            return
        if message["do"] == "hear":
            asked = self._hears.submit(partial(self._hear, message, sound))
        elif message["do"] == "again":
            asked = self._hears.submit(partial(self._hear_again, message, sound))
        else:
            asked = self._speaks.submit(partial(self._speak, message))
        self._asked[number] = asked
        asked.add_done_callback(lambda done: self._asked.pop(number, None))
        asked.add_done_callback(_must_have_answered)

    def _forget(self, number: int) -> None:
        """Nobody waits for this any more; it is answered all the same."""
        asked = self._asked.get(number)
        if asked is not None and asked.cancel():
            self._answer({"id": number, "forgotten": True})

    def _hear(self, message: dict[str, Any], sound: bytes) -> None:
        samples = resample(as_float(sound), int(message["rate"]), RATE)
        heard = self._whisper.recognise(samples, str(message["prompt"]))
        self._answer({
            "id": message["id"], "text": heard.text, "score": heard.score,
            "no_speech": heard.no_speech, "others": list(heard.others),
        })  # fmt: skip

    def _load_guided(self, folder: Path, sentences: Sequence[str]) -> None:
        if sentences:
            self._guided = Guided(folder, self._whisper, sentences)

    def _hear_again(self, message: dict[str, Any], sound: bytes) -> None:
        guesses = []
        if self._guided is not None:
            samples = resample(as_float(sound), int(message["rate"]), RATE)
            guesses = self._guided.guesses(samples, str(message["prompt"]))
        texts = [[guess.text, guess.weight] for guess in guesses]
        self._answer({"id": message["id"], "texts": texts})

    def _speak(self, message: dict[str, Any]) -> None:
        try:
            pcm = self._kokoro.speak(
                str(message["clause"]),
                rate=int(message["rate"]),
                voice=str(message["voice"]),
                speed=float(message["speed"]),
            )
        except NotSpeakableError:
            self._answer({"id": message["id"], "refused": True})
        else:
            self._answer({"id": message["id"]}, pcm)

    def _answer(self, message: dict[str, Any], sound: bytes = b"") -> None:
        with self._lock:
            self._out.write(packed(message, sound))
            self._out.flush()


def _must_have_answered(asked: Future[None]) -> None:
    """A request that broke a model ends this process; the other one starts a new one."""
    if asked.cancelled():
        return
    fault = asked.exception()
    if fault is not None:
        sys.stderr.write(f"speech worker: {type(fault).__name__}\n")
        sys.stderr.flush()
        os._exit(1)


def main() -> int:
    """Answer until the pipe ends."""
    first = read(sys.stdin.buffer)
    if first is None:
        return 2
    worker = Worker(first[0], sys.stdout.buffer)
    while (request := read(sys.stdin.buffer)) is not None:
        worker.take(*request)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

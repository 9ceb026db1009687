"""Clauses already spoken: bounded in memory, kept on disk for the fixed prompts of a release."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from assistant.model.spoken import SpokenWords
from channels.voice.speech import Synthesiser

_MEMORY: Final = 32 * 1024 * 1024
"""Bytes of sound held: half an hour at 8 kHz."""


class CachedSynthesiser:
    """A synthesiser that speaks a clause once for each voice, speed, rate and lexicon.

    What `render` is given stands on disk too; what is said to a customer (names, amounts) stays in
    memory only.
    """

    def __init__(self, inner: Synthesiser, folder: Path, words: SpokenWords) -> None:
        """Speak with `inner`; keep the prompts below `folder`."""
        self._inner = inner
        lexicon = repr(sorted(words.pronunciations.items())).encode()
        self._folder = folder / hashlib.sha256(lexicon).hexdigest()[:16]
        self._held: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0

    async def speak(self, clause: str, *, rate: int, voice: str = "", speed: float = 1.0) -> bytes:
        """The sound of one clause; see `Synthesiser`."""
        key = _key(clause, rate, voice, speed)
        held = self._held.get(key)
        if held is not None:
            self._held.move_to_end(key)
            return held
        file = self._folder / key
        sound = file.read_bytes() if file.is_file() else None
        if sound is None:
            sound = await self._inner.speak(clause, rate=rate, voice=voice, speed=speed)
        self._hold(key, sound)
        return sound

    async def render(
        self, clauses: Iterable[str], *, rate: int, voice: str = "", speed: float = 1.0
    ) -> int:
        """Speak fixed clauses ahead of any call.

        Returns:
            How many were new.
        """
        new = 0
        for clause in dict.fromkeys(clauses):
            file = self._folder / _key(clause, rate, voice, speed)
            if not file.is_file():
                sound = await self.speak(clause, rate=rate, voice=voice, speed=speed)
                self._folder.mkdir(parents=True, exist_ok=True)
                unfinished = file.with_suffix(".part")
                unfinished.write_bytes(sound)
                unfinished.replace(file)
                new += 1
        return new

    def _hold(self, key: str, sound: bytes) -> None:
        self._held[key] = sound
        self._size += len(sound)
        while self._size > _MEMORY and len(self._held) > 1:
            _, oldest = self._held.popitem(last=False)
            self._size -= len(oldest)


def _key(clause: str, rate: int, voice: str, speed: float) -> str:
    return hashlib.sha256(f"{voice}|{rate}|{speed:.3f}|{clause}".encode()).hexdigest()

"""Clauses already spoken: bounded in memory, kept on disk for the fixed prompts of a release."""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assistant.model.spoken import SpokenWords
from channels.voice.resample import as_float, as_pcm, resample
from channels.voice.speech import Synthesiser

RATE: Final = 16_000
"""Samples per second at which clauses are made and kept; a line's own rate is made from it."""
_MEMORY: Final = 32 * 1024 * 1024
"""Bytes of sound held: a quarter of an hour."""
_ASIDE_S: Final = 10.0
"""After a clause for a call nothing is spoken ahead for so long: the next one will follow."""


@dataclass(slots=True)
class _Making:
    """A clause on its way, and how many calls wait for it."""

    task: asyncio.Task[bytes]
    waiting: int = 0


class CachedSynthesiser:
    """A synthesiser that speaks a clause once for each voice, speed and lexicon.

    What `render` is given stands on disk too; what is said to a customer (names, amounts) stays in
    memory only.
    """

    def __init__(
        self, inner: Synthesiser, folder: Path, words: SpokenWords, mark: str = ""
    ) -> None:
        """Speak with `inner`; keep the prompts below `folder`.

        Args:
            inner: Makes the sound.
            folder: Of the prompts on disk.
            words: Whose readings the sound depends on.
            mark: Tells this engine's prompts from another one's.
        """
        self._inner = inner
        lexicon = repr((mark, sorted(words.pronunciations.items()))).encode()
        self._folder = folder / hashlib.sha256(lexicon).hexdigest()[:16]
        self._held: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0
        self._asked_s = float("-inf")
        self._asked = 0
        self._making: dict[str, _Making] = {}

    async def speak(self, clause: str, *, rate: int, voice: str = "", speed: float = 1.0) -> bytes:
        """The sound of one clause; see `Synthesiser`."""
        key = _key(clause, voice, speed)
        sound = self._kept(key)
        if sound is None:
            sound = await self._shared(key, clause, voice, speed)
        return sound if rate == RATE else as_pcm(resample(as_float(sound), RATE, rate))

    async def _shared(self, key: str, clause: str, voice: str, speed: float) -> bytes:
        """Make a clause once for all calls that wait for it; no more when none does."""
        making = self._making.get(key)
        if making is None:
            making = _Making(asyncio.create_task(self._made(key, clause, voice, speed)))
            self._making[key] = making
        making.waiting += 1
        try:
            return await asyncio.shield(making.task)
        finally:
            making.waiting -= 1
            if making.waiting == 0:
                self._making.pop(key, None)
                making.task.cancel()

    async def _made(self, key: str, clause: str, voice: str, speed: float) -> bytes:
        self._asked += 1
        try:
            sound = await self._inner.speak(clause, rate=RATE, voice=voice, speed=speed)
        finally:
            self._asked -= 1
            self._asked_s = asyncio.get_running_loop().time()
        self._hold(key, sound)
        return sound

    async def render(
        self, clauses: Iterable[str], *, voice: str = "", speed: float = 1.0, aside: bool = False
    ) -> int:
        """Speak fixed clauses ahead of any call.

        Args:
            clauses: What is kept on disk.
            voice: As for `speak`.
            speed: As for `speak`.
            aside: Wait while calls need the engine.

        Returns:
            How many were new.
        """
        new = 0
        for clause in dict.fromkeys(clauses):
            file = self._folder / _key(clause, voice, speed)
            if await asyncio.to_thread(file.is_file):
                continue
            if aside:
                await self._wait_aside()
            sound = await self._inner.speak(clause, rate=RATE, voice=voice, speed=speed)
            await asyncio.to_thread(_write, file, sound)
            new += 1
        return new

    async def _wait_aside(self) -> None:
        """Until no call has needed the engine for a while."""
        loop = asyncio.get_running_loop()
        while True:
            left_s = _ASIDE_S if self._asked else self._asked_s + _ASIDE_S - loop.time()
            if left_s <= 0:
                return
            await asyncio.sleep(left_s)

    def _kept(self, key: str) -> bytes | None:
        held = self._held.get(key)
        if held is not None:
            self._held.move_to_end(key)
            return held
        file = self._folder / key
        if not file.is_file():
            return None
        sound = file.read_bytes()
        self._hold(key, sound)
        return sound

    def _hold(self, key: str, sound: bytes) -> None:
        self._held[key] = sound
        self._size += len(sound)
        while self._size > _MEMORY and len(self._held) > 1:
            _, oldest = self._held.popitem(last=False)
            self._size -= len(oldest)


def _write(file: Path, sound: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(".part")
    unfinished.write_bytes(sound)
    unfinished.replace(file)


def _key(clause: str, voice: str, speed: float) -> str:
    return hashlib.sha256(f"{voice}|{speed:.3f}|{clause}".encode()).hexdigest()

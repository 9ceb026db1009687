"""The caller's side of a call: sound → turns → words; in secret mode nothing at all.

Words that were heard badly are put right by what the open step asks for.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from channels.voice.call_parts import Engines
from channels.voice.expected import Expected, Hears
from channels.voice.sound import length
from channels.voice.speech import Heard, SpeechDetector, SpeechUnavailable
from channels.voice.turns import Paused, Resumed, Started, Stopped, TurnEvent, Turns

_log = logging.getLogger(__name__)

_KEPT_MS: Final = 1_000
"""Sound kept while nobody speaks: more than a start and its pre-roll."""

NOTHING: Final = Heard("")


@dataclass(slots=True)
class Ears:
    """What is heard in one call.

    Attributes:
        rate: Samples per second.
        expected: What the open step asks for.
        is_shut: Nothing is listened to: a secret is being typed.
    """

    engines: Engines
    turns: Turns
    rate: int
    expected: Expected = field(default_factory=Expected)
    is_shut: bool = False
    _detector: SpeechDetector = field(init=False)
    _sound: bytearray = field(default_factory=bytearray, repr=False)
    _sound_from_ms: int = 0
    _guess: asyncio.Task[Heard] | None = None
    _guess_holds: bool = False

    def __post_init__(self) -> None:
        self._detector = self.engines.detector(self.rate)

    def expect(self, expected: Expected) -> None:
        """Another question is open now."""
        self.expected, self.turns.expecting = expected, expected.pause

    def shut(self) -> None:
        """Hear nothing from now on, and forget what was heard."""
        self.is_shut = True
        self._guess_holds = False
        self._forget()

    def open(self) -> None:
        """Listen again."""
        if self.is_shut:
            self.is_shut = False
            self._forget()

    def hear(self, pcm16: bytes) -> list[Started | asyncio.Task[Heard]]:
        """Take sound.

        Returns:
            In order: that somebody began to speak; the recognition of what they said to the end.
        """
        if self.is_shut:
            return []
        self._sound += pcm16
        found: list[Started | asyncio.Task[Heard]] = []
        for probability in self._detector.feed(pcm16):
            for event in self.turns.feed(probability):
                known = self._note(event)
                if known is not None:
                    found.append(known)
        if not self.turns.is_open:
            self._trim(self.turns.now_ms - _KEPT_MS)
        return found

    def _note(self, event: TurnEvent) -> Started | asyncio.Task[Heard] | None:
        match event:
            case Started():
                return event
            case Paused(from_ms, to_ms):
                if self._guess is None or self._guess.done():
                    self._guess = self._recognise(from_ms, to_ms)
                    self._guess_holds = True
            case Resumed():
                self._guess_holds = False
            case Stopped(from_ms, to_ms):
                guess, holds = self._guess, self._guess_holds
                self._guess, self._guess_holds = None, False
                return guess if guess and holds else self._recognise(from_ms, to_ms)
        return None

    def _recognise(self, from_ms: int, to_ms: int) -> asyncio.Task[Heard]:
        start = max(0, length(from_ms - self._sound_from_ms, self.rate))
        end = max(start, length(to_ms - self._sound_from_ms, self.rate))
        return asyncio.create_task(self._heard(bytes(self._sound[start:end])))

    async def _heard(self, pcm16: bytes) -> Heard:
        expected = self.expected
        try:
            heard = await self.engines.recogniser.recognise(pcm16, self.rate, expected.words)
        except SpeechUnavailable as error:
            _log.warning("an utterance could not be recognised: %s", error.reason)
            # Like an utterance that was not understood: the keypad follows, then a person.
            return NOTHING
        if expected.hears is Hears.WISH and self.engines.wish is not None and heard.understood:
            second = self.engines.again
            again = partial(second, pcm16, self.rate, expected.words) if second else None
            return replace(heard, text=await self.engines.wish(heard, again))
        if expected.hears is Hears.AS_IS:
            return heard
        return replace(heard, text=self.engines.repair(heard.text))

    def _trim(self, before_ms: int) -> None:
        drop_ms = before_ms - self._sound_from_ms
        if drop_ms > 0:
            del self._sound[: length(drop_ms, self.rate)]
            self._sound_from_ms += drop_ms

    def _forget(self) -> None:
        self.turns.drop()
        self._detector.reset()
        self._sound.clear()
        self._sound_from_ms = self.turns.now_ms

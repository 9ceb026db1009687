"""Our side of a call: clauses spoken one by one, taken back when the caller speaks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from channels.voice.call_parts import Engines
from channels.voice.pacing import Pacer
from channels.voice.speech import SpeechUnavailable
from channels.voice.wire import Message

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Line:
    """One clause.

    Attributes:
        may_be_interrupted: False for what the law wants heard to its end.
        is_owed: Must have been heard before a yes to it counts.
    """

    clause: str
    may_be_interrupted: bool = True
    is_owed: bool = False


@dataclass(slots=True)
class Mouth:
    """What is being said in one call.

    Attributes:
        speed: 1.0 is ordinary.
        is_mute: The engine failed: nothing can be said any more.
    """

    engines: Engines
    pacer: Pacer
    speed: float = 1.0
    is_mute: bool = False
    _lines: dict[str, Line] = field(default_factory=dict)
    _unheard: tuple[Line, ...] = ()
    _task: asyncio.Task[None] | None = None
    _marks: int = 0

    def say(self, lines: Sequence[Line]) -> None:
        """Say these after what is being said."""
        fresh = {}
        for line in lines:
            self._marks += 1
            fresh[f"m{self._marks}"] = line
        self._lines.update(fresh)
        before = self._task
        self._task = asyncio.create_task(self._speak(fresh, before))

    def is_speaking(self, now_ms: float) -> bool:
        """Whether something is heard, or about to be."""
        is_making = self._task is not None and not self._task.done()
        return is_making or not self.pacer.is_silent(now_ms)

    def may_be_interrupted(self) -> bool:
        """Whether what is heard now may stop."""
        self._note_played()
        line = next(iter(self._lines.values()), None)
        return line is None or line.may_be_interrupted

    def interrupt(self, now_ms: float) -> list[Message]:
        """Stop at once; what was not heard can be said again."""
        self._note_played()
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._unheard = tuple(self._lines.values())
        self._lines.clear()
        return self.pacer.clear(now_ms)

    def go_on(self) -> None:
        """Say what was interrupted, from the clause that was not heard to its end."""
        unheard, self._unheard = self._unheard, ()
        if unheard:
            self.say(unheard)

    def forget(self) -> None:
        """What was not heard does not matter any more: something else is said now."""
        self._unheard = ()

    def heard_out(self) -> bool:
        """Whether the marks of all clauses came back."""
        self._note_played()
        return not self._lines

    def owes(self) -> bool:
        """Whether something was not heard that a yes would be to."""
        self._note_played()
        return any(line.is_owed for line in (*self._lines.values(), *self._unheard))

    async def close(self) -> None:
        """Say nothing any more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    def _note_played(self) -> None:
        for mark in self.pacer.played:
            self._lines.pop(mark, None)
        self.pacer.played.clear()

    async def _speak(self, lines: dict[str, Line], before: asyncio.Task[None] | None) -> None:
        if before is not None and not before.done():
            await asyncio.wait([before])
        for mark, line in lines.items():
            try:
                sound = await self.engines.synthesiser.speak(
                    line.clause,
                    rate=self.pacer.wire.rate,
                    voice=self.engines.voice,
                    speed=self.speed,
                )
            except ValueError:
                _log.warning("a clause could not be spoken")
                sound = b""
            except SpeechUnavailable as error:
                _log.warning("speech is not to be had: %s", error.reason)
                self.is_mute = True
                return
            self.pacer.play(sound, mark)

"""Speech sent at the speed it is heard: no gap inside a clause, little to take back.

Pure: the time goes in, messages of the wire come out. The far end holds at most what its protocol
allows; words taken back by a caller who speaks are dropped here and there at once.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from channels.voice.sound import length
from channels.voice.wire import Message, Wire

FRAME_MS: Final = 20
"""Sound in one message of ours."""

_CATCH_UP_MS: Final = 100.0
"""Longest delay of ours that is made good by sending faster; beyond it time is lost."""


@dataclass(frozen=True, slots=True)
class _Mark:
    name: str


@dataclass(slots=True)
class Pacer:
    """The way out of one call.

    Attributes:
        wire: Its protocol.
        played: Marks that were reached and not asked for yet, oldest first.
        gaps: How often sound stopped within what was to be heard in one piece.
    """

    wire: Wire
    played: list[str] = field(default_factory=list)
    gaps: int = 0
    _queue: deque[bytes | _Mark] = field(default_factory=deque)
    _awaited: deque[str] = field(default_factory=deque)
    _end_ms: float = 0.0
    _speech_end_ms: float = 0.0
    _in_clause: bool = False

    def play(self, pcm16: bytes, mark: str) -> None:
        """Put speech behind what is queued.

        Args:
            pcm16: Whole samples at the wire's rate.
            mark: Name of its end, once.
        """
        step = length(FRAME_MS, self.wire.rate)
        for at in range(0, len(pcm16), step):
            self._queue.append(pcm16[at : at + step].ljust(step, b"\0"))
        self._queue.append(_Mark(mark))

    def due(self, now_ms: float) -> list[Message]:
        """What is to be sent now."""
        delivery = self.wire.delivery
        messages: list[Message] = []
        while self._queue:
            first = self._queue[0]
            if isinstance(first, _Mark):
                self._queue.popleft()
                self._in_clause = False
                messages += self._mark(first.name)
                continue
            if self._end_ms - now_ms > delivery.ahead_ms - (FRAME_MS if delivery.ahead_ms else 0):
                return messages
            self._queue.popleft()
            self._note_frame(now_ms)
            messages += self.wire.audio(first)
        while delivery.needs_silence and self._end_ms <= now_ms:
            self._end_ms = max(self._end_ms, now_ms - _CATCH_UP_MS) + FRAME_MS
            messages += self.wire.audio(bytes(length(FRAME_MS, self.wire.rate)))
        return messages

    def clear(self, now_ms: float) -> list[Message]:
        """Drop what was not heard yet; marks in it will not count when they come."""
        self._queue.clear()
        self._awaited.clear()
        self._in_clause = False
        self._end_ms = self._speech_end_ms = min(self._end_ms, now_ms)
        return self.wire.clear()

    def reached(self, mark: str) -> None:
        """The far end played everything before this mark; one we do not await means nothing."""
        while mark in self._awaited:
            name = self._awaited.popleft()
            self.played.append(name)
            if name == mark:
                return

    def is_silent(self, now_ms: float) -> bool:
        """Whether, by the length of what was sent, nothing is heard any more."""
        # Silence that is sent because sound must flow is none of our words.
        return not self._queue and self._speech_end_ms <= now_ms

    def _note_frame(self, now_ms: float) -> None:
        late_ms = now_ms - self._end_ms
        if self._in_clause and late_ms > FRAME_MS:
            self.gaps += 1
        self._in_clause = True
        # A far end that never got silence begins now; one that is behind a little catches up.
        start_ms = self._end_ms if 0 < late_ms <= _CATCH_UP_MS else max(self._end_ms, now_ms)
        self._end_ms = self._speech_end_ms = start_ms + FRAME_MS

    def _mark(self, name: str) -> list[Message]:
        if not self.wire.delivery.is_marked:
            self.played.append(name)
            return []
        self._awaited.append(name)
        return self.wire.mark(name)

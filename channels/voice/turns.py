"""When somebody speaks and when they have finished: pure, driven by the sound itself.

Probabilities of speech go in, one for each 32 ms of sound; times of the call, in milliseconds of
sound heard, come out. Nothing here knows a clock: a call that stalls does not end a turn.

Source of the values: measured for this project on 29 Mandarin clips; each is a setting.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from channels.voice.speech import FRAME_MS


class Expecting(Enum):
    """What the open step expects; tells how long a pause may be inside one answer."""

    CHOICE = "choice"
    OPEN = "open"
    NUMBER = "number"


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnTimes:
    """Thresholds and durations.

    Attributes:
        starts_at: Probability from which a frame may begin a turn.
        goes_on_at: Probability from which a turn goes on.
        start_ms: Speech in a row that begins a turn.
        echo_start_ms: The same while we speak on a line that echoes.
        weak_start_ms: As `start_ms`, for a voice the detector is never sure of.
        preroll_ms: Sound kept from before the start. Hissed beginnings (信, 借) are weak over a
            telephone: in a real call the detector was sure of one 410 ms late.
        pause_ms: Pause after which the turn may be over.
        choice_ms: Pause that ends a yes, a no or a menu entry.
        open_ms: Pause that ends an open request.
        number_ms: Pause that ends digits, an amount, a name or an address.
        slow_ms: Shortest pause that ends anything for customers who speak slowly.
        longest_ms: Length at which a turn is taken as it is.
    """

    starts_at: float = 0.5
    goes_on_at: float = 0.35
    start_ms: int = 128
    echo_start_ms: int = 224
    preroll_ms: int = 500
    weak_start_ms: int = 320
    pause_ms: int = 224
    choice_ms: int = 400
    open_ms: int = 700
    number_ms: int = 1100
    slow_ms: int = 1200
    longest_ms: int = 15_000

    def stop_ms(self, expecting: Expecting, *, is_slow: bool) -> int:
        """Pause that ends a turn now."""
        usual = {
            Expecting.CHOICE: self.choice_ms,
            Expecting.OPEN: self.open_ms,
            Expecting.NUMBER: self.number_ms,
        }[expecting]
        return max(usual, self.slow_ms) if is_slow else usual


@dataclass(frozen=True, slots=True)
class Started:
    """Somebody speaks.

    Attributes:
        from_ms: Where the utterance begins, pre-roll included.
        at_ms: When it was noticed.
    """

    from_ms: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class Paused:
    """The turn may be over: what is there can be recognised at a risk."""

    from_ms: int
    to_ms: int


@dataclass(frozen=True, slots=True)
class Resumed:
    """It was not over: what was recognised at a risk is void."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class Stopped:
    """The turn is over.

    Attributes:
        is_cut: It was still going on when it had lasted too long.
    """

    from_ms: int
    to_ms: int
    is_cut: bool = False


TurnEvent = Started | Paused | Resumed | Stopped

_NOTHING: Final = -1


@dataclass(slots=True)
class Turns:
    """The turns of one caller.

    Attributes:
        expecting: What the open step expects; may change at any time.
        is_slow: The customer speaks slowly.
        echoes: Our own voice comes back on this line while we speak.
        speaking: Whether we speak.
        now_ms: Sound heard so far.
    """

    times: TurnTimes = field(default_factory=TurnTimes)
    expecting: Expecting = Expecting.OPEN
    is_slow: bool = False
    echoes: bool = False
    speaking: bool = False
    now_ms: int = 0
    _loud_ms: int = 0
    _begun_ms: int = 0
    _quiet_ms: int = 0
    _from_ms: int = _NOTHING
    _paused: bool = False

    @property
    def is_open(self) -> bool:
        """Whether a turn is under way."""
        return self._from_ms != _NOTHING

    def feed(self, probability: float) -> list[TurnEvent]:
        """Take one frame.

        Args:
            probability: That somebody speaks in it.

        Returns:
            What became known by it, in order.
        """
        self.now_ms += FRAME_MS
        if not self.is_open:
            return self._wait(probability)
        return self._listen(probability)

    def drop(self) -> None:
        """Forget the turn under way: what is heard now is not for us."""
        self._from_ms = _NOTHING
        self._loud_ms = self._quiet_ms = 0
        self._begun_ms = self.now_ms
        self._paused = False

    def _wait(self, probability: float) -> list[TurnEvent]:
        if probability < self.times.goes_on_at:
            self._loud_ms, self._begun_ms = 0, self.now_ms
        elif probability >= self.times.starts_at:
            self._loud_ms += FRAME_MS
        # A weak voice: half sure all the time is as good as sure for a moment.
        is_weak = self.now_ms - self._begun_ms >= self.times.weak_start_ms
        needed = self.times.echo_start_ms if self.speaking and self.echoes else self.times.start_ms
        if self._loud_ms < needed and not (is_weak and not self.echoes):
            return []
        self._from_ms = max(0, self._begun_ms - self.times.preroll_ms)
        self._loud_ms = self._quiet_ms = 0
        return [Started(self._from_ms, self.now_ms)]

    def _listen(self, probability: float) -> list[TurnEvent]:
        found: list[TurnEvent] = []
        if probability >= self.times.goes_on_at:
            self._quiet_ms = 0
            if self._paused:
                self._paused = False
                found.append(Resumed(self.now_ms))
        else:
            self._quiet_ms += FRAME_MS
            if self._quiet_ms >= self.times.pause_ms and not self._paused:
                self._paused = True
                found.append(Paused(self._from_ms, self.now_ms))
        if self._quiet_ms >= self.times.stop_ms(self.expecting, is_slow=self.is_slow):
            return [*found, self._stop(is_cut=False)]
        if self.now_ms - self._from_ms >= self.times.longest_ms:
            return [*found, self._stop(is_cut=self._quiet_ms == 0)]
        return found

    def _stop(self, *, is_cut: bool) -> Stopped:
        stopped = Stopped(self._from_ms, self.now_ms, is_cut)
        self.drop()
        return stopped

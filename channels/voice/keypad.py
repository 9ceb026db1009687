"""Keys of a telephone: what they mean, and digits collected without being seen.

Pure: keys and the time go in. Secret digits are in one holder, are taken out once, and no text of
anything here shows them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from assistant.errors import MessageInvalid

KEYS: Final = frozenset("0123456789*#")
CONFIRM, CANCEL, PERSON, CLEAR = "1", "2", "0", "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """A step that collects digits.

    Attributes:
        most: Digits after which it is complete.
        end: Key that completes it earlier.
        is_secret: What is typed must be seen by nobody.
        star_is_last_x: `*` after all digits but one stands for the X that Chinese identity numbers
            may end in (GB 11643-1999).
        first_ms: How long the first key may take.
        between_ms: How long each further one may take.
    """

    most: int
    end: str = "#"
    is_secret: bool = True
    star_is_last_x: bool = False
    first_ms: int = 8_000
    between_ms: int = 4_000


@dataclass(slots=True, eq=False)
class Digits:
    """Digits that can be taken out once; whoever prints it sees how many there are."""

    _held: bytearray = field(default_factory=bytearray, repr=False)

    def __len__(self) -> int:
        return len(self._held)

    def __repr__(self) -> str:
        return f"Digits({len(self)})"

    def add(self, key: str) -> None:
        """Put one behind the others."""
        self._held += key.encode("ascii")

    def wipe(self) -> None:
        """Overwrite and forget them."""
        for place in range(len(self._held)):
            self._held[place] = 0
        self._held.clear()

    def take(self) -> str:
        """The digits; from now on there are none."""
        text = self._held.decode("ascii")
        self.wipe()
        return text


@dataclass(frozen=True, slots=True)
class Pressed:
    """A key that is part of the digits, or cleared them; `count` are there now."""

    count: int


@dataclass(frozen=True, slots=True)
class Entered:
    """All digits are there."""

    digits: Digits


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Nobody typed, or not to the end; what there was is wiped."""

    count: int


@dataclass(frozen=True, slots=True)
class Command:
    """A key outside a capture: `1` confirms, `2` cancels, `0` is a person; others mean nothing."""

    key: str


KeyEvent = Pressed | Entered | GivenUp | Command


@dataclass(slots=True)
class Keypad:
    """The keys of one call.

    Attributes:
        capture: What is collected now; None for nothing.
    """

    capture: Capture | None = None
    _digits: Digits = field(default_factory=Digits)
    _due_ms: float = 0.0

    @property
    def is_secret(self) -> bool:
        """Whether nothing of the call may be seen by anybody now."""
        return self.capture is not None and self.capture.is_secret

    def collect(self, capture: Capture, now_ms: float) -> None:
        """Collect digits from now on.

        Args:
            capture: How.
            now_ms: When the customer can begin; see `start_waiting` for a later beginning.
        """
        self.cancel()
        self.capture = capture
        self.start_waiting(now_ms)

    def start_waiting(self, now_ms: float) -> None:
        """The prompt has ended: from here on the first key is awaited."""
        if self.capture is not None and not self._digits:
            self._due_ms = now_ms + self.capture.first_ms

    def cancel(self) -> None:
        """Collect nothing any more; what there was is wiped."""
        self._digits.wipe()
        self.capture = None

    def press(self, key: str, now_ms: float) -> KeyEvent:
        """Take a key.

        Raises:
            MessageInvalid: It is not a key of a telephone.
        """
        if key not in KEYS:
            raise MessageInvalid(problem="key")
        if self.capture is None:
            return Command(key)
        self._due_ms = now_ms + self.capture.between_ms
        if key == self.capture.end:
            return self._complete() if self._digits else Pressed(0)
        if key == CLEAR and not self._is_last_x(self.capture):
            self._digits.wipe()
            return Pressed(0)
        self._digits.add("X" if key == CLEAR else key)
        return self._complete() if len(self._digits) >= self.capture.most else self._pressed()

    def tick(self, now_ms: float) -> KeyEvent | None:
        """Tell that the customer took too long; None while there is time."""
        if self.capture is None or now_ms < self._due_ms:
            return None
        if self._digits and not self.capture.is_secret:
            # A number without its end key is complete once nothing follows.
            return self._complete()
        count = len(self._digits)
        self.cancel()
        return GivenUp(count)

    def _is_last_x(self, capture: Capture) -> bool:
        return capture.star_is_last_x and len(self._digits) == capture.most - 1

    def _pressed(self) -> Pressed:
        return Pressed(len(self._digits))

    def _complete(self) -> Entered:
        entered, self._digits, self.capture = Entered(self._digits), Digits(), None
        return entered

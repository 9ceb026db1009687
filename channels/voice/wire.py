"""What a way of carrying a call has to do: read its frames, write ours. No network here.

A wire is pure: what arrived goes in, what is to be sent comes out. `channels.voice.pacing` sends
speech through it at the speed it is heard.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from pydantic import JsonValue

from channels.voice.sound import BYTES_PER_SAMPLE

Message = str | bytes
"""A text or a binary message of a WebSocket; bytes of a TCP stream."""


@dataclass(frozen=True, slots=True)
class CallStarted:
    """The call is there.

    Attributes:
        call_id: The gateway's name of it.
        facts: What else the gateway said. Nothing in it proves anything about the caller.
    """

    call_id: str
    facts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Audio:
    """Sound of the caller: whole samples, of any length."""

    pcm16: bytes


@dataclass(frozen=True, slots=True, repr=False)
class Key:
    """A key was pressed. It may be part of a secret: its text shows nothing."""

    digit: str


@dataclass(frozen=True, slots=True)
class Played:
    """Everything before this mark was played to the caller."""

    mark: str


@dataclass(frozen=True, slots=True)
class CallEnded:
    """The far end is gone; `reason` is a stable code."""

    reason: str


Signal = CallStarted | Audio | Key | Played | CallEnded


class BadFrame(Exception):  # noqa: N818 - a state, not a fault
    """What arrived is no frame of this protocol; the call cannot go on.

    Attributes:
        detail: What is wrong, for engineers; never the frame itself.
    """

    def __init__(self, detail: str) -> None:
        """Keep what is wrong."""
        super().__init__(detail)
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How speech is taken by the far end.

    Attributes:
        ahead_ms: How far ahead of what is heard it may be sent; 0 for a far end without a queue.
        is_marked: Whether the far end tells what it played; otherwise sent is played.
        needs_silence: Whether sound must flow all the time.
    """

    ahead_ms: int = 2_000
    is_marked: bool = True
    needs_silence: bool = False


class Wire(Protocol):
    """One protocol, for one call."""

    @property
    def rate(self) -> int:
        """Samples per second, both ways; final once the call has started."""
        ...

    @property
    def delivery(self) -> Delivery:
        """How the far end takes speech."""
        ...

    def received(self, message: Message) -> list[Signal]:
        """Read what arrived.

        Raises:
            BadFrame: It is nothing of this protocol.
        """
        ...

    def audio(self, pcm16: bytes) -> list[Message]:
        """Speech to be played; 20 ms of whole samples, the last piece filled up."""
        ...

    def mark(self, name: str) -> list[Message]:
        """Asks to be told when everything before was played."""
        ...

    def clear(self) -> list[Message]:
        """Drops what the far end has not played yet."""
        ...

    def tell(self, notice: str, body: Mapping[str, JsonValue]) -> list[Message]:
        """Shows something beside the sound, where there is a page: `speech`, and the like."""
        ...

    def hand_over(self, ticket: str) -> list[Message]:
        """Gives the call back to the gateway, for a person's queue."""
        ...

    def hang_up(self) -> list[Message]:
        """Ends the call."""
        ...


@dataclass(slots=True)
class WholeSamples:
    """Cuts sound that comes in pieces of any length at samples."""

    _odd: bytes = b""

    def take(self, pcm16: bytes) -> list[Signal]:
        """The whole samples there are now."""
        data = self._odd + pcm16
        end = len(data) - len(data) % BYTES_PER_SAMPLE
        self._odd = data[end:]
        return [Audio(data[:end])] if end else []

"""What waits for its turn in a call."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from channels.voice.speech import Heard


@dataclass(frozen=True, slots=True)
class Utterance:
    """Speech on its way to words.

    Attributes:
        over_text: It began over words that may not be interrupted.
        interrupted: It stopped what we said.
    """

    recognition: asyncio.Task[Heard]
    over_text: bool
    interrupted: bool


@dataclass(frozen=True, slots=True, repr=False)
class Entry:
    """Digits or a choice: complete as they are."""

    text: str = ""
    button: str | None = None

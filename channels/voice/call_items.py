"""What waits for its turn in a call."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from channels.voice.keypad import CANCEL, CONFIRM, PERSON
from channels.voice.speech import Heard

ASK_PERSON: Final = "/human_handoff"


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


Item = Utterance | Entry


def set_aside(items: asyncio.Queue[Item]) -> None:
    """Mark what waits as spoken over words that may not be interrupted: it answers nothing."""
    waiting = [items.get_nowait() for _ in range(items.qsize())]
    for item in waiting:
        aside = replace(item, over_text=True) if isinstance(item, Utterance) else item
        items.put_nowait(aside)


def choice(key: str, buttons: Sequence[str], *, is_confirmation: bool) -> Entry | None:
    """What a key chooses while no digits are collected; None for nothing.

    Args:
        key: One that `Keypad` gave as a command.
        buttons: Choices offered last; the first is key 1.
        is_confirmation: A yes or a no is asked for.
    """
    if key == PERSON:
        return Entry(button=ASK_PERSON)
    if key in {CONFIRM, CANCEL} and is_confirmation and not buttons:
        return Entry(button="/affirm" if key == CONFIRM else "/deny")
    if key.isdigit() and 1 <= int(key) <= len(buttons):
        return Entry(button=buttons[int(key) - 1])
    return None

"""For which channel each bubble of a conversation was said: pure, from the log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from assistant.model.channels import place_of
from assistant.model.events import ChannelChanged, Event, MessageReceived, TurnFinished

T = TypeVar("T")


def places(events: Iterable[tuple[T, Event]]) -> Iterator[tuple[T, Event, str]]:
    """Each event with the place that hears what is said at that point of the log.

    That is where the conversation is held, and during a turn of words from beside, where they came
    from. Words for another place name it themselves.

    Args:
        events: In the order of the log, each with whatever goes with it.
    """
    held = beside = ""
    for with_it, event in events:
        if isinstance(event, MessageReceived):
            beside = place_of(event.channel) if event.beside else ""
            held = held if event.beside else place_of(event.channel)
        elif isinstance(event, ChannelChanged):
            held, beside = place_of(event.channel), ""
        yield with_it, event, getattr(event, "to", "") or beside or held
        if isinstance(event, TurnFinished):
            beside = ""

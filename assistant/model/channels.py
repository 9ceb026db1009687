"""Which channels are one place to speak in, as far as a task is concerned."""

from __future__ import annotations

from typing import Final

from assistant.model.frozen import Frozen

_PART_OF: Final = {"wechat_page": "wechat"}
"""Channels that are part of another: the page behind a chat's own link."""

OWN_LINE: Final = frozenset({"voice"})
"""Channels whose origin names one connection, from which nobody else can speak."""


def place_of(channel: str) -> str:
    """The place a channel belongs to."""
    return _PART_OF.get(channel, channel)


class Speaker(Frozen):
    """Where a conversation is held.

    Attributes:
        place: See `place_of`.
        door: Conversation through which the messages come; "" when they come directly.
    """

    place: str
    door: str = ""

    def is_same(self, other: Speaker) -> bool:
        """Whether both are one place; two calls are two, by their doors."""
        if self.place != other.place:
            return False
        return not self.door or not other.door or self.door == other.door

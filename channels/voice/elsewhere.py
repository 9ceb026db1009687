"""What becomes of a call's task in other channels: pure, from the log of its conversation."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.model.channels import Speaker, place_of
from assistant.model.events import ChannelChanged, HandoffAccepted, MessageReceived, Said
from assistant.model.ids import ConversationId
from assistant.model.tracker import Tracker
from assistant.ports import StoredEvent
from channels.rendering import Words


@dataclass(frozen=True, slots=True)
class News:
    """Something the caller is told although they did not speak.

    Attributes:
        turn: Of the conversation that answers the call.
    """

    turn: int
    text: str


@dataclass(slots=True)
class Elsewhere:
    """Reads the log of the conversation that answers a call, event by event.

    Attributes:
        tracker: Of that conversation, as far as it was read.
        speaker: The call.
        prefix: Of the ids of this call's messages.
        words: For what no event says.
        last_seq: Number of the last event read.
    """

    tracker: Tracker
    speaker: Speaker
    prefix: str
    words: Words
    last_seq: int = 0
    _in_our_turn: bool = False
    _has_lost_it: bool = False

    def goes_on_in(self) -> ConversationId | None:
        """Another conversation, once this one goes on there."""
        return self.tracker.continued.into if self.tracker.continued else None

    def note(self, stored: StoredEvent) -> News | None:
        """Read the next event; one that was read before says nothing."""
        if stored.seq <= self.last_seq:
            return None
        self.last_seq = stored.seq
        event, held_by = stored.event, self.tracker.speaker
        self.tracker.record(event)
        match event:
            case MessageReceived():
                self._in_our_turn = event.message_id.startswith(self.prefix)
            case ChannelChanged():
                was_here = held_by is not None and held_by.is_same(self.speaker)
                self._has_lost_it = was_here and not self._in_our_turn
            case Said() if self._has_lost_it and event.to == self.speaker.place:
                self._has_lost_it = False
                return News(event.turn, event.part.text)
            case HandoffAccepted():
                return News(event.turn, self._colleague())
            case _:
                pass
        return None

    def _colleague(self) -> str:
        """A colleague answers in writing, where the customer is beside the call."""
        held_by = self.tracker.speaker
        is_here = held_by is None or held_by.is_same(self.speaker)
        place = "other" if held_by is None or is_here else place_of(held_by.place)
        return self.words("utter_voice_colleague", place=self.words(f"utter_place_{place}"))

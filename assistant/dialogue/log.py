"""The turn's log: every change of state goes through it, as an event, folded at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar

from assistant.model.events import EVENTS, Event
from assistant.model.events.base import BaseEvent
from assistant.model.release import Release
from assistant.model.tracker import Tracker
from assistant.ports import Clock

E = TypeVar("E", bound=BaseEvent)


@dataclass(slots=True)
class TurnLog:
    """Writes events of one turn.

    Attributes:
        pending: Events folded into the tracker but not stored yet, oldest first.
    """

    tracker: Tracker
    release: Release
    clock: Clock
    pending: list[Event] = field(default_factory=list)

    def add(self, kind: type[E], **fields: Any) -> E:
        """Record one event; time, turn and release are filled in here.

        Args:
            kind: Class of the event.
            fields: Its own fields; pydantic checks them.
        """
        event = kind(
            at=self.clock.now(),
            turn=fields.pop("turn", self.tracker.turn),
            release=self.release.fingerprint,
            **fields,
        )
        checked: Event = EVENTS.validate_python(event)
        self.tracker.record(checked)
        self.pending.append(checked)
        return event

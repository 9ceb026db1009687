"""Stored events as frames of the stream.

A durable frame carries the event's number among the shown ones, so numbers have no gap: an
event nobody may see still has its frame, of type `hidden`. Run and text frames are AG-UI 1.0
events, made with its own models, so that they cannot but validate.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from ag_ui.core import (
    BaseEvent,
    Interrupt,
    RunFinishedEvent,
    RunFinishedInterruptOutcome,
    RunFinishedSuccessOutcome,
    RunStartedEvent,
    TextMessageContentEvent,
    TextMessageEndEvent,
    TextMessageStartEvent,
)
from pydantic import JsonValue

from assistant.model.events import (
    Event,
    MessageReceived,
    Said,
    TurnFinished,
)
from assistant.model.ids import ConversationId
from assistant.model.release import Release
from assistant.ports import StoredEvent
from assistant.response.public import public_event

VERSION: Final = 1
"""Of the envelope."""

Frame = dict[str, JsonValue]
Body = dict[str, JsonValue]

_INTERRUPTING: Final = {"read_back": "confirmation", "code": "step_up"}
"""Kinds of card the customer must answer, to the reason an interrupt gives."""


def iso(at: datetime) -> str:
    """ISO 8601, UTC."""
    return at.isoformat().replace("+00:00", "Z")


def envelope(kind: str, body: Body, at: datetime) -> Frame:
    """A frame that belongs to no conversation yet and carries no number."""
    return {"v": VERSION, "ts": iso(at), "type": kind, "body": body}


@dataclass(slots=True)
class FrameWriter:
    """Writes the frames of one conversation, in the order of its log.

    Attributes:
        epoch: Of the numbering; see the setting `stream_epoch`.
    """

    conversation_id: ConversationId
    epoch: int
    release: Release
    _open: list[Interrupt] = field(default_factory=list)
    _channel: str = ""

    def durable_all(self, stored: Iterable[StoredEvent]) -> list[Frame]:
        """Frames of events, oldest first."""
        return [self.durable(each) for each in stored]

    def durable(self, stored: StoredEvent) -> Frame:
        """The frame of one shown event; events must come in order, from the first of a turn."""
        kind, body = self._content(stored)
        frame = self.control(kind, body, stored.event.at)
        frame["seq"] = stored.frame_seq
        return frame

    def control(self, kind: str, body: Body, at: datetime) -> Frame:
        """A frame without a number."""
        frame = envelope(kind, body, at)
        return {**frame, "conv": self.conversation_id, "epoch": self.epoch}

    def run_started(self, stored: StoredEvent) -> Frame:
        """Tells that a message is being answered."""
        event = RunStartedEvent(
            thread_id=self.conversation_id, run_id=self._run_id(stored.event.turn)
        )
        return self._ag_ui(event, stored.event.at)

    def preview(self, stored: StoredEvent, said: Said) -> list[Frame]:
        """The text of a bubble as AG-UI events; the durable message replaces it."""
        if not said.part.text:
            return []
        message_id = self._message_id(stored)
        events: list[BaseEvent] = [
            TextMessageStartEvent(message_id=message_id, role="assistant"),
            TextMessageContentEvent(message_id=message_id, delta=said.part.text),
            TextMessageEndEvent(message_id=message_id),
        ]
        return [self._ag_ui(event, said.at) for event in events]

    def _content(self, stored: StoredEvent) -> tuple[str, Body]:
        event = stored.event
        match event:
            case MessageReceived():
                self._open.clear()
                self._channel = event.channel
                return "message", self._from_customer(stored, event)
            case Said():
                self._note_question(stored, event)
                return "message", self._said(stored, event)
            case TurnFinished():
                finished = self._finished(event)
                return str(finished["type"]), finished
            case _:
                return "event", self._public(event)

    def _from_customer(self, stored: StoredEvent, event: MessageReceived) -> Body:
        return {
            "message_id": self._message_id(stored),
            "role": "customer",
            "turn": event.turn,
            "text": event.text or event.button or "",
            "response_key": None,
            "buttons": [],
            "citations": [],
            "card": None,
            "ai_generated": False,
            "cmid": event.message_id,
            "channel": event.channel,
        }

    def _said(self, stored: StoredEvent, event: Said) -> Body:
        return {
            "message_id": self._message_id(stored),
            "role": event.author,
            "turn": event.turn,
            **event.part.model_dump(mode="json"),
            "channel": event.to or self._channel,
        }

    def _public(self, event: Event) -> Body:
        return public_event(event, self.release) or {"type": "hidden"}

    def _note_question(self, stored: StoredEvent, event: Said) -> None:
        kind = event.part.card.get("kind") if event.part.card else None
        reason = _INTERRUPTING.get(str(kind))
        if reason is not None:
            message_id = self._message_id(stored)
            self._open.append(Interrupt(id=message_id, reason=reason, message=event.part.text))

    def _finished(self, event: TurnFinished) -> Body:
        outcome: RunFinishedSuccessOutcome | RunFinishedInterruptOutcome
        if self._open:
            outcome = RunFinishedInterruptOutcome(interrupts=list(self._open))
        else:
            outcome = RunFinishedSuccessOutcome()
        self._open.clear()
        finished = RunFinishedEvent(
            thread_id=self.conversation_id, run_id=self._run_id(event.turn), outcome=outcome
        )
        return finished.model_dump(mode="json", by_alias=True)

    def _ag_ui(self, event: BaseEvent, at: datetime) -> Frame:
        body = event.model_dump(mode="json", by_alias=True)
        return self.control(str(body["type"]), body, at)

    def _message_id(self, stored: StoredEvent) -> str:
        return f"{self.conversation_id}:{stored.frame_seq}"

    def _run_id(self, turn: int) -> str:
        return f"{self.conversation_id}:run-{turn}"

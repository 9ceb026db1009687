"""Events: what became true in a conversation, past tense, append-only.

The log is the truth; the tracker is a fold over it and replay must rebuild it. `shown`
marks the events that people see in the timeline: those get the gap-free number a page
resumes from. Values a customer must not see again (codes) are masked before they get here.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, TypeAdapter

from assistant.model.events.base import BaseEvent, Frame
from assistant.model.events.deeds import (
    Abstained,
    ActionFinished,
    Answered,
    Calculated,
    ProofEntry,
    Recommended,
)
from assistant.model.events.moves import (
    ChannelChanged,
    ConversationContinued,
    TaskHeld,
    TaskOffered,
)
from assistant.model.events.people import (
    CodeSent,
    HandoffAccepted,
    HandoffEnded,
    HandoffRequested,
    ReviewCalled,
    ReviewDecided,
    ReviewRequested,
    SignedIn,
    StepUpFailed,
    StepUpPassed,
    StepUpRequested,
    WokenUp,
)
from assistant.model.events.progress import (
    Asked,
    Clarified,
    Confirmed,
    FlowCancelled,
    FlowCompleted,
    FlowInterrupted,
    FlowResumed,
    FlowStarted,
    PlanChanged,
    PlanItem,
    SlotCorrected,
    SlotSet,
    StackChanged,
)
from assistant.model.events.risk import RiskDecided, ScamHeard
from assistant.model.events.talk import (
    Chatted,
    CommandsUnderstood,
    ContentErased,
    ConversationStarted,
    FeedbackGiven,
    LocaleChanged,
    MessageReceived,
    NotUnderstood,
    ReplyReviewed,
    Said,
    TurnFinished,
    TurnResumed,
)

Event = Annotated[
    ConversationStarted
    | MessageReceived
    | LocaleChanged
    | CommandsUnderstood
    | NotUnderstood
    | Chatted
    | ReplyReviewed
    | Said
    | TurnFinished
    | TurnResumed
    | FeedbackGiven
    | ContentErased
    | FlowStarted
    | FlowCompleted
    | FlowCancelled
    | FlowInterrupted
    | FlowResumed
    | PlanChanged
    | StackChanged
    | SlotSet
    | SlotCorrected
    | Asked
    | Confirmed
    | Clarified
    | SignedIn
    | StepUpRequested
    | CodeSent
    | StepUpPassed
    | StepUpFailed
    | ReviewRequested
    | ReviewCalled
    | ReviewDecided
    | WokenUp
    | TaskOffered
    | TaskHeld
    | ConversationContinued
    | ChannelChanged
    | HandoffRequested
    | HandoffAccepted
    | HandoffEnded
    | ActionFinished
    | Answered
    | Calculated
    | Abstained
    | Recommended
    | ScamHeard
    | RiskDecided,
    Field(discriminator="type"),
]

EVENTS: TypeAdapter[Event] = TypeAdapter(Event)

__all__ = [
    "EVENTS",
    "Abstained",
    "ActionFinished",
    "Answered",
    "Asked",
    "BaseEvent",
    "Calculated",
    "ChannelChanged",
    "Chatted",
    "Clarified",
    "CodeSent",
    "CommandsUnderstood",
    "Confirmed",
    "ContentErased",
    "ConversationContinued",
    "ConversationStarted",
    "Event",
    "FeedbackGiven",
    "FlowCancelled",
    "FlowCompleted",
    "FlowInterrupted",
    "FlowResumed",
    "FlowStarted",
    "Frame",
    "HandoffAccepted",
    "HandoffEnded",
    "HandoffRequested",
    "LocaleChanged",
    "MessageReceived",
    "NotUnderstood",
    "PlanChanged",
    "PlanItem",
    "ProofEntry",
    "Recommended",
    "ReplyReviewed",
    "ReviewCalled",
    "ReviewDecided",
    "ReviewRequested",
    "RiskDecided",
    "Said",
    "ScamHeard",
    "SignedIn",
    "SlotCorrected",
    "SlotSet",
    "StackChanged",
    "StepUpFailed",
    "StepUpPassed",
    "StepUpRequested",
    "TaskHeld",
    "TaskOffered",
    "TurnFinished",
    "TurnResumed",
    "WokenUp",
]

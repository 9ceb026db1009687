"""The tracker: state of one conversation, folded from its events and from nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never

from pydantic import JsonValue

from assistant.model.assurance import Assurance
from assistant.model.channels import OWN_LINE, Speaker, place_of
from assistant.model.events import (
    Abstained,
    ActionFinished,
    Answered,
    Asked,
    Calculated,
    ChannelChanged,
    Chatted,
    Clarified,
    CodeSent,
    CommandsUnderstood,
    Confirmed,
    ContentErased,
    ConversationContinued,
    ConversationStarted,
    Event,
    FeedbackGiven,
    FlowCancelled,
    FlowCompleted,
    FlowInterrupted,
    FlowResumed,
    FlowStarted,
    Frame,
    HandoffAccepted,
    HandoffEnded,
    HandoffRequested,
    LocaleChanged,
    MessageReceived,
    NotUnderstood,
    PlanChanged,
    Recommended,
    ReplyReviewed,
    ReviewCalled,
    ReviewDecided,
    ReviewRequested,
    RiskDecided,
    Said,
    ScamHeard,
    SignedIn,
    SlotCorrected,
    SlotSet,
    StackChanged,
    StepUpFailed,
    StepUpPassed,
    StepUpRequested,
    TaskHeld,
    TaskOffered,
    TurnFinished,
    TurnResumed,
    WokenUp,
)
from assistant.model.ids import ConversationId, CustomerId, MessageId, SlotName, TicketId
from assistant.model.message import Locale

_UNDERSTOOD = frozenset({"other_institution", "what_to_change"})
"""Reasons for which nothing is done although the customer was understood."""

_RISKY = frozenset({"hold", "deny"})
"""Decisions that take the highest level back: the next change needs a fresh proof."""


@dataclass(slots=True)
class Tracker:
    """What is true now in one conversation.

    Attributes:
        events: The log, oldest first.
        turns: Message id to the turn it opened.
        finished: Turns whose reply is complete.
        session: Which sign-in speaks; None while nobody signed in.
        sessions: Sign-ins that have spoken.
        origin: Where the last message came from, hashed; "" when the channel cannot tell.
        assured_channel: Channel in which the level was earned; None until a message came.
        signed_in: Last sign-in the channel vouched for; such a conversation is that customer's.
        stack: Dialogue stack, bottom first.
        plan: Wishes of a message that held several, and which is under way.
        asked: The open question.
        confirmed: Last yes to a read-back.
        assurance: Level earned, before decay.
        assured_at: When that level was last earned, UTC.
        last_turn_at: When the last turn ended, UTC.
        proofs: Passed one-time codes with a purpose, newest last.
        failures: Times in a row that nothing fitted.
        unsettled: Actions that ended `unknown` and were not reconciled yet, by key.
        reviews: What waits for a colleague's decision, by ticket, oldest first.
        scam: The last time the talk sounded like a scam.
        speaker: Where the conversation is held; None before the first message.
        changed_place: Whether the last message came from another place than the one before.
        beside: Words from another channel that do not count yet.
        asides: Turns of words that were not taken because the task is held elsewhere.
        held_off: Place that was told so last.
        proved: Last proof given without a sign-in on a line of its own, by origin.
        offer: The last offer to go on with a task of another conversation.
        continued: This conversation goes on in another one.
        erased: Part of the log can no longer be read, so nothing may be continued from it.
    """

    conversation_id: ConversationId
    events: list[Event] = field(default_factory=list)
    turn: int = 0
    turns: dict[MessageId, int] = field(default_factory=dict)
    finished: set[int] = field(default_factory=set)
    customer_id: CustomerId | None = None
    signed_in: SignedIn | None = None
    session: str | None = None
    sessions: set[str] = field(default_factory=set)
    origin: str = ""
    assured_channel: str | None = None
    channel: str = "web"
    locale: Locale = "zh-Hans"
    locale_chosen: bool = False
    slots: dict[str, JsonValue] = field(default_factory=dict)
    stack: tuple[Frame, ...] = ()
    frames_opened: int = 0
    plan: PlanChanged | None = None
    asked: Asked | None = None
    confirmed: Confirmed | None = None
    assurance: Assurance = Assurance.VISITOR
    assured_at: datetime | None = None
    last_turn_at: datetime | None = None
    code: CodeSent | None = None
    proofs: list[StepUpPassed] = field(default_factory=list)
    failures: int = 0
    ticket: HandoffRequested | None = None
    colleague: str | None = None
    unsettled: dict[str, ActionFinished] = field(default_factory=dict)
    reviews: dict[str, ReviewRequested] = field(default_factory=dict)
    scam: ScamHeard | None = None
    speaker: Speaker | None = None
    changed_place: bool = False
    beside: MessageReceived | None = None
    asides: set[int] = field(default_factory=set)
    held_off: str = ""
    proved: dict[str, StepUpPassed] = field(default_factory=dict)
    offer: TaskOffered | None = None
    continued: ConversationContinued | None = None
    erased: bool = False

    @classmethod
    def replay(cls, conversation_id: ConversationId, events: Iterable[Event]) -> Tracker:
        """Rebuild the state from the log."""
        tracker = cls(conversation_id)
        for event in events:
            tracker.record(event)
        return tracker

    @property
    def top(self) -> Frame | None:
        """The active frame."""
        return self.stack[-1] if self.stack else None

    @property
    def task(self) -> Frame | None:
        """The task the customer is in; what it has called stands above it."""
        return next((frame for frame in reversed(self.stack) if frame.kind == "flow"), None)

    @property
    def ticket_id(self) -> TicketId | None:
        """The open handoff ticket."""
        return self.ticket.ticket if self.ticket else None

    def last_deed(self) -> ActionFinished | None:
        """How the last change asked of the bank ended, as far as it is known now."""
        for event in reversed(self.events):
            if isinstance(event, ActionFinished) and event.idempotency_key is not None:
                return event
        return None

    def in_turn(self, turn: int) -> list[Event]:
        """Events of one turn, oldest first."""
        return [event for event in self.events if event.turn == turn]

    def last_said(self, besides: frozenset[str] = frozenset()) -> list[Said]:
        """What was said in the last turn that said anything besides these response keys."""
        said = [
            event
            for event in self.events
            if isinstance(event, Said)
            and event.part.response_key not in besides
            and not (event.to or event.turn in self.asides)
        ]
        return [event for event in said if event.turn == said[-1].turn] if said else []

    def record(self, event: Event) -> None:  # noqa: C901, PLR0915 - one complete fold
        """Append one event and update the state it implies."""
        self.events.append(event)
        match event:
            case ConversationStarted() | LocaleChanged():
                self.locale, self.locale_chosen = event.locale, event.locale_chosen
            case MessageReceived():
                self._receive(event)
            case TurnFinished():
                self._finish(event)
            case NotUnderstood():
                self.failures += event.reason not in _UNDERSTOOD
            case FlowStarted():
                self.frames_opened += 1
                self.failures = 0
            case SlotSet() | SlotCorrected():
                self._set(event.slot, event.value)
            case StackChanged():
                self.stack = event.stack
            case PlanChanged():
                self.plan = event
            case Asked():
                self.asked = event if event.slot else None
            case Confirmed():
                self.confirmed = event
            case ActionFinished():
                self._settle(event)
            case SignedIn():
                self._sign_in(event)
            case CodeSent():
                self.code = event
            case StepUpPassed():
                self.customer_id = event.customer_id or self.customer_id
                self.assurance, self.assured_at = event.level, event.at
                self.assured_channel = self.channel
                self.code = None
                self.proofs.append(event)
                if self.session is None and self.channel in OWN_LINE:
                    self.proved[self.origin] = event
            case TaskOffered():
                self.offer = event
            case TaskHeld():
                self.asides.add(event.turn)
                self.held_off, self.beside = event.place, None
            case ConversationContinued():
                self.continued = event
            case ChannelChanged():
                self.beside, self.held_off = None, ""
                self._speak(event.channel, event.door, event.origin)
            case HandoffRequested():
                self.ticket, self.failures = event, 0
            case ReviewRequested():
                self.reviews[event.ticket] = event
            case ReviewDecided():
                self.reviews.pop(event.ticket, None)
            case RiskDecided():
                if event.decision in _RISKY:
                    self.assurance = min(self.assurance, Assurance.BOUND_CARD)
            case ScamHeard():
                self.scam = event
            case HandoffAccepted():
                self.colleague = event.colleague
            case HandoffEnded():
                self.ticket = self.colleague = None
            case ContentErased():
                self.erased, self.customer_id = True, event.customer_id
            case Answered() | FlowCompleted() | FlowCancelled() | FlowResumed():
                self.failures = 0
            case (
                CommandsUnderstood()
                | Abstained()
                | Calculated()
                | Chatted()
                | Clarified()
                | FeedbackGiven()
                | FlowInterrupted()
                | Recommended()
                | ReplyReviewed()
                | ReviewCalled()
                | Said()
                | StepUpFailed()
                | StepUpRequested()
                | WokenUp()
                | TurnResumed()
            ):
                pass
            case _:
                assert_never(event)

    def _receive(self, event: MessageReceived) -> None:
        self.turn = event.turn
        self.turns[event.message_id] = event.turn
        self.beside = event if event.beside else None
        if not event.beside:
            self.held_off = ""  # what was asked beside has been overtaken
            self._speak(event.channel, event.door, event.origin)

    def _speak(self, channel: str, door: str, origin: str) -> None:
        """From here on the customer speaks here."""
        speaker = Speaker(place=place_of(channel), door=door)
        self.changed_place = self.speaker is not None and not speaker.is_same(self.speaker)
        self.speaker, self.channel, self.origin = speaker, channel, origin
        if self.assured_channel not in {None, channel}:
            # What was proved in another channel proves no more here than who it is.
            self.assurance = min(self.assurance, Assurance.REAL_NAME)
            self.proofs.clear()
        self.assured_channel = channel

    def _finish(self, event: TurnFinished) -> None:
        self.finished.add(event.turn)
        self.beside = None
        if event.turn not in self.asides:  # words from beside keep no level alive
            self.last_turn_at = event.at

    def _sign_in(self, event: SignedIn) -> None:
        session = event.session or event.signed_in_at.isoformat()
        if self.session not in {None, session}:  # codes belong to the session that passed them
            self.proofs.clear()
            self.code = None
        self.customer_id, self.signed_in = event.customer_id, event
        self.assurance, self.assured_at = event.level, event.signed_in_at
        self.session = session
        self.sessions.add(session)

    def _set(self, slot: SlotName, value: JsonValue) -> None:
        if value is None:
            self.slots.pop(slot, None)
        else:
            self.slots[slot] = value

    def _settle(self, event: ActionFinished) -> None:
        key = event.idempotency_key
        if key is None:
            return
        if event.outcome == "unknown":
            self.unsettled[key] = event
        else:
            self.unsettled.pop(key, None)

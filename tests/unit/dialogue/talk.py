"""Talking to the engine in commands: real turns, in memory, over a fake gateway."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from assistant.acting.context import Ports
from assistant.adapters.memory import (
    MemoryBroadcast,
    MemoryDesk,
    MemoryEventStore,
    MemoryLock,
    MemoryReviewQueue,
)
from assistant.conversation import Conversations
from assistant.errors import KnowledgeUnavailable
from assistant.model.commands import CorrectSlot, SetSlot, StartFlow
from assistant.model.events import EVENTS
from assistant.model.message import InboundMessage, SignIn
from assistant.model.tracker import Tracker
from assistant.ports import Understood
from assistant.turn import Assistant
from tests.fakes import FixedClock, SequentialIds
from tests.fakes_gateway import FakeGateway, FakeIdentity


@dataclass
class ScriptedUnderstander:
    """Implements the Understander port: says what it was told to say next."""

    next: tuple = ()

    async def understand(self, text, tracker, release):
        return Understood(commands=self.next, by="rules")


@dataclass
class OneShelf:
    """Implements the Knowledge port: these passages answer everything; None fails."""

    hits: list | None = field(default_factory=list)

    async def search(self, question, *, as_of, limit=5, **_):
        if self.hits is None:
            raise KnowledgeUnavailable
        return self.hits


class Watched(Conversations):
    """Remembers the log of every held conversation, so that it can be compared with a replay."""

    logs: list = []

    def _conversation(self, tracker, last_seq):
        held = super()._conversation(tracker, last_seq)
        self.logs.append(held.log)
        return held


@dataclass
class Talk:
    """One conversation, checked after every turn: replaying the log gives the same tracker."""

    release: object
    clock: FixedClock = field(default_factory=FixedClock)
    gateway: FakeGateway = field(default_factory=FakeGateway)
    knowledge: OneShelf = field(default_factory=OneShelf)
    sign_in: SignIn | None = None
    conversation_id: str | None = None
    messages: int = 0

    def __post_init__(self):
        ids = SequentialIds()
        self.identity = FakeIdentity(self.clock)
        self.desk = MemoryDesk(self.clock, ids)
        self.understander = ScriptedUnderstander()
        conversations = Watched(
            store=MemoryEventStore(),
            lock=MemoryLock(),
            broadcast=MemoryBroadcast(),
            clock=self.clock,
            ids=ids,
            release=self.release,
        )
        ports = Ports(
            actions=self.gateway,
            identity=self.identity,
            knowledge=self.knowledge,
            desk=self.desk,
            reviews=MemoryReviewQueue(self.clock, ids),
            clock=self.clock,
            ids=ids,
        )
        self.assistant = Assistant(
            understander=self.understander,
            release=self.release,
            ports=ports,
            conversations=conversations,
        )

    def change_release(self, release):
        """A new release comes into force under the running conversation."""
        conversations = replace(self.assistant.conversations, release=release)
        self.release = release
        self.assistant = replace(self.assistant, release=release, conversations=conversations)

    async def say(self, *commands, text="…", message_id=None):
        """One message that is understood as these commands; returns the turn."""
        if self.conversation_id is None:
            conversations = self.assistant.conversations
            self.conversation_id = await conversations.open(channel="web", sign_in=self.sign_in)
        self.messages += 1
        self.understander.next = commands
        message = InboundMessage(
            message_id=message_id or f"m{self.messages}",
            conversation_id=self.conversation_id,
            text=text,
            sign_in=self.sign_in,
        )
        turn = await self.assistant.handle(message)
        self._check_replay()
        return turn

    @property
    def tracker(self):
        return Watched.logs[-1].tracker

    @property
    def slots(self):
        return self.tracker.slots

    @property
    def asked(self):
        return self.tracker.asked.slot if self.tracker.asked else None

    @property
    def stack(self):
        return [frame.flow for frame in self.tracker.stack]

    def _check_replay(self):
        tracker = self.tracker
        stored = [EVENTS.validate_json(EVENTS.dump_json(event)) for event in tracker.events]
        assert Tracker.replay(self.conversation_id, stored) == tracker


def start(flow):
    return StartFlow(flow=flow)


def give(slot, value):
    return SetSlot(slot=slot, value=value)


def correct(slot, value):
    return CorrectSlot(slot=slot, value=value)


def keys(turn):
    """Response keys of the replies, in order."""
    return [part.response_key for part in turn.replies]


def texts(turn):
    return [part.text for part in turn.replies]


def kinds(turn):
    """Types of the public events, in order."""
    return [event["type"] for event in turn.events]


def outcome(turn):
    """Outcomes of the actions executed in the turn."""
    return [e["outcome"] for e in turn.events if e["type"] == "action_executed"]

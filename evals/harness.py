"""Conversations with the whole assistant in one process, each with a bank of its own.

Models and content are loaded once and shared; the core bank, the database and the clock are
fresh for each conversation, so that nothing one case does is seen by another.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import httpx
from pydantic import JsonValue

from actions.bank.sandbox.app import create_app
from assistant.adapters.database import open_engine
from assistant.adapters.schema import upgrade_engine
from assistant.errors import AssistantError
from assistant.model.assurance import Assurance
from assistant.model.events import Event, SlotSet, StackChanged
from assistant.model.ids import ActionName, ConversationId, CustomerId, MessageId, SlotName
from assistant.model.message import InboundMessage, Locale, SignIn, Turn
from assistant.model.release import Release
from assistant.ports import Verdict
from assistant.reviews import Reviews
from assistant.turn import Assistant
from channels.bootstrap import Brain, RunningService, build
from channels.settings import Settings
from evals.clock import BANK_DAY, SteppedClock
from evals.stubs import Stub, StubbedGateway

BANK_URL: Final = "http://bank"
BANK_TIMEOUT_S: Final = 5.0
"""Longest call of the in-process bank; generous, because a busy machine is not a finding."""
PAUSE_S: Final = 1.0
"""What passes on the clock before each message: nobody answers in no time."""
FAULT_TIMEOUT_S: Final = 2.0
"""The same in cases that plan a time-out, which then has to be waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """How a conversation begins.

    Attributes:
        level: Assurance of the sign-in, 0 to 4; without a customer it means nothing.
        locale: None lets the assistant tell from the words.
        clock: Time of the assistant and of the bank.
        faults: Bodies of `POST /sandbox/faults`.
        slots: Set after the start, as Rasa's fixtures are.
        stubs: Actions that do not reach the bank.
        bank_timeout_s: How long the assistant waits for the bank.
    """

    customer: str | None = None
    level: int = 3
    channel: str = "web"
    locale: Locale | None = None
    clock: SteppedClock = field(default_factory=SteppedClock)
    faults: tuple[Mapping[str, JsonValue], ...] = ()
    slots: Mapping[str, JsonValue] = field(default_factory=dict)
    stubs: Mapping[ActionName, Stub] = field(default_factory=dict)
    bank_timeout_s: float = BANK_TIMEOUT_S


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnRecord:
    """What one message led to.

    Attributes:
        turn: None when the message was refused.
        events: Everything that became true in the turn, oldest first.
        error: Code of the refusal, such as `message.invalid`.
        ms: Duration in milliseconds.
    """

    said: str
    turn: Turn | None
    events: tuple[Event, ...]
    error: str | None = None
    ms: float = 0.0


@dataclass(slots=True)
class Conversation:
    """One conversation and the bank behind it."""

    id: ConversationId
    assistant: Assistant
    reviews: Reviews
    bank: httpx.AsyncClient
    clock: SteppedClock
    sign_in: SignIn | None
    channel: str
    sent: int = 0

    @property
    def release(self) -> Release:
        """The content in force."""
        return self.assistant.release

    async def say(self, words: str, *, message_id: str | None = None) -> TurnRecord:
        """Send a text, or press a button when the words begin with "/".

        Args:
            words: Text or payload.
            message_id: A given id instead of a fresh one; a repeated id is a repeated message.
        """
        self.sent += 1
        self.clock.advance(PAUSE_S)
        is_payload = words.startswith("/")
        message = InboundMessage(
            message_id=MessageId(message_id or f"m{self.sent}"),
            conversation_id=self.id,
            text="" if is_payload else words,
            button=words if is_payload else None,
            channel=self.channel,
            sign_in=self.sign_in,
        )
        started = self.clock.monotonic_ms()
        try:
            turn = await self.assistant.handle(message)
        except AssistantError as error:
            return TurnRecord(said=words, turn=None, events=(), error=error.code)
        ms = self.clock.monotonic_ms() - started
        events = tuple(event for event in await self.events() if event.turn == turn.turn)
        return TurnRecord(said=words, turn=turn, events=events, ms=ms)

    def signs_in(self, customer: str, level: int) -> None:
        """From the next message on the channel vouches for this customer."""
        self.sign_in = _sign_in(customer, level, self.clock)

    async def decide_review(self, *, approved: bool) -> None:
        """A colleague decides the oldest review that waits.

        Raises:
            LookupError: None waits.
        """
        waiting = await self.reviews.waiting("colleague")
        if not waiting:
            msg = "No review waits for a decision."
            raise LookupError(msg)
        for colleague in ("colleague", "second"):  # two where four eyes are needed
            verdict = Verdict(approved=approved, colleague=colleague)
            decided = await self.reviews.decide(waiting[0].review_id, verdict)
            if decided is None or decided.status != "seconding":
                return

    def advance(self, seconds: float) -> None:
        """Let time pass for the assistant and for the bank."""
        self.clock.advance(seconds)

    async def events(self) -> list[Event]:
        """The whole log, oldest first."""
        stored = await self.assistant.conversations.store.load(self.id)
        return [record.event for record in stored]

    async def bank_state(self, customer: str) -> JsonValue:
        """Everything the bank knows of a customer."""
        answer = await self.bank.get(f"/customers/{customer}")
        answer.raise_for_status()
        state: JsonValue = answer.json()
        return state

    async def journal(self) -> list[str]:
        """Operations that took effect, oldest first."""
        answer = await self.bank.get("/sandbox/journal")
        answer.raise_for_status()
        return [str(entry["operation"]) for entry in answer.json()["entries"]]

    async def entries(self) -> list[tuple[str, str]]:
        """Key and operation of what took effect, oldest first."""
        answer = await self.bank.get("/sandbox/journal")
        answer.raise_for_status()
        return [(str(each["key"]), str(each["operation"])) for each in answer.json()["entries"]]

    async def steps(self) -> set[tuple[str, str]]:
        """Flow steps the conversation stood at."""
        frames = [e.stack for e in await self.events() if isinstance(e, StackChanged)]
        return {(frame.flow, frame.step) for stack in frames for frame in stack if frame.step}


@dataclass(frozen=True, slots=True)
class Harness:
    """Opens conversations.

    Attributes:
        brain: Content and models, shared.
        settings: The deployment's; database and bank are replaced.
        folder: Scratch folder that lives as long as the harness.
    """

    brain: Brain
    settings: Settings
    folder: Path

    @asynccontextmanager
    async def open(self, setup: Setup) -> AsyncIterator[Conversation]:
        """A fresh conversation; bank and database are gone afterwards."""
        with tempfile.TemporaryDirectory(dir=self.folder) as name:
            folder = Path(name)
            app = create_app(
                folder / "bank.db",
                setup.clock.now,
                BANK_DAY.date(),
                template_folder=self.folder / "templates",
            )
            # Unhandled errors become 500 answers, as they do behind a real server.
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            client = httpx.AsyncClient(transport=transport, base_url=BANK_URL)
            try:
                shutil.copyfile(await empty_database(self.folder), folder / "guitai.db")
                settings = self.settings.model_copy(
                    update={
                        "data_dir": folder,
                        "database_url": f"sqlite:///{folder / 'guitai.db'}",
                        "bank_url": BANK_URL,
                        "bank_timeout_s": setup.bank_timeout_s,
                        "redis_url": None,
                    }
                )
                async with build(
                    settings, brain=self.brain, clock=setup.clock, http=client
                ) as service:
                    yield await _begin(service, client, setup)
            finally:
                app.state.bank.close()


async def empty_database(folder: Path) -> Path:
    """A database with all tables in this folder, made once: migrating takes longer than a case."""
    path = folder / "empty.db"
    if not path.exists():
        engine = open_engine(f"sqlite:///{path}")
        await upgrade_engine(engine)
        await engine.dispose()
    return path


async def _begin(service: RunningService, bank: httpx.AsyncClient, setup: Setup) -> Conversation:
    for fault in setup.faults:
        answer = await bank.post("/sandbox/faults", json=dict(fault))
        answer.raise_for_status()
    sign_in = _sign_in(setup.customer, setup.level, setup.clock) if setup.customer else None
    assistant = service.assistant
    if setup.stubs:
        actions = StubbedGateway(assistant.ports.actions, setup.stubs)
        assistant = replace(assistant, ports=replace(assistant.ports, actions=actions))
    conversation_id = await assistant.conversations.open(
        channel=setup.channel, locale=setup.locale, sign_in=sign_in
    )
    if setup.slots:
        async with assistant.conversations.hold_any(conversation_id) as held:
            for slot, value in setup.slots.items():
                held.log.add(SlotSet, slot=SlotName(slot), value=value, origin="flow")
            await held.flush()
    return Conversation(
        id=conversation_id,
        assistant=assistant,
        reviews=service.reviews,
        bank=bank,
        clock=setup.clock,
        sign_in=sign_in,
        channel=setup.channel,
    )


def _sign_in(customer: str, level: int, clock: SteppedClock) -> SignIn:
    return SignIn(customer_id=CustomerId(customer), level=Assurance(level), at=clock.now())

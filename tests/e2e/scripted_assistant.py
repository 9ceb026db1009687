"""An assistant that says what the message asks for: the web channel alone is under test.

Conversations, colleagues, log, lock and broadcast are the real ones; only `handle` is scripted.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date

from assistant.adapters.memory import (
    MemoryBroadcast,
    MemoryDesk,
    MemoryEventStore,
    MemoryLock,
)
from assistant.colleagues import Colleagues
from assistant.conversation import Conversation, Conversations
from assistant.errors import MessageInvalid, StoreUnavailable
from assistant.model.events import (
    FlowStarted,
    HandoffRequested,
    MessageReceived,
    Said,
    SlotSet,
    TurnFinished,
)
from assistant.model.ids import (
    ConversationId,
    DocumentId,
    Fingerprint,
    FlowId,
    FrameId,
    PassageId,
    SlotName,
)
from assistant.model.message import InboundMessage, ReplyPart, Turn
from assistant.model.release import Release, ResponseVariant
from assistant.ports import Clock, IdSource, PassageHit, SentenceHit, StoredEvent
from assistant.ports.knowledge import ScopeChoices
from assistant.response.public import public_turn

RELEASE = Release(
    fingerprint=Fingerprint("r-test"),
    flows={},
    slots={},
    responses={
        "utter_colleague_joined": (ResponseVariant(text={"zh-Hans": "{colleague}"}),),
        "utter_colleague_left": (ResponseVariant(text={"zh-Hans": "{colleague}"}),),
    },
)
CARD_LOSS = DocumentId("debit-card-loss")
READ_BACK = {
    "kind": "read_back",
    "title": "T",
    "rows": [],
    "confirm": "/affirm",
    "cancel": "/deny",
}


class DefectError(RuntimeError):
    """A programming error, with personal data in its text."""


@dataclass
class LossyBroadcast(MemoryBroadcast):
    """Loses the first events of each batch, when told to."""

    loses: int = 0

    async def publish(self, conversation_id: ConversationId, events: Sequence[StoredEvent]) -> None:
        await super().publish(conversation_id, events[self.loses :])


@dataclass
class ScriptedAssistant:
    conversations: Conversations
    desk: MemoryDesk
    calls: list[InboundMessage] = field(default_factory=list)
    may_go_on: asyncio.Event = field(default_factory=asyncio.Event)
    reached: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, message: InboundMessage) -> Turn:
        self.calls.append(message)
        if not message.text.strip() and not message.button:
            raise MessageInvalid(problem="empty")
        if len(message.text) > 4000:
            raise MessageInvalid(problem="too_long")
        if message.text == "store is down":
            raise StoreUnavailable
        if message.text == "defect":
            msg = "customer 13800001001"
            raise DefectError(msg)
        async with self.conversations.hold(message.conversation_id, message.sign_in) as held:
            number = held.log.tracker.turns.get(message.message_id)
            if number is None:
                await self._answer(held, message)
            number = held.log.tracker.turns[message.message_id]
            level = message.sign_in.level if message.sign_in else 0
            return public_turn(held.log.tracker, number, RELEASE, level)

    async def recover(self) -> int:
        return 0

    async def settle_unknown(self) -> int:
        return 0

    async def _answer(self, held: Conversation, message: InboundMessage) -> None:
        log = held.log
        turn = log.tracker.turn + 1
        log.add(
            MessageReceived,
            turn=turn,
            message_id=message.message_id,
            text=message.text,
            button=message.button,
            channel=message.channel,
        )
        sign_in = message.sign_in
        if sign_in and held.log.tracker.session != sign_in.session_id:
            held.note_sign_in(sign_in, sign_in.level)
        await held.flush()
        if message.text == "slow":
            self.reached.set()
            await self.may_go_on.wait()
        if message.text == "flow":
            log.add(FlowStarted, flow=FlowId("lock_card"), frame_id=FrameId("f1"))
            log.add(SlotSet, slot=SlotName("card"), value=None, origin="reset")
        if message.button == "/human_handoff":
            ticket = await self.desk.request(
                message.conversation_id, log.tracker.customer_id, "asked", "summary"
            )
            log.add(
                HandoffRequested,
                ticket=ticket.ticket_id,
                position=ticket.position,
                eta_s=ticket.eta_s,
                reason="asked",
            )
        card = READ_BACK if message.text == "read back" else None
        log.add(Said, part=ReplyPart(text=f"echo {message.text or message.button}", card=card))
        log.add(
            TurnFinished,
            message_id=message.message_id,
            level=sign_in.level if sign_in else 0,
        )
        await held.flush()


@dataclass(frozen=True)
class StoredDocument:
    document_id: DocumentId = CARD_LOSS
    title: str = "借记卡挂失"
    version: str = "2026-09-01"
    effective_from: date = date(2026, 9, 1)
    effective_to: date | None = None
    owner: str = "个人金融部"
    body: str = "# 借记卡挂失\n\n## 办理方式\n\n拨打电话。\n\n### 夜间\n\n```\n# 不是标题\n```\n"


class OneDocument:
    def find(self, document_id: str, version: str | None, as_of: date) -> StoredDocument | None:
        document = StoredDocument()
        fits = document_id == document.document_id and version in {None, document.version}
        return document if fits and as_of >= document.effective_from else None

    def choices(self) -> ScopeChoices:
        return ScopeChoices(audience=("retail",), products=("debit-card",), channels=("web",))


class NothingDue:
    """Nobody is to be told anything later."""

    async def ring(self) -> int:
        return 0


class NoReviews:
    """Nothing waits for a decision and nothing was decided."""

    async def waiting(self):
        return []

    async def find(self, review_id):
        return None

    async def carry_out(self):
        return 0


SENTENCE = "拨打<电话>。"
ROW = "| 夜间 | 24小时 |"
PASSAGE = PassageHit(
    passage_id=PassageId("debit-card-loss@2026-09-01#办理方式-1"),
    document_id=CARD_LOSS,
    title="借记卡挂失",
    section="办理方式",
    version="2026-09-01",
    effective_from=date(2026, 9, 1),
    effective_to=None,
    text=f"- {SENTENCE}\n\n| 时间 | 服务 |\n|---|---|\n{ROW}",
    score=0.9,
    sentences=(SentenceHit(text=SENTENCE, score=0.9), SentenceHit(text=ROW, score=0.4)),
)


class OneText:
    """Text of the stored document, and what every search finds."""

    def version(self, document_id: str, version: str) -> list[PassageHit]:
        return [PASSAGE] if document_id == CARD_LOSS else []

    async def search(self, question: str, **_: object) -> list[PassageHit]:
        return [PASSAGE]


@dataclass
class ScriptedService:
    clock: Clock
    ids: IdSource
    broadcast: LossyBroadcast = field(default_factory=LossyBroadcast)
    release: Release = RELEASE
    library: OneDocument = field(default_factory=OneDocument)
    documents: OneText = field(default_factory=OneText)
    knowledge: OneText = field(default_factory=OneText)
    checks: dict[str, str] = field(default_factory=lambda: {"database": "ok"})
    assistant: ScriptedAssistant = field(init=False)
    colleagues: Colleagues = field(init=False)
    reviews: NoReviews = field(default_factory=NoReviews)
    wake_ups: NothingDue = field(default_factory=NothingDue)

    def __post_init__(self) -> None:
        conversations = Conversations(
            store=MemoryEventStore(),
            lock=MemoryLock(),
            broadcast=self.broadcast,
            clock=self.clock,
            ids=self.ids,
            release=self.release,
        )
        desk = MemoryDesk(self.clock, self.ids)
        self.assistant = ScriptedAssistant(conversations, desk)
        self.colleagues = Colleagues(desk=desk, conversations=conversations)

    async def readiness(self) -> dict[str, str]:
        return self.checks

    @asynccontextmanager
    async def opened(self, _: object) -> AsyncIterator[ScriptedService]:
        yield self

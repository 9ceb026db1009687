"""Settings → running assistant. The only module that names concrete adapters."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from threadpoolctl import threadpool_limits

from actions.bank.http_client import bank_client
from actions.bank.port import BankApi
from actions.catalogue import ACTIONS
from actions.gateway import Gateway
from actions.identity import BankIdentity
from actions.ledger import Ledger
from actions.ledger_store import database_time
from actions.settlement import Patience
from assistant.acting.context import BANK_ZONE, Ports
from assistant.acting.dispatch import BUILT_IN, is_built_in
from assistant.adapters.desk import SqlHandoffDesk
from assistant.adapters.event_store import SqlEventStore
from assistant.adapters.review import SqlReviewQueue
from assistant.adapters.schema import upgrade_engine
from assistant.adapters.system import RandomIds, SystemClock
from assistant.adapters.vault import SqlSealer
from assistant.adapters.wake_ups import SqlWakeUps
from assistant.colleagues import Colleagues
from assistant.continuity import Continuity
from assistant.conversation import Conversations
from assistant.errors import StoreUnavailable
from assistant.exports import Exports
from assistant.model.ids import ActionName
from assistant.model.release import Release
from assistant.ports import Broadcast, Clock, IdSource, Knowledge, Understander
from assistant.reads import Reads
from assistant.receipts import Receipts
from assistant.reviews import Reviews
from assistant.turn import Assistant
from assistant.understanding.classifier import train
from assistant.understanding.labels import label_texts
from assistant.understanding.local import LocalUnderstander
from assistant.understanding.normalise import normalise
from assistant.understanding.thresholds import Thresholds
from assistant.wake_ups import WakeUps
from channels.composition_bank import core_bank
from channels.composition_between import between_processes
from channels.composition_evidence import house_kept, make_privacy
from channels.composition_foreign import foreign_actions
from channels.composition_impact import ImpactDesk
from channels.composition_index import index_state, watched
from channels.composition_keys import open_database, signing_keys
from channels.composition_moves import make_continuity, task_moves
from channels.composition_risk import risk_desk, scam_watch
from channels.composition_seeing import make_reviews
from channels.composition_understanding import let_go, phrasing_model, with_servers
from channels.settings import Settings
from knowledge.cross_encoder import CrossEncoderPairs
from knowledge.embedding import BUNDLED, SentenceEncoder
from knowledge.example_vectors import ExampleVectors
from knowledge.indexing import BuiltIndex, build_index, search_in
from knowledge.loader import load
from knowledge.lookup import DocumentLibrary
from knowledge.retrieval import HybridKnowledge
from knowledge.vectors import Progress
from knowledge.whole_documents import WholeDocuments

_RUN_BY_NAME = ("validate_", "prefill_", "action_ask_")
"""Actions that run because of their names: only when the domain lists them, as in Rasa."""


_SHORTEST_LEASE_S = 5
_LEASE_IN_TIMEOUTS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Brain:
    """What does not change while the assistant runs and is slow to make: content and models."""

    release: Release
    encoder: SentenceEncoder
    built: BuiltIndex
    knowledge: HybridKnowledge
    library: DocumentLibrary
    understander: Callable[[Clock], Understander]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningService:
    """The joined pieces; fits `channels.service.Service`."""

    assistant: Assistant
    colleagues: Colleagues
    reviews: Reviews
    wake_ups: WakeUps
    continuity: Continuity
    receipts: Receipts
    exports: Exports
    impact: ImpactDesk
    broadcast: Broadcast
    clock: Clock
    ids: IdSource
    library: DocumentLibrary
    documents: WholeDocuments
    knowledge: Knowledge
    release: Release
    engine: AsyncEngine = field(repr=False)
    bank_client: httpx.AsyncClient = field(repr=False)
    bank_url: str

    async def readiness(self) -> dict[str, str]:
        """Each dependency to `ok`, or to what is wrong with it."""
        return {
            "database": await self._database(),
            "bank": await self._bank(),
            "content": "ok",
            "knowledge": index_state(self.knowledge),
        }

    async def _database(self) -> str:
        try:
            async with self.engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except (OSError, StoreUnavailable) as error:
            return f"unreachable ({type(error).__name__})"
        return "ok"

    async def _bank(self) -> str:
        try:
            answer = await self.bank_client.get(f"{self.bank_url}/healthz")
        except httpx.HTTPError as error:
            return f"unreachable ({type(error).__name__})"
        return "ok" if answer.is_success else f"answers {answer.status_code}"


def pair_scorer(settings: Settings) -> CrossEncoderPairs | None:
    """The cross-encoder of the settings, None for the learned reranker."""
    return CrossEncoderPairs(settings.reranker) if settings.reranker else None


def gateway_knows(action: ActionName) -> bool:
    """Whether an action exists here, for the content check."""
    if action.startswith(_RUN_BY_NAME):
        return False
    return action in ACTIONS or is_built_in(action)


def our_actions() -> frozenset[ActionName]:
    """Everything the gateway and the engine can run without code of the bank."""
    return frozenset(ACTIONS) | frozenset(ActionName(name) for name in BUILT_IN)


def load_release(folder: Path) -> Release:
    """Read and check a pack.

    Raises:
        ContentError: Every problem, file and line.
    """
    return load(folder, gateway_knows=gateway_knows)


def make_brain(
    settings: Settings,
    progress: Progress | None = None,
    told: Callable[[str], None] | None = None,
) -> Brain:
    """Load content, models and index; the slow half of a start.

    Args:
        settings: The deployment's.
        progress: Told how far embedding is, when there is something to embed.
        told: Told of each part that is done: `content`, `index`, `models`.

    Raises:
        ContentError: The pack is wrong.
        KnowledgeUnavailable: The index cannot be opened.
    """
    encoder = SentenceEncoder(settings.embedding_model or BUNDLED, settings.data_dir / "models")
    warming = encoder.warm()
    release = load_release(settings.content_dir)
    tell = told or _nobody
    tell("content")
    built = build_index(
        settings.content_dir,
        settings.data_dir,
        encoder,
        progress,
        chroma_url=settings.chroma_url,
    )
    knowledge = search_in(built, encoder, release, pairs=pair_scorer(settings))
    tell("index")
    understander = make_understander(settings, release, encoder, progress)
    warming.join()
    tell("models")
    return Brain(
        release=release,
        encoder=encoder,
        built=built,
        knowledge=knowledge,
        library=DocumentLibrary(built.documents),
        understander=understander,
    )


def _nobody(_: str) -> None:
    """Nobody listens."""


def example_vectors(
    settings: Settings, encoder: SentenceEncoder, progress: Progress | None = None
) -> ExampleVectors:
    """Vectors of the release's training examples."""
    return ExampleVectors(encoder, settings.content_dir, settings.data_dir, progress)


def make_understander(
    settings: Settings,
    release: Release,
    encoder: SentenceEncoder,
    progress: Progress | None = None,
) -> Callable[[Clock], Understander]:
    """Train on the release's examples, or read back what was trained before."""
    classifier = train(
        release.examples,
        example_vectors(settings, encoder, progress),
        encoder,
        lambda sentence: normalise(sentence, release.lexicon.rewrites).text,
        (settings.data_dir / "models", encoder.fingerprint),
        label_texts(release),
    )
    # From here on matrices are those of single messages: shared out to two threads, one
    # classification took 8 ms of processor time; on one thread it takes 2.
    threadpool_limits(1, user_api="blas")

    surround = with_servers(settings, release, encoder)

    def make(clock: Clock) -> Understander:
        def today() -> date:
            return clock.now().astimezone(BANK_ZONE).date()

        local = LocalUnderstander(classifier, Thresholds.of(release), today)
        return surround(local, clock)

    return make


@asynccontextmanager
async def build(
    settings: Settings,
    *,
    brain: Brain | None = None,
    clock: Clock | None = None,
    http: httpx.AsyncClient | None = None,
) -> AsyncIterator[RunningService]:
    """Join the pieces; tests and evals pass their own brain, clock and client.

    Args:
        settings: The deployment's.
        brain: Made before, so that many services share one.
        clock: Controlled time.
        http: Client that reaches the bank, for a bank in the same process.

    Raises:
        ContentError: The pack is wrong.
        StoreUnavailable: The database cannot be opened.
    """
    if brain is None:
        brain = await asyncio.to_thread(make_brain, settings)
    clock = clock or SystemClock()
    ids = RandomIds()
    async with AsyncExitStack() as stack:
        understander = brain.understander(clock)
        stack.push_async_callback(let_go, understander)
        engine = open_database(settings)
        stack.push_async_callback(engine.dispose)
        await upgrade_engine(engine)
        await stack.enter_async_context(house_kept(settings, engine, clock))
        client = await stack.enter_async_context(http or bank_client())
        bank = core_bank(settings, brain.release, client, clock)
        lock, broadcast = await between_processes(settings, stack)
        conversations = Conversations(
            store=SqlEventStore(engine),
            lock=lock,
            broadcast=broadcast,
            clock=clock,
            ids=ids,
            release=brain.release,
        )
        desk = SqlHandoffDesk(engine, clock, ids)
        reviews = SqlReviewQueue(engine, clock, ids)
        gateway = await _gateway(settings, brain.release, bank, engine, clock, stack)
        documents = WholeDocuments(brain.library)
        privacy = make_privacy(settings, engine, clock)
        reads = Reads(privacy)
        knowledge = await stack.enter_async_context(watched(settings, brain.knowledge, brain.built))
        phrasing = phrasing_model(settings)
        if phrasing is not None:
            stack.push_async_callback(phrasing.aclose)
        ports = Ports(
            actions=replace(gateway, reviews=reviews),
            scam=scam_watch(settings, brain.release, brain.encoder),
            identity=BankIdentity(bank),
            knowledge=knowledge,
            documents=documents,
            phrasing=phrasing,
            desk=desk,
            reviews=reviews,
            clock=clock,
            ids=ids,
            privacy=privacy,
            wake_ups=SqlWakeUps(engine),
            moves=task_moves(settings, engine),
        )
        assistant = Assistant(
            understander=understander,
            release=brain.release,
            ports=ports,
            conversations=conversations,
        )
        yield RunningService(
            assistant=assistant,
            colleagues=Colleagues(desk=desk, conversations=conversations, reads=reads),
            reviews=make_reviews(settings, ports, conversations, reads),
            wake_ups=WakeUps(ports=ports, conversations=conversations),
            continuity=make_continuity(assistant),
            receipts=Receipts(
                find=gateway.ledger.conversation_of,
                conversations=conversations,
                release=brain.release,
                signer=lambda: signing_keys(settings, "receipts").signer,
                reads=reads,
            ),
            impact=ImpactDesk(conversations.store, brain.release, brain.built.documents, reads),
            exports=Exports(privacy=privacy, release=brain.release, clock=clock),
            broadcast=broadcast,
            clock=clock,
            ids=ids,
            library=brain.library,
            documents=documents,
            knowledge=knowledge,
            release=brain.release,
            engine=engine,
            bank_client=client,
            bank_url=settings.bank_url,
        )


def lease_of(settings: Settings) -> int:
    """Seconds a worker keeps a change for itself: well above the time-out of one bank call."""
    return max(_SHORTEST_LEASE_S, round(_LEASE_IN_TIMEOUTS * settings.bank_timeout_s))


async def _gateway(
    settings: Settings,
    release: Release,
    bank: BankApi,
    engine: AsyncEngine,
    clock: Clock,
    stack: AsyncExitStack,
) -> Gateway:
    ours = our_actions()
    remote, own = await foreign_actions(settings, release, ours, stack)
    table = {
        name: action
        for name, action in ACTIONS.items()
        if name not in own and (name in release.actions or not name.startswith(_RUN_BY_NAME))
    }
    return Gateway(
        bank=bank,
        ledger=Ledger(
            engine=engine,
            clock=clock,
            owner=RandomIds().new("worker"),
            lease_s=lease_of(settings),
            sealer=SqlSealer(engine),
            # A clock that somebody turns is the clock of leases too.
            lease_time=database_time if isinstance(clock, SystemClock) else None,
        ),
        policies=release.policies,
        clock=clock,
        remote=remote,
        table=table,
        relations=release.lexicon.relations,
        risk=risk_desk(release, bank, engine, clock),
        secret_slots=frozenset(
            name for name, slot in release.slots.items() if slot.mask == "secret"
        ),
        patience=Patience(bank_timeout_s=max(1, round(settings.bank_timeout_s))),
        bank_honours_keys=settings.bank_honours_keys,
    )

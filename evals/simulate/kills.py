"""Real processes, killed when the bank has committed and not yet answered.

The bank lives in this process and listens on a socket; each worker is a child that is forked
from here, serves customers with the real assistant and reports over a pipe what they heard.
SIGKILL comes from the bank's own commit, so that nothing the worker does can soften it.

A process that has decided about a risk before must not be forked: the engine of the decision
tables keeps threads, which a child does not inherit. So kills come first in a run.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import signal
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final

import httpx
import uvicorn

from actions.bank.sandbox.app import create_app
from assistant.errors import AssistantError
from assistant.model.assurance import Assurance
from assistant.model.ids import ConversationId, MessageId
from assistant.model.message import InboundMessage, SignIn
from channels.bootstrap import Brain
from channels.settings import Settings
from evals.clock import BANK_DAY, SteppedClock
from evals.simulate.bank import Books
from evals.simulate.episode import A_DAY_S, ASK, CUSTOMER, YES
from evals.simulate.plan import Fault, plan
from evals.simulate.runs import A_WORLD, Failure, Report, Tell
from evals.simulate.told import Finding, Story, outcomes
from evals.simulate.worker import worker
from evals.simulate.world import scratch_database, world_settings

_FORK: Final = multiprocessing.get_context("fork")
_STARTED_S: Final = 30.0
_LOOKS: Final = 14
_LOOK_S: Final = 13
_TRANSFER: Final = "/operations/transfer_money"
_COMMIT: Final = "worker killed between commit and reply"
_ARRIVAL: Final = "worker killed before commit"


@dataclass(frozen=True, slots=True)
class Scene:
    """What a child needs to know.

    Attributes:
        at_s: Its clock, seconds after the bank's day began.
        conversation: The conversation it finds; None: it opens one.
    """

    settings: Settings
    amount: str
    at_s: int
    conversation: str | None = None


@dataclass(slots=True)
class KillingBank:
    """The sandbox's application; kills the worker that waits for a transfer's answer.

    Attributes:
        victim: Process to kill at the next transfer; 0: nobody.
        after_commit: Whether it has committed by then.
    """

    app: Any
    victim: int = 0
    after_commit: bool = True

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One request, ASGI."""
        is_aimed = self.victim and scope["type"] == "http" and scope["path"] == _TRANSFER
        if not is_aimed:
            await self.app(scope, receive, send)
            return
        victim, self.victim = self.victim, 0
        if self.after_commit:
            await self.app(scope, receive, _into_nothing)
        os.kill(victim, signal.SIGKILL)


async def _into_nothing(_: Any) -> None:
    """The answer that never leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KillRun:
    """So many transfers, each cut off by a real kill, then finished by another process."""

    seed: int
    kills: int
    first: int = 0
    database: str | None = None

    async def run(self, brain: Brain, tell: Tell | None = None) -> Report:
        """All of them."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        report = Report("sqlite" if self.database is None else "postgresql", self.seed, self.first)
        end = self.first + self.kills
        with tempfile.TemporaryDirectory(prefix="guitai-kills-") as folder:
            for start in range(self.first, end, A_WORLD):
                place = Path(folder) / f"world-{start}"
                place.mkdir()
                async with _stage(place, self.database) as stage:
                    for number in range(start, min(start + A_WORLD, end)):
                        await stage.kill_one(brain, self.seed, number, report)
                        report.seconds = loop.time() - started
                        if tell is not None:
                            tell(report.total, self.kills)
        return report


@dataclass(slots=True)
class Stage:
    """The bank on its socket, its books, and the database of the workers."""

    bank: KillingBank
    books: Books
    settings: Settings
    clock: SteppedClock
    now_s: int = 0
    children: list[BaseProcess] = field(default_factory=list)

    async def kill_one(self, brain: Brain, seed: int, number: int, report: Report) -> None:
        """One transfer: a worker is killed at it, the next one finds it."""
        planned = plan(seed, number, Fault.KILL_AFTER)
        self.bank.after_commit = planned.commits_first or number % 4 != 0
        story, place = Story(), self.books.place()
        self.now_s += A_DAY_S
        self.clock.advance(A_DAY_S)
        scene = Scene(self.settings, planned.amount, self.now_s)
        heard, code = await self._live(brain, scene, is_victim=True)
        conversation = next((one["conversation"] for one in heard if "conversation" in one), None)
        report.episodes[_COMMIT if self.bank.after_commit else _ARRIVAL] += 1
        if code != -signal.SIGKILL or conversation is None:
            finding = Finding("told wrongly", f"the worker was not killed, it ended with {code}")
            report.failures.append(Failure(number, _COMMIT, (finding,)))
            return
        report.kills += 1
        self.now_s += planned.pause_s
        again = Scene(self.settings, planned.amount, self.now_s, conversation)
        heard, code = await self._live(brain, again, is_victim=False)
        for one in heard:
            story.mismatch = one.get("mismatch", "") or story.mismatch
            story.heard += [(what, one["effects"]) for what in one["said"][len(story.heard) :]]
        effects = len(self.books.effects(place))
        report.effects += effects
        findings = story.judge(effects, is_confirmed=True)
        if code:
            findings.append(Finding("lost", f"the second worker ended with {code}"))
        if findings:
            report.failures.append(Failure(number, _COMMIT, tuple(findings)))

    async def _live(
        self, brain: Brain, scene: Scene, *, is_victim: bool
    ) -> tuple[list[dict[str, Any]], int]:
        """Fork a worker, read what it reports until it ends, and how it ended."""
        reading, writing = os.pipe()
        child = _FORK.Process(target=_serve, args=(brain, scene, writing), daemon=True)
        child.start()
        os.close(writing)
        if is_victim:
            self.bank.victim = child.pid or 0
        try:
            words = await asyncio.wait_for(_read_all(reading, self.books), _STARTED_S * 2)
        finally:
            os.close(reading)
            self.bank.victim = 0
            if child.is_alive():
                await asyncio.to_thread(child.join, _STARTED_S)
        code = child.exitcode
        return words, -1 if code is None else code


async def _read_all(reading: int, books: Books) -> list[dict[str, Any]]:
    """The lines of a pipe until nobody writes any more; each with the books as it came."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(os.dup(reading), "rb")
    )
    found: list[dict[str, Any]] = []
    try:
        while line := await reader.readline():
            found.append({**json.loads(line), "effects": _effects(books, line)})
    finally:
        transport.close()
    return found


def _effects(books: Books, line: bytes) -> int:
    """Transfers since the place the line names; 0 for a line that is about nothing."""
    place = json.loads(line).get("place")
    return 0 if place is None else len(books.effects(place))


@asynccontextmanager
async def _stage(folder: Path, database: str | None) -> AsyncIterator[Stage]:
    clock = SteppedClock()
    app = create_app(folder / "bank.db", clock.now, BANK_DAY.date(), template_folder=folder.parent)
    bank = KillingBank(app)
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    server = uvicorn.Server(
        uvicorn.Config(bank, log_level="critical", lifespan="off", access_log=False)
    )
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        async with scratch_database(folder, database) as url:
            settings = world_settings(folder, url, f"http://127.0.0.1:{port}")
            yield Stage(bank, Books(app.state.bank.connection), settings, clock)
    finally:
        server.should_exit = True
        await serving
        app.state.bank.close()


def _serve(brain: Brain, scene: Scene, writing: int) -> None:
    """The child: a process of its own with a loop of its own; it never returns to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(_serve_customers(brain, scene, writing))
    os._exit(0)


async def _serve_customers(brain: Brain, scene: Scene, writing: int) -> None:
    clock = SteppedClock()
    clock.advance(scene.at_s)
    wire = httpx.AsyncHTTPTransport()
    async with worker(scene.settings, brain, clock, wire) as live:
        conversations = live.assistant.conversations

        async def say(conversation: str, text: str, message_id: str) -> None:
            sign_in = SignIn(customer_id=CUSTOMER, level=Assurance.FULL, at=clock.now())
            message = InboundMessage(
                message_id=MessageId(message_id),
                conversation_id=ConversationId(conversation),
                button=text,
                channel="web",
                sign_in=sign_in,
            )
            await live.assistant.handle(message)

        async def tell(conversation: str) -> bool:
            stored = await conversations.store.load(ConversationId(conversation))
            recorded, worded = outcomes([each.event for each in stored])
            mismatch = "" if recorded == worded else f"recorded {recorded}, worded {worded}"
            _write(writing, {"said": worded, "mismatch": mismatch, "place": 0})
            return bool(worded) and worded[-1] != "unknown"

        if scene.conversation is None:
            sign_in = SignIn(customer_id=CUSTOMER, level=Assurance.FULL, at=clock.now())
            opened = await conversations.open(channel="web", locale=None, sign_in=sign_in)
            _write(writing, {"conversation": opened, "said": []})
            await say(opened, ASK.format(amount=scene.amount), "ask")
            await say(opened, YES, "yes")
            return
        await live.assistant.recover()
        await tell(scene.conversation)
        try:
            await say(scene.conversation, YES, "yes")
        except AssistantError as error:
            _write(writing, {"said": [], "error": error.code})
        for _ in range(_LOOKS):
            if await tell(scene.conversation):
                break
            clock.advance(_LOOK_S)
            await live.assistant.recover()
            await live.assistant.settle_unknown()


def _write(writing: int, words: dict[str, Any]) -> None:
    os.write(writing, json.dumps(words).encode() + b"\n")

"""Assistants that are started, die and are started again over one database and one bank.

They are put together by `channels.bootstrap.build`, so turn, flows, gateway, ledger and event
store are those that serve customers. Only understanding is left out: messages are payloads.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final, cast

import httpx
from sqlalchemy import Connection, event

from actions.gateway import Gateway
from assistant.model.commands import Command
from assistant.model.release import Release
from assistant.model.tracker import Tracker
from assistant.ports import Clock, Understander, Understood
from assistant.turn import Assistant
from assistant.understanding.payloads import read_payload
from channels.bootstrap import Brain, RunningService, build
from channels.settings import Settings
from evals.simulate.bank import WorkerDied

_POLLS: Final = 2
_POLL_S: Final = 0.005
"""Looks at a row that another worker holds: a dead one never lets go, however long one waits."""


class Payloads:
    """Implements the port Understander for messages made of payloads, one a line."""

    async def understand(self, text: str, tracker: Tracker, release: Release) -> Understood:
        """See the port."""
        found: list[Command] = []
        for line in text.splitlines():
            found += read_payload(line, release)
        return Understood(commands=tuple(found), by="payload")


class _NoEncoder:
    """Payloads have no meaning to be embedded; no model was trained with this encoder."""

    fingerprint = "none"


class _NothingBuilt:
    """There are no documents to be found in, hence no index to be watched."""

    index = None
    documents = ()


def payload_brain(release: Release) -> Brain:
    """Content without models: nothing in it is asked for an answer from documents."""

    def make(_: Clock) -> Understander:
        return Payloads()

    nothing = cast("Any", None)
    return Brain(
        release=release,
        encoder=cast("Any", _NoEncoder()),
        built=cast("Any", _NothingBuilt()),
        knowledge=nothing,
        library=nothing,
        understander=make,
    )


@dataclass(slots=True)
class Life:
    """Whether a worker lives. A dead one begins no database transaction and reaches no bank.

    Attributes:
        steps_left: Database transactions until it dies; None: it does not.
    """

    is_dead: bool = False
    steps_left: int | None = None
    on_step: list[Callable[[Connection], None]] = field(default_factory=list)

    def die(self) -> None:
        """From here on nothing happens any more."""
        self.is_dead = True

    def step(self, connection: Connection) -> None:
        """Before each database transaction.

        Raises:
            WorkerDied: It is dead.
        """
        if self.steps_left is not None:
            self.steps_left -= 1
            if self.steps_left <= 0:
                self.die()
        if self.is_dead:
            raise WorkerDied
        for each in self.on_step:
            each(connection)


@dataclass(slots=True)
class Worker:
    """One assistant process, as far as one process can hold several."""

    service: RunningService
    assistant: Assistant
    life: Life


@asynccontextmanager
async def worker(
    settings: Settings, brain: Brain, clock: Clock, transport: httpx.AsyncBaseTransport
) -> AsyncIterator[Worker]:
    """Start an assistant; it is let go, alive or dead, at the end."""
    life = Life()
    client = httpx.AsyncClient(transport=_Mortal(transport, life), base_url=settings.bank_url)
    async with build(settings, brain=brain, clock=clock, http=client) as service:
        event.listen(service.engine.sync_engine, "begin", life.step)
        yield Worker(service, _impatient(service.assistant), life)


def _impatient(assistant: Assistant) -> Assistant:
    """The same assistant, which does not wait seconds for a worker that is dead."""
    gateway = assistant.ports.actions
    if not isinstance(gateway, Gateway):
        return assistant
    patience = replace(gateway.patience, polls=_POLLS, poll_s=_POLL_S)
    ports = replace(assistant.ports, actions=replace(gateway, patience=patience))
    return replace(assistant, ports=ports)


@dataclass(frozen=True, slots=True)
class _Mortal(httpx.AsyncBaseTransport):
    """The dead do not call the bank."""

    inner: httpx.AsyncBaseTransport
    life: Life

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.life.is_dead:
            raise WorkerDied
        answer = await self.inner.handle_async_request(request)
        if self.life.is_dead:
            raise WorkerDied
        return answer

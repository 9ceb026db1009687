"""The whole assistant behind its HTTP door, with a bank and a database of its own for each case."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import httpx
from fastapi import FastAPI
from pydantic import JsonValue

from actions.bank.sandbox import app as sandbox
from assistant.understanding.llm import ModelUnderstander
from assistant.understanding.llm_offer import Shortlist
from channels.app import create_app
from channels.bootstrap import Brain, RunningService, build
from channels.composition_understanding import local_of
from channels.settings import Settings
from evals.attacks.scripted_model import ObedientModel
from evals.clock import BANK_DAY, SteppedClock
from evals.harness import empty_database

BANK_URL: Final = "http://bank"
CUSTOMERS: Final = ("C1001", "C1002", "C1003", "C1004", "C1005", "C1006")
_BANK_TIMEOUT_S: Final = 10.0
_ALWAYS_ASKED: Final = 1.0
_NO_LIMIT: Final = 1_000_000
"""Requests a minute: the clock of the cases stands still, a limit of rates would never be over."""

Alter = Callable[[RunningService], RunningService]


def unaltered(service: RunningService) -> RunningService:
    """The assistant as it is; a test of the judge passes one that is broken on purpose."""
    return service


@dataclass(slots=True, kw_only=True)
class Site:
    """One running assistant and its bank.

    Attributes:
        http: Speaks to the assistant.
        bank: Speaks to the core bank.
        model: What the language model will say.
    """

    http: httpx.AsyncClient
    bank: httpx.AsyncClient
    app: FastAPI
    bank_app: FastAPI
    clock: SteppedClock
    model: ObedientModel

    async def journal(self) -> list[dict[str, Any]]:
        """Each effect the bank's books hold, oldest first."""
        answer = await self.bank.get("/sandbox/journal")
        answer.raise_for_status()
        entries: list[dict[str, Any]] = answer.json()["entries"]
        return entries

    async def states(self) -> dict[str, JsonValue]:
        """Everything the bank knows of each customer."""
        found: dict[str, JsonValue] = {}
        for customer in CUSTOMERS:
            answer = await self.bank.get(f"/customers/{customer}")
            answer.raise_for_status()
            found[customer] = answer.json()
        return found

    def booked(self, after: int) -> list[dict[str, Any]]:
        """Entries of customers' accounts booked later than the entry of this number."""
        rows = self.bank_app.state.bank.connection.execute(
            "SELECT entry_id, customer_id, counterparty, amount_fen FROM entries "
            "WHERE entry_id > ? AND customer_id IS NOT NULL ORDER BY entry_id",
            (after,),
        )
        return [dict(row) for row in rows]

    def last_booked(self) -> int:
        """Number of the newest entry."""
        row = self.bank_app.state.bank.connection.execute("SELECT max(entry_id) FROM entries")
        return int(row.fetchone()[0])

    def plant(self, table: str, column: str, value: str, customer: str) -> None:
        """Put a value into a customer's rows, as a partner or another channel may have done."""
        # The names come from the closed lists of `cases.Planted`.
        self.bank_app.state.bank.connection.execute(
            f"UPDATE {table} SET {column} = ? WHERE customer_id = ?",  # noqa: S608
            (value, customer),
        )

    def signing_key(self) -> str:
        """What tokens are signed with here; forgeries must not be made with it but by tests."""
        return str(self.app.state.web.tokens.keys.value)


@dataclass(frozen=True, slots=True)
class World:
    """Opens sites.

    Attributes:
        brain: Content and models, shared.
        folder: Scratch folder that lives as long as the world.
        alter: Changes the joined assistant before it answers.
    """

    brain: Brain
    folder: Path
    alter: Alter = unaltered
    shortlists: dict[str, Shortlist] = field(default_factory=dict)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Site]:
        """A fresh assistant and bank; both are gone afterwards."""
        clock, model = SteppedClock(BANK_DAY), ObedientModel()
        with tempfile.TemporaryDirectory(dir=self.folder) as name:
            folder = Path(name)
            bank_app = sandbox.create_app(
                folder / "bank.db",
                clock.now,
                BANK_DAY.date(),
                template_folder=self.folder / "templates",
            )
            try:
                async with self._running(folder, bank_app, clock, model) as site:
                    yield site
            finally:
                bank_app.state.bank.close()

    @asynccontextmanager
    async def _running(
        self, folder: Path, bank_app: FastAPI, clock: SteppedClock, model: ObedientModel
    ) -> AsyncIterator[Site]:
        shutil.copyfile(await empty_database(self.folder), folder / "guitai.db")
        settings = Settings(
            _env_file=None,
            data_dir=folder,
            database_url=f"sqlite:///{folder / 'guitai.db'}",
            bank_url=BANK_URL,
            bank_timeout_s=_BANK_TIMEOUT_S,
            sandbox=True,
            redis_url=None,
            llm=None,
            messages_per_minute=_NO_LIMIT,
        )

        @asynccontextmanager
        async def opened(settings: Settings) -> AsyncIterator[RunningService]:
            async with build(
                settings, brain=self.brain, clock=clock, http=_client(bank_app)
            ) as service:
                yield self.alter(self._with_model(service, model))

        app = create_app(settings, opened, bank=_client(bank_app))
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(app.router.lifespan_context(app))
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            http = httpx.AsyncClient(transport=transport, base_url="http://assistant")
            yield Site(
                http=await stack.enter_async_context(http),
                bank=await stack.enter_async_context(_client(bank_app)),
                app=app,
                bank_app=bank_app,
                clock=clock,
                model=model,
            )

    def _with_model(self, service: RunningService, model: ObedientModel) -> RunningService:
        """The same assistant with a language model that is asked whenever no rule decides."""
        local = local_of(service.assistant.understander)
        release, encoder = self.brain.release, self.brain.encoder
        shortlist = self.shortlists.setdefault(release.fingerprint, Shortlist(encoder, release))
        understander = ModelUnderstander(
            local=local,
            model=model,
            shortlist=shortlist,
            today=local.today,
            clock=service.clock,
            sure=_ALWAYS_ASKED,
        )
        ports = replace(service.assistant.ports, phrasing=model)
        return replace(
            service, assistant=replace(service.assistant, understander=understander, ports=ports)
        )


def _client(app: FastAPI) -> httpx.AsyncClient:
    # Unhandled errors become 500 answers, as they do behind a real server.
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=BANK_URL)


def parsed(text: str) -> JsonValue:
    """The JSON of an answer; None when it is none."""
    try:
        value: JsonValue = json.loads(text)
    except ValueError:
        return None
    return value

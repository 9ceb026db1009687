"""The sandbox core bank as a web application of its own process.

It stands where a real core bank would: customers, double-entry ledger, one-time codes, and
faults on request. It trusts its callers, so it is bound to the local machine only.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from fastapi import FastAPI
from pydantic import BaseModel

from actions.bank.sandbox.core import CoreBank
from actions.bank.sandbox.problems import install
from actions.bank.sandbox.routes import catalogue, controls, customers, identity, operations


class Health(BaseModel):
    """The process is up and its database answers."""

    status: Literal["ok"] = "ok"
    sandbox: Literal[True] = True


def create_app(
    database_path: Path,
    clock: Callable[[], datetime],
    seed_date: date,
    *,
    template_folder: Path | None = None,
) -> FastAPI:
    """Open a sandbox bank and build its application.

    Args:
        database_path: The bank's SQLite file; seeded when it is new, kept when it is not.
        clock: Gives aware instants; the bank's day is that of China Standard Time.
        seed_date: History ends the day before; risk assessments count back from it.
        template_folder: Where generated seeds are kept, shared by any number of banks; next
            to the database when absent.
    """
    folder = template_folder or database_path.parent / "templates"
    bank = CoreBank.open(database_path, clock, seed_date, folder)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        bank.close()

    app = FastAPI(
        title="Haiyue Bank sandbox core bank",
        version="1",
        summary="Fictional customers, exact money, faults on request.",
        lifespan=lifespan,
    )
    app.state.bank = bank
    install(app)
    for module in (customers, operations, catalogue, identity, controls):
        # The routes themselves, not `include_router`: that would build all of them again for
        # each application, which takes longer than everything else here together.
        app.router.routes.extend(module.router.routes)

    @app.get("/healthz", tags=["health"])
    async def healthz() -> Health:
        """Whether the bank answers."""
        bank.connection.execute("SELECT 1 FROM meta").fetchone()
        return Health()

    return app

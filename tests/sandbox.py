"""A throw-away sandbox bank inside the test's own process."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import httpx

from actions.bank.sandbox.app import create_app

SEED_DATE = date(2026, 11, 22)
BANK_URL = "http://bank"


@asynccontextmanager
async def open_sandbox(folder: Path, clock, templates: Path):
    """Open a bank; yields an HTTP client that speaks to it."""
    app = create_app(folder / "bank.sqlite3", clock.now, SEED_DATE, template_folder=templates)
    # Unhandled errors become 500 answers, as they do behind a real server.
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=BANK_URL) as client:
        client.ledger = app.state.bank.connection
        yield client
    app.state.bank.close()

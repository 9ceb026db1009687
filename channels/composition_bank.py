"""The core bank, joined: over HTTP, behind a breaker."""

from __future__ import annotations

from typing import Final

import httpx

from actions.bank.breaker import Breaker
from actions.bank.http_client import HttpBank
from assistant.model.release import Release
from assistant.ports import Clock
from channels.settings import Settings

_CARDS: Final = frozenset({"cards"})
"""The record a customer chooses from who wants a card locked."""


def core_bank(
    settings: Settings, release: Release, client: httpx.AsyncClient, clock: Clock
) -> HttpBank:
    """The bank of these settings; what the release calls protective is always tried."""
    breaker = Breaker(
        clock=clock,
        at_once=settings.bank_calls_at_once,
        protective=frozenset(release.risk.protective) | _CARDS,
    )
    return HttpBank(settings.bank_url, settings.bank_timeout_s, client, breaker)

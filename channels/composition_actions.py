"""The rasa-sdk action server, joined: the same gateway as in the assistant, without the engine."""

from __future__ import annotations

from typing import Any

import httpx

from actions.bank.http_client import bank_client
from actions.catalogue import ACTIONS
from actions.gateway import Gateway
from actions.ledger import Ledger
from actions.rasa_server import create_app, serve
from actions.settlement import Patience
from assistant.adapters.schema import upgrade_engine
from assistant.adapters.system import RandomIds, SystemClock
from assistant.adapters.vault import SqlSealer
from assistant.model.release import Release
from channels.bootstrap import lease_of
from channels.composition_bank import core_bank
from channels.composition_keys import open_database
from channels.composition_risk import risk_desk
from channels.settings import Settings


def offered_actions() -> tuple[str, ...]:
    """Names of the actions the server answers for."""
    return tuple(ACTIONS)


def serve_actions(settings: Settings, release: Release, *, host: str, port: int) -> None:
    """Answer until the process is stopped.

    Args:
        settings: Bank, database and shared secret.
        release: Its policies guard the actions.
        host: Address to listen on.
        port: TCP port.

    Raises:
        SettingsError: The database address is not supported.
    """
    engine = open_database(settings)
    client = bank_client()
    clock = SystemClock()
    bank = core_bank(settings, release, client, clock)
    gateway = Gateway(
        bank=bank,
        ledger=Ledger(
            engine=engine,
            clock=clock,
            owner=RandomIds().new("worker"),
            lease_s=lease_of(settings),
            sealer=SqlSealer(engine),
        ),
        policies=release.policies,
        clock=clock,
        relations=release.lexicon.relations,
        risk=risk_desk(release, bank, engine, clock),
        secret_slots=frozenset(
            name for name, slot in release.slots.items() if slot.mask == "secret"
        ),
        patience=Patience(bank_timeout_s=max(1, round(settings.bank_timeout_s))),
    )
    token = settings.action_token.get_secret_value() if settings.action_token else None
    app = create_app(gateway, token=token)
    _with_stores(app, engine, client)
    serve(app, host=host, port=port)


def _with_stores(app: Any, engine: Any, client: httpx.AsyncClient) -> None:
    async def upgrade(_: Any) -> None:
        await upgrade_engine(engine)

    async def close(_: Any) -> None:
        await client.aclose()
        await engine.dispose()

    app.register_listener(upgrade, "before_server_start")
    app.register_listener(close, "after_server_stop")

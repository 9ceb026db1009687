"""The sealed log, on both databases."""

import pytest

from assistant.adapters.desk import SqlHandoffDesk
from assistant.adapters.event_store import SqlEventStore
from assistant.adapters.privacy import SqlPrivacy
from assistant.adapters.roots import RootExport, RootsFolder
from tests.contract.events import turn
from tests.contract.evidence.sealed import ANA, C1, C2, C3, SIGNER, signed_in


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request):
    name = {"sqlite": "sqlite_engine", "postgresql": "postgres_engine"}[request.param]
    return request.getfixturevalue(name)


@pytest.fixture
def roots(tmp_path):
    return RootsFolder(tmp_path / "roots")


@pytest.fixture
async def log(engine, roots, clock, ids):
    """Three conversations of twelve events, a ticket, two entries of the register, two roots."""
    store = SqlEventStore(engine)
    privacy = SqlPrivacy(engine, clock)
    export = RootExport(engine, roots, SIGNER, clock)
    for conversation_id in (C1, C2, C3):
        await store.append(conversation_id, 0, [signed_in(), *turn(1)[:3]])
    await privacy.note("read", C1, "li")
    await export.run()
    for conversation_id in (C1, C2, C3):
        await store.append(conversation_id, 4, turn(1) + turn(2))
    await privacy.note("read", C2, "wang")
    await SqlHandoffDesk(engine, clock, ids).request(C1, ANA, "customer_asked", "锁卡")
    await export.run()
    return store

import httpx
import pytest

from actions.bank.http_client import HttpBank
from actions.bank.sandbox.app import create_app
from actions.ledger_rows import METADATA
from assistant.adapters.database import open_engine
from tests.fakes import NOON, FixedClock
from tests.integration.actions.world import BANK_TIMEOUT_S, World


@pytest.fixture(scope="session")
def seed_templates(tmp_path_factory):
    return tmp_path_factory.mktemp("seed_templates")


@pytest.fixture
async def world(tmp_path, seed_templates):
    clock = FixedClock()
    app = create_app(tmp_path / "bank.db", clock.now, NOON.date(), template_folder=seed_templates)
    transport = httpx.ASGITransport(app=app)
    engine = open_engine(f"sqlite:///{tmp_path}/guitai.db")
    async with engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
    async with httpx.AsyncClient(transport=transport, base_url="http://bank") as client:
        bank = HttpBank(base_url="http://bank", timeout_s=BANK_TIMEOUT_S, client=client)
        yield World(control=client, bank=bank, engine=engine, clock=clock)
    await engine.dispose()
    app.state.bank.close()


@pytest.fixture
def gateway(world):
    return world.gateway()

"""Which commits wait for the disk: an intent always, its end and a decision with what follows."""

import pytest
from sqlalchemy import event, text

from actions.ledger import Ledger
from actions.ledger_store import transaction
from actions.risk.store import RiskStore
from assistant.adapters.database import read, write
from assistant.model.ids import ActionName, CustomerId, IdempotencyKey
from assistant.ports.risk import RiskVerdict
from tests.contract.test_action_ledger import DONE, UNKNOWN, intent

SETTING = {"sqlite": "PRAGMA synchronous", "postgresql": "SHOW synchronous_commit"}
NAMES = {"1": "later", "off": "later", "2": "synced", "on": "synced"}


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request):
    name = {"sqlite": "sqlite_engine", "postgresql": "postgres_engine"}[request.param]
    return request.getfixturevalue(name)


@pytest.fixture
def commits(engine):
    """How each commit was told to reach the disk, in order."""
    seen = []

    @event.listens_for(engine.sync_engine, "commit")
    def note(connection):
        value = connection.exec_driver_sql(SETTING[connection.dialect.name]).scalar_one()
        if not connection.get_execution_options().get("guitai_reads_only"):
            seen.append(NAMES[str(value)])

    return seen


async def test_an_intent_is_synced_and_its_end_with_what_follows(engine, commits, clock):
    ledger = Ledger(engine=engine, clock=clock)
    claim = await ledger.begin(intent())
    assert await ledger.finish(claim, DONE)
    await ledger.begin(intent("k_2"))
    await write(engine, lambda connection: connection.execute(text("SELECT 1")))
    assert commits == ["synced", "later", "synced", "synced"]


async def test_an_end_nobody_can_be_asked_about_is_synced_by_itself(engine, commits, clock):
    ledger = Ledger(engine=engine, clock=clock)
    claim = await ledger.begin(intent(is_resendable=False))
    assert await ledger.finish(claim, UNKNOWN)
    assert commits == ["synced", "synced"]


async def test_what_is_settled_later_is_synced_by_itself(engine, commits, clock):
    ledger = Ledger(engine=engine, clock=clock)
    await ledger.finish(await ledger.begin(intent()), UNKNOWN)
    [change] = await ledger.unsettled()
    assert await ledger.settle(change, DONE)
    assert commits == ["synced", "later", "synced"]


async def test_a_decision_about_risk_waits_for_no_disk(engine, commits, clock):
    verdict = RiskVerdict(decision="allow", reason_codes=("row_R99",))
    await RiskStore(engine).keep(
        clock.now(),
        IdempotencyKey("k_1"),
        CustomerId("C1001"),
        ActionName("lock_card"),
        {},
        (verdict, None),
    )
    await Ledger(engine=engine, clock=clock).begin(intent())
    assert commits == ["later", "synced"]


async def test_the_setting_holds_for_one_transaction_alone(engine):
    async def setting(connection):
        return (await connection.execute(text(SETTING[engine.dialect.name]))).scalar_one()

    found = [
        await transaction(engine, setting, synced_later=later) for later in (True, False, True)
    ]
    found.append(await write(engine, setting))
    assert [NAMES[str(each)] for each in found] == ["later", "synced", "later", "synced"]
    await read(engine, setting)

"""Opening, migrating and failing: nothing is acknowledged that is not on disk."""

import asyncio
import sqlite3

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import event, inspect, text

from actions.risk.store import METADATA as RISK_TABLES
from assistant.adapters.database import open_engine
from assistant.adapters.event_store import SqlEventStore
from assistant.adapters.schema import upgrade, upgrade_engine
from assistant.adapters.tables import metadata
from assistant.errors import SettingsError, StoreUnavailable
from assistant.model.ids import ConversationId
from channels.wechat.tables import METADATA as WECHAT_TABLES
from tests.contract.events import turn

C1 = ConversationId("c1")
LEDGER_COLUMNS = [
    "idempotency_key",
    "conversation_id",
    "customer_id",
    "action",
    "epoch",
    "arguments",
    "arguments_sha256",
    "state",
    "attempts",
    "owner",
    "fence",
    "lease_until",
    "result",
    "created_at",
    "updated_at",
]


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request):
    name = {"sqlite": "sqlite_engine", "postgresql": "postgres_engine"}[request.param]
    return request.getfixturevalue(name)


def _differences(connection):
    context = MigrationContext.configure(connection)
    found = compare_metadata(context, [metadata, RISK_TABLES, WECHAT_TABLES])
    return [each for each in found if "action" not in repr(each)]


async def test_the_migrations_make_the_tables_that_the_code_declares(engine):
    async with engine.connect() as connection:
        assert await connection.run_sync(_differences) == []


async def test_the_ledger_of_actions_has_its_columns(engine):
    async with engine.connect() as connection:
        columns = await connection.run_sync(lambda c: inspect(c).get_columns("action"))
        assert [column["name"] for column in columns] == LEDGER_COLUMNS


async def test_upgrading_again_changes_nothing(engine):
    store = SqlEventStore(engine)
    await store.append(C1, 0, turn(1))
    await upgrade_engine(engine)
    assert len(await store.load(C1)) == 4


async def test_processes_that_start_together_upgrade_one_after_the_other(sqlite_url):
    await asyncio.gather(*(upgrade(sqlite_url) for _ in range(4)))


async def test_a_folder_that_does_not_exist_is_created(tmp_path):
    await upgrade(f"sqlite:///{tmp_path}/data folder/100%/guitai.db")
    assert (tmp_path / "data folder" / "100%" / "guitai.db").exists()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://h/d", "nonsense"])
def test_an_address_that_cannot_work_is_refused(url):
    with pytest.raises(SettingsError):
        open_engine(url)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
def test_a_plain_postgresql_address_gets_its_driver(scheme):
    assert open_engine(f"{scheme}://root@h/d").url.drivername == "postgresql+asyncpg"


@pytest.mark.parametrize(
    "url", ["postgresql://root@127.0.0.1:1/test", "sqlite:////proc/nowhere/guitai.db"]
)
async def test_a_database_out_of_reach_is_unavailable(url):
    engine = open_engine(url)
    store = SqlEventStore(engine)
    with pytest.raises(StoreUnavailable):
        await store.load(C1)
    with pytest.raises(StoreUnavailable):
        await store.append(C1, 0, turn(1))
    await engine.dispose()


async def test_a_database_without_tables_is_unavailable(sqlite_url):
    engine = open_engine(sqlite_url)
    with pytest.raises(StoreUnavailable):
        await SqlEventStore(engine).append(C1, 0, turn(1))
    await engine.dispose()


async def test_sqlite_syncs_each_commit_and_keeps_foreign_keys(sqlite_engine):
    async with sqlite_engine.connect() as connection:
        pragmas = [
            (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert pragmas == ["wal", 2, 1]


@pytest.fixture
def other_writer(sqlite_engine):
    """Another process that holds the write lock."""
    connection = sqlite3.connect(
        sqlite_engine.url.database, isolation_level=None, check_same_thread=False
    )
    connection.execute("BEGIN IMMEDIATE")
    yield connection
    connection.close()


async def test_a_locked_database_is_unavailable_when_patience_ends(sqlite_engine, other_writer):
    store = SqlEventStore(sqlite_engine, patience_s=0.1)
    with pytest.raises(StoreUnavailable):
        await store.append(C1, 0, turn(1))
    other_writer.execute("ROLLBACK")
    assert await store.load(C1) == []


async def test_a_locked_database_is_asked_again(sqlite_engine, other_writer):
    store = SqlEventStore(sqlite_engine)
    asyncio.get_running_loop().call_later(0.5, other_writer.execute, "ROLLBACK")
    assert len(await store.append(C1, 0, turn(1))) == 4


async def test_readers_go_on_while_another_process_writes(sqlite_engine, other_writer):
    store = SqlEventStore(sqlite_engine, patience_s=0)
    assert await store.load(C1) == []
    assert other_writer.in_transaction


async def test_a_full_disk_loses_nothing_silently(sqlite_engine):
    store = SqlEventStore(sqlite_engine)
    written = await store.append(C1, 0, turn(1))
    await sqlite_engine.dispose()

    @event.listens_for(sqlite_engine.sync_engine, "connect")
    def fill_the_disk(connection, _):
        connection.cursor().execute("PRAGMA max_page_count=1")  # SQLite: no page beyond today's

    with pytest.raises(StoreUnavailable) as failure:
        await store.append(C1, 4, turn(2, text="x" * 1_000_000))

    assert "full" in str(failure.value.__cause__)
    assert await store.load(C1) == written
    assert (await store.head(C1)).last_seq == 4


async def test_a_failure_does_not_repeat_the_customers_words(sqlite_engine):
    async with sqlite_engine.begin() as connection:
        await connection.execute(text("DROP TABLE event"))
    with pytest.raises(StoreUnavailable) as failure:
        await SqlEventStore(sqlite_engine).append(C1, 0, turn(1, text="我的卡丢了"))
    assert "我的卡丢了" not in f"{failure.value} {failure.value.__cause__}"


async def test_a_cancelled_append_leaves_whole_batches_or_none(engine):
    store = SqlEventStore(engine)
    for delay_ms in range(12):
        task = asyncio.create_task(store.append(ConversationId(f"cut-{delay_ms}"), 0, turn(1)))
        await asyncio.sleep(delay_ms / 1000)
        task.cancel()
        await asyncio.wait([task])
        assert len(await store.load(ConversationId(f"cut-{delay_ms}"))) in {0, 4}

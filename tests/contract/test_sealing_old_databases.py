"""A database from before the log was sealed keeps everything, in plain text nothing."""

import asyncio
import json
import sqlite3

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData, text

from actions.ledger import Ledger
from assistant.adapters import schema
from assistant.adapters.database import open_engine, write
from assistant.adapters.desk import SqlHandoffDesk
from assistant.adapters.event_store import SqlEventStore
from assistant.adapters.numbering import number
from assistant.adapters.review import SqlReviewQueue
from assistant.adapters.roots import RootsFolder
from assistant.adapters.schema import upgrade_engine
from assistant.adapters.vault import SqlSealer
from assistant.adapters.verification import verify
from assistant.model.ids import ConversationId, IdempotencyKey
from assistant.ports import ActionResult, ReviewRequest
from tests.contract.events import AT, turn

C1 = ConversationId("c1")
SECRET = "我的手机号是13800138000"


async def _at_revision(engine, revision):
    def migrate(connection):
        config = Config()
        config.set_main_option("script_location", str(schema._MIGRATIONS))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, revision)

    await write(engine, lambda connection: connection.run_sync(migrate))


async def _fill(engine, records):
    rows = [
        {
            "c": "c1",
            "s": each.stored.seq,
            "f": each.stored.frame_seq,
            "t": each.stored.event.type,
            "n": each.stored.event.turn,
            "p": each.payload,
            "at": AT if engine.dialect.name == "postgresql" else "2026-11-22 04:00:00.000000",
        }
        for each in records
    ]
    at = rows[0]["at"]
    request = ReviewRequest(
        action="change_phone",
        flow="change_phone",
        conversation_id=C1,
        customer_id="C1001",
        arguments={"phone": "13800138000"},
        arguments_sha256="x",
        epoch="f1",
    )
    result = ActionResult(outcome="done", facts={"phone": "13800138000"})
    values = {
        "at": at,
        "secret": SECRET,
        "request": request.model_dump_json(),
        "arguments": json.dumps({"phone": "13800138000"}),
        "result": result.model_dump_json(),
    }
    statements = (
        "INSERT INTO conversation VALUES ('c1', 'C1001', 4, 4, false, :at, :at)",
        "INSERT INTO handoff_ticket VALUES"
        " ('h1', 'c1', 'C1001', 'customer_asked', :secret, 'waiting', NULL, :at, :at)",
        "INSERT INTO review VALUES ('r1', 'C1001', 'change_phone', 'x', :request, 'refused',"
        " false, 'li', :secret, :at, :at)",
        "INSERT INTO action (idempotency_key, conversation_id, customer_id, action, epoch,"
        " arguments, arguments_sha256, state, attempts, fence, result, created_at, updated_at)"
        " VALUES ('k1', 'c1', 'C1001', 'change_phone', 'f1', :arguments, 'x', 'done', 1, 1,"
        " :result, :at, :at)",
    )
    async with engine.begin() as connection:
        for statement in statements:
            named = {name: value for name, value in values.items() if f":{name}" in statement}
            await connection.execute(text(statement), named)
        await connection.execute(
            text("INSERT INTO event VALUES (:c, :s, :f, :t, :n, :at, :p)"), rows
        )
    return request, result


@pytest.fixture(params=["sqlite_engine", "postgres_engine"])
def engine(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
async def old(engine):
    """A database at the last revision that kept plain text."""
    found = MetaData()
    async with engine.begin() as connection:
        await connection.run_sync(found.reflect)
        await connection.run_sync(found.drop_all)
    await _at_revision(engine, "0002")
    return engine


async def test_an_old_database_is_sealed_by_the_upgrade(old, tmp_path, clock, ids):
    records = number(turn(1, text=SECRET), 0, 0)
    request, result = await _fill(old, records)
    await upgrade_engine(old)

    assert await SqlEventStore(old).load(C1) == [each.stored for each in records]
    (ticket,) = await SqlHandoffDesk(old, clock, ids).open_tickets()
    assert ticket.summary == SECRET
    (review,) = await SqlReviewQueue(old, clock, ids).decided()
    assert (review.request, review.reason) == (request, SECRET)
    ledger = Ledger(engine=old, clock=clock, sealer=SqlSealer(old))
    assert await ledger.result_of(IdempotencyKey("k1")) == result
    report = await verify(old, RootsFolder(tmp_path / "roots"), ())
    assert (report.findings, report.events) == ([], 4)
    assert len(await SqlEventStore(old).append(C1, 4, turn(2))) == 4


async def test_no_file_keeps_the_plain_text(sqlite_url):
    engine = open_engine(sqlite_url)
    await _at_revision(engine, "0002")
    await _fill(engine, number(turn(1, text=SECRET), 0, 0))
    await upgrade_engine(engine)
    folder = await asyncio.to_thread(lambda: engine.url.database.rpartition("/")[0])
    await engine.dispose()

    for name in ("guitai.db", "guitai.db-wal"):
        try:
            with open(f"{folder}/{name}", "rb") as file:  # noqa: ASYNC230, PTH123 - small
                kept = file.read()
        except FileNotFoundError:
            continue
        assert b"13800138000" not in kept
        assert SECRET.encode() not in kept
    assert sqlite3.connect(f"{folder}/guitai.db").execute("PRAGMA quick_check").fetchone() == (
        "ok",
    )

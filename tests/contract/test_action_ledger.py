"""The ledger on both databases: one claim at a time, and the newest claim alone may write."""

import asyncio

import pytest
from sqlalchemy import text

from actions.ledger import Ledger
from actions.ledger_rows import ACTION, Claim, Held, Intent
from actions.ledger_store import database_time
from actions.ledger_view import entries, find_entry
from assistant.adapters.database import open_engine
from assistant.errors import StoreUnavailable
from assistant.model.ids import ActionName, ConversationId, CustomerId, FrameId, IdempotencyKey
from assistant.ports import ActionResult

DATABASES = ("sqlite", "postgresql")
DONE = ActionResult(outcome="done", facts={"reference": "HY1"})
REFUSED = ActionResult(outcome="refused", reason="reason_card_lost")
UNKNOWN = ActionResult(outcome="unknown")


@pytest.fixture(params=DATABASES)
def engine(request):
    name = {"sqlite": "sqlite_engine", "postgresql": "postgres_engine"}[request.param]
    return request.getfixturevalue(name)


@pytest.fixture
def ledger(engine, clock):
    return Ledger(engine=engine, clock=clock, owner="one", lease_s=60)


@pytest.fixture
def other(engine, clock):
    return Ledger(engine=engine, clock=clock, owner="other", lease_s=60)


def intent(key="k_1", conversation="c_1", **changes):
    fields = {
        "key": IdempotencyKey(key),
        "conversation_id": ConversationId(conversation),
        "customer_id": CustomerId("C1001"),
        "action": ActionName("lock_card"),
        "epoch": FrameId("f_1"),
        "arguments": {"card": "6688"},
        "arguments_sha256": "0" * 64,
    }
    return Intent(**{**fields, **changes})


async def test_the_migrated_table_has_exactly_the_columns_of_the_ledger(engine):
    async with engine.connect() as connection:
        result = await connection.execute(text("SELECT * FROM action"))
        assert set(result.keys()) == {column.name for column in ACTION.columns}


async def test_an_intent_is_stored_before_anything_may_be_sent(ledger, engine, clock):
    claim = await ledger.begin(intent())
    assert claim == Claim(IdempotencyKey("k_1"), 1, was_sent=False)
    async with engine.begin() as connection:
        row = (await connection.execute(ACTION.select())).mappings().one()
    assert (row["state"], row["owner"], row["attempts"]) == ("sending", "one", 1)
    assert row["arguments"] == '{"card": "6688"}'
    assert row["created_at"] == row["updated_at"] == clock.now()
    assert (row["lease_until"] - clock.now()).total_seconds() == 60


async def test_twenty_at_once_get_one_claim(ledger, other):
    verdicts = await asyncio.gather(*((ledger, other)[n % 2].begin(intent()) for n in range(20)))
    assert sum(isinstance(verdict, Claim) for verdict in verdicts) == 1
    assert sum(isinstance(verdict, Held) for verdict in verdicts) == 19


async def test_a_live_lease_is_respected_and_a_lapsed_one_is_taken_over(ledger, other, clock):
    await ledger.begin(intent())
    assert isinstance(await other.begin(intent()), Held)
    clock.advance(60)
    assert await other.begin(intent()) == Claim(IdempotencyKey("k_1"), 2, was_sent=True)


async def test_leases_go_by_the_databases_clock(engine, clock):
    """A node whose own clock is an hour ahead takes nothing over."""
    ledger = Ledger(engine=engine, clock=clock, owner="one", lease_time=database_time)
    claim = await ledger.begin(intent())
    clock.advance(3600)
    other = Ledger(engine=engine, clock=clock, owner="other", lease_time=database_time)
    assert isinstance(await other.begin(intent()), Held)
    assert await other.unsettled() == []
    assert await ledger.finish(claim, DONE)


async def test_a_renewed_lease_is_not_taken_over_and_an_overtaken_one_not_renewed(
    ledger, other, clock
):
    claim = await ledger.begin(intent())
    clock.advance(50)
    assert await ledger.renew(claim)
    clock.advance(50)
    assert isinstance(await other.begin(intent()), Held)
    clock.advance(11)
    assert isinstance(await other.begin(intent()), Claim)
    assert not await ledger.renew(claim)


async def test_a_yes_that_is_too_old_sends_nothing(ledger, clock):
    late = intent(deadline=clock.now())
    clock.advance(1)
    refused = await ledger.begin(late)
    assert (refused.outcome, refused.reason) == ("refused", "reason_confirmation_expired")
    assert await ledger.unsettled() == []


async def test_what_was_sent_before_its_deadline_is_asked_about_not_sent_again(ledger, clock):
    once = intent(deadline=clock.now())
    await ledger.begin(once)
    clock.advance(61)
    assert (await ledger.begin(once)).outcome == "unknown"
    assert [change.key for change in await ledger.unsettled()] == ["k_1"]


async def test_the_ledger_is_shown_with_personal_data_masked(ledger, clock):
    arguments = {"payee": "林秀芳", "phone": "13800138000", "amount": "50.00", "card": "6688"}
    await ledger.begin(intent(arguments=arguments))
    [entry] = await entries(ledger)
    assert entry.state == "sending"
    assert entry.arguments == {
        "payee": "林…",
        "phone": "…8000",
        "amount": "50.00",
        "card": "6688",
    }
    clock.advance(60)
    shown = await find_entry(ledger, "k_", {})
    assert shown.state == "abandoned"
    assert "vanished" in shown.explained()
    assert await entries(ledger, state="done") == []


async def test_whoever_was_overtaken_writes_nothing(ledger, other, clock):
    old = await ledger.begin(intent())
    clock.advance(60)
    new = await other.begin(intent())
    assert not await ledger.finish(old, UNKNOWN)
    assert not await ledger.release(old)
    assert await other.finish(new, DONE)
    assert not await ledger.finish(old, REFUSED)
    assert await ledger.result_of(new.key) == DONE


@pytest.mark.parametrize("ended", [DONE, REFUSED])
async def test_what_ended_stays_ended(ledger, other, ended):
    claim = await ledger.begin(intent())
    assert await ledger.finish(claim, ended)
    assert await other.begin(intent()) == ended
    assert not await ledger.finish(claim, UNKNOWN)
    assert await ledger.unsettled() == []


async def test_what_was_given_back_may_be_tried_at_once_as_if_never_sent(ledger, other):
    assert await ledger.release(await ledger.begin(intent()))
    assert await ledger.unsettled() == []
    assert await other.begin(intent()) == Claim(IdempotencyKey("k_1"), 2, was_sent=False)


async def test_unknown_is_sent_again_only_to_a_receiver_that_honours_the_key(ledger):
    claim = await ledger.begin(intent())
    await ledger.finish(claim, UNKNOWN)
    never = await ledger.begin(intent(is_resendable=False))
    assert never.outcome == "unknown"
    assert await ledger.begin(intent()) == Claim(claim.key, 2, was_sent=True)


async def test_unsettled_are_unknown_rows_and_rows_whose_worker_vanished(ledger, clock):
    await ledger.finish(await ledger.begin(intent("unknown")), UNKNOWN)
    await ledger.begin(intent("vanished", conversation="c_2"))
    await ledger.finish(await ledger.begin(intent("done")), DONE)
    assert [change.key for change in await ledger.unsettled()] == ["unknown"]
    clock.advance(60)
    await ledger.begin(intent("alive"))
    assert {change.key for change in await ledger.unsettled()} == {"unknown", "vanished"}
    [change] = await ledger.unsettled(ConversationId("c_2"))
    assert (change.key, change.epoch, change.action) == ("vanished", "f_1", "lock_card")


async def test_answers_of_not_found_are_remembered_and_do_not_make_it_younger(ledger, clock):
    await ledger.finish(await ledger.begin(intent()), UNKNOWN)
    sent_at = clock.now()
    for _ in range(2):
        clock.advance(10)
        [change] = await ledger.unsettled()
        assert await ledger.note_not_found(change)
    [change] = await ledger.unsettled()
    assert change.last_sent_at == sent_at
    assert [int((at - sent_at).total_seconds()) for at in change.not_found_at] == [10, 20]


async def test_a_settlement_loses_against_a_new_claim(ledger, other):
    await ledger.finish(await ledger.begin(intent()), UNKNOWN)
    [change] = await ledger.unsettled()
    claim = await other.begin(intent())
    assert not await ledger.settle(change, REFUSED)
    assert not await ledger.note_not_found(change)
    assert await other.finish(claim, DONE)


async def test_two_settlements_of_one_change_write_once(ledger, other):
    await ledger.finish(await ledger.begin(intent()), UNKNOWN)
    [change] = await ledger.unsettled()
    written = await asyncio.gather(ledger.settle(change, DONE), other.settle(change, DONE))
    assert sorted(written) == [False, True]


async def test_a_database_that_is_away_lets_nothing_be_sent(tmp_path, clock):
    engine = open_engine(f"sqlite:///{tmp_path}/empty.db")
    with pytest.raises(StoreUnavailable):
        await Ledger(engine=engine, clock=clock).begin(intent())
    await engine.dispose()
    nowhere = open_engine("postgresql://root@127.0.0.1:1/none")
    with pytest.raises(StoreUnavailable):
        await Ledger(engine=nowhere, clock=clock).result_of(IdempotencyKey("k"))
    await nowhere.dispose()

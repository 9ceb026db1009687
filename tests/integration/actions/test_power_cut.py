"""An end whose commit never reached the disk is found again: the intent did, and the bank knows.

The intent is synced before the bank hears of a change; its end is written after, and synced with
the next thing that must be. A power cut between them leaves the write-ahead log without its tail.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from actions.ledger_rows import ACTION
from assistant.adapters.database import open_engine
from tests.integration.actions.world import C1001, request

LOCK = {"card": "6688"}
CUTS = (0.0, 0.3, 0.5, 0.8, 1.0)
"""How much of what was written after the intent the disk kept."""


def files_of(engine):
    """The database and its log as they stand."""
    path = Path(engine.url.database)
    return {end: Path(f"{path}{end}").read_bytes() for end in ("", "-wal")}


class Witness:
    """A bank that keeps what was on the disk when it was asked for a change."""

    def __init__(self, bank, engine):
        self.bank, self.engine, self.seen = bank, engine, None

    def __getattr__(self, name):
        call = getattr(self.bank, name)

        async def asked(*values, **named):
            if name == "operation":
                self.seen = files_of(self.engine)
            return await call(*values, **named)

        return asked


def restarted_after_cut(world, tmp_path, synced, written, share):
    """The world after the machine came back, with only some of the log's tail."""
    kept = len(synced["-wal"]) + round(share * (len(written["-wal"]) - len(synced["-wal"])))
    assert synced[""] == written[""], "a checkpoint came between: nothing to cut"
    (tmp_path / "after.db").write_bytes(synced[""])
    (tmp_path / "after.db-wal").write_bytes(written["-wal"][:kept])
    return replace(world, engine=open_engine(f"sqlite:///{tmp_path}/after.db"))


@pytest.mark.parametrize("share", CUTS)
async def test_after_a_power_cut_the_end_is_the_same_and_nothing_is_twice(world, tmp_path, share):
    witness = Witness(world.bank, world.engine)
    gateway = world.gateway(bank=witness)
    asked = request("lock_card", LOCK, gateway=gateway)
    told = await gateway.run(asked)
    assert told.outcome == "done"
    written = files_of(world.engine)
    assert len(written["-wal"]) > len(witness.seen["-wal"])

    after = restarted_after_cut(world, tmp_path, witness.seen, written, share)
    [row] = await after.rows()
    assert row["state"] == ("done" if share == 1 else "sending")

    world.clock.advance(61)  # the lease of the worker that is gone
    restarted = after.gateway(owner="restarted")
    settled = await restarted.reconcile()
    assert [each.result for each in settled] == ([] if share == 1 else [told])
    assert await restarted.run(asked) == told
    assert len(await world.journal()) == 1
    assert await restarted.reconcile() == []
    await after.engine.dispose()


async def test_a_change_that_never_reached_the_bank_is_not_done_after_a_power_cut(world, tmp_path):
    witness = Witness(world.bank, world.engine)
    gateway = world.gateway(bank=witness)
    await world.plan("lock_card", "timeout_before")
    asked = request("lock_card", LOCK, gateway=gateway)
    assert (await gateway.run(asked)).outcome == "unknown"

    after = restarted_after_cut(world, tmp_path, witness.seen, files_of(world.engine), 0.0)
    restarted = after.gateway(owner="restarted")
    world.clock.advance(61)
    settled = []
    while not settled:
        settled = await restarted.reconcile()
        world.clock.advance(20)
    assert [each.result.outcome for each in settled] == ["refused"]
    assert await world.journal() == []
    await after.engine.dispose()


async def test_a_payment_keeps_its_row_and_moves_the_money_once(world, tmp_path):
    witness = Witness(world.bank, world.engine)
    gateway = world.gateway(bank=witness)
    [payee] = [each for each in await world.bank.payees(C1001) if each.name == "林秀芳"]
    slots = {"payee": payee.payee_id, "amount": "50.00"}
    told = await gateway.run(request("transfer_money", slots, gateway=gateway))
    assert told.outcome == "done"

    after = restarted_after_cut(world, tmp_path, witness.seen, files_of(world.engine), 0.0)
    world.clock.advance(61)
    [settled] = await after.gateway(owner="restarted").reconcile()
    assert settled.result.facts["reference"] == told.facts["reference"]
    async with after.engine.begin() as connection:
        [row] = (await connection.execute(ACTION.select())).mappings().all()
    assert row["state"] == "done"
    assert len(await world.journal()) == 1
    await after.engine.dispose()

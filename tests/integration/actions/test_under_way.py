"""What was sent once is never refused by anything met on the way to the bank again."""

from dataclasses import replace

import pytest

from assistant.errors import BankRefused, BankUnavailable
from assistant.model.ids import ResponseKey
from tests.integration.actions.world import request, with_code

TRANSFER = {"payee": "P1001", "amount": "100.00"}


class Standing:
    """A bank whose lookups stand in the way; what is asked under a key goes through."""

    def __init__(self, bank, problem):
        self.bank, self.problem = bank, problem

    def __getattr__(self, name):
        if name in {"payees", "accounts", "profile", "cards"}:
            return self.refuse
        return getattr(self.bank, name)

    async def refuse(self, *_):
        raise self.problem


@pytest.fixture
async def lost(world, gateway):
    """A transfer that the bank carried out and whose answer was lost."""
    [payee] = await world.bank.payees("C1001")
    slots = {**TRANSFER, "payee": payee.payee_id}
    asked = with_code(request("transfer_money", slots, gateway=gateway), gateway, "reserved")
    await world.plan("transfer_money", "timeout_after_commit")
    assert (await gateway.run(asked)).outcome == "unknown"
    assert len(await world.journal()) == 1
    return asked


@pytest.mark.parametrize(
    "problem", [BankUnavailable(), BankRefused(ResponseKey("reason_payee_unknown"))]
)
@pytest.mark.parametrize("decays", [False, True])
async def test_a_guard_the_bank_leaves_unanswered_refuses_nothing(world, lost, problem, decays):
    asked = lost.model_copy(update={"proofs": ()}) if decays else lost
    blocked = world.gateway(bank=Standing(world.bank, problem))
    assert (await blocked.run(asked)).outcome in {"unknown", "done"}
    assert (await world.gateway().run(asked)).outcome == "done"
    assert len(await world.journal()) == 1


async def test_a_refusal_on_the_way_is_held_against_the_banks_word(world, lost):
    """Carrying it out begins with a look that finds the effect of the first attempt."""
    result = await refusing(world, "transfer_money").run(lost)
    assert result.outcome == "done"
    assert result.receipt_id == (await world.gateway().run(lost)).receipt_id


async def test_a_refusal_on_the_way_to_what_never_arrived_stays_unknown(world, gateway):
    asked = request("lock_card", {"card": "6688"}, gateway=gateway)
    await world.plan("lock_card", "timeout_before")
    assert (await gateway.run(asked)).outcome == "unknown"
    assert (await refusing(world, "lock_card").run(asked)).outcome == "unknown"
    assert await world.journal() == []


def refusing(world, name):
    """A gateway at which an action is refused by a look at the bank's records."""

    async def refuse(*_):
        raise BankRefused(ResponseKey("reason_payee_unknown"))

    table = world.gateway().table
    return world.gateway(table={**table, name: replace(table[name], run=refuse)})

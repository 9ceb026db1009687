"""Nothing runs below its level, without its code, or without a yes to exactly these values."""

import pytest

from actions.catalogue import ACTIONS
from assistant.model.assurance import Assurance
from assistant.model.ids import ActionName
from assistant.model.release import ActionPolicy
from tests.integration.actions.world import POLICIES, request, with_code

SLOTS = {
    "lock_card": {"card": "6688"},
    "unlock_card": {"card": "6688"},
    "transfer_money": {"payee": "", "amount": "100"},
    "update_phone": {"phone": "13900002001"},
}
NEXT_PROOF = {0: ("phone", 1), 1: ("identity", 2), 2: ("card", 3), 3: ("code", 4)}
EVERY_STEP = [(name, level) for name in sorted(ACTIONS) for level in Assurance]


def level_of(name):
    """The level of the ladder; a match of name and ID number is its second step."""
    policy = POLICIES.get(ActionName(name))
    if policy is None:
        return ACTIONS[ActionName(name)].level
    return max(policy.level, Assurance.REAL_NAME) if policy.identified else policy.level


@pytest.mark.parametrize(("name", "level"), EVERY_STEP)
async def test_no_action_runs_below_its_level_and_the_smallest_step_is_asked(
    name, level, world, gateway
):
    asked = request(name, SLOTS.get(name, {}), gateway=gateway, assurance=level)
    result = await gateway.run(asked)
    if level < level_of(name):
        assert (result.outcome, result.reason) == ("refused", "reason_step_up_needed")
        assert (result.step_up.proof, result.step_up.level) == NEXT_PROOF[level]
    else:
        assert result.step_up is None or result.step_up.proof == "code"
        assert result.reason != "reason_step_up_needed" or result.step_up.level == level
    if level < level_of(name):
        assert await world.journal() == []


async def test_a_level_without_a_customer_opens_nothing(gateway):
    for level, proof in ((Assurance.VISITOR, "phone"), (Assurance.FULL, "identity")):
        asked = request("check_balance", assurance=level, customer_id=None)
        result = await gateway.run(asked)
        assert result.step_up.proof == proof


async def test_the_code_to_the_last_level_is_bound_to_the_arguments(gateway):
    slots = {"payee": await payee_id(gateway), "amount": "100"}
    asked = request("transfer_money", slots, gateway=gateway, assurance=Assurance.BOUND_CARD)
    step = (await gateway.run(asked)).step_up
    digest = gateway.digest(asked.action, slots)
    assert (step.purpose, step.target) == (f"transfer_money:{digest}", "reserved")


async def test_an_action_nobody_declared_is_not_offered(gateway):
    result = await gateway.run(request("drop_tables"))
    assert result.reason == "reason_not_offered"
    assert not gateway.knows(ActionName("drop_tables"))


async def test_a_change_without_a_bank_policy_is_not_offered(world):
    gateway = world.gateway(policies={})
    result = await gateway.run(request("lock_card", {"card": "6688"}, gateway=gateway))
    assert result.reason == "reason_not_offered"
    assert await world.journal() == []


async def test_without_a_yes_to_these_values_nothing_happens(world, gateway):
    asked = request("lock_card", {"card": "6688"})
    other = gateway.digest(asked.action, {"card": "3021"})
    for digest in (None, other, ""):
        result = await gateway.run(asked.model_copy(update={"confirmed_digest": digest}))
        assert result.reason == "reason_not_confirmed"
    assert await world.journal() == []


async def test_a_slot_that_is_no_argument_changes_neither_digest_nor_key(gateway):
    plain = request("lock_card", {"card": "6688"})
    more = request("lock_card", {"card": " 6688", "weather": "fine"})
    assert gateway.key(plain) == gateway.key(more)
    assert gateway.key(plain) != gateway.key(request("lock_card", {"card": "3021"}))


async def test_one_amount_has_one_digest_however_it_is_written(gateway):
    written = ("1000", "1,000.00", 1000, "1000.0", {"amount": "1000.00", "currency": "CNY"})
    digests = {
        gateway.digest(ActionName("transfer_money"), {"payee": "p", "amount": amount})
        for amount in written
    }
    assert len(digests) == 1


# Every code rule of the sample policies.


async def test_unlocking_needs_a_code_and_locking_does_not(world, gateway):
    lock = request("lock_card", {"card": "6688"}, gateway=gateway)
    assert (await gateway.run(lock)).outcome == "done"
    unlock = request("unlock_card", {"card": "6688"}, gateway=gateway)
    step = (await gateway.run(unlock)).step_up
    assert (step.proof, step.target) == ("code", "reserved")
    assert (await gateway.run(with_code(unlock, gateway, "reserved"))).outcome == "done"
    assert await world.status_of("6688") == "active"


async def test_a_transfer_of_a_thousand_to_a_known_payee_needs_no_further_code(world, gateway):
    slots = {"payee": await payee_id(gateway), "amount": "1000"}
    result = await gateway.run(request("transfer_money", slots, gateway=gateway))
    assert result.outcome == "done"
    assert result.facts["payee_name"] == "林秀芳"
    assert result.facts["amount"] == {"amount": "1000.00", "currency": "CNY"}
    assert result.facts["balance_after"] == {"amount": "11480.55", "currency": "CNY"}


@pytest.mark.parametrize("amount", ["1000.01", "1,000.01", 1000.01])
async def test_a_transfer_above_a_thousand_needs_a_code_however_it_is_written(
    amount, world, gateway
):
    slots = {"payee": await payee_id(gateway), "amount": amount}
    asked = request("transfer_money", slots, gateway=gateway)
    assert (await gateway.run(asked)).step_up.target == "reserved"
    assert await world.journal() == []
    assert (await gateway.run(with_code(asked, gateway, "reserved"))).outcome == "done"


async def test_a_payee_nobody_knows_counts_as_new(world, gateway):
    slots = {"payee": "P-unknown", "amount": "1"}
    asked = request("transfer_money", slots, gateway=gateway)
    assert (await gateway.run(asked)).again
    sure = asked.model_copy(update={"confirmed_again": True})
    assert (await gateway.run(sure)).step_up.proof == "code"
    result = await gateway.run(with_code(sure, gateway, "reserved"))
    assert result.reason == "reason_payee_not_found"
    assert await world.journal() == []


async def test_the_code_that_reached_the_last_level_counts_for_the_reserved_number(gateway):
    slots = {"payee": await payee_id(gateway), "amount": "5000"}
    low = request("transfer_money", slots, gateway=gateway, assurance=Assurance.BOUND_CARD)
    step = (await gateway.run(low)).step_up
    assert step.level == Assurance.FULL
    passed = with_code(low, gateway, "reserved")
    raised = passed.model_copy(update={"assurance": Assurance.FULL})
    assert (await gateway.run(raised)).outcome == "done"


async def test_a_code_counts_for_five_minutes(gateway):
    slots = {"payee": await payee_id(gateway), "amount": "5000"}
    asked = request("transfer_money", slots, gateway=gateway)
    old = with_code(asked, gateway, "reserved", age_s=301)
    assert (await gateway.run(old)).step_up.proof == "code"
    fresh = with_code(asked, gateway, "reserved", age_s=300)
    assert (await gateway.run(fresh)).outcome == "done"


async def test_a_code_for_another_amount_does_not_count(gateway):
    payee = await payee_id(gateway)
    small = with_code(
        request("transfer_money", {"payee": payee, "amount": "2000"}), gateway, "reserved"
    )
    large = request("transfer_money", {"payee": payee, "amount": "9000"}, gateway=gateway)
    stolen = large.model_copy(update={"proofs": small.proofs})
    assert (await gateway.run(stolen)).step_up.proof == "code"


async def test_a_new_number_needs_a_code_to_the_old_and_then_to_the_new(world, gateway):
    asked = request("update_phone", {"phone": "13900002001"}, gateway=gateway)
    assert (await gateway.run(asked)).step_up.target == "reserved"
    asked = with_code(asked, gateway, "reserved")
    assert (await gateway.run(asked)).step_up.target == "phone"
    assert (await world.state())["phone"] == "13800001001"
    result = await gateway.run(with_code(asked, gateway, "phone"))
    assert result.outcome == "done"
    assert result.facts["phone_masked"] == "139****2001"
    assert (await world.state())["phone"] == "13900002001"


async def test_after_a_new_number_transfers_wait(gateway):
    slots = {"phone": "13900002001"}
    asked = request("update_phone", slots, gateway=gateway)
    await gateway.run(with_code(asked, gateway, "reserved", "phone"))
    slots = {"payee": await payee_id(gateway), "amount": "10"}
    result = await gateway.run(request("transfer_money", slots, gateway=gateway))
    assert result.reason == "reason_cool_off_active"


async def test_a_bank_policy_may_raise_the_level_of_a_read(world):
    name = ActionName("check_balance")
    gateway = world.gateway(policies={name: ActionPolicy(action=name, level=Assurance.FULL)})
    asked = request("check_balance", assurance=Assurance.BOUND_CARD)
    assert (await gateway.run(asked)).step_up.level == Assurance.FULL


async def test_reads_leave_no_row_and_a_bank_that_is_away_is_told(world, gateway):
    assert (await gateway.run(request("check_balance"))).outcome == "done"
    await world.plan("check_balance", "error_500")
    result = await gateway.run(request("check_balance"))
    assert (result.outcome, result.reason) == ("refused", "reason_bank_unavailable")
    assert await world.rows() == []


async def payee_id(gateway):
    result = await gateway.run(request("validate_payee", {"payee": "妈妈"}))
    return result.slots["payee"]

"""Cards, particulars and orders: each change behind the gateway, its records read back."""

from dataclasses import replace

import pytest

from actions.card_changes import CARD_CHANGES
from assistant.adapters.memory import MemoryReviewQueue
from assistant.model.ids import CustomerId, FlowId, FrameId
from assistant.ports import ReviewRequest, Verdict
from tests.fakes import SequentialIds
from tests.integration.actions.world import POLICIES, request, with_code

C1003 = CustomerId("C1003")


def confirmed(name, slots, gateway, **changes):
    return with_code(request(name, slots, gateway=gateway, **changes), gateway, "reserved")


async def test_a_lost_card_is_reported_replaced_and_never_comes_back(world, gateway):
    lost = await gateway.run(request("report_card_loss", {"card": "6688"}, gateway=gateway))
    assert (lost.outcome, await world.status_of("6688")) == ("done", "lost")
    slots = {"card": "6688", "replace_reason": "lost"}
    ordered = await gateway.run(confirmed("replace_card", slots, gateway))
    assert ordered.outcome == "done"
    assert ordered.facts["fee"] == {"amount": "5.00", "currency": "CNY"}
    (order,) = (await world.state())["orders"]
    assert (order["kind"], order["status"]) == ("replace_card", "placed")
    again = await gateway.run(confirmed("replace_card", slots, gateway, epoch="f_2"))
    assert (again.outcome, again.reason) == ("refused", "reason_order_open")


async def test_a_card_that_is_not_lost_is_not_replaced_as_lost(world, gateway):
    slots = {"card": "6688", "replace_reason": "lost"}
    result = await gateway.run(confirmed("replace_card", slots, gateway))
    assert (result.outcome, result.reason) == ("refused", "reason_card_not_lost")
    assert await world.journal() == []


async def test_a_new_card_is_activated_once(world, gateway):
    slots = {"card": "8819"}
    done = await gateway.run(confirmed("activate_card", slots, gateway, customer_id=C1003))
    assert done.outcome == "done"
    assert await world.status_of("8819", "C1003") == "active"
    again = request("activate_card", slots, customer_id=C1003, epoch=FrameId("f_2"))
    assert (await gateway.run(again)).reason == "reason_card_already_active"


@pytest.mark.parametrize(("limit", "needs_code"), [("1000", False), ("50000.01", True)])
async def test_only_a_raised_limit_needs_a_code(limit, needs_code, world, gateway):
    slots = {"card": "6688", "card_limit": limit}
    asked = request("set_card_limit", slots, gateway=gateway)
    assert ((await gateway.run(asked)).step_up is not None) is needs_code
    done = await gateway.run(with_code(asked, gateway, "reserved"))
    assert done.outcome == "done"
    assert (await world.state())["cards"][0]["limit"] == done.facts["limit"]


async def test_what_the_bank_would_refuse_is_said_before_a_yes(world, gateway):
    """Every state of a card that an action cannot deal with, by the action's own table."""
    await gateway.run(request("report_card_loss", {"card": "6688"}, gateway=gateway))
    reasons = {
        name: (await gateway.run(request(name, {"card": "6688"}))).reason
        for name in ("lock_card", "unlock_card", "activate_card", "reset_card_pin")
    }
    assert set(reasons.values()) == {"reason_card_lost"}
    assert len(await world.journal()) == 1


async def test_the_address_is_changed_and_read_back(world, gateway):
    slots = {"address": "新地址是宁波市海曙区中山西路88号601室"}
    done = await gateway.run(confirmed("update_address", slots, gateway))
    assert done.outcome == "done"
    assert (await world.state())["address"] == "宁波市海曙区中山西路88号601室"


async def test_records_that_do_not_show_the_change_leave_it_unknown(world):
    """The bank says done, and its own records say otherwise: nobody is told that it is done."""

    class Forgetful:
        def __init__(self, bank):
            self.bank = bank
            self.before = None

        async def cards(self, customer_id):
            self.before = self.before or await self.bank.cards(customer_id)
            return self.before

        def __getattr__(self, name):
            return getattr(self.bank, name)

    bank = Forgetful(world.bank)
    await bank.cards(CustomerId("C1001"))
    gateway = world.gateway(bank=bank)
    result = await gateway.run(request("lock_card", {"card": "6688"}, gateway=gateway))
    assert result.outcome == "unknown"
    (settled,) = await gateway.reconcile()
    assert settled.result.outcome == "done"


async def test_nothing_that_needs_a_review_runs_without_exactly_that_approval(world, gateway):
    queue = MemoryReviewQueue(world.clock, SequentialIds())
    gateway = replace(gateway, reviews=queue)
    asked = request("reset_card_pin", {"card": "6688"}, gateway=gateway)
    needed = (await gateway.run(asked)).review
    assert needed.arguments == {"card": "6688"}
    review = await queue.submit(
        ReviewRequest(
            action=asked.action,
            flow=FlowId("reset_card_pin"),
            conversation_id=asked.conversation_id,
            customer_id=asked.customer_id,
            arguments=needed.arguments,
            arguments_sha256=needed.arguments_sha256,
            epoch=asked.epoch,
        )
    )
    held = asked.model_copy(update={"review": review.review_id})
    assert (await gateway.run(held)).reason == "reason_not_approved"
    await queue.decide(review.review_id, Verdict(approved=True, colleague="li", note=""))
    for other in (
        {"slots": {"card": "3021"}},
        {"customer_id": C1003},
        {"epoch": "f_9"},
        {"review": "r_unknown"},
    ):
        result = await gateway.run(held.model_copy(update=other))
        assert result.reason == "reason_not_approved"
    assert await world.journal() == []
    for _ in range(2):
        assert (await gateway.run(held)).outcome == "done"
    assert len(await world.journal()) == 1


def test_every_change_of_a_card_has_a_policy_with_a_yes():
    changes = [action.name for action in CARD_CHANGES if action.is_change]
    assert all(POLICIES[name].confirmed for name in changes)

"""Limits and delay through the gateway: told before the yes, refused with their reason, undone."""

from dataclasses import replace

from assistant.model.predicate import parse
from tests.integration.actions.test_policy_walk import known_payee
from tests.integration.actions.world import POLICIES, request, with_code


async def transfer(world, gateway, amount, **changes):
    found = await world.gateway().run(
        request(
            "validate_payee", {"payee": changes.pop("called")}, customer_id=changes["customer_id"]
        )
    )
    slots = {"payee": found.slots["payee"], "amount": amount}
    asked = request("transfer_money", slots, gateway=gateway, **changes)
    return with_code(asked, gateway, "reserved")


async def test_a_limit_is_told_before_the_yes_and_refused_after_it(world, gateway):
    asked = await transfer(world, gateway, "50000.01", customer_id="C1002", called="房东")
    assert (await gateway.outlook(asked)).obstacle == "reason_transfer_single_limit"
    unasked = asked.model_copy(update={"confirmed_digest": None})
    assert (await gateway.run(unasked)).reason == "reason_transfer_single_limit"
    sure = asked.model_copy(update={"confirmed_again": True})
    assert (await gateway.run(sure)).outcome != "done"
    assert await world.journal() == []


async def test_fifty_thousand_is_asked_twice(world, gateway):
    asked = await transfer(world, gateway, "50000", customer_id="C1002", called="房东")
    result = await gateway.run(asked)
    assert result.again
    assert await world.journal() == []
    done = await gateway.run(asked.model_copy(update={"confirmed_again": True}))
    assert done.outcome == "done"


async def test_just_below_is_asked_once(world, gateway):
    asked = await transfer(world, gateway, "49999.99", customer_id="C1002", called="房东")
    assert (await gateway.run(asked)).outcome == "done"


async def test_a_policy_may_ask_twice_about_talk_that_sounds_like_a_scam(world):
    heard = replace(POLICIES["transfer_money"], asked_twice=parse("facts.scam_heard"))
    gateway = world.gateway(policies={**POLICIES, "transfer_money": heard})
    payee = await known_payee(world)
    slots = {"payee": payee, "amount": "10"}
    asked = request("transfer_money", slots, gateway=gateway, scam=500)
    assert (await gateway.run(asked)).again
    calm = asked.model_copy(update={"scam": 499})
    assert (await gateway.run(calm)).outcome == "done"


async def test_what_the_bank_keeps_back_is_final_for_nobody_and_asked_once(world, gateway):
    asked = await transfer(world, gateway, "50000", customer_id="C1004", called="女儿")
    assert (await gateway.outlook(asked)).facts["is_delayed"] is True
    done = await gateway.run(asked)
    assert (done.outcome, done.facts["is_delayed"]) == ("done", True)
    latest = await gateway.run(request("prefill_delayed_transfer", customer_id="C1004"))
    slots = {"delayed_transfer": latest.slots["delayed_transfer"]}
    back = request("cancel_transfer", slots, gateway=gateway, customer_id="C1004")
    assert (await gateway.run(back)).outcome == "done"
    balances = {
        a["last4"]: a["balance"]["amount"] for a in (await world.state("C1004"))["accounts"]
    }
    assert balances["5566"] == "203917.20"


async def test_without_a_delayed_transfer_there_is_none_to_call_back(gateway):
    assert (await gateway.run(request("prefill_delayed_transfer"))).skip

"""Every change gives the risk decision all it needs, whatever the channel; what lacks is held."""

import pytest

from actions.catalogue import ACTIONS
from actions.registry import Action
from actions.risk.lists import RiskLists
from actions.risk.store import METADATA as RISK
from assistant.model.ids import ActionName, CustomerId
from assistant.model.risk import ListEntry
from assistant.ports import ActionResult
from channels.bootstrap import load_release
from channels.composition_risk import risk_desk
from knowledge.loader import CONTENT
from tests.fakes import NOON
from tests.integration.actions.required import CASES
from tests.integration.actions.test_policy_walk import Guards, is_offered, known_payee, vars_of
from tests.integration.actions.world import request, slower, with_code

RELEASE = load_release(CONTENT)
CHANNELS = ("web", "wechat", "voice", "text")
CHANGES = [case for case in CASES if is_offered(case.task) and ACTIONS[case.task].is_change]


@pytest.fixture
async def judging(world):
    """The gateway up to the bank, with the bank's own risk rules."""
    async with world.engine.begin() as connection:
        await connection.run_sync(RISK.create_all)
    world.bank = slower(world.bank, 10)  # nothing here is about its silence
    desk = risk_desk(RELEASE, world.bank, world.engine, world.clock)
    return Guards(**vars_of(world.gateway(risk=desk)))


def test_the_money_actions_that_exist_all_look_at_what_they_move():
    money = {name for name in RELEASE.risk.money if name in ACTIONS}
    assert {"transfer_money", "pay_bill", "repay_credit_card", "credit_card_installment"} <= money
    assert [name for name in money if ACTIONS[name].circumstances is None] == []


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("case", CHANGES, ids=str)
async def test_no_change_lacks_an_input(case, channel, world, judging):
    slots = dict(case.slots)
    if slots.get("payee") == "known":
        slots["payee"] = await known_payee(world)
    asked = request(case.task, slots, gateway=judging, channel=channel, confirmed_again=True)
    asked = with_code(asked, judging, *(case.codes or ("reserved",)))
    await judging._assess(asked)
    kept = await judging.risk.store.latest(1)
    codes = kept[0].reason_codes if kept else ()  # protective actions are not judged at all
    assert kept or case.task in RELEASE.risk.protective
    assert "input_incomplete" not in codes


@pytest.mark.parametrize("task", ["book_branch", "report_scam", "file_complaint"])
async def test_what_visitors_may_do_lacks_nothing_either(task, judging):
    case = next(one for one in CASES if one.task == task)
    asked = request(task, case.slots, gateway=judging, customer_id=None)
    assert (await judging._assess(asked)).refusal is None


async def test_money_without_its_amount_is_held(world, judging):
    async def silent(_, context):
        return {"payee_is_new": False, "payee_is_own": False}

    async def run(_, context):
        return ActionResult(outcome="done")

    blind = Action(name=ActionName("transfer_money"), run=run, is_change=True, circumstances=silent)
    gateway = Guards(**{**vars_of(judging), "table": {blind.name: blind}})
    verdict = (await gateway._assess(request("transfer_money", {}, gateway=gateway))).verdict
    assert verdict.decision == "hold"
    assert "input_incomplete" in verdict.reason_codes


async def test_a_listed_payee_is_denied_from_the_approval_on_and_only_while_it_lasts(
    world, judging
):
    lists, today = RiskLists(world.engine), NOON.date()
    payee = await known_payee(world)
    asked = request("transfer_money", {"payee": payee, "amount": "1"}, gateway=judging)
    entry = ListEntry(
        list="deny",
        kind="payee",
        value="8899",
        effective_from=today,
        effective_to=today,
        reason="payee_denied",
    )

    async def decided():
        return (await judging._assess(asked)).verdict.decision

    change = await lists.ask_to_add(entry, "陈立", NOON)
    assert await decided() == "allow"
    await lists.decide(change, "周敏", NOON, approve=True)
    assert await decided() == "deny"
    world.clock.advance(24 * 3600)
    assert await decided() == "allow"


async def test_a_listed_phone_is_held(world, judging):
    lists = RiskLists(world.engine)
    entry = ListEntry(
        list="deny",
        kind="phone",
        value="13800001001",
        effective_from=NOON.date(),
        effective_to=None,
        reason="phone_denied",
    )
    change = await lists.ask_to_add(entry, "陈立", NOON)
    await lists.decide(change, "周敏", NOON, approve=True)
    asked = request(
        "transfer_money", {"payee": await known_payee(world), "amount": "1"}, gateway=judging
    )
    assert asked.customer_id == CustomerId("C1001")
    assert (await judging._assess(asked)).verdict.decision == "hold"

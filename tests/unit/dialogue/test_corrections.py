"""Corrections of several values, from anywhere in the task: nothing is passed over unasked."""

import asyncio

import pytest

from assistant.model.commands import Affirm, CancelFlow, SearchKnowledge, SkipQuestion
from assistant.ports import ActionResult
from tests.unit.dialogue.bank import FLOWS
from tests.unit.dialogue.talk import Talk, correct, give, keys, kinds, outcome, start, texts


@pytest.fixture
async def at_read_back(talk):
    """A transfer of 500 to mother, waiting for the yes."""
    await talk.say(start("transfer_money"), give("payee", "妈妈"), give("amount", "500.00"))
    return talk


@pytest.mark.parametrize("first", ["payee", "amount"])
async def test_two_values_corrected_at_once_are_both_read_back(at_read_back, first):
    new = {"payee": "爸爸", "amount": "600.00"}
    second = next(slot for slot in new if slot != first)
    turn = await at_read_back.say(correct(first, new[first]), correct(second, new[second]))
    assert keys(turn) == ["corrected", "ask_confirm_transfer"]
    assert texts(turn)[-1] == "确认给 爸爸 转 600.00元 吗？"
    await at_read_back.say(Affirm())
    assert at_read_back.gateway.requests[-1].slots["payee"] == "爸爸"


@pytest.mark.parametrize("first", ["payee", "amount"])
async def test_two_corrected_values_are_checked_again_both(at_read_back, first):
    at_read_back.gateway.answers["validate_payee"] = ActionResult(outcome="done")
    second = "amount" if first == "payee" else "payee"
    new = {"payee": "爸爸", "amount": "600.00"}
    await at_read_back.say(correct(first, new[first]), correct(second, new[second]))
    asked = at_read_back.gateway.asked_for("validate_payee")
    assert [request.slots["payee"] for request in asked] == ["爸爸"]


async def test_everything_cleared_is_asked_from_the_beginning(at_read_back):
    turn = await at_read_back.say(correct("payee", None), correct("amount", None))
    assert keys(turn) == ["asked_anew", "ask_payee"]
    turn = await at_read_back.say(give("payee", "爸爸"))
    assert keys(turn) == ["ask_amount"]
    turn = await at_read_back.say(give("amount", "20.00"))
    assert keys(turn) == ["ask_confirm_transfer"]
    assert at_read_back.gateway.effects == []


async def test_a_later_value_corrected_meanwhile_does_not_pass_the_open_question_by(at_read_back):
    await at_read_back.say(correct("payee", None))
    turn = await at_read_back.say(correct("amount", "70.00"))
    assert at_read_back.asked == "payee"
    assert keys(turn) == ["corrected", "ask_payee"]
    await at_read_back.say(give("payee", "爸爸"))
    assert outcome(await at_read_back.say(Affirm())) == ["done"]
    assert at_read_back.gateway.requests[-1].slots["amount"] == "70.00"


async def test_a_correction_while_a_code_is_asked_leaves_the_code_and_asks_for_a_new_yes(
    at_read_back,
):
    at_read_back.gateway.codes.add("transfer_money")
    await at_read_back.say(Affirm())
    assert at_read_back.asked == "one_time_code"
    turn = await at_read_back.say(correct("payee", "爸爸"), correct("amount", "9.00"))
    assert keys(turn) == ["corrected", "ask_confirm_transfer"]
    assert "pattern_step_up" not in at_read_back.stack


async def test_a_correction_of_a_waiting_task_brings_it_back_with_a_new_read_back(at_read_back):
    await at_read_back.say(start("lock_card"), give("card", "6688"))
    turn = await at_read_back.say(correct("amount", "600.00"))
    assert texts(turn)[-1] == "确认给 妈妈 转 600.00元 吗？"
    assert outcome(await at_read_back.say(Affirm())) == ["done"]
    assert at_read_back.stack == ["lock_card"]
    assert at_read_back.asked == "confirm_lock_card"


async def test_a_value_that_changes_the_branch_asks_what_the_new_branch_needs(at_read_back):
    turn = await at_read_back.say(correct("amount", "2000.00"))
    assert at_read_back.asked == "purpose"
    assert keys(turn) == ["corrected", "ask_purpose"]
    await at_read_back.say(correct("amount", "200.00"))
    assert outcome(await at_read_back.say(Affirm())) == ["done"]
    assert "purpose" not in at_read_back.gateway.requests[-1].slots


async def test_a_waiting_task_is_cancelled_without_losing_the_code_of_the_active_one(talk):
    talk.gateway.codes.add("lock_card")
    await talk.say(start("transfer_money"), give("payee", "妈妈"))
    await talk.say(start("lock_card"), give("card", "6688"))
    await talk.say(Affirm())
    turn = await talk.say(CancelFlow(flow="transfer_money"))
    assert "flow_cancelled" in kinds(turn)
    assert talk.asked == "one_time_code"
    assert "transfer_money" not in talk.stack
    assert "step_up_requested" not in kinds(turn)


async def test_what_waited_goes_on_with_what_it_knows_and_what_it_lacks(talk):
    await talk.say(start("transfer_money"), give("payee", "妈妈"))
    await talk.say(start("lock_card"), give("card", "6688"))
    turn = await talk.say(CancelFlow(flow="lock_card"))
    assert keys(turn) == ["one_flow_cancelled", "flow_resumed", "ask_amount"]
    assert (
        texts(turn)[1] == "我们接着办刚才的“转账”：还差金额。"
    )  # this pack has no word for payees


async def test_a_value_with_a_word_for_it_is_told_when_its_task_goes_on(talk):
    await talk.say(start("transfer_money"), give("amount", "500.00"))
    await talk.say(start("lock_card"), give("card", "6688"))
    await talk.say(start("home_address"), give("city", "北京"))
    await talk.say(CancelFlow(flow="home_address"))
    turn = await talk.say(correct("card", None))
    turn = await talk.say(start("home_address"))
    turn = await talk.say(CancelFlow(flow="home_address"))
    assert texts(turn)[1] == "我们接着办刚才的“临时锁卡”：还差卡。"


async def test_digressions_three_deep_come_back_one_by_one(talk):
    await talk.say(start("transfer_money"), give("amount", "500.00"))
    await talk.say(SearchKnowledge(question="手续费多少"))
    await talk.say(start("lock_card"), give("card", "6688"))
    await talk.say(SearchKnowledge(question="锁卡收费吗"))
    await talk.say(start("home_address"), give("city", "北京"))
    turn = await talk.say(give("note", "无"))
    assert keys(turn) == ["done", "flow_resumed", "ask_confirm_lock_card"]
    turn = await talk.say(Affirm())
    assert keys(turn) == ["done", "flow_resumed", "ask_payee"]
    await talk.say(give("payee", "妈妈"))
    assert outcome(await talk.say(Affirm())) == ["done"]
    assert talk.stack == []
    assert len(talk.gateway.effects) == 2


async def test_a_needed_question_cannot_be_skipped(talk):
    await talk.say(start("transfer_money"))
    turn = await talk.say(SkipQuestion())
    assert keys(turn) == ["cannot_skip", "ask_payee"]


NOTED = """\
  note_down:
    name: 记一笔
    description: 记一笔。
    steps:
      - collect: amount
      - collect: note
        metadata: {optional: true}
      - collect: city
        utter: utter_ask_city
      - action: utter_done
"""


async def test_an_optional_question_is_skipped_and_the_next_one_asked(pack, gateway):
    talk = Talk(pack(FLOWS + NOTED), gateway=gateway)
    await talk.say(start("note_down"), give("amount", "5.00"))
    assert talk.asked == "note"
    turn = await talk.say(SkipQuestion())
    assert keys(turn) == ["ask_city"]
    turn = await talk.say(SkipQuestion())
    assert keys(turn) == ["cannot_skip", "ask_city"]
    assert "note" not in talk.slots


async def test_a_skipped_value_can_be_given_after_all(pack, gateway):
    talk = Talk(pack(FLOWS + NOTED), gateway=gateway)
    await talk.say(start("note_down"), give("amount", "5.00"))
    await talk.say(SkipQuestion())
    await talk.say(give("note", "午饭"))
    assert (talk.asked, talk.slots["note"]) == ("city", "午饭")


async def test_a_message_sent_while_an_action_runs_is_answered_after_its_end(at_read_back):
    running, may_end = asyncio.Event(), asyncio.Event()
    plain_run = at_read_back.gateway.run

    async def slow(request):
        if request.action == "transfer_money":
            running.set()
            await may_end.wait()
        return await plain_run(request)

    at_read_back.gateway.run = slow
    first = asyncio.create_task(at_read_back.say(Affirm(), message_id="yes"))
    await running.wait()
    second = asyncio.create_task(at_read_back.say(correct("amount", "900.00"), message_id="late"))
    await asyncio.sleep(0)
    assert not second.done()
    at_read_back.understander.next = (Affirm(),)
    may_end.set()
    assert outcome(await first) == ["done"]
    assert outcome(await second) == []
    assert len(at_read_back.gateway.effects) == 1
    assert at_read_back.gateway.requests[-1].slots["amount"] == "500.00"

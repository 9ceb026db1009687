"""Tasks over tasks, guards, links, calls, circles, and a release that changes underneath."""

from assistant.model.commands import Affirm, CancelFlow, Greet, SearchKnowledge
from tests.unit.dialogue.bank import DOMAIN, FLOWS, RESPONSES
from tests.unit.dialogue.talk import give, keys, kinds, start, texts


async def test_a_task_waits_under_another_and_goes_on_where_it_was_left(talk):
    await talk.say(start("transfer_money"), give("payee", "妈妈"))
    turn = await talk.say(start("lock_card"), give("card", "6688"))
    assert kinds(turn)[:2] == ["flow_interrupted", "flow_started"]
    turn = await talk.say(Affirm())
    assert keys(turn) == ["done", "flow_resumed", "ask_amount"]
    assert "flow_resumed" in kinds(turn)
    assert "转账" in texts(turn)[1]
    assert talk.slots == {"payee": "妈妈"}


async def test_values_of_the_waiting_task_survive_the_other(talk):
    await talk.say(start("transfer_money"), give("payee", "妈妈"), give("amount", "500.00"))
    await talk.say(start("lock_card"), give("card", "6688"))
    turn = await talk.say(Affirm())
    assert keys(turn)[-1] == "ask_confirm_transfer"
    turn = await talk.say(Affirm())
    assert talk.gateway.requests[-1].slots["amount"] == "500.00"
    assert "done" in keys(turn)


async def test_a_waiting_task_asked_for_again_comes_up_and_is_not_begun_twice(talk):
    await talk.say(start("transfer_money"), give("payee", "妈妈"))
    await talk.say(start("lock_card"))
    turn = await talk.say(start("transfer_money"))
    assert keys(turn) == ["ask_amount"]
    assert talk.stack == ["lock_card", "transfer_money"]
    assert kinds(turn)[-1] == "flow_resumed"


async def test_the_active_task_asked_for_again_just_goes_on(talk):
    await talk.say(start("transfer_money"), give("payee", "妈妈"))
    turn = await talk.say(start("transfer_money"))
    assert keys(turn) == ["ask_amount"]
    assert talk.stack == ["transfer_money"]


async def test_a_task_begun_again_after_its_end_is_a_new_intent(talk):
    for _ in range(2):
        await talk.say(start("lock_card"), give("card", "6688"))
        await talk.say(Affirm())
    assert len(set(talk.gateway.effects)) == 2


async def test_of_two_tasks_wanted_at_once_the_first_comes_first(talk):
    turn = await talk.say(start("lock_card"), start("transfer_money"))
    assert keys(turn)[-1] == "ask_card"
    await talk.say(give("card", "6688"))
    turn = await talk.say(Affirm())
    assert keys(turn)[-1] == "ask_payee"


async def test_a_cancelled_interruption_leaves_the_waiting_task_open(talk):
    await talk.say(start("transfer_money"), give("payee", "妈妈"))
    await talk.say(start("lock_card"))
    turn = await talk.say(CancelFlow())
    assert keys(turn)[-1] == "ask_amount"
    assert talk.stack == ["transfer_money"]


async def test_a_guard_keeps_a_task_from_being_started(talk):
    turn = await talk.say(start("private_service"))
    assert keys(turn) == ["not_available"]
    assert "flow_started" not in kinds(turn)
    await talk.say(give("is_private", True))
    assert keys(await talk.say(start("private_service"))) == ["private"]


async def test_a_link_passes_the_guard_and_ends_the_flow_it_came_from(talk):
    turn = await talk.say(start("linked"))
    assert keys(turn) == ["private"]
    completed = [e["flow"] for e in turn.events if e["type"] == "flow_completed"]
    assert completed == ["linked", "private_service"]
    assert talk.stack == []


async def test_a_called_flow_comes_back_with_what_it_found(talk):
    turn = await talk.say(start("calling"))
    assert (keys(turn), talk.stack) == (["ask_city"], ["calling", "choose_city"])
    turn = await talk.say(give("city", "北京"))
    assert keys(turn) == ["capital"]
    assert talk.stack == []


async def test_the_other_branch_of_a_pure_branch_is_taken(talk):
    turn = await talk.say(start("calling"), give("city", "上海"))
    assert texts(turn) == ["在 上海。"]


async def test_a_question_inside_a_called_flow_goes_back_into_it(talk):
    await talk.say(start("calling"))
    turn = await talk.say(SearchKnowledge(question="x"), text="x")
    assert keys(turn) == ["no_answer"]
    turn = await talk.say(give("city", "北京"))
    assert keys(turn) == ["capital"]


async def test_a_flow_that_runs_in_a_circle_is_stopped_with_an_apology(talk):
    turn = await talk.say(start("going_round"), give("note", "x"))
    assert keys(turn) == ["internal_error"]
    assert talk.tracker.turn in talk.tracker.finished


async def test_after_a_circle_another_task_can_be_begun(talk):
    await talk.say(start("going_round"), give("note", "x"))
    turn = await talk.say(start("lock_card"))
    assert keys(turn) == ["ask_card"]


async def test_a_circle_is_left_after_one_apology(talk):
    await talk.say(start("going_round"), give("note", "x"))
    turn = await talk.say(Greet())
    assert keys(turn) == ["greet"]


async def test_a_step_that_is_gone_in_a_new_release_starts_the_flow_over(talk, pack):
    await talk.say(start("transfer_money"), give("payee", "妈妈"), give("amount", "500.00"))
    talk.change_release(pack(FLOWS.replace("read_back", "say_it_again")))
    turn = await talk.say(Affirm())
    assert keys(turn) == ["ask_confirm_transfer"]
    assert talk.gateway.effects == []
    turn = await talk.say(Affirm())
    assert len(talk.gateway.effects) == 1
    assert {event.release for event in talk.tracker.events} > {talk.release.fingerprint}


async def test_a_flow_that_is_gone_in_a_new_release_does_not_end_the_conversation(talk, pack):
    await talk.say(start("home_address"), give("city", "上海"))
    without = FLOWS[: FLOWS.index("  home_address:")] + FLOWS[FLOWS.index("  high_level:") :]
    talk.change_release(pack(without, DOMAIN, RESPONSES))
    await talk.say(start("lock_card"), give("card", "6688"))
    turn = await talk.say(Affirm())
    assert keys(turn)[0] == "done"

"""A bank on a bad day: what the customer is told is never more than what the bank's books say."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import httpx
import pytest

from channels.app import create_app
from channels.bootstrap import build
from channels.settings import Settings
from tests.e2e.customer import (
    AFFIRM,
    MUM,
    balance,
    enter,
    journal,
    keys,
    outcomes,
    plan_fault,
    until,
)
from tests.sandbox import BANK_URL, open_sandbox

# The first run of all trains the models and builds the index.
pytestmark = pytest.mark.timeout(600)

BANK_TIMEOUT_S = 0.4
LOST_MS = 5_000
"""Far beyond the time-out; nobody waits for it to end."""

BEFORE, AFTER = "12480.55", "12430.55"
AT_ONCE = 20


class Line(httpx.ASGITransport):
    """The line to the bank, which can be cut."""

    is_cut = False

    async def handle_async_request(self, request):
        if self.is_cut:
            msg = "cut"
            raise httpx.ConnectError(msg, request=request)
        return await super().handle_async_request(request)


@pytest.fixture
async def http(brain, clock, tmp_path, tmp_path_factory):
    settings = Settings(
        _env_file=None,
        data_dir=tmp_path,
        bank_url=BANK_URL,
        sandbox=True,
        bank_timeout_s=BANK_TIMEOUT_S,
        shutdown_s=1.0,
    )
    templates = tmp_path_factory.getbasetemp() / "bank-templates"
    async with open_sandbox(tmp_path, clock, templates) as bank:
        line = Line(bank._transport.app, raise_app_exceptions=False)

        def over_the_line():
            return httpx.AsyncClient(transport=line, base_url=BANK_URL)

        @asynccontextmanager
        async def opened(settings):
            async with build(settings, brain=brain, clock=clock, http=over_the_line()) as service:
                client.service = service
                yield service

        app = create_app(settings, opened, bank=over_the_line())
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url="http://assistant.test")
        client.bank, client.line = bank, line
        async with app.router.lifespan_context(app), client:
            yield client


@pytest.fixture
async def customer(http):
    """Somebody who has been asked whether 50 yuan are to go to mum."""
    customer = await enter(http)
    await customer.say(MUM)
    return customer


async def settle(http):
    return await http.service.assistant.settle_unknown()


async def test_a_lost_answer_is_told_as_unknown_and_later_as_done(http, customer):
    await plan_fault(http.bank, "transfer_money", "timeout_after_commit", delay_ms=LOST_MS)
    turn = await customer.press(AFFIRM)
    assert outcomes(turn["events"]) == ["unknown"]
    assert keys(turn) == ["action_unknown"]
    assert await balance(http.bank) == AFTER

    assert await settle(http) == 1
    assert await customer.outcomes() == ["unknown", "done"]
    assert (await customer.response_keys())[-1] == "settled_done"
    assert await settle(http) == 0
    assert len(await journal(http.bank)) == 1
    assert await balance(http.bank) == AFTER


async def test_the_settling_loop_of_the_running_service_tells_it_by_itself(http, customer):
    await plan_fault(http.bank, "transfer_money", "timeout_after_commit", delay_ms=LOST_MS)
    await customer.press(AFFIRM)

    async def is_told():
        return await customer.outcomes() == ["unknown", "done"]

    await until(is_told, 6)
    assert len(await journal(http.bank)) == 1


async def test_the_customers_next_message_is_answered_with_the_outcome_first(http, customer):
    await plan_fault(http.bank, "transfer_money", "timeout_after_commit", delay_ms=LOST_MS)
    await customer.press(AFFIRM)
    turn = await customer.say("转过去了吗")
    assert outcomes(turn["events"]) == ["done"]
    assert keys(turn)[0] == "settled_done"
    assert await settle(http) == 0
    assert await customer.outcomes() == ["unknown", "done"]


async def test_asking_for_the_same_transfer_again_tells_the_outcome_first(http, customer):
    await plan_fault(http.bank, "transfer_money", "timeout_after_commit", delay_ms=LOST_MS)
    await customer.press(AFFIRM)
    turn = await customer.say(MUM)
    assert keys(turn)[0] == "settled_done"
    assert outcomes(turn["events"]) == ["done"]
    assert len(await journal(http.bank)) == 1


@pytest.mark.parametrize("kind", ["timeout_before", "error_500"])
async def test_a_change_that_never_happened_is_told_so_only_after_patience(
    http, customer, clock, kind
):
    await plan_fault(http.bank, "transfer_money", kind, delay_ms=LOST_MS)
    turn = await customer.press(AFFIRM)
    assert outcomes(turn["events"]) == ["unknown"]
    assert [await settle(http) for _ in range(4)] == [0, 0, 0, 0]
    told = []
    while not any(told) and len(told) < 5:  # the bank is asked again less and less often
        clock.advance(31)
        told.append(await settle(http))
    assert told[-1] == 1
    assert await customer.outcomes() == ["unknown", "refused"]
    assert (await customer.response_keys())[-1] == "settled_refused"
    assert await journal(http.bank) == []
    assert await balance(http.bank) == BEFORE


async def test_an_error_after_the_effect_is_unknown_and_then_done(http, customer):
    await plan_fault(http.bank, "transfer_money", "error_500", after_commit=True)
    assert outcomes((await customer.press(AFFIRM))["events"]) == ["unknown"]
    assert await settle(http) == 1
    assert await customer.outcomes() == ["unknown", "done"]
    assert await balance(http.bank) == AFTER


async def test_what_the_bank_does_not_know_yet_stays_unknown_while_it_cannot_be_asked(
    http, customer
):
    await plan_fault(http.bank, "transfer_money", "timeout_after_commit", delay_ms=LOST_MS)
    await customer.press(AFFIRM)
    await plan_fault(http.bank, "operation_status", "error_500", times=2)
    assert await settle(http) == 0
    assert outcomes((await customer.say("你好"))["events"]) == []
    assert await settle(http) == 1
    assert await customer.outcomes() == ["unknown", "done"]


async def test_a_refusal_of_the_bank_moves_nothing_and_says_why(http, customer):
    await plan_fault(http.bank, "transfer_money", "refuse")
    turn = await customer.press(AFFIRM)
    assert outcomes(turn["events"]) == ["refused"]
    assert keys(turn) == ["action_refused"]
    assert await journal(http.bank) == []
    assert await balance(http.bank) == BEFORE
    assert await settle(http) == 0


@pytest.mark.parametrize("after_commit", [False, True])
async def test_a_slow_bank_within_its_time_is_simply_done(http, customer, after_commit):
    await plan_fault(http.bank, "transfer_money", "slow", delay_ms=200, after_commit=after_commit)
    assert outcomes((await customer.press(AFFIRM))["events"]) == ["done"]
    assert await balance(http.bank) == AFTER


async def test_a_bank_that_is_down_is_named_as_the_reason_of_a_read(http):
    customer = await enter(http, level=3)
    http.line.is_cut = True
    turn = await customer.say("我的余额还有多少")
    assert outcomes(turn["events"], "check_balance") == ["refused"]
    assert "稍后" in turn["replies"][-1]["text"]
    http.line.is_cut = False
    turn = await customer.say("我的余额还有多少")
    assert outcomes(turn["events"], "check_balance") == ["done"]


async def test_a_change_that_was_never_sent_is_refused_and_can_be_asked_for_again(http, customer):
    http.line.is_cut = True
    turn = await customer.press(AFFIRM)
    assert outcomes(turn["events"]) == ["refused"]
    http.line.is_cut = False
    assert await settle(http) == 0
    await customer.say(MUM)
    assert outcomes((await customer.press(AFFIRM))["events"]) == ["done"]
    assert len(await journal(http.bank)) == 1
    assert await balance(http.bank) == AFTER


async def test_a_bank_that_hangs_while_the_payee_is_looked_up_changes_nothing(http):
    customer = await enter(http)
    await plan_fault(http.bank, "check_balance", "timeout_before", delay_ms=LOST_MS)
    turn = await customer.say(MUM)
    assert outcomes(turn["events"]) == []
    assert turn["replies"]
    await customer.say(MUM)
    assert outcomes((await customer.press(AFFIRM))["events"]) == ["done"]
    assert await balance(http.bank) == AFTER


async def test_a_second_press_of_the_button_moves_nothing_more(http, customer):
    assert outcomes((await customer.press(AFFIRM))["events"]) == ["done"]
    assert outcomes((await customer.press(AFFIRM))["events"]) == []
    (entry,) = await journal(http.bank)
    assert await balance(http.bank) == AFTER

    body = {"customer_id": "C1001", "payee_id": "P100101", "amount": "50.00"}
    body["from_account"] = "6688"
    headers = {"Idempotency-Key": entry["key"]}
    again = await http.bank.post("/operations/transfer_money", json=body, headers=headers)
    assert again.status_code == 200, again.text
    assert again.json()["reference"] == entry["reference"]
    assert await balance(http.bank) == AFTER


async def test_many_copies_of_one_message_get_one_turn_and_one_effect(http, customer):
    turns = await asyncio.gather(*(customer.press(AFFIRM, "m-yes") for _ in range(AT_ONCE)))
    assert all(turn == turns[0] for turn in turns)
    assert outcomes(turns[0]["events"]) == ["done"]
    assert await customer.said() == ["m-1", "m-yes"]
    assert await customer.outcomes() == ["done"]
    assert len(await journal(http.bank)) == 1
    assert await balance(http.bank) == AFTER


async def test_many_presses_at_once_have_one_effect_and_each_its_own_turn(http, customer):
    turns = await asyncio.gather(*(customer.press(AFFIRM, f"y-{n}") for n in range(AT_ONCE)))
    assert sorted(turn["turn"] for turn in turns) == list(range(2, AT_ONCE + 2))
    assert [o for turn in turns for o in outcomes(turn["events"])] == ["done"]
    assert await customer.outcomes() == ["done"]
    assert len(await journal(http.bank)) == 1
    assert await balance(http.bank) == AFTER


async def test_an_outcome_settled_just_before_a_crash_is_still_told(http, customer):
    await plan_fault(http.bank, "transfer_money", "timeout_after_commit", delay_ms=LOST_MS)
    await customer.press(AFFIRM)
    # The bank was asked and the ledger closed; the process ended before the customer was told.
    await http.service.assistant.ports.actions.reconcile()
    await customer.say("转过去了吗")
    assert await customer.outcomes() == ["unknown", "done"]

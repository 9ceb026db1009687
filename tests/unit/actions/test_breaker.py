"""A bank that does not answer is left alone for a while; what protects a customer is tried."""

import asyncio

import httpx
import pytest

from actions.bank.breaker import Breaker
from actions.bank.http_client import HttpBank
from assistant.errors import BankOutcomeUnknown, BankRefused, BankUnavailable

KEY = "k-1"


class Bank:
    """Counts what reaches it; answers as told."""

    def __init__(self):
        self.calls = []
        self.answers = "down"
        self.may_answer = asyncio.Event()

    async def __call__(self, request):
        self.calls.append(request.url.path)
        match self.answers:
            case "down":
                raise httpx.ConnectError(self.answers)
            case "reset":
                raise httpx.ReadError(self.answers)
            case "broken":
                return httpx.Response(500)
            case "refuses":
                return httpx.Response(422, json={"code": "insufficient_funds"})
            case "slow":
                await self.may_answer.wait()
        return httpx.Response(200, json=[])


@pytest.fixture
def served():
    return Bank()


@pytest.fixture
async def bank(served, clock):
    breaker = Breaker(clock=clock, at_once=2, protective=frozenset({"lock_card", "cards"}))
    async with httpx.AsyncClient(transport=httpx.MockTransport(served)) as client:
        yield HttpBank("http://bank.test", 5.0, client, breaker)


async def fail(bank, times):
    for _ in range(times):
        with pytest.raises(BankUnavailable):
            await bank.accounts("C1001")


@pytest.mark.parametrize("answers", ["down", "reset", "broken"])
async def test_after_five_failures_in_a_row_the_bank_is_left_alone(bank, served, answers):
    served.answers = answers
    await fail(bank, 50)
    assert len(served.calls) == 5


async def test_a_bank_that_fails_every_other_time_is_left_alone_too(bank, served):
    for turn in range(40):
        served.answers = "down" if turn % 2 else "fine"
        try:
            await bank.accounts("C1001")
        except BankUnavailable:
            continue
    assert len(served.calls) == 20


async def test_a_bank_that_says_no_is_a_bank_that_answers(bank, served):
    served.answers = "refuses"
    for _ in range(30):
        with pytest.raises(BankRefused):
            await bank.operation("transfer_money", "C1001", {}, KEY)
    assert len(served.calls) == 30


async def test_one_call_finds_out_and_the_pause_doubles_up_to_thirty_seconds(bank, served, clock):
    await fail(bank, 5)
    for pause_s in (2, 4, 8, 16, 30, 30):
        clock.advance(pause_s - 0.01)
        await fail(bank, 3)
        seen = len(served.calls)
        clock.advance(0.01)
        await fail(bank, 3)
        assert len(served.calls) == seen + 1
    served.answers = "fine"
    clock.advance(30)
    assert await bank.accounts("C1001") == ()
    assert await bank.accounts("C1001") == ()


async def test_while_one_call_finds_out_the_others_end_at_once(bank, served, clock):
    await fail(bank, 5)
    served.answers = "slow"
    clock.advance(2)
    probe = asyncio.create_task(bank.accounts("C1001"))
    await asyncio.sleep(0)
    await fail(bank, 3)
    served.may_answer.set()
    assert await probe == ()
    assert len(served.calls) == 6


async def test_a_cancelled_probe_leaves_the_next_call_to_find_out(bank, served, clock):
    await fail(bank, 5)
    served.answers = "slow"
    clock.advance(2)
    probe = asyncio.create_task(bank.accounts("C1001"))
    await asyncio.sleep(0.01)
    probe.cancel()
    await asyncio.wait([probe])
    served.answers = "fine"
    assert await bank.accounts("C1001") == ()


async def test_locking_a_card_is_tried_however_the_bank_has_been_doing(bank, served):
    await fail(bank, 6)
    served.answers = "reset"
    with pytest.raises(BankOutcomeUnknown):
        await bank.operation("lock_card", "C1001", {"card": "6688"}, KEY)
    assert served.calls[-1] == "/operations/lock_card"
    with pytest.raises(BankUnavailable):
        await bank.cards("C1001")
    assert served.calls[-1] == "/customers/C1001/cards"
    # Anything else is not sent, and so is not unknown.
    with pytest.raises(BankUnavailable):
        await bank.operation("transfer_money", "C1001", {}, KEY)
    assert served.calls[-1] == "/customers/C1001/cards"


async def test_a_protective_call_that_is_answered_ends_the_pause(bank, served):
    await fail(bank, 6)
    served.answers = "fine"
    assert await bank.cards("C1001") == ()
    assert await bank.accounts("C1001") == ()


async def test_no_more_calls_wait_than_may(bank, served):
    served.answers = "slow"
    waiting = [asyncio.create_task(bank.accounts("C1001")) for _ in range(2)]
    await asyncio.sleep(0.01)
    await fail(bank, 10)
    protective = asyncio.create_task(bank.cards("C1001"))
    await asyncio.sleep(0.01)
    assert len(served.calls) == 3
    served.may_answer.set()
    assert await asyncio.gather(*waiting, protective) == [(), (), ()]
    assert await bank.accounts("C1001") == ()

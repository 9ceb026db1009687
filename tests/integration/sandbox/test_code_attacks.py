"""Guessing a one-time code, using it twice, or for something else."""

import asyncio
import hmac

import pytest

from actions.bank.sandbox.codes import ATTEMPTS, FAILURES_ALLOWED, CodeMaker

PHONE = "13800001001"


@pytest.fixture
async def drawn(bank):
    """The bank draws codes at random; gives a code's id and its digits."""
    await bank.put("/sandbox/codes", json={"draw": "random"})

    async def send(purpose="transfer_money:a", conversation="c1", phone=PHONE):
        body = {"phone": phone, "purpose": purpose, "conversation_id": conversation}
        sent = await bank.post("/codes", json=body)
        read = await bank.get(f"/sandbox/handsets/{phone}")
        return sent.json()["code_id"], read.json()["code"]

    return send


async def verify(bank, code_id, code, purpose="transfer_money:a"):
    body = {"code": code, "purpose": purpose}
    return (await bank.post(f"/codes/{code_id}/verify", json=body)).json()


def wrong(code):
    return f"{(int(code) + 1) % 10**6:06}"


async def test_a_hundred_guesses_at_once_get_three_tries(bank, drawn):
    code_id, code = await drawn()
    guesses = [f"{(int(code) + 1 + number) % 10**6:06}" for number in range(99)] + [code]
    answers = await asyncio.gather(*(verify(bank, code_id, guess) for guess in guesses))
    reasons = [answer["reason"] for answer in answers]
    assert reasons.count("wrong") == ATTEMPTS
    assert reasons.count("locked") == len(guesses) - ATTEMPTS
    assert not any(answer["verified"] for answer in answers)


async def test_a_hundred_right_answers_at_once_count_once(bank, drawn):
    code_id, code = await drawn()
    answers = await asyncio.gather(*(verify(bank, code_id, code) for _ in range(100)))
    assert sum(answer["verified"] for answer in answers) == 1
    assert {answer["reason"] for answer in answers} == {None, "used"}


async def test_fresh_codes_do_not_buy_more_than_ten_guesses(bank, drawn):
    tried = 0
    for number in range(40):
        code_id, code = await drawn(conversation=f"c{number}")
        for _ in range(ATTEMPTS):
            answer = await verify(bank, code_id, wrong(code))
            tried += answer["reason"] == "wrong"
    assert tried == FAILURES_ALLOWED
    code_id, code = await drawn(conversation="last")
    locked = await verify(bank, code_id, code)
    assert (locked["verified"], locked["reason"]) == (False, "locked")


async def test_a_refusal_says_nothing_about_the_digits(bank, drawn):
    """Used, for another purpose, or locked: the right digits and wrong ones are answered alike."""
    for spoil in ("purpose", "used", "locked"):
        await bank.post("/sandbox/reset")
        await bank.put("/sandbox/codes", json={"draw": "random"})
        code_id, code = await drawn()
        purpose = "transfer_money:b" if spoil == "purpose" else "transfer_money:a"
        if spoil == "used":
            assert (await verify(bank, code_id, code))["verified"]
        if spoil == "locked":
            for _ in range(ATTEMPTS):
                await verify(bank, code_id, wrong(code))
        first = await verify(bank, code_id, wrong(code), purpose)
        assert await verify(bank, code_id, code, purpose) == first
        assert first["verified"] is False


async def test_codes_differ_and_only_their_fingerprints_are_kept(bank, drawn):
    codes = [(await drawn(conversation=f"c{number}"))[1] for number in range(20)]
    assert len(set(codes)) > 15
    assert all(len(code) == 6 and code.isdigit() for code in codes)
    core = bank._transport.app.state.bank
    rows = [tuple(row) for row in core.connection.execute("SELECT * FROM codes")]
    assert not any(code in str(row) for row in rows for code in codes)


def test_equal_digits_have_different_fingerprints():
    maker = CodeMaker()
    assert not hmac.compare_digest(maker.mac("a", "123456"), maker.mac("b", "123456"))
    assert not hmac.compare_digest(maker.mac("a", "123456"), CodeMaker().mac("a", "123456"))


async def test_guessing_an_identity_locks_after_ten_misses_and_answers_alike(bank, state):
    person = await state("C1001")
    right = {"customer_id": "C1001", "name": person["name"], "id_number": person["id_number"]}
    bad = {**right, "name": "某人"}
    for _ in range(FAILURES_ALLOWED):
        assert (await bank.post("/identity/match", json=bad)).json()["matched"] is False
    answers = [await bank.post("/identity/match", json=body) for body in (bad, right)]
    assert [answer.status_code for answer in answers] == [429, 429]
    assert answers[0].json() == answers[1].json()
    await bank.post("/sandbox/reset")
    assert (await bank.post("/identity/match", json=right)).json()["matched"] is True

"""One-time codes: short life, few attempts, one use, one purpose; and identity matching."""

import pytest


@pytest.fixture
def send(bank):
    async def ask(phone="13800001001", purpose="unlock_card", conversation_id="c1"):
        body = {"phone": phone, "purpose": purpose, "conversation_id": conversation_id}
        return await bank.post("/codes", json=body)

    return ask


@pytest.fixture
def verify(bank):
    async def ask(sent, code="246810", purpose="unlock_card"):
        body = {"code": code, "purpose": purpose}
        return (await bank.post(f"/codes/{sent.json()['code_id']}/verify", json=body)).json()

    return ask


async def test_right_code_works_once(send, verify):
    sent = await send()
    assert sent.status_code == 201
    assert sent.json()["masked_phone"] == "138****1001"
    assert sent.json()["expires_at"] == "2026-11-22T12:03:00Z"
    assert (await verify(sent))["verified"] is True
    assert (await verify(sent))["reason"] == "used"


async def test_code_expires_after_three_minutes(bank, send, verify):
    early, late = await send(), await send()
    await bank.post("/sandbox/clock", json={"advance_s": 179})
    assert (await verify(early))["verified"] is True
    await bank.post("/sandbox/clock", json={"advance_s": 1})
    assert (await verify(late))["reason"] == "expired"


async def test_code_allows_three_attempts(send, verify):
    sent = await send()
    answers = [await verify(sent, "111111") for _ in range(3)]
    assert [(a["reason"], a["attempts_left"]) for a in answers] == [
        ("wrong", 2),
        ("wrong", 1),
        ("wrong", 0),
    ]
    assert await verify(sent) == {"verified": False, "attempts_left": 0, "reason": "locked"}


async def test_code_is_good_for_its_purpose_only(send, verify):
    sent = await send(purpose="unlock_card")
    assert (await verify(sent, purpose="transfer_money"))["reason"] == "other_purpose"
    assert (await verify(sent))["verified"] is True


async def test_sixth_code_in_ten_minutes_of_a_conversation_is_refused(bank, send):
    for _ in range(5):
        assert (await send()).status_code == 201
    answer = await send()
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_codes")
    assert (await send(conversation_id="c2")).status_code == 201
    await bank.post("/sandbox/clock", json={"advance_s": 600})
    assert (await send()).status_code == 201


async def test_ten_wrong_codes_lock_the_number_until_an_hour_or_a_reset(bank, send, verify):
    async def ten_wrong():
        for number in range(4):
            sent = await send(conversation_id=f"wrong-{number}")
            for _ in range(3 if number < 3 else 1):
                assert (await verify(sent, "111111"))["reason"] == "wrong"

    await ten_wrong()
    assert (await verify(await send(conversation_id="after")))["reason"] == "locked"
    other = await send(phone="13800001002", conversation_id="other")
    assert (await verify(other))["verified"] is True
    await bank.post("/sandbox/clock", json={"advance_s": 3600})
    assert (await verify(await send(conversation_id="later")))["verified"] is True
    await ten_wrong()
    await bank.post("/sandbox/reset")
    assert (await verify(await send()))["verified"] is True


async def test_unknown_code_is_404(bank):
    answer = await bank.post("/codes/otc_none/verify", json={"code": "246810", "purpose": "p"})
    assert (answer.status_code, answer.json()["code"]) == (404, "code_not_found")


async def test_identity_matches_only_when_all_factors_belong_to_one_customer(bank, state):
    person = await state("C1001")
    other = await state("C1002")

    async def match(**factors):
        return (await bank.post("/identity/match", json=factors)).json()

    right = {"name": person["name"], "id_number": person["id_number"]}
    found = {"matched": True, "customer_id": "C1001"}
    nobody = {"matched": False, "customer_id": None}
    assert await match(**right) == found
    assert await match(**right, customer_id="C1001", phone=person["phone"]) == found
    assert await match(phone=person["phone"], card_last4="3021") == found
    assert await match(card_number=person["cards"][0]["number"]) == found
    assert await match(**right, customer_id="C1002") == nobody
    assert await match(name=person["name"], id_number=other["id_number"]) == nobody
    assert await match(phone=person["phone"], card_last4="2077") == nobody
    assert (await match(customer_id="C1001"))["code"] == "invalid_request"

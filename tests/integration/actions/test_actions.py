"""What each action takes, finds and tells, against the sandbox bank."""

import pytest

from actions.identity import BankIdentity
from assistant.errors import BankRefused
from assistant.model.ids import CustomerId
from tests.integration.actions.world import CONVERSATION, request

C1002 = CustomerId("C1002")
C1006 = CustomerId("C1006")


async def run(gateway, action, slots=None, **changes):
    return await gateway.run(request(action, slots or {}, **changes))


# Cards


@pytest.mark.parametrize(
    ("said", "last4"),
    [
        ("6688", "6688"),
        ("尾号6688的卡", "6688"),
        ("6688 ", "6688"),
        ("第二张", "3021"),
        ("2", "3021"),
        ("the second one", "3021"),
        ("最后一张", "3021"),
        ("第一张", "6688"),
        ("二类卡", "3021"),
        ("我的II类户", "3021"),
        ("class I", "6688"),
    ],
)
async def test_a_card_is_found_in_the_customers_words(said, last4, gateway):
    result = await run(gateway, "validate_card", {"card": said, "card_state": "active"})
    assert result.slots == {"card": last4}
    assert result.says == ()


@pytest.mark.parametrize("said", ["9999", "信用卡", "第三张", "那张", "借记卡", "6688 3021"])
async def test_words_for_no_card_or_for_two_ask_again_with_the_list(said, gateway):
    result = await run(gateway, "validate_card", {"card": said})
    assert result.slots == {"card": None}
    [say] = result.says
    assert say.response_key == "utter_card_not_found"
    assert [card["last4"] for card in say.facts["cards"]] == ["6688", "3021"]
    assert say.buttons[0].payload == "/SetSlots(card=6688)"


async def test_a_full_number_is_found_and_never_repeated(world, gateway):
    [number, *_] = [card["number"] for card in (await world.state())["cards"]]
    result = await run(gateway, "validate_card", {"card": number})
    assert result.slots == {"card": number[-4:]}
    assert number not in result.model_dump_json()
    asked = await run(gateway, "action_ask_card")
    assert number not in asked.model_dump_json()


async def test_kind_words_choose_among_a_customers_cards(gateway):
    result = await run(gateway, "validate_card", {"card": "信用卡"}, customer_id=C1002)
    assert result.slots == {"card": "9105"}
    assert result.facts["card_kind"] == "credit"


async def test_only_cards_in_the_state_that_fits_are_offered(gateway):
    none_locked = await run(gateway, "action_ask_card", {"card_state": "locked"})
    assert none_locked.facts == {"cards_count": 0}
    await gateway.run(request("lock_card", {"card": "3021"}, gateway=gateway))
    one_locked = await run(gateway, "action_ask_card", {"card_state": "locked"})
    [card] = one_locked.says[0].facts["cards"]
    assert (card["last4"], card["name"]) == ("3021", "二类电子账户")


async def test_the_only_card_that_fits_is_taken_without_asking(gateway):
    assert (await run(gateway, "prefill_card")).slots == {}
    only = await run(gateway, "prefill_card", customer_id=C1006)
    assert only.slots == {"card": "1180"}
    named = await run(gateway, "prefill_card", {"card": "1180"}, customer_id=C1006)
    assert named.slots == {}


async def test_a_card_of_another_customer_cannot_be_locked(world, gateway):
    result = await gateway.run(request("lock_card", {"card": "2077"}, gateway=gateway))
    assert result.reason == "reason_card_not_found"
    assert await world.status_of("2077", "C1002") == "active"


async def test_a_change_without_its_argument_is_refused(world, gateway):
    result = await gateway.run(request("lock_card", {}, gateway=gateway))
    assert result.reason == "reason_incomplete"
    assert await world.journal() == []


# Accounts


async def test_the_balance_is_exact_and_totals_add_up(gateway):
    result = await run(gateway, "check_balance")
    assert [account["last4"] for account in result.facts["accounts"]] == ["6688", "3021"]
    assert result.facts["total"] == {"amount": "12980.55", "currency": "CNY"}


async def test_what_is_owed_is_not_counted_as_money(gateway):
    result = await run(gateway, "check_balance", customer_id=C1002)
    assert result.facts["total"] == {"amount": "86300.00", "currency": "CNY"}
    assert "9105" in [account["last4"] for account in result.facts["debts"]]


async def test_one_account_is_shown_when_one_is_named(gateway):
    result = await run(gateway, "check_balance", {"card": "3021"})
    assert result.facts["total"] == {"amount": "500.00", "currency": "CNY"}
    wrong = await run(gateway, "check_balance", {"card": "9999"})
    assert wrong.reason == "reason_account_not_found"


async def test_transactions_of_a_period_are_listed_newest_first(gateway):
    slots = {"date_range": "2026-10-01/2026-10-31"}
    result = await run(gateway, "query_transactions", slots)
    days = [item["date"] for item in result.facts["items"]]
    assert days == sorted(days, reverse=True)
    assert 0 < len(days) <= 10
    assert all("2026-10-01" <= day <= "2026-10-31" for day in days)
    assert result.facts["count"] >= len(days)
    assert (result.facts["from"], result.facts["to"]) == ("2026-10-01", "2026-10-31")


async def test_transactions_are_found_by_direction_and_by_the_banks_words(gateway):
    slots = {"category": "工资", "direction": "in"}
    result = await run(gateway, "query_transactions", slots)
    assert result.facts["count"] > 0
    assert {item["category"] for item in result.facts["items"]} == {"salary"}
    assert result.facts["sum_out"]["amount"] == "0.00"


@pytest.mark.parametrize("period", ["tomorrow", "2026-10-31/2026-10-01", "2026-13-01", "/"])
async def test_a_period_that_is_none_is_refused(period, gateway):
    result = await run(gateway, "query_transactions", {"date_range": period})
    assert result.reason == "reason_date_range_invalid"


# Payees and amounts


@pytest.mark.parametrize(
    "said", ["林秀芳", "妈妈", "老妈", "我妈", "转给妈妈", "Mum", "8899", "尾号8899", "秀芳"]
)
async def test_a_payee_is_found_by_name_relation_or_digits(said, gateway):
    result = await run(gateway, "validate_payee", {"payee": said})
    assert result.facts["payee_name"] == "林秀芳"
    assert result.facts["payee_is_new"] is False
    again = await run(gateway, "validate_payee", dict(result.slots))
    assert again.slots == result.slots


async def test_own_accounts_are_payees_but_not_the_one_that_pays(gateway):
    own = await run(gateway, "validate_payee", {"payee": "3021"})
    assert own.facts["payee_is_own"] is True
    paying = await run(gateway, "validate_payee", {"payee": "6688"})
    assert paying.slots == {"payee": None}


async def test_an_unknown_payee_is_told_so_with_the_list(gateway):
    result = await run(gateway, "validate_payee", {"payee": "王五"})
    [say] = result.says
    assert (result.slots, say.response_key) == ({"payee": None}, "utter_payee_unknown")
    assert say.facts["payees"][0]["name"] == "林秀芳"
    assert "payee_id" not in say.facts["payees"][0]
    asked = await run(gateway, "action_ask_payee")
    assert asked.says[0].response_key == "utter_ask_payee"


async def test_money_to_an_own_account_stays_with_the_customer(world, gateway):
    found = await run(gateway, "validate_payee", {"payee": "3021"})
    slots = {**found.slots, "amount": "80.55"}
    result = await gateway.run(request("transfer_money", slots, gateway=gateway))
    assert result.outcome == "done"
    balances = {one["last4"]: one["balance"]["amount"] for one in (await world.state())["accounts"]}
    assert (balances["6688"], balances["3021"]) == ("12400.00", "580.55")


@pytest.mark.parametrize(
    ("said", "amount"), [("500", "500.00"), ("1,234.5", "1234.50"), (88, "88.00")]
)
async def test_an_amount_is_kept_in_one_form(said, amount, gateway):
    result = await run(gateway, "validate_amount", {"amount": said}, customer_id=None)
    assert result.slots == {"amount": amount}


@pytest.mark.parametrize("said", ["0", "-5", "10.005", "很多", "1,00", True, [], "1e3"])
async def test_what_is_not_one_exact_positive_amount_is_asked_again(said, gateway):
    result = await run(gateway, "validate_amount", {"amount": said})
    assert result.slots == {"amount": None}
    assert result.says[0].response_key == "utter_amount_invalid"


async def test_an_amount_that_cannot_be_read_moves_nothing(world, gateway):
    found = await run(gateway, "validate_payee", {"payee": "妈妈"})
    slots = {**found.slots, "amount": "10.005"}
    result = await gateway.run(request("transfer_money", slots, gateway=gateway))
    assert result.reason == "reason_amount_invalid"
    assert await world.journal() == []


async def test_above_the_balance_is_refused_by_the_bank(gateway):
    found = await run(gateway, "validate_payee", {"payee": "3021"})
    slots = {**found.slots, "amount": "999"}
    asked = request("transfer_money", {**slots, "from_account": "3021"}, gateway=gateway)
    assert (await gateway.run(asked)).outcome == "refused"


# Phone and profile


@pytest.mark.parametrize("said", ["13900002001", "139 0000 2001", "+86-13900002001"])
async def test_a_mobile_number_is_kept_as_eleven_digits(said, gateway):
    result = await run(gateway, "validate_phone", {"phone": said})
    assert result.slots == {"phone": "13900002001"}
    assert result.facts["reserved_phone_masked"] == "138****1001"


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("12345678901", "utter_phone_invalid"),
        ("1390000200", "utter_phone_invalid"),
        ("１３９00002001x", "utter_phone_invalid"),
        ("13800001001", "utter_phone_unchanged"),
    ],
)
async def test_another_number_is_asked_again(said, key, gateway):
    result = await run(gateway, "validate_phone", {"phone": said})
    assert result.slots == {"phone": None}
    assert result.says[0].response_key == key


async def test_the_profile_tells_what_a_recommendation_needs(gateway):
    result = await run(gateway, "read_profile", customer_id=C1002)
    facts = result.facts
    assert (facts["age"], facts["segment"], facts["assets"]) == (33, "锐进", "86300")
    assert (facts["risk_level"], facts["risk_is_valid"]) == ("C3", True)
    expired = await run(gateway, "read_profile", customer_id=CustomerId("C1005"))
    assert expired.facts["risk_is_valid"] is False
    nobody = await run(gateway, "read_profile", customer_id=C1006)
    assert nobody.facts["risk_level"] is None


async def test_holdings_count_as_assets(gateway):
    result = await run(gateway, "read_profile", customer_id=CustomerId("C1003"))
    held = sum(int(one["amount"]["amount"][:-3]) for one in result.facts["holdings"])
    assert held == 4_800_000
    assert int(result.facts["assets"]) > held + 1_260_000 - 1


# Identity


async def test_a_code_goes_to_the_reserved_number_and_is_good_for_one_purpose(world):
    proofs = BankIdentity(world.bank)
    sent = await proofs.send_code(CONVERSATION, "unlock_card:x", customer_id=CustomerId("C1001"))
    assert sent.masked_phone == "138****1001"
    other = await proofs.check_code(sent.code_id, "246810", "unlock_card:y")
    assert (other.verified, other.reason) == (False, "other_purpose")
    assert (await proofs.check_code(sent.code_id, "246810", "unlock_card:x")).verified


async def test_a_code_may_go_to_a_new_number(world):
    sent = await BankIdentity(world.bank).send_code(CONVERSATION, "p", phone="13900002001")
    assert sent.masked_phone == "139****2001"


async def test_without_a_number_no_code_is_sent(world):
    with pytest.raises(BankRefused):
        await BankIdentity(world.bank).send_code(CONVERSATION, "p")


async def test_all_factors_must_belong_to_one_customer(world):
    proofs = BankIdentity(world.bank)
    one = {"phone": "13800001001", "name": "林晓"}
    assert await proofs.match(one, None) == "C1001"
    assert await proofs.match(one, C1002) is None
    assert await proofs.match({"phone": "13800001001", "name": "陈嘉"}, None) is None
    assert await proofs.match({}, CustomerId("C1001")) is None
    assert await proofs.match({"name": ""}, CustomerId("C1001")) is None

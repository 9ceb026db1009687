"""What can be read back: the state, transactions, reset, the API's own description."""

import pytest

MONEY = {"amount", "currency"}


async def test_state_has_everything_a_test_reads_back(state):
    person = await state("C1002")
    assert set(person) == {
        *("customer_id", "name", "id_number", "birth_date", "phone", "address", "segment"),
        *("editions", "customer_since", "merchant_id", "risk", "preferences"),
        *("transfer_cool_off_until", "cards", "accounts", "holdings", "loans", "orders"),
        *("cases", "appointments", "payees", "bills", "payments_held_until"),
    }
    card = person["cards"][0]
    keys = {"last4", "number", "kind", "account_class", "account_id", "status", "limit"}
    assert set(card) == keys
    assert set(card["limit"]) == set(person["accounts"][0]["balance"]) == MONEY
    assert person["loans"][0]["kind"] == "mortgage"
    assert person["transfer_cool_off_until"] is None


@pytest.mark.parametrize("path", ["", "/profile", "/accounts", "/transactions", "/cards", "/loans"])
async def test_unknown_customer_is_404(bank, path):
    answer = await bank.get(f"/customers/C9999{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, "customer_not_found")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_customer_is_found_by_phone(bank):
    answer = await bank.get("/customers", params={"phone": "13800001004"})
    assert answer.json() == {"customer_id": "C1004"}
    assert (await bank.get("/customers", params={"phone": "13900009999"})).status_code == 404


@pytest.fixture
def find(bank):
    async def ask(customer_id="C1001", **wanted):
        answer = await bank.get(f"/customers/{customer_id}/transactions", params=wanted)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return ask


async def test_transactions_come_newest_first_page_by_page(find):
    whole = await find(limit=20)
    times = [item["booked_at"] for item in whole["items"]]
    assert times == sorted(times, reverse=True)
    assert (await find(limit=10, offset=10))["items"] == whole["items"][10:]
    assert whole["total"] > 1000


async def test_salary_of_a_month_is_found(find):
    page = await find(**{"from": "2026-10-01", "to": "2026-10-31", "category": "salary"})
    assert page["total"] == 1
    salary = page["items"][0]
    assert (salary["direction"], salary["category_name"]) == ("in", "工资")
    assert page["sum_in"] == salary["amount"]
    assert page["sum_out"]["amount"] == "0.00"


async def test_filters_narrow_together(find):
    page = await find(
        q="餐饮", direction="out", min_amount="20", max_amount="30.00", account_id="A100101"
    )
    assert page["total"] > 0
    assert {item["category"] for item in page["items"]} == {"dining"}
    assert {item["account_id"] for item in page["items"]} == {"A100101"}
    amounts = [int(item["amount"]["amount"].replace(".", "")) for item in page["items"]]
    assert all(2000 <= amount <= 3000 for amount in amounts)
    assert (await find(counterparty="林秀芳"))["total"] > 20


async def test_search_takes_signs_of_patterns_literally(find):
    assert (await find(q="%"))["total"] == 0
    assert (await find(counterparty="_"))["total"] == 0


async def test_loan_entries_show_only_when_their_account_is_asked_for(find):
    everything = await find("C1002", category="loan_repayment", limit=500)
    assert {item["account_id"] for item in everything["items"]} == {"A100201"}
    loan = await find("C1002", category="loan_repayment", account_id="A100203")
    assert loan["total"] == everything["total"]


async def test_sums_and_balance_agree_with_the_ledger(bank, find):
    page = await find("C1006", account_id="A100601")
    opening = bank.ledger.execute(
        "SELECT amount_fen FROM entries WHERE account_id = 'A100601' AND category = 'opening'"
    ).fetchone()[0]

    def fen(money):
        return int(money["amount"].replace(".", ""))

    assert opening + fen(page["sum_in"]) - fen(page["sum_out"]) == 790500


async def test_invalid_filter_names_the_field(bank):
    answer = await bank.get("/customers/C1001/transactions", params={"from": "yesterday"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "from"


async def test_reset_restores_everything(bank, change, state, effects):
    before = await state()
    await change("update_phone", key="k", new_phone="13900002001")
    await change("lock_card", card="6688")
    await bank.post("/sandbox/faults", json={"operation": "lock_card", "kind": "error_500"})
    await bank.post("/sandbox/clock", json={"advance_s": 5000})
    assert (await bank.post("/sandbox/reset")).status_code == 204
    assert await state() == before
    assert await effects() == 0
    assert (await bank.get("/operations/status?key=k")).status_code == 404
    assert (await bank.get("/sandbox/faults")).json() == {"faults": []}
    now = (await bank.post("/sandbox/clock", json={"advance_s": 0})).json()["now"]
    assert now == "2026-11-22T12:00:00Z"


async def test_health_and_description_answer(bank):
    assert (await bank.get("/healthz")).json() == {"status": "ok", "sandbox": True}
    described = (await bank.get("/openapi.json")).json()
    transfer = described["paths"]["/operations/transfer_money"]["post"]
    body = transfer["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    assert body.endswith("/TransferMoneyBody")
    assert {"200", "400", "409", "422"} <= set(transfer["responses"])


async def test_unknown_path_is_a_problem_document(bank):
    answer = await bank.get("/nowhere")
    assert (answer.status_code, answer.json()["code"]) == (404, "http_not_found")
    assert answer.headers["content-type"] == "application/problem+json"

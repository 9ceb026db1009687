"""What any BankApi promises, held against the HTTP adapter and the sandbox bank."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime

import pytest

from actions.bank.history import TransactionQuery
from actions.bank.http_client import HttpBank, bank_client
from actions.bank.port import BankApi
from assistant.errors import BankOutcomeUnknown, BankRefused, BankUnavailable
from assistant.model.ids import ActionName, ConversationId, CustomerId, IdempotencyKey
from assistant.model.money import Money
from tests.sandbox import BANK_URL, open_sandbox

C1001, C1002, C1003 = CustomerId("C1001"), CustomerId("C1002"), CustomerId("C1003")
KEY = IdempotencyKey("k1")
LOCK = ActionName("lock_card")
TRANSFER = ActionName("transfer_money")
TIMEOUT_S = 0.3


@pytest.fixture(scope="session")
def templates(tmp_path_factory):
    return tmp_path_factory.mktemp("templates")


@pytest.fixture
async def sandbox(tmp_path, clock, templates):
    async with open_sandbox(tmp_path, clock, templates) as client:
        yield client


@pytest.fixture
def bank(sandbox) -> BankApi:
    return HttpBank(BANK_URL, TIMEOUT_S, sandbox)


@pytest.fixture
def plan(sandbox):
    async def ask(operation, kind, **more):
        body = {"operation": operation, "kind": kind, **more}
        assert (await sandbox.post("/sandbox/faults", json=body)).status_code == 201

    return ask


@asynccontextmanager
async def server_that(answer):
    """A server that reads a request, writes `answer` as it stands, and hangs up."""

    async def serve(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, bank_client() as client:
        yield HttpBank(f"http://127.0.0.1:{port}", TIMEOUT_S, client)


async def lock(bank, key=KEY):
    return await bank.operation(LOCK, C1001, {"card": "6688"}, key)


async def test_profile_tells_who_the_customer_is(bank):
    profile = await bank.profile(C1001)
    assert (profile.name, profile.birth_date, profile.segment) == (
        "林晓",
        date(2002, 3, 18),
        "新芽",
    )
    assert profile.risk.level == "C2"
    assert profile.editions == ("payroll",)
    assert (await bank.profile(CustomerId("C1006"))).risk is None


async def test_customer_is_found_by_phone_or_not_at_all(bank):
    assert await bank.customer_by_phone("13800001003") == C1003
    assert await bank.customer_by_phone("13900009999") is None


async def test_accounts_hold_exact_money(bank):
    accounts = await bank.accounts(C1002)
    assert accounts[0].balance == Money.parse("86300.00", "CNY")
    bill = next(account.bill for account in accounts if account.kind == "credit")
    assert (bill.amount, bill.due_on) == (Money.parse("6213.40", "CNY"), date(2026, 11, 25))


async def test_cards_payees_holdings_and_loans_are_read(bank):
    assert [card.last4 for card in await bank.cards(C1001)] == ["6688", "3021"]
    assert (await bank.payees(C1001))[0].note == "妈妈"
    assert sum(h.amount.minor_units for h in await bank.holdings(C1003)) == 480_000_000
    assert (await bank.loans(C1002))[0].kind == "mortgage"
    assert await bank.loans(C1001) == ()


async def test_transactions_are_found_by_what_was_asked(bank):
    page = await bank.transactions(
        C1001,
        TransactionQuery(
            first_day=date(2026, 10, 1),
            last_day=date(2026, 10, 31),
            category="dining",
            min_amount=Money.parse("20"),
            direction="out",
            limit=5,
        ),
    )
    assert len(page.items) == 5 < page.total
    assert {item.category_name for item in page.items} == {"餐饮"}
    assert page.sum_in == Money(0, "CNY")
    assert page.items[0].booked_at.tzinfo is not None


async def test_unknown_customer_is_a_refusal_with_its_reason(bank):
    with pytest.raises(BankRefused) as refusal:
        await bank.accounts(CustomerId("C9999"))
    assert refusal.value.reason == "reason_customer_not_found"


async def test_customer_id_cannot_reach_another_path(bank):
    with pytest.raises(BankRefused):
        await bank.profile(CustomerId("../customers/C1001"))


async def test_change_is_carried_out_and_found_again(bank):
    done = await bank.operation(
        TRANSFER, C1001, {"payee_id": "P100101", "amount": "500.00", "currency": "CNY"}, KEY
    )
    assert done.operation == "transfer_money"
    assert done.at == datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    assert done.result["balance_after"] == {"amount": "11980.55", "currency": "CNY"}
    assert done.is_sandbox
    assert await bank.operation_status(KEY) == done


async def test_same_key_gives_the_same_result(bank):
    assert await lock(bank) == await lock(bank)


async def test_refusal_carries_the_reason_now_and_later(bank):
    await lock(bank)
    for ask in (lock(bank, IdempotencyKey("k2")), bank.operation_status(IdempotencyKey("k2"))):
        with pytest.raises(BankRefused) as refusal:
            await ask
        assert refusal.value.reason == "reason_card_already_locked"


async def test_arguments_cannot_name_another_customer(bank, sandbox):
    await bank.operation(LOCK, C1001, {"card": "6688", "customer_id": "C1002"}, KEY)
    cards = (await sandbox.get("/customers/C1001/cards")).json()
    assert cards[0]["status"] == "locked"


async def test_status_of_an_unknown_key_is_none(bank):
    assert await bank.operation_status(KEY) is None


@pytest.mark.parametrize("kind", ["timeout_before", "timeout_after_commit", "error_500"])
async def test_change_without_an_answer_is_unknown_then_settled_by_its_key(bank, plan, kind):
    await plan("lock_card", kind)
    with pytest.raises(BankOutcomeUnknown):
        await lock(bank)
    status = await bank.operation_status(KEY)
    assert (status is not None) == (kind == "timeout_after_commit")
    assert (await lock(bank)).result["status"] == "locked"


@pytest.mark.parametrize("kind", ["timeout_before", "error_500"])
async def test_read_without_an_answer_is_unavailable(bank, plan, kind):
    await plan("check_balance", kind)
    await plan("operation_status", kind)
    with pytest.raises(BankUnavailable):
        await bank.accounts(C1001)
    with pytest.raises(BankUnavailable):
        await bank.operation_status(KEY)


async def test_nothing_is_sent_when_the_bank_cannot_be_reached(unused_tcp_port):
    async with bank_client() as client:
        bank = HttpBank(f"http://127.0.0.1:{unused_tcp_port}", TIMEOUT_S, client)
        with pytest.raises(BankUnavailable):
            await lock(bank)
        with pytest.raises(BankUnavailable):
            await bank.cards(C1001)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 3\r\n\r\nbad",
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nwho",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
    ],
    ids=["hung up", "gateway error", "not the bank", "cut off", "empty object", "wrong shape"],
)
async def test_answer_that_cannot_be_trusted_leaves_a_change_unknown(answer):
    async with server_that(answer) as bank:
        with pytest.raises(BankOutcomeUnknown):
            await lock(bank)
        with pytest.raises(BankUnavailable):
            await bank.profile(C1001)
        with pytest.raises(BankUnavailable):
            await bank.operation_status(KEY)


async def test_code_is_sent_and_checked(bank):
    sent = await bank.send_code("13800001001", "unlock_card", ConversationId("c1"))
    assert sent.masked_phone == "138****1001"
    wrong = await bank.check_code(sent.code_id, "000000", "unlock_card")
    assert (wrong.verified, wrong.attempts_left, wrong.reason) == (False, 2, "wrong")
    assert (await bank.check_code(sent.code_id, "246810", "unlock_card")).verified


async def test_too_many_codes_are_refused(bank):
    for _ in range(5):
        await bank.send_code("13800001001", "unlock_card", ConversationId("c1"))
    with pytest.raises(BankRefused) as refusal:
        await bank.send_code("13800001001", "unlock_card", ConversationId("c1"))
    assert refusal.value.reason == "reason_too_many_codes"


async def test_identity_matches_one_customer_or_nobody(bank):
    profile = await bank.profile(C1001)
    factors = {"name": profile.name, "id_number": profile.id_number}
    assert await bank.match_identity(factors, None) == C1001
    assert await bank.match_identity(factors, C1001) == C1001
    assert await bank.match_identity(factors, C1002) is None


async def test_household_bills_are_listed_and_found_by_number(bank):
    bills = await bank.household_bills(C1001)
    electricity = next(bill for bill in bills if bill.kind == "electricity")
    assert electricity.due == Money.parse("86.40", "CNY")
    found = await bank.household_bill("electricity", electricity.number)
    assert (found.due, found.holder) == (electricity.due, "*晓")
    assert (await bank.household_bill("phone", "13900001234")).due == Money(0, "CNY")
    assert await bank.household_bill("electricity", "1234567890") is None


async def test_instalments_are_priced_with_every_cost(bank):
    offer = await bank.instalment_offer(Money.parse("6000", "CNY"), 12)
    assert offer.principal_each == Money.parse("500", "CNY")
    assert (offer.fee_each, offer.fee_total) == (Money.parse("36"), Money.parse("432"))
    assert (offer.fee_rate, offer.yearly_rate) == ("0.60%", "13.03%")


async def test_open_bill_tells_what_is_left_after_a_repayment(bank):
    body = {"card": "9105", "amount": "1000.00"}
    await bank.operation(ActionName("repay_credit_card"), C1002, body, KEY)
    bill = next(one.bill for one in await bank.accounts(C1002) if one.bill is not None)
    assert (bill.left, bill.minimum) == (Money.parse("5213.40"), Money(0, "CNY"))


async def test_credit_card_obstacle_is_a_code_or_none(bank):
    assert await bank.card_obstacle(C1001, "qingya") is None
    assert await bank.card_obstacle(C1002, "qingya") == "applicant_age"


async def test_visitor_may_complain_and_the_record_is_read_back(bank):
    body = {"story": "排队太久", "phone": "13912345678"}
    done = await bank.operation(ActionName("file_complaint"), None, body, KEY)
    record = await bank.record(done.result["case_id"])
    assert (record.kind, record.status) == ("file_complaint", "open")
    assert await bank.record("C-none") is None


async def test_visitor_may_not_move_money(bank):
    with pytest.raises(BankRefused):
        await bank.operation(TRANSFER, None, {"payee_id": "P100101", "amount": "1.00"}, KEY)


async def test_branches_counterparties_and_accesses_are_read(bank):
    assert "上海徐汇支行" in [branch.name for branch in await bank.branches()]
    assert len(await bank.counterparties(C1001)) > 5
    accesses = await bank.data_accesses(C1001)
    assert accesses == tuple(sorted(accesses, key=lambda one: one.at, reverse=True))


async def test_one_entry_is_found_by_its_id(bank):
    newest = (await bank.transactions(C1001, TransactionQuery(limit=1))).items[0]
    page = await bank.transactions(C1001, TransactionQuery(entry_id=newest.entry_id))
    assert page.items == (newest,)
    assert (await bank.transactions(C1002, TransactionQuery(entry_id=newest.entry_id))).total == 0

"""Money is never made or lost, whatever is done, and a bank survives a restart."""

import sqlite3

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actions.bank.sandbox.core import CoreBank
from actions.bank.sandbox.idempotency import Change, carry_out
from actions.bank.sandbox.ledger import Description, LedgerError, Leg, post, verify
from actions.bank.sandbox.operations.table import OPERATIONS
from tests.fakes import NOON, FixedClock
from tests.sandbox import SEED_DATE

TRANSFER = OPERATIONS["transfer_money"]
ACCOUNTS = {"C1001": ["A100101", "A100102"], "C1005": ["A100501", "A100502"]}
PAYEES = {"C1001": "P100101", "C1005": "P100101"}


@pytest.fixture
def core(tmp_path, templates):
    bank = CoreBank.open(tmp_path / "bank.sqlite3", FixedClock().now, SEED_DATE, templates)
    yield bank
    bank.close()


transfers = st.lists(
    st.sampled_from(sorted(ACCOUNTS)).flatmap(
        lambda customer: st.fixed_dictionaries(
            {
                "customer_id": st.just(customer),
                "from_account": st.sampled_from(ACCOUNTS[customer]),
                "payee_id": st.sampled_from([*ACCOUNTS[customer], PAYEES[customer], "A100301"]),
                "amount": st.integers(-100, 2_000_000).map(
                    lambda fen: f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"
                ),
            }
        )
    ),
    max_size=12,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(bodies=transfers)
def test_any_transfers_keep_the_books_balanced(core, bodies):
    core.reset()
    for number, body in enumerate(bodies):
        carry_out(core, Change(TRANSFER, TRANSFER.body(**body), f"k{number}"))
    total = core.connection.execute("SELECT sum(balance_fen) FROM accounts").fetchone()[0]
    assert total == 0
    verify(core.connection)


def test_unbalanced_legs_are_not_booked(core):
    legs = (Leg("A100101", -100), Leg("A100102", 99))
    with pytest.raises(LedgerError):
        post(core.connection, legs, Description("x", "transfer", "test"), reference="R", at=NOON)
    verify(core.connection)


def test_verify_notices_a_balance_changed_behind_the_ledger(core):
    core.connection.execute(
        "UPDATE accounts SET balance_fen = balance_fen + 1 WHERE account_id = 'A100101'"
    )
    with pytest.raises(LedgerError, match="A100101"):
        verify(core.connection)


def test_database_refuses_a_deposit_below_zero(core):
    with pytest.raises(sqlite3.IntegrityError):
        core.connection.execute("UPDATE accounts SET balance_fen = -1 WHERE account_id = 'A100101'")


def test_what_was_done_survives_a_restart(tmp_path, templates):
    path = tmp_path / "bank.sqlite3"
    body = TRANSFER.body(customer_id="C1001", payee_id="P100101", amount="1.00")
    first = CoreBank.open(path, FixedClock().now, SEED_DATE, templates)
    done = carry_out(first, Change(TRANSFER, body, "k"))
    first.close()
    second = CoreBank.open(path, FixedClock().now, SEED_DATE, templates)
    again = carry_out(second, Change(TRANSFER, body, "k"))
    assert again.is_replayed
    assert again.row["reference"] == done.row["reference"]
    second.close()


def test_bank_of_another_make_is_seeded_anew(tmp_path, templates):
    path = tmp_path / "bank.sqlite3"
    old = CoreBank.open(path, FixedClock().now, SEED_DATE, templates)
    old.connection.execute("UPDATE meta SET value = 'older' WHERE name = 'fingerprint'")
    old.connection.execute("UPDATE customers SET address = 'moved'")
    old.close()
    new = CoreBank.open(path, FixedClock().now, SEED_DATE, templates)
    moved = "SELECT count(*) FROM customers WHERE address = 'moved'"
    assert new.connection.execute(moved).fetchone()[0] == 0
    verify(new.connection)
    new.close()

"""Decisions: complete inputs or a colleague, the first row that fits, never open by mistake."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.risk.engine import RiskEngine
from actions.risk.inputs import FIELDS, RiskInput
from actions.risk.table import RuleEngine, TableFailed
from assistant.errors import ContentError
from assistant.model.risk import RiskPolicy, RuleRow, RuleTable
from knowledge.content_files import read_pack
from knowledge.content_problems import Problems
from knowledge.content_risk import read_risk
from knowledge.loader import CONTENT

USUAL = {
    "money": True,
    "amount": 200_000,
    "payee_is_new": False,
    "payee_is_own": False,
    "payee_listed": "none",
    "customer_listed": "none",
    "is_elder": False,
    "hour": 10,
    "count_1h": 0,
    "count_24h": 0,
    "new_payees_24h": 0,
    "sum_24h": 200_000,
    "share": 100,
    "scam": 0,
}
JUNK = st.none() | st.text(max_size=4) | st.lists(st.integers(), max_size=2) | st.just("200000")


@pytest.fixture(scope="module")
def policy():
    problems = Problems()
    found = read_risk(read_pack(Path(CONTENT), problems).own["risk"], problems)
    assert not [p for p in problems.errors() if "risk/" in p]
    return found


@pytest.fixture(scope="module")
def engine(policy):
    return RiskEngine.of(policy)


def decide(engine, given, action="transfer_money"):
    return asyncio.run(engine.decide(action, given))


def table(*rows):
    return RuleTable(version="t", fields=("amount",), rows=rows, sha256="0", source="t.yml")


HOLD_ALL = RuleRow(id="z", decision="hold", reason="no_rule", cells=("",))


@pytest.mark.parametrize(
    ("changes", "decision", "reason"),
    [
        ({}, "allow", "known_payee"),
        ({"payee_is_own": True, "amount": 9_000_000}, "allow", "own_account"),
        ({"payee_is_new": True}, "allow", "small_new_payee"),
        ({"payee_is_new": True, "amount": 600_000}, "step_up", "new_payee_large"),
        (
            {"payee_is_new": True, "is_elder": True, "amount": 1_000_000},
            "hold",
            "elder_new_payee_large",
        ),
        ({"payee_is_new": True, "amount": 5_000_000}, "hold", "new_payee_very_large"),
        ({"payee_is_new": True, "new_payees_24h": 3}, "hold", "many_new_payees"),
        ({"count_1h": 6}, "step_up", "many_transfers"),
        ({"scam": 500}, "hold", "scam_talk"),
        ({"payee_listed": "deny"}, "deny", "payee_denied"),
        ({"amount": 0}, "hold", "no_rule"),
    ],
)
def test_the_sample_bank_decides_by_the_first_row_that_fits(engine, changes, decision, reason):
    verdict = decide(engine, {**USUAL, **changes})

    assert (verdict.decision, verdict.reason_codes[0]) == (decision, reason)
    assert verdict.rule_version
    assert verdict.input_sha256


@settings(deadline=None)  # a busy machine is not a finding
@given(name=st.sampled_from(FIELDS), junk=JUNK, is_left_out=st.booleans())
def test_no_input_that_lacks_a_field_or_its_type_is_ever_let_through(
    engine, name, junk, is_left_out
):
    given = dict(USUAL)
    if is_left_out:
        del given[name]
    elif isinstance(junk, str) and name in {"payee_listed", "customer_listed"}:
        given[name] = f"{junk}!"
    else:
        given[name] = junk

    verdict = decide(engine, given)

    assert verdict.decision == "hold"
    assert f"input_{name}" in verdict.reason_codes


@pytest.mark.parametrize("action", ["lock_card", "report_card_loss", "report_scam"])
@pytest.mark.parametrize("given", [{}, {**USUAL, "scam": 1000, "payee_listed": "deny"}])
def test_what_keeps_harm_away_is_never_held(engine, action, given):
    assert decide(engine, given, action).decision == "allow"


@pytest.mark.parametrize("decision", ["allow", "step_up", "deny"])
def test_a_table_whose_last_row_is_no_hold_is_refused(decision):
    with pytest.raises(ContentError):
        RuleEngine.of(table(RuleRow(id="z", decision=decision, reason="r", cells=("",))))


def test_a_table_whose_last_row_does_not_fit_everything_is_refused():
    with pytest.raises(ContentError):
        RuleEngine.of(table(RuleRow(id="z", decision="hold", reason="r", cells=("> 1",))))


def test_a_cell_that_is_no_condition_is_refused_with_its_row():
    row = RuleRow(id="bad", decision="allow", reason="r", cells=("> > 3",))

    with pytest.raises(ContentError) as refused:
        RuleEngine.of(table(row, HOLD_ALL))

    assert "rows.bad.amount" in str(refused.value)


class Broken:
    def __init__(self, error):
        self.error = error

    def evaluate(self, given):
        if self.error is None:
            time.sleep(0.2)
            return {}
        raise self.error


@pytest.mark.parametrize(
    ("error", "code"), [(None, "engine_slow"), (RuntimeError(), "engine_failed")]
)
def test_a_broken_engine_asks_for_a_code_for_money_and_lets_the_rest_pass(policy, error, code):
    rules = RuleEngine(policy.table, Broken(error))
    hurried = replace(policy, time_out_ms=50)
    engine = RiskEngine(policy=hurried, rules=rules)

    for_money = decide(engine, USUAL)
    for_the_rest = decide(engine, {**USUAL, "money": False, "amount": 0})

    assert (for_money.decision, for_money.reason_codes) == ("step_up", (code,))
    assert for_the_rest.decision == "allow"


def test_an_answer_that_is_no_decision_is_a_failure(policy):
    class Odd:
        def evaluate(self, given):
            return {"result": {"decision": "let it go"}}

    with pytest.raises(TableFailed):
        asyncio.run(RuleEngine(policy.table, Odd()).decide(RiskInput(**USUAL), 1))


def test_the_watched_table_is_heard_and_never_acts(engine):
    given = {**USUAL, "payee_is_new": True, "amount": 400_000}

    watched = asyncio.run(engine.watch(given))

    assert watched.decision == "step_up"
    assert decide(engine, given).decision == "allow"


def test_the_score_only_raises_an_allow(policy):
    given = {**USUAL, "payee_is_new": True, "is_elder": True, "hour": 2, "count_1h": 5}
    strict = policy.model.__class__(
        label="t", bias=0, weights={"new_payee": 9000}, step_up_at=300, hold_at=700
    )
    raised = RiskEngine.of(RiskPolicy(table=policy.table, model=strict))
    without = RiskEngine.of(RiskPolicy(table=policy.table))

    assert decide(without, given).decision == "allow"
    assert decide(raised, given).decision == "hold"
    assert decide(raised, {**given, "payee_listed": "deny"}).decision == "deny"

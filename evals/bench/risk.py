"""A risk decision at 200 rules: inputs checked, table, score, and the watched table besides."""

from __future__ import annotations

from time import perf_counter
from typing import Final

from pydantic import JsonValue

from actions.risk.engine import RiskEngine
from assistant.model.ids import ActionName
from assistant.model.risk import RiskPolicy, RuleRow, RuleTable
from channels.bootstrap import Brain
from channels.settings import Settings
from evals.bench.measure import Measure, p50, p99

RULES: Final = 200
BUDGET_MS: Final = 5.0
_DECISIONS: Final = 2000
_WARM_UP: Final = 100
_FIELDS: Final = ("amount", "payee_is_new", "count_1h")
_THOUSAND: Final = 1000


def table_of(rules: int) -> RuleTable:
    """A table in which nothing but the row before the last fits, the worst case."""
    rows = [
        RuleRow(
            id=f"R{place}",
            decision="step_up",
            reason="bench",
            cells=(f">= {100_000_000 + place}", "true" if place % 2 else "", f"> {place}"),
        )
        for place in range(rules - 2)
    ]
    rows.append(RuleRow(id="usual", decision="allow", reason="usual", cells=("> 0", "", "")))
    rows.append(RuleRow(id="last", decision="hold", reason="no_rule", cells=("", "", "")))
    return RuleTable(
        version="bench", fields=_FIELDS, rows=tuple(rows), sha256="bench", source="bench"
    )


async def measure_risk(brain: Brain, _: Settings, __: int) -> list[Measure]:
    """Decide many times; what the bank's reads and the database take is measured with the turn."""
    model = brain.release.risk.model
    engine = RiskEngine.of(RiskPolicy(table=table_of(RULES), model=model, time_out_ms=_THOUSAND))
    given: dict[str, JsonValue] = {
        "money": True,
        "amount": 200_000,
        "payee_is_new": True,
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
    took = []
    for place in range(_DECISIONS + _WARM_UP):
        started = perf_counter()
        await engine.decide(ActionName("transfer_money"), {**given, "amount": 1 + place})
        if place >= _WARM_UP:
            took.append((perf_counter() - started) * _THOUSAND)
    return [
        Measure(
            name=f"risk decision, {RULES} rules",
            unit="ms",
            p50=p50(took),
            p99=p99(took),
            budget_p99=BUDGET_MS,
            note="inputs checked, table and score; without reads of the bank and the database",
        )
    ]

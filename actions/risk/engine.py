"""One decision before each change: inputs checked → lists → table → score → allow … deny.

incomplete                → hold, a colleague looks
protective action         → allow, whatever else: it keeps harm away
engine fails or is slow   → step-up for money, allow for the rest
table                     → the first row that fits; the last one holds
score                     → may raise an allow, never lower anything
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue, ValidationError

from actions.risk.inputs import RiskInput
from actions.risk.table import RowFound, RuleEngine, TableFailed
from assistant.model.ids import ActionName
from assistant.model.risk import Decision, RiskPolicy, ScoreModel
from assistant.ports.risk import RiskVerdict

INCOMPLETE: Final = "input_incomplete"
_PROTECTIVE: Final = "protective"
_THOUSAND: Final = 1000
_CHECK: Final = "check"
_LARGEST_ODDS: Final = 40_000
_FEN_A_THOUSAND: Final = 100_000
_MORNING: Final = 6
"""Hours of the bank's day before which it is night."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskEngine:
    """Decides; reads nothing and stores nothing.

    Attributes:
        rules: The table in force; None decides by the score alone, holding nothing.
        challenger: A table that is only watched.
    """

    policy: RiskPolicy
    rules: RuleEngine | None
    challenger: RuleEngine | None = None

    @classmethod
    def of(cls, policy: RiskPolicy) -> RiskEngine:
        """Compile the tables of a pack.

        Raises:
            ContentError: A table is wrong.
        """
        rules = RuleEngine.of(policy.table) if policy.table is not None else None
        watched = RuleEngine.of(policy.challenger) if policy.challenger is not None else None
        return cls(policy=policy, rules=rules, challenger=watched)

    async def decide(self, action: ActionName, given: Mapping[str, JsonValue]) -> RiskVerdict:
        """Decide about one change.

        Args:
            action: What is to be done.
            given: Inputs by name, as far as they are known.
        """
        if action in self.policy.protective:
            return self._verdict("allow", (_PROTECTIVE,), _digest(given))
        try:
            checked = RiskInput.model_validate(dict(given))
        except ValidationError as error:
            missing = sorted({f"input_{each['loc'][0]}" for each in error.errors() if each["loc"]})
            return self._verdict("hold", (INCOMPLETE, *missing), _digest(given))
        return await self.of_input(checked)

    async def of_input(self, given: RiskInput) -> RiskVerdict:
        """Decide about inputs known to be complete; also what replays use."""
        digest = given.digest()
        if self.rules is None:
            return self._verdict("allow", ("no_table",), digest)
        try:
            found = await self.rules.decide(given, self.policy.time_out_ms / _THOUSAND)
        except TableFailed as failure:
            return self._verdict("step_up" if given.money else "allow", (failure.code,), digest)
        return self._scored(found, given, digest)

    async def watch(self, given: Mapping[str, JsonValue]) -> RiskVerdict | None:
        """What the challenger would have said; None without one, or without whole inputs."""
        if self.challenger is None:
            return None
        try:
            checked = RiskInput.model_validate(dict(given))
        except ValidationError:
            return None
        other = RiskEngine(policy=self.policy, rules=self.challenger)
        return await other.of_input(checked)

    def _scored(self, found: RowFound, given: RiskInput, digest: str) -> RiskVerdict:
        codes: tuple[str, ...] = (found.reason, f"row_{found.row}")
        model, decision = self.policy.model, found.decision
        if model is None or not given.money:
            return self._verdict(decision, codes, digest)
        score, reasons = score_of(model, given)
        if decision == "allow" and score >= model.step_up_at:
            decision = "hold" if score >= model.hold_at else "step_up"
            code = "model_high" if decision == "hold" else "model_raised"
            codes = (code, *reasons, *codes)
        return self._verdict(decision, codes, digest, score)

    def _verdict(
        self, decision: Decision, codes: tuple[str, ...], digest: str, score: int | None = None
    ) -> RiskVerdict:
        known = self.policy.categories
        category = next((known[code] for code in codes if code in known), _CHECK)
        return RiskVerdict(
            decision=decision,
            reason_codes=codes,
            category="" if decision == "allow" else category,
            score=score,
            rule_version=self.rules.version if self.rules is not None else "",
            input_sha256=digest,
            hold_hours=self.policy.hold_hours if decision == "hold" else None,
        )


def score_of(model: ScoreModel, given: RiskInput) -> tuple[int, tuple[str, ...]]:
    """Probability in thousandths, and the inputs that raised it most, strongest first."""
    inputs = {
        "new_payee": int(given.payee_is_new),
        "elder": int(given.is_elder),
        "night": int(given.hour < _MORNING),
        "thousands": min(given.amount // _FEN_A_THOUSAND, 100),
        "count_1h": min(given.count_1h, 10),
        "share_tenths": given.share // 100,
        "scam_tenths": given.scam // 100,
    }
    parts = {name: weight * inputs.get(name, 0) for name, weight in model.weights.items()}
    odds = max(-_LARGEST_ODDS, min(_LARGEST_ODDS, model.bias + sum(parts.values())))
    score = round(_THOUSAND / (1 + math.exp(-odds / _THOUSAND)))
    strongest = sorted((name for name in parts if parts[name] > 0), key=lambda n: -parts[n])
    return score, tuple(f"model_{name}" for name in strongest[:3])


def _digest(given: Mapping[str, JsonValue]) -> str:
    return hashlib.sha256(json.dumps(dict(given), sort_keys=True).encode()).hexdigest()

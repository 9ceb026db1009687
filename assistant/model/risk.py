"""What the bank set about risk: words of scams, decision tables, lists and limits. Plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from assistant.model.ids import ActionName, FlowId

Decision = Literal["allow", "step_up", "hold", "deny"]
"""The contract's four; a review by a colleague and a delay are both a hold, told by the code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScamPattern:
    """One kind of scam.

    Attributes:
        strong: Expressions hardly said outside it.
        cues: Expressions that count together with other signs.
    """

    id: str
    strong: tuple[str, ...] = ()
    cues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScamWords:
    """Regular expressions over messages in standard form.

    Attributes:
        signs: Pressure of any scam: being instructed, secrecy, haste, moving money.
        stances: `inquiry`, `realised`, `others`: how the customer stands to what is said.
    """

    patterns: tuple[ScamPattern, ...] = ()
    signs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    stances: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTable:
    """A decision table: the first row that fits decides.

    Attributes:
        version: The bank's own name of it, written on each decision.
        fields: Inputs of the columns, in order.
        rows: Id, decision, reason and one cell a field ("" fits anything); the last row fits
            everything and says hold: an engine that misses its inputs must not let money go.
        sha256: Hash over the rows.
        source: File.
    """

    version: str
    fields: tuple[str, ...]
    rows: tuple[RuleRow, ...]
    sha256: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """One row of a table; cells in the order of the table's fields, in ZEN's unary syntax."""

    id: str
    decision: Decision
    reason: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEntry:
    """One entry of a list of payees, phones or devices.

    Attributes:
        effective_to: Last day; None for no end.
    """

    list: Literal["allow", "deny"]
    kind: Literal["payee", "phone", "device"]
    value: str
    effective_from: date
    effective_to: date | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreModel:
    """A logistic score in plain numbers: thousandths of log-odds, so that anybody can redo it.

    Attributes:
        label: What it was made from; told wherever the score is shown.
        weights: Input to thousandths; a missing input is refused before it comes here.
        step_up_at: Probability in thousandths from which an allow becomes a step-up.
        hold_at: The same for a hold.
    """

    label: str
    bias: int
    weights: Mapping[str, int]
    step_up_at: int
    hold_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskPolicy:
    """Everything the bank set about risk.

    Attributes:
        money: Actions that move money; without a decision they need a step-up.
        protective: Actions that are never held: they keep harm away.
        money_flows: Tasks that lead to them, for the warning within the conversation.
        family: Words in a payee's note that make the payee a trusted contact.
        hold_hours: How long a hold lasts at most.
        time_out_ms: Longest decision.
        alert_at: Score of the scam detector, thousandths, from which the customer is warned.
        categories: Reason code to the category a customer is told.
    """

    scam: ScamWords = field(default_factory=ScamWords)
    table: RuleTable | None = None
    challenger: RuleTable | None = None
    lists: tuple[ListEntry, ...] = ()
    model: ScoreModel | None = None
    money: frozenset[ActionName] = frozenset()
    protective: frozenset[ActionName] = frozenset()
    money_flows: frozenset[FlowId] = frozenset()
    protective_flows: frozenset[FlowId] = frozenset()
    family: frozenset[str] = frozenset()
    hold_hours: int = 24
    time_out_ms: int = 50
    alert_at: int = 500
    categories: Mapping[str, str] = field(default_factory=dict)

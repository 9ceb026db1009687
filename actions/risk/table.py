"""The bank's decision table, run by the ZEN engine.

Columns name inputs, cells are ZEN's unary conditions (`>= 500000`, `true`, `"deny"`), the first
row that fits decides. The content check has made sure that the last row says hold; it is made
sure of again here, because a table may also come from a file on the command line.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any, Final

import zen
from pydantic import ValidationError

from actions.risk.inputs import FIELDS, RiskInput
from assistant.errors import ContentError
from assistant.model.frozen import Frozen
from assistant.model.risk import Decision, RuleTable

CATCH_ALL: Final = "hold"
_AT: Final = {"x": 0, "y": 0}


class RowFound(Frozen):
    """Which row decided."""

    decision: Decision
    reason: str
    row: str


class TableFailed(Exception):  # noqa: N818 - says what the table did
    """The engine raised, or answered something that is no decision.

    Attributes:
        code: Reason code.
    """

    code = "engine_failed"


class TableSlow(TableFailed):
    """The engine took too long."""

    code = "engine_slow"


@dataclass(frozen=True, slots=True)
class RuleEngine:
    """One table, compiled."""

    table: RuleTable
    decision: Any

    @classmethod
    def of(cls, table: RuleTable) -> RuleEngine:
        """Compile a table.

        Raises:
            ContentError: A column is no input, a cell is no condition, or the last row could let
                something through.
        """
        problems = tuple(_problems(table))
        if problems:
            raise ContentError(problems)
        compiled = zen.ZenEngine().create_decision(json.dumps(_as_jdm(table)))
        return cls(table, compiled)

    @property
    def version(self) -> str:
        """The bank's name of the table and the hash over its rows."""
        return f"{self.table.version}:{self.table.sha256}"

    async def decide(self, given: RiskInput, time_out_s: float) -> RowFound:
        """The first row that fits.

        In a thread of ours: after `async_evaluate` of 2.1.3 the process dies with a segmentation
        fault when it ends.

        Raises:
            TableFailed: See there.
        """
        try:
            answer = await asyncio.wait_for(
                asyncio.to_thread(self.decision.evaluate, given.model_dump()), time_out_s
            )
            return RowFound.model_validate(answer["result"])
        except TimeoutError as error:
            raise TableSlow from error
        except (RuntimeError, KeyError, TypeError, ValidationError) as error:
            raise TableFailed from error


def _problems(table: RuleTable) -> list[str]:
    found = [
        f'{table.source}:1: fields: there is no input "{name}"; one of: {", ".join(FIELDS)}'
        for name in table.fields
        if name not in FIELDS
    ]
    last = table.rows[-1]
    if any(last.cells) or last.decision != CATCH_ALL:
        found.append(f"{table.source}:1: rows: the last row must fit everything and say hold")
    for row in table.rows:
        for name, cell in zip(table.fields, row.cells, strict=True):
            if cell and not _is_condition(cell):
                found.append(f"{table.source}:1: rows.{row.id}.{name}: `{cell}` is no condition")
    return found


def _is_condition(cell: str) -> bool:
    """Whether ZEN can read a cell; a comparison is only valid behind the value it is about."""
    whole = zen.validate_expression(f"$ {cell}")
    return whole is None or zen.validate_unary_expression(cell) is None


def _as_jdm(table: RuleTable) -> dict[str, Any]:
    """JDM, the format of ZEN's own editor."""
    inputs = [{"id": f"i{i}", "name": n, "field": n} for i, n in enumerate(table.fields)]
    outputs = [{"id": n, "name": n, "field": n} for n in ("decision", "reason", "row")]
    rules = [
        {
            "_id": row.id,
            **{f"i{i}": cell for i, cell in enumerate(row.cells)},
            "decision": json.dumps(row.decision),
            "reason": json.dumps(row.reason),
            "row": json.dumps(row.id),
        }
        for row in table.rows
    ]
    content = {"hitPolicy": "first", "inputs": inputs, "outputs": outputs, "rules": rules}
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in", "position": _AT},
        {
            "id": "table",
            "type": "decisionTableNode",
            "name": "table",
            "position": _AT,
            "content": content,
        },
        {"id": "out", "type": "outputNode", "name": "out", "position": _AT},
    ]
    edges = [
        {"id": "e1", "sourceId": "in", "targetId": "table", "type": "edge"},
        {"id": "e2", "sourceId": "table", "targetId": "out", "type": "edge"},
    ]
    return {"nodes": nodes, "edges": edges}

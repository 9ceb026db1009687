"""Scoring the scam detector: recall on scams, false alarms on everything else.

A line is {"label": 0 or 1, "messages": [...]}: what a customer writes, read as in a turn; or
{"label", "caller": [...], "callee": [...]}: a call, whose lines are read by turns, as they would
be when a customer passes them on. `text` alone is one message.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from time import perf_counter
from typing import Final

from pydantic import JsonValue

from assistant.ports.risk import ScamReading, ScamWatch

_THOUSAND: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class ScamRow:
    """One conversation with its label.

    Attributes:
        is_call: Whether the messages are another's words, not the customer's.
    """

    id: str
    scam: bool
    messages: tuple[str, ...]
    is_call: bool = False
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScamScore:
    """What came out.

    Attributes:
        missed: Scams not heard, with the highest score in thousandths.
        alarms: Others taken for scams.
    """

    scams: int
    others: int
    missed: tuple[tuple[ScamRow, int], ...]
    alarms: tuple[tuple[ScamRow, int], ...]
    p50_ms: float
    by_kind: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def recall(self) -> float:
        """Share of scams that were heard."""
        return 1 - len(self.missed) / self.scams if self.scams else 1.0

    @property
    def false_alarms(self) -> float:
        """Share of everything else taken for a scam."""
        return len(self.alarms) / self.others if self.others else 0.0

    def as_json(self) -> dict[str, JsonValue]:
        """For `--json`."""
        return {
            "scams": self.scams,
            "others": self.others,
            "recall": round(self.recall, 4),
            "false_alarms": round(self.false_alarms, 4),
            "missed": [row.id for row, _ in self.missed],
            "alarms": [row.id for row, _ in self.alarms],
            "p50_ms": self.p50_ms,
        }


def read_rows(path: Path) -> list[ScamRow]:
    """Read a labelled file.

    Raises:
        ValueError: A line is not as described above; the message names it.
    """
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip():
            rows.append(_row(line, number))
    return rows


def _row(line: str, number: int) -> ScamRow:
    try:
        row = json.loads(line)
        is_call = "caller" in row
        said = _in_turn(row) if is_call else row.get("messages", [row.get("text")])
        return ScamRow(
            id=str(row.get("id", number)),
            scam=bool(row["label"]),
            messages=tuple(each for each in said if isinstance(each, str)),
            is_call=is_call,
            kind=str(row.get("kind") or row.get("fraud_type") or ""),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        msg = f"line {number}: expected label and messages, caller or text"
        raise ValueError(msg) from error


def _in_turn(row: dict[str, list[str]]) -> list[str]:
    """A call as it went: the caller begins, then both by turns."""
    pairs = zip_longest(row["caller"], row.get("callee", ()))
    return [said for pair in pairs for said in pair if said]


def score(rows: Sequence[ScamRow], watch: ScamWatch, alert_at: int) -> ScamScore:
    """Read every conversation, message by message.

    Args:
        rows: Labelled conversations.
        watch: The detector.
        alert_at: Score in thousandths from which a customer would be warned.
    """
    missed, alarms, took = [], [], []
    kinds: dict[str, Counter[bool]] = {}
    for row in rows:
        started = perf_counter()
        heard_each = readings(row, watch)
        took.append((perf_counter() - started) * _THOUSAND / max(1, len(row.messages)))
        # A caller who speaks of fraud has not seen through himself.
        heard = any(
            each.score >= alert_at if row.is_call else each.is_alarm(alert_at)
            for each in heard_each
        )
        highest = max((each.score for each in heard_each), default=0)
        kinds.setdefault(row.kind, Counter())[heard == row.scam] += 1
        if row.scam and not heard:
            missed.append((row, highest))
        elif heard and not row.scam:
            alarms.append((row, highest))
    scams = sum(row.scam for row in rows)
    return ScamScore(
        scams=scams,
        others=len(rows) - scams,
        missed=tuple(missed),
        alarms=tuple(alarms),
        p50_ms=round(sorted(took)[len(took) // 2], 2) if took else 0.0,
        by_kind={kind: (right[True], right.total()) for kind, right in kinds.items()},
    )


def readings(row: ScamRow, watch: ScamWatch) -> list[ScamReading]:
    """One reading a message, each with the messages before it."""
    return [watch.read(said, row.messages[:place]) for place, said in enumerate(row.messages)]

"""A run of test cases as JSON and as one page that needs no other host."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Final

import jinja2
from pydantic import JsonValue

from assistant.model.release import Release
from evals.e2e.coverage import coverage
from evals.e2e.expectations import Failure
from evals.e2e.running import CaseResult, JudgedTurn

_TEMPLATE: Final = "report.html"


def as_report(results: Sequence[CaseResult], release: Release) -> dict[str, JsonValue]:
    """Everything about a run; the shape of `report.json`."""
    reached = {pair for result in results for pair in result.steps}
    flows = coverage(release, reached)
    steps = sum(one.reached + len(one.missed) for one in flows)
    return {
        "release": release.fingerprint,
        "cases": len(results),
        "passed": sum(result.passed for result in results),
        "failed": sum(not result.passed for result in results),
        "turns": sum(len(result.turns) for result in results),
        "coverage": {
            "share": round(sum(one.reached for one in flows) / steps, 3) if steps else 1.0,
            "flows": [
                {"flow": one.flow, "share": round(one.share, 3), "missed": [*one.missed]}
                for one in flows
            ],
        },
        "results": [_result(result) for result in results],
    }


def write_report(folder: Path, report: dict[str, JsonValue]) -> Path:
    """Write `report.json` and `report.html`.

    Returns:
        The page.

    Raises:
        OSError: The folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(report, ensure_ascii=False, indent=2)
    (folder / "report.json").write_text(text + "\n", encoding="utf-8")
    source = files("evals.e2e").joinpath(_TEMPLATE).read_text(encoding="utf-8")
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    page = folder / "report.html"
    page.write_text(environment.from_string(source).render(report=report), encoding="utf-8")
    return page


def _result(result: CaseResult) -> JsonValue:
    return {
        "id": result.case.id,
        "name": result.case.name,
        "phenomenon": result.case.phenomenon,
        "file": str(result.case.file),
        "line": result.case.line,
        "passed": result.passed,
        "ms": round(result.ms, 1),
        "failures": [_failure(failure) for failure in result.failures],
        "turns": [_turn(turn) for turn in result.turns],
    }


def _turn(turn: JudgedTurn) -> JsonValue:
    record = turn.record
    replies: list[JsonValue] = []
    events: list[JsonValue] = []
    if record.turn is not None:
        replies = [
            {
                "text": part.text,
                "response_key": part.response_key,
                "buttons": [button.title for button in part.buttons],
                "citations": [citation.document_id for citation in part.citations],
            }
            for part in record.turn.replies
        ]
        events = [dict(event) for event in record.turn.events]
    return {
        "said": record.said,
        "error": record.error,
        "ms": round(record.ms, 1),
        "replies": replies,
        "events": events,
        "failures": [_failure(failure) for failure in turn.failures],
    }


def _failure(failure: Failure) -> JsonValue:
    return {"line": failure.line, "expected": failure.expected, "got": failure.got}

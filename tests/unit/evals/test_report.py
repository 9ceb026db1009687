"""A run is reported whole, on one page that asks no other host."""

import json
import re
from pathlib import Path

import pytest

from assistant.model.message import ReplyPart, Turn
from evals.e2e.cases import Case, Step
from evals.e2e.coverage import coverage
from evals.e2e.expectations import Failure
from evals.e2e.report import as_report, write_report
from evals.e2e.running import CaseResult, JudgedTurn
from evals.harness import TurnRecord
from knowledge.loader import load
from tests.unit.content.packs import PACK, write


@pytest.fixture
def release(tmp_path):
    return load(write(tmp_path / "pack", PACK), defaults=None)


@pytest.fixture
def results():
    case = Case(
        name="<b>lock</b>",
        phenomenon="happy",
        file=Path("happy/lock.yml"),
        line=3,
        steps=(Step(said="hi", line=5),),
    )
    reply = ReplyPart(text="<script>alert(1)</script>", response_key="utter_greet")
    record = TurnRecord(
        said="hi", turn=Turn(turn=1, level=3, replies=(reply,), events=()), events=(), ms=3.0
    )
    turn = JudgedTurn(record, (Failure(6, "bot: hello", "nothing"),))
    return [
        CaseResult(case=case, turns=(turn,), failures=()),
        CaseResult(case=case, turns=(), failures=()),
    ]


def test_a_report_counts_what_passed_and_keeps_every_word(results, release, tmp_path):
    report = as_report(results, release)
    assert (report["cases"], report["passed"], report["failed"], report["turns"]) == (2, 1, 1, 1)
    page = write_report(tmp_path / "out", report).read_text(encoding="utf-8")
    assert json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8")) == report
    assert "bot: hello" in page


def test_a_page_holds_no_markup_from_conversations_and_no_other_host(results, release, tmp_path):
    page = write_report(tmp_path, as_report(results, release)).read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "<b>lock" not in page
    assert not re.search(r"(src|href)=|https?://|@import|url\(", page)


def test_coverage_names_the_steps_nobody_reached(release):
    flow = next(flow for flow in release.flows.values() if not flow.is_pattern)
    reached = next(iter(flow.steps))
    found = next(one for one in coverage(release, {(flow.id, reached)}) if one.flow == flow.id)
    assert found.reached == 1
    assert reached not in found.missed
    assert found.share == 1 / len(flow.steps)

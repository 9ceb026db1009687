"""Figures of understanding: what is counted, and that the page needs nobody else."""

import json
import re

import pytest

from assistant.errors import ContentError
from assistant.model.commands import SetSlot
from assistant.model.release import Lexicon, Release, SlotDefinition
from evals.nlu.calibration import calibration, interval, risk_coverage
from evals.nlu.measure import REFUSAL, Read, macro_f1, report
from evals.nlu.report import full_report, write_understanding
from evals.nlu.rows import LabelledMessage, read_messages
from evals.nlu.values import GivenValue, given_values, slot_report

RELEASE = Release(
    fingerprint="r1",
    flows={},
    slots={
        "who": SlotDefinition(name="who", kind="payee"),
        "when": SlotDefinition(name="when", kind="date_range"),
    },
    responses={},
    lexicon=Lexicon(relations={"妈妈": ("我妈",)}),
)


def read(expected, got, confidence=0.9, *, by="classifier", text="t", **more):
    is_task = expected not in {REFUSAL, "affirm"}
    message = LabelledMessage(
        id="1",
        text=text,
        command="start_flow" if is_task else expected,
        flow=expected if is_task else None,
        lang="en",
        style="plain",
        slots=more.pop("slots", {}),
    )
    return Read(message, got, 1.0, confidence, by, **more)


READS = [
    read("lock_card", "lock_card", 0.95, text="<script>alert(1)</script>"),
    read("lock_card", "unlock_card", 0.55, text="<b>open</b>"),
    read("unlock_card", "unlock_card", 0.75),
    read(REFUSAL, REFUSAL, 0.6),
    read("affirm", "affirm", 1.0, by="rules"),
]


def test_macro_f1_weighs_every_expected_label_alike():
    pairs = [("a", "a")] * 8 + [("b", "b"), ("b", "a")]
    assert macro_f1(pairs) == pytest.approx((16 / 17 + 2 / 3) / 2, abs=1e-4)
    assert macro_f1([("a", "never expected")]) == 0


def test_calibration_leaves_out_rules_and_refusals():
    found = calibration(READS)
    assert found.count == 3
    assert found.error == pytest.approx((0.05 + 0.55 + 0.25) / 3, abs=1e-4)


def test_risk_falls_when_less_is_acted_on_and_the_last_point_is_today():
    points = risk_coverage(READS)
    assert [point.risk for point in points] == [0, 0, 0, 0.25]
    assert points[-1].coverage == 0.8
    assert risk_coverage([read(REFUSAL, REFUSAL)]) == ()


def test_messages_of_one_probability_are_one_point():
    assert len(risk_coverage([read("a", "a", 1.0), read("a", "b", 1.0)])) == 1


def test_an_interval_stays_within_0_and_1():
    assert interval(0, 0) == (0, 1)
    low, high = interval(10, 10)
    assert 0.7 < low < 0.73
    assert high == 1


def test_values_count_where_the_task_is_right_and_can_take_them():
    takes, wanted = frozenset({"payee", "date_range"}), {"payee": "妈妈"}
    given = (GivenValue("payee", "妈妈", "我妈"),)
    found = slot_report(
        [
            read("a", "a", slots=wanted, takes=takes, values=given),
            read(
                "a",
                "a",
                slots={"date_range": "昨天晚上"},
                takes=takes,
                values=(GivenValue("date_range", "2026-11-21", "昨天"),),
            ),
            read("a", "a", slots=wanted, takes=takes),
            read("a", "b", slots=wanted, takes=takes),
            read("a", "a", slots={"card": "6688"}, takes=takes),
        ]
    )
    assert found.by_kind == {"payee": (1, 2), "date_range": (1, 1)}
    assert found.not_taken == 1
    assert found.share == pytest.approx(2 / 3, abs=1e-4)
    assert slot_report([]).share is None


def test_a_relation_counts_under_its_canonical_word():
    (value,) = given_values([SetSlot(slot="who", value="我妈", span=(1, 3))], "给我妈", RELEASE)
    assert value == GivenValue("payee", "妈妈", "我妈")


def test_a_page_holds_every_error_no_markup_of_messages_and_no_other_host(tmp_path):
    page = write_understanding(tmp_path / "out", READS, RELEASE).read_text(encoding="utf-8")
    assert json.loads((tmp_path / "out" / "report.json").read_text()) == full_report(READS, RELEASE)
    assert "&lt;b&gt;open" in page
    assert "<script>alert" not in page
    assert not re.search(r"(src|href)=|https?://|@import|url\(", page)
    assert page.count("<svg") == 4


def test_a_report_of_refusals_alone_can_be_drawn(tmp_path):
    page = write_understanding(tmp_path, [read(REFUSAL, REFUSAL)], RELEASE)
    assert "nothing was acted on" in page.read_text(encoding="utf-8")


def test_the_figures_name_the_confusions():
    found = report(READS)
    assert (found.accuracy, found.slots) == (0.8, None)
    assert found.confusions == (("lock_card", "unlock_card", 1, ("<b>open</b>",)),)


def test_a_line_that_is_no_message_is_named(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text('{"text": "a", "command": "affirm"}\n[]\n{"text": "b"}\n', encoding="utf-8")
    with pytest.raises(ContentError) as wrong:
        read_messages(path)
    assert [":2:" in p or ":3:" in p for p in wrong.value.problems] == [True, True]

"""Several wishes: the same ones in the same order, or the kind of difference by name."""

from pathlib import Path

import pytest

import evals.nlu
from assistant.errors import ContentError
from assistant.model.commands import CannotHandle, SearchKnowledge, SetSlot, StartFlow
from assistant.model.ids import ConversationId
from assistant.model.release import Release
from assistant.ports import Understood
from evals.nlu.plans import LabelledPlan, ReadPlan, plan_report, read_all_plans, read_plans

PLANS = Path(evals.nlu.__file__).parent / "plans.jsonl"
RELEASE = Release(fingerprint="r1", flows={}, slots={}, responses={})


def plan(*wishes, lang="en"):
    return LabelledPlan(id="1", text="t", lang=lang, plan=wishes, slots={})


class Scripted:
    """Implements the port Understander: always the same commands."""

    def __init__(self, *commands):
        self.commands = commands

    async def understand(self, text, tracker, release):
        assert tracker.conversation_id == ConversationId("1")
        return Understood(commands=self.commands, by="classifier")


async def test_values_are_no_wishes_and_a_question_stands_in_its_place():
    scripted = Scripted(
        SearchKnowledge(question="fee?"),
        StartFlow(flow="transfer_money"),
        SetSlot(slot="amount", value="5.00"),
    )
    (read,) = await read_all_plans([plan("?", "transfer_money")], scripted, RELEASE)
    assert read.is_right
    (other,) = await read_all_plans([plan("transfer_money", "?")], scripted, RELEASE)
    assert other.failure == "all heard, in the wrong order"


@pytest.mark.parametrize(
    ("expected", "got", "failure"),
    [
        (("a",), ("a",), ""),
        (("a",), ("b", "a"), "one wish: taken for several"),
        (("a",), ("b",), "one wish: taken for another"),
        (("a", "b"), ("cannot_handle",), "several wishes: cannot_handle"),
        (("a", "?"), ("a",), "several wishes: the question not heard"),
        (("a", "a"), ("a",), "several wishes: a task not heard"),
        (("a", "b"), ("c",), "several wishes: taken for one other"),
        (("a", "b"), ("a", "c"), "several wishes: one taken for another"),
    ],
)
def test_a_difference_has_a_kind(expected, got, failure):
    assert ReadPlan(plan(*expected), got, ()).failure == failure


async def test_a_report_counts_by_size_and_language():
    reads = [
        ReadPlan(plan("a"), ("a",), ()),
        ReadPlan(plan("a", "b", lang="zh-Hans"), ("a",), ()),
        *await read_all_plans([plan("a")], Scripted(CannotHandle()), RELEASE),
    ]
    found = plan_report(reads)
    assert found.exact == pytest.approx(1 / 3, abs=1e-4)
    assert found.by_size == {"1": (1, 2), "2": (0, 1)}
    assert found.by_lang == {"en": (1, 2), "zh-Hans": (0, 1)}
    assert [(kind, times) for kind, times, _ in found.failures] == [
        ("several wishes: a task not heard", 1),
        ("one wish: cannot_handle", 1),
    ]


def test_the_set_is_whole_and_names_only_flows_of_the_sample_pack():
    rows = read_plans(PLANS)
    assert len(rows) >= 100
    assert len({row.id for row in rows}) == len({row.text for row in rows}) == len(rows)
    flows = {
        line.strip(" :\n")
        for path in (PLANS.parents[2] / "knowledge" / "content" / "flows").glob("*.yml")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("  ") and line.endswith(":") and line[2] != " "
    }
    assert {wish for row in rows for wish in row.plan} - {"?"} <= flows


def test_a_plan_without_wishes_is_refused(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text('{"text": "a", "plan": []}\n', encoding="utf-8")
    with pytest.raises(ContentError, match="not empty"):
        read_plans(path)


def test_no_held_out_message_is_among_those_tuned_on():
    held_out = {message.text for message in read_plans(PLANS.with_name("plans_held_out.jsonl"))}
    assert not held_out & {message.text for message in read_plans(PLANS)}

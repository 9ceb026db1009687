"""Which words move a task, and which only sound like it."""

from datetime import date

import pytest

from assistant.model.commands import GoOn, MoveTask, SetSlot
from assistant.model.events import Asked
from assistant.model.ids import ConversationId
from assistant.model.tracker import Tracker
from assistant.understanding.moment import Moment
from assistant.understanding.moving import read_moving
from assistant.understanding.normalise import normalise
from assistant.understanding.thresholds import Thresholds
from assistant.understanding.wordrules import WordRules
from evals.clock import BANK_DAY
from knowledge.loader import DEFAULTS, load


@pytest.fixture(scope="module")
def release():
    return load(DEFAULTS.parent / "content", gateway_knows=lambda _: True)


def read(release, text, asked=None):
    tracker = Tracker(ConversationId("c1"))
    if asked is not None:
        tracker.record(Asked(at=BANK_DAY, turn=1, release="r", slot=asked))
    moment = Moment(
        message=normalise(text, release.lexicon.rewrites),
        tracker=tracker,
        release=release,
        rules=WordRules(release.lexicon),
        today=date(2026, 11, 22),
        thresholds=Thresholds.of(release),
        classify=None,
    )
    return read_moving(moment)


@pytest.mark.parametrize(
    "text", ["继续办理", "继续刚才的", "接着办刚才那件事", "go on", "continue my transfer"]
)
def test_going_on_is_heard(release, text):
    assert read(release, text) == (GoOn(),)


@pytest.mark.parametrize("text", ["换到手机银行继续", "我打电话接着办", "continue in the app"])
def test_taking_a_task_along_is_heard(release, text):
    assert read(release, text) == (MoveTask(),)


@pytest.mark.parametrize(
    "text",
    ["不想继续刚才的", "I don't want to continue the transfer", "继续", "转账", "可以打电话吗"],
)
def test_other_words_move_nothing(release, text):
    assert read(release, text) == ()


def test_going_on_is_a_yes_where_a_question_is_open(release):
    assert read(release, "继续办理", asked="confirm_transfer_money") == ()


@pytest.mark.parametrize("text", ["1234 5678", "12345678", "一二三四，五六七八", "编号是1234-5678"])
def test_a_number_is_taken_however_it_is_said(release, text):
    expected = SetSlot(slot="task_number", value="12345678")
    assert read(release, text, asked="task_number") == (expected,)

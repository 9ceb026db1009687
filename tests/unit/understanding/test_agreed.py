"""A yes that names the deed counts only for that deed."""

from datetime import date

import pytest

from assistant.model.commands import Affirm
from assistant.model.events import Asked
from assistant.model.ids import ActionName, ConversationId, SlotName
from assistant.model.tracker import Tracker
from assistant.understanding.agreed import names_another_deed, read_agreed
from assistant.understanding.moment import Moment
from assistant.understanding.normalise import normalise
from assistant.understanding.thresholds import Thresholds
from assistant.understanding.wordrules import WordRules
from evals.clock import BANK_DAY
from knowledge.loader import DEFAULTS, load


@pytest.fixture(scope="module")
def release():
    return load(DEFAULTS.parent / "content", gateway_knows=lambda _: True)


def moment(release, text, action):
    tracker = Tracker(ConversationId("c1"))
    tracker.record(
        Asked(
            at=BANK_DAY,
            turn=1,
            release="r",
            slot=SlotName(f"confirm_{action}"),
            confirms=ActionName(action) if action else None,
        )
    )
    return Moment(
        message=normalise(text, release.lexicon.rewrites),
        tracker=tracker,
        release=release,
        rules=WordRules(release.lexicon),
        today=date(2026, 11, 22),
        thresholds=Thresholds.of(release),
        classify=None,
    )


@pytest.mark.parametrize(
    ("action", "text"),
    [
        ("transfer_money", "转"),
        ("transfer_money", "赶紧转了吧"),
        ("transfer_money", "好的，打过去，谢谢"),
        ("transfer_money", "确定转账"),
        ("transfer_money", "yes, send it now"),
        ("lock_card", "快点锁！"),
        ("unlock_card", "解锁"),
        ("report_card_loss", "我要挂失"),
        ("pay_bill", "交"),
    ],
)
def test_the_deed_that_is_read_back_is_agreed_to(release, action, text):
    assert read_agreed(moment(release, text, action)) == Affirm()


@pytest.mark.parametrize(
    ("action", "text"),
    [
        ("transfer_money", "锁吧"),
        ("transfer_money", "不转"),
        ("transfer_money", "转600"),
        ("transfer_money", "转给爸爸"),
        ("transfer_money", "转了吗"),
        ("transfer_money", "转，再锁"),
        ("transfer_money", "等会再转"),
        ("transfer_money", "谢谢"),
        ("transfer_money", ""),
        ("unlock_card", "锁"),
        ("lock_card", "解锁"),
        ("update_phone", "改"),
        ("", "转"),
    ],
)
def test_what_says_anything_else_is_no_yes(release, action, text):
    assert read_agreed(moment(release, text, action)) is None


@pytest.mark.parametrize(
    ("action", "text", "names"),
    [
        ("transfer_money", "冻结吧", True),
        ("transfer_money", "改吧", True),
        ("update_phone", "改吧", False),
        ("unlock_card", "解锁吧", False),
        ("lock_card", "解锁吧", True),
        ("transfer_money", "好", False),
        ("privacy_request", "锁吧", False),
    ],
)
def test_another_deed_is_noticed(release, action, text, names):
    assert names_another_deed(moment(release, text, action)) is names


def test_every_read_back_of_the_sample_bank_can_be_agreed_to_by_its_deed(release):
    read_back = {
        step.metadata["confirms"]
        for flow in release.flows.values()
        for step in flow.collects()
        if "confirms" in step.metadata
    }
    assert read_back - release.lexicon.deeds.keys() == {"privacy_request"}

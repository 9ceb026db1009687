"""Another institution's card is told to be theirs; as the far side of ours it changes nothing."""

from dataclasses import replace

import pytest

from assistant.model.ids import ConversationId
from assistant.model.release import Wordlist
from assistant.model.tracker import Tracker
from assistant.understanding.elsewhere import read_elsewhere
from assistant.understanding.local import LocalUnderstander
from assistant.understanding.moment import Moment
from assistant.understanding.normalise import normalise
from assistant.understanding.thresholds import Thresholds
from assistant.understanding.wordrules import WordRules
from tests.unit.understanding.reading import TODAY
from tests.unit.understanding.release import RELEASE
from tests.unit.understanding.test_local import SURE

NAMES = Wordlist(contains=("工行", "招商银行", "支付宝", "alipay"))
LEXICON = replace(
    RELEASE.lexicon, commands={**RELEASE.lexicon.commands, "other_institutions": NAMES}
)
OWNER = LocalUnderstander(SURE, Thresholds(), lambda: TODAY)


def about(text):
    message = normalise(text, {})
    moment = Moment(
        message=message,
        tracker=Tracker(ConversationId("c1")),
        release=RELEASE,
        rules=WordRules(LEXICON),
        today=TODAY,
        thresholds=OWNER.thresholds,
        classify=OWNER.classifier.classify,
    )
    found = read_elsewhere(moment)
    return found.about if found is not None else None


@pytest.mark.parametrize(
    ("text", "institution"),
    [
        ("我工行卡的余额", "工行"),
        ("工行那张信用卡丢了", "工行"),
        ("从支付宝拿钱过来", "支付宝"),
        ("my Alipay balance", "Alipay"),
        ("招商银行三年定期利率是多少", "招商银行"),
    ],
)
def test_what_belongs_to_another_institution_is_named(text, institution):
    assert about(text) == institution


@pytest.mark.parametrize(
    "text",
    [
        "转到我工行的卡",
        "这张卡绑到支付宝里",
        "支付宝支付的那笔不是我花的",
        "转工行几点到账",
        "锁卡",
    ],
)
def test_as_the_other_party_it_changes_nothing(text):
    assert about(text) is None

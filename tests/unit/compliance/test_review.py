"""Each reply is reviewed; a negation makes a forbidden word harmless."""

import pytest

from assistant.compliance.review import review
from assistant.model.message import ReplyPart
from assistant.model.release import ReviewRule
from knowledge.loader import CONTENT, load

PROMISE = ReviewRule(
    id="no_promise",
    description="",
    patterns=("保本", "稳赚", "guaranteed"),
    unless=("非保本", "不保本", "not guaranteed"),
)
HOLD = ReviewRule(id="hold", description="", patterns=(r"\d{18}",), verdict="hold")


def rule(text, *rules):
    found = review(ReplyPart(text=text), rules or (PROMISE, HOLD)).rule
    return found.id if found else None


@pytest.mark.parametrize("text", ["这款产品保本。", "稳赚不赔", "Returns are GUARANTEED"])
def test_a_forbidden_word_is_found_in_any_case(text):
    assert rule(text) == "no_promise"


@pytest.mark.parametrize(
    "text", ["本产品非保本。", "不保本", "This is not guaranteed.", "", "年化"]
)
def test_a_negation_makes_it_harmless(text):
    assert rule(text) is None


def test_a_harmless_word_beside_a_forbidden_one_hides_nothing():
    assert rule("A款非保本，B款保本。") == "no_promise"


def test_the_first_rule_that_matches_decides():
    assert rule("保本110101200201010011") == "no_promise"
    assert rule("保本110101200201010011", HOLD, PROMISE) == "hold"


def test_without_rules_everything_is_allowed():
    assert review(ReplyPart(text="保本"), ()).rule is None


@pytest.fixture(scope="module")
def bank_rules():
    return load(CONTENT).review_rules


@pytest.mark.parametrize(
    "text", ["这款理财保本保息，放心买。", "稳赚不赔", "零风险，收益有保证", "guaranteed returns"]
)
def test_the_banks_own_rules_stop_a_promise(bank_rules, text):
    assert review(ReplyPart(text=text), bank_rules).rule is not None


@pytest.mark.parametrize(
    "text",
    [
        "理财产品不保本，过往业绩不代表未来。",
        "本产品非保本浮动收益。",
        "业绩比较基准2.30%，不是收益承诺。",
    ],
)
def test_the_banks_own_rules_let_a_warning_pass(bank_rules, text):
    assert review(ReplyPart(text=text), bank_rules).rule is None

"""The sample bank's warnings leave uncensored, and its words of scams are in order."""

import re

import pytest

from assistant.compliance.review import review
from assistant.model.message import ReplyPart
from assistant.ports.risk import ScamReading
from channels.bootstrap import gateway_knows
from channels.composition_risk import is_stale
from channels.settings import Settings
from knowledge.loader import CONTENT, load


@pytest.fixture(scope="module")
def release():
    return load(CONTENT, gateway_knows=gateway_knows)


def test_every_kind_of_scam_has_words_for_the_customer_that_may_leave(release):
    for pattern in release.risk.scam.patterns:
        variants = release.responses[f"utter_scam_{pattern.id}"]
        for variant in variants:
            for text in variant.text.values():
                verdict = review(ReplyPart(text=text), release.review_rules)
                assert verdict.rule is None, (pattern.id, text)


def test_what_every_reason_tells_the_customer_exists(release):
    for code, category in release.risk.categories.items():
        assert f"utter_risk_category_{category}" in release.responses, code


def test_every_reason_of_the_tables_has_a_category(release):
    for table in (release.risk.table, release.risk.challenger):
        acting = [row for row in table.rows if row.decision != "allow"]
        assert {row.reason for row in acting} <= set(release.risk.categories)


def test_the_fitted_weights_belong_to_the_examples_and_words(release):
    assert not is_stale(Settings(content_dir=CONTENT), release)


def test_no_warning_accuses(release):
    for key, variants in release.responses.items():
        if key.startswith(("utter_scam_", "utter_risk_")):
            for variant in variants:
                text = " ".join(variant.text.values())
                assert not re.search(r"你在骗|您在撒谎|you are lying|同伙", text)


@pytest.mark.parametrize(
    ("stance", "signs", "is_alarm"),
    [("in_it", (), True), ("knows", (), False), ("knows", ("coached",), True)],
)
def test_who_has_seen_through_it_is_not_warned_unless_coached(stance, signs, is_alarm):
    reading = ScamReading(score=900, pattern="screen", signs=signs, stance=stance)

    assert reading.is_alarm(500) is is_alarm

"""What a question alone tells: known questions speak for those like them, and only so far."""

import json

import numpy as np
import pytest

from evals.retrieval.fit_subject import fit_asked
from knowledge.answering import left_unsaid
from knowledge.asked import BUCKETS, Asked, Heard, Pieces, dump_asked, fingerprint, read_asked
from knowledge.reranker import dump_reranker, load_reranker

ANSWERED = ["定期利率多少", "转账限额多少", "挂失收费吗", "怎么提前还款", "存折丢了怎么办"]
UNANSWERED = ["网点有停车位吗", "停车位收费吗", "明天下雨吗", "行长叫什么", "世界杯谁赢了"]


def unit(seed):
    vector = np.random.default_rng(seed).normal(size=16)
    return vector / np.linalg.norm(vector)


def heard(text, seed, unsaid=""):
    return Heard(text, unsaid, unit(seed))


@pytest.fixture(scope="module")
def asked():
    questions = [heard(text, place) for place, text in enumerate([*ANSWERED, *UNANSWERED])]
    labels = np.array([True] * len(ANSWERED) + [False] * len(UNANSWERED))
    return fit_asked(questions, labels, np.ones(len(labels)))


def test_known_questions_lie_on_their_side(asked):
    margins = [asked.margin(heard(text, place)) for place, text in enumerate(ANSWERED)]
    others = [
        asked.margin(heard(text, place)) for place, text in enumerate(UNANSWERED, len(ANSWERED))
    ]
    assert min(margins) > max(others)


def test_spelling_tells_where_the_vector_is_new(asked):
    parking, rate = heard("哪里有停车位", 99), heard("三年定期利率多少", 99)
    assert asked.margin(parking) < asked.margin(rate)


def test_what_a_passage_leaves_unsaid_tells_apart_the_same_question():
    text = "网点有免费停车位吗"
    said, left = heard(text, 1), heard(text, 1, unsaid="停车位吗")
    others = [heard("利率", 2), heard("哪里能停车", 3, unsaid="停车")]
    labels = np.array([True, False, True, False])
    asked = fit_asked([said, left, *others], labels, np.ones(4))
    assert asked.margin(said) > asked.margin(left)


def test_what_is_left_unsaid_is_what_no_pair_of_the_passage_has():
    assert left_unsaid("网点有免费停车位吗", "各网点均可免费预约") == "有 停车位吗"
    assert left_unsaid("预约", "各网点均可免费预约") == ""
    assert left_unsaid("", "任何") == ""
    assert left_unsaid("猫", "狗") == "猫"


def test_the_known_questions_are_written_and_read_the_same(asked):
    once = read_asked(dump_asked(asked))
    again = read_asked(dump_asked(once))
    assert fingerprint(again) == fingerprint(once)
    for place, text in enumerate(ANSWERED):
        question = heard(text, place)
        assert once.margin(question) == pytest.approx(asked.margin(question), abs=0.05)


def test_without_known_questions_only_the_intercept_tells():
    nothing = Pieces(np.zeros(BUCKETS), np.zeros(BUCKETS))
    empty = Asked(np.zeros((0, 16), np.float32), np.zeros(0), nothing, nothing, intercept=0.25)
    assert empty.margin(heard("任何问题", 1)) == pytest.approx(0.25)


def test_weights_of_other_known_questions_are_refused():
    stored = json.loads(dump_reranker(load_reranker(), {}))
    stored["subject"]["asked"] = "0" * 12
    with pytest.raises(ValueError, match="other known questions"):
        load_reranker(json.dumps(stored))

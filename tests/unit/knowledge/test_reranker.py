"""The learned reranker is a small file, and a file of other features is refused."""

import json
from dataclasses import replace

import numpy as np
import pytest

from evals.retrieval.fit import Case, fit_choice
from knowledge.asked import BUCKETS, Asked, Heard, Pieces
from knowledge.reranker import Model, Subject, dump_reranker, load_reranker


def test_the_weights_of_the_package_are_read_and_written_the_same():
    reranker = load_reranker()
    again = load_reranker(dump_reranker(reranker, {}))
    assert np.allclose(again.passage.weights, reranker.passage.weights, atol=1e-4)
    assert again.answer.intercept == pytest.approx(reranker.answer.intercept, abs=1e-4)


def test_weights_of_other_features_are_refused():
    stored = json.loads(dump_reranker(load_reranker(), {}))
    stored["passage"]["weights"].pop("cosine")
    with pytest.raises(ValueError, match="other features"):
        load_reranker(json.dumps(stored))


def test_a_signal_that_tells_right_from_wrong_gets_its_weight():
    chance = np.random.default_rng(3)
    cases = []
    for _ in range(60):
        rows = chance.normal(size=(6, 3))
        labels = np.zeros(6)
        labels[int(np.argmax(rows[:, 1]))] = 1.0
        cases.append(Case(rows, labels))
    weights = fit_choice(cases).weights
    assert weights[1] > 1.0
    assert abs(weights[1]) > 3 * max(abs(weights[0]), abs(weights[2]))


def test_a_probability_stays_between_nought_and_one():
    model = load_reranker().answer
    assert 0.0 <= model.probability([1e6] * len(model.weights)) <= 1.0


def with_subject(weight):
    """Weights that know two questions of two numbers: the documents answer the first."""
    reranker = load_reranker()
    zeros = np.zeros(len(reranker.answer.weights))
    nothing = Pieces(np.zeros(BUCKETS), np.zeros(BUCKETS))
    asked = Asked(np.eye(2, dtype=np.float32), np.array([1.0, -1.0]), nothing, nothing)
    subject = Subject("e5", asked, Model(np.append(zeros, weight)))
    return replace(reranker, subject=subject)


def test_what_the_question_tells_counts_only_with_vectors_of_the_same_model():
    reranker = with_subject(4.0)
    features = [0.0] * len(reranker.answer.weights)
    asked = Heard("", "", np.array([1.0, 0.0]))
    other = Heard("", "", np.array([0.0, 1.0]))
    assert reranker.chance(features, asked, "e5") > 0.9
    assert reranker.chance(features, other, "e5") < 0.1
    for model in ("another", None):
        assert reranker.chance(features, asked, model) == reranker.answer.probability(features)


def test_what_the_question_tells_is_written_and_read_the_same():
    packaged = load_reranker().subject
    again = load_reranker(dump_reranker(load_reranker(), {})).subject
    assert packaged is not None
    assert again is not None
    assert again.encoder == packaged.encoder
    assert again.asked is packaged.asked
    assert again.answer.weights.tolist() == packaged.answer.weights.tolist()

"""The learned reranker is a small file, and a file of other features is refused."""

import json

import numpy as np
import pytest

from evals.retrieval.fit import Case, fit_choice
from knowledge.reranker import dump_reranker, load_reranker


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

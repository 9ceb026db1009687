"""The bundled model and any other give unit vectors, offline."""

import numpy as np
import pytest

from knowledge.embedding import SentenceEncoder

pytestmark = [
    pytest.mark.slow,
    # Deprecations inside torch and transformers are theirs to mend.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]


@pytest.fixture(scope="module")
def encoder():
    return SentenceEncoder()


def test_the_passage_that_answers_is_nearer_than_another(encoder):
    answers, other = encoder.passages(["借记卡挂失不收取手续费。", "今天天气晴朗，适合郊游。"])
    for question in ("挂失要收费吗", "is there a fee to report a lost card?"):
        (asked,) = encoder.queries([question])
        assert asked @ answers > asked @ other


def test_vectors_are_of_unit_length_and_the_port_gives_plain_floats(encoder):
    (vector,) = encoder.encode(["三年定期利率"])
    assert len(vector) == 384
    assert sum(value * value for value in vector) == pytest.approx(1.0, abs=1e-5)


def test_questions_and_passages_are_embedded_differently(encoder):
    assert not np.allclose(encoder.queries(["挂失"]), encoder.passages(["挂失"]), atol=1e-3)


def test_no_texts_give_no_vectors(encoder):
    assert encoder.encode([]) == []
    assert len(encoder.passages([])) == 0


def test_each_model_has_its_own_fingerprint():
    assert SentenceEncoder().fingerprint != SentenceEncoder("other/model").fingerprint

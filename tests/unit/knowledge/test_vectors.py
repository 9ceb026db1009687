"""A text is embedded once for each model."""

import numpy as np

from knowledge.vectors import VectorCache
from tests.shelf import PairEncoder


def test_only_what_is_new_is_embedded(tmp_path):
    VectorCache(PairEncoder(), own=tmp_path).vectors(["挂失", "利率"])
    later = PairEncoder()
    seen = []
    VectorCache(later, own=tmp_path).vectors(["挂失", "利率", "限额"], lambda *at: seen.append(at))
    assert later.embedded == ["限额"]
    assert seen == [(1, 1)]


def test_another_model_has_its_own_vectors(tmp_path):
    VectorCache(PairEncoder("a"), own=tmp_path).vectors(["挂失"])
    other = PairEncoder("b")
    VectorCache(other, own=tmp_path).vectors(["挂失"])
    assert other.embedded == ["挂失"]


def test_a_damaged_file_costs_time_only(tmp_path):
    (tmp_path / "pairs-1.npz").write_bytes(b"not a zip")
    encoder = PairEncoder()
    vectors = VectorCache(encoder, own=tmp_path).vectors(["挂失"])
    assert np.allclose(vectors, encoder.queries(["挂失"]), atol=1e-3)


def test_a_pack_ships_the_vectors_of_its_own_texts(tmp_path):
    cache = VectorCache(PairEncoder())
    cache.vectors(["旧文"])
    cache.ship(["挂失", "挂失"], tmp_path)
    later = PairEncoder()
    VectorCache(later, shipped=tmp_path).vectors(["挂失", "旧文"])
    assert later.embedded == ["旧文"]

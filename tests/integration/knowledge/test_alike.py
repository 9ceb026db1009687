"""Passages beside many that are alike are found, whatever the graph of vectors makes of them."""

import numpy as np
import pytest

from knowledge.chunking import passages_of
from knowledge.index_chroma import open_index
from tests.shelf import TODAY, document

ALIKE = 500
APART = 3
SIZE = 64
BUILDS = 3  # the graph differs from build to build


@pytest.fixture(scope="module")
def shelf():
    passages = tuple(
        passage
        for number in range(APART + ALIKE)
        for passage in passages_of(document(f"第{number}条。", document_id=f"d-{number}"))
    )
    rng = np.random.default_rng(3)
    apart = rng.normal(size=(APART, SIZE))
    alike = np.tile(rng.normal(size=SIZE), (ALIKE, 1))
    vectors = np.vstack([apart[:1], alike, apart[1:]]).astype(np.float32)
    return passages, vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.mark.parametrize("build", range(BUILDS))
def test_every_passage_is_found_beside_many_alike(shelf, build):
    passages, vectors = shelf
    index = open_index(passages, vectors, model=f"build-{build}")
    for row in (0, ALIKE + 1, ALIKE + 2):
        found = index.nearest(vectors[row].tolist(), as_of=TODAY, limit=3)
        assert found[0].passage_id == passages[row].passage_id
        assert len(found) == len({one.passage_id for one in found}) == 3


def test_what_is_kept_aside_must_be_what_is_stored(shelf):
    passages, vectors = shelf
    index = open_index(passages, vectors, model="stored")
    assert index.keep_aside(passages, vectors)
    changed = vectors.copy()
    changed[0] = -changed[0]
    assert not index.keep_aside(passages, changed)

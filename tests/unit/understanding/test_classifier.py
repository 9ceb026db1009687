"""Learnt from examples, kept as plain arrays, the same every time."""

import hashlib

import numpy as np
import pytest

from assistant.model.release import Example
from assistant.understanding.classifier import NothingTrained, train
from assistant.understanding.classifier_features import split_pieces

EXAMPLES = [
    Example(intent="lock_card", text=text)
    for text in ("锁卡", "把卡锁了", "锁一下卡", "帮我锁卡", "lock my card")
] + [
    Example(intent="check_balance", text=text)
    for text in ("查余额", "还有多少钱", "余额查一下", "看看余额", "check my balance")
]


class HashedEncoder:
    """Vectors that depend on the text alone."""

    def encode(self, texts):
        return [self._vector(text) for text in texts]

    def _vector(self, text):
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
        vector = np.random.default_rng(seed).normal(size=8)
        return (vector / np.linalg.norm(vector)).tolist()


def learnt(cache=None, labels=None):
    encoder = HashedEncoder()
    return train(EXAMPLES, encoder, encoder, str.strip, cache, labels)


def test_probabilities_are_those_of_every_intent():
    scores = learnt().classify("锁我的卡")
    assert scores.ranked[0][0] == "lock_card"
    assert sum(probability for _, probability in scores.ranked) == pytest.approx(1, abs=1e-5)


def test_the_same_examples_give_the_same_weights():
    assert learnt().classify("余额").ranked == learnt().classify("余额").ranked


def test_what_was_kept_reads_like_what_was_fitted(tmp_path):
    fitted = learnt((tmp_path, "e5")).classify("余额")
    assert list(tmp_path.glob("*.npz"))
    assert learnt((tmp_path, "e5")).classify("余额").ranked == fitted.ranked


def test_a_damaged_file_is_fitted_again(tmp_path):
    expected = learnt((tmp_path, "e5")).classify("余额")
    next(tmp_path.glob("*.npz")).write_bytes(b"PK\x03\x04 half a file")
    assert learnt((tmp_path, "e5")).classify("余额").ranked == expected.ranked


def test_only_the_weights_of_the_last_two_releases_are_kept(tmp_path):
    for release in ("first", "second", "third"):
        learnt((tmp_path, release))
    kept = {path.name for path in tmp_path.glob("*.npz")}
    assert len(kept) == 2
    learnt((tmp_path, "second"))
    learnt((tmp_path, "third"))
    assert {path.name for path in tmp_path.glob("*.npz")} == kept


def test_names_of_intents_without_examples_are_left_out():
    named = learnt(labels={"pay_bill": ["生活缴费"], "lock_card": ["临时锁卡"]})
    assert set(named.labels) == {"lock_card", "check_balance"}


def test_one_intent_is_nothing_to_choose_from():
    encoder = HashedEncoder()
    assert isinstance(train(EXAMPLES[:3], encoder, encoder, str.strip), NothingTrained)


def test_pieces_suit_both_scripts():
    pieces = set(split_pieces("查USB balance"))
    assert {"查", "usb ", " us", "balance ", "usb_balance"} <= pieces
    assert "查u" not in pieces

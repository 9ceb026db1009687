"""Texts are cut into the likeliest known pieces; every text is cut into something."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from knowledge.e5.tokenizer import Tokenizer
from knowledge.e5.weights import Vocabulary

PIECES = ["<s>", "</s>", "<unk>", "▁", "a", "b", "ab", "▁ab", "挂", "失", "挂失", "abba"]
SCORES = [0, 0, 0, -3, -4, -4, -5, -4.5, -6, -6, -8, -10]
UNKNOWN = 2


def tokenizer():
    encoded = [piece.encode() for piece in PIECES]
    return Tokenizer(
        Vocabulary(
            pieces=b"".join(encoded),
            ends=np.cumsum([0, *map(len, encoded)]).astype(np.uint32),
            scores=np.array(SCORES, np.float32),
            replaced={ord("Ａ"): "a", ord("\t"): " "},
            first=0,
            last=1,
            unknown=UNKNOWN,
        )
    )


def cut(text):
    return [PIECES[number] for number in tokenizer().tokens(text)]


def test_the_likeliest_cut_wins_over_the_longest_piece():
    assert cut("挂失") == ["▁", "挂失"]
    assert cut("abba") == ["▁ab", "b", "a"]


def test_spaces_collapse_and_look_alikes_are_replaced():
    assert cut("Ａb \t ab") == ["▁ab", "▁ab"]


def test_an_unknown_character_is_one_piece_and_does_not_spoil_its_neighbours():
    assert cut("挂失☃ab") == ["▁", "挂失", "<unk>", "ab"]


def test_an_empty_text_is_one_space():
    assert cut("") == ["▁"]


@given(st.text(alphabet="ab挂失☃ \tＡ", max_size=20))
def test_every_cut_is_the_best_of_all_cuts(text):
    plain = " ".join(f" {text}".replace("Ａ", "a").replace("\t", " ").split(" "))
    while "  " in plain:
        plain = plain.replace("  ", " ")
    marked = plain.replace(" ", "▁")
    worth = dict(zip(PIECES[3:], SCORES[3:], strict=True))
    least = min(SCORES) - 10
    best = [0.0] + [float("-inf")] * len(marked)
    for end in range(1, len(marked) + 1):
        for start in range(end):
            price = worth.get(marked[start:end], least if end - start == 1 else float("-inf"))
            best[end] = max(best[end], best[start] + price)
    found = sum(worth.get(piece, least) for piece in cut(text))
    assert found == best[-1] or abs(found - best[-1]) < 1e-3

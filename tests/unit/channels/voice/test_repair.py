"""Homophones of banking words put right, and nothing else."""

import json
from pathlib import Path

import pytest

from channels.bootstrap import load_release
from channels.settings import sample_pack
from channels.voice.repair import Repairer

ROOT = Path(__file__).parents[4]

MISHEARD = [
    ("鱼额", "余额"), ("待款", "贷款"), ("迷骂", "密码"), ("刮实", "挂失"), ("帐单", "账单"),
    ("会率", "汇率"), ("网店", "网点"), ("明昔", "明细"), ("等路", "登录"), ("受机", "手机"),
    ("丁其", "定期"), ("防带", "房贷"), ("转人公", "转人工"), ("机分", "积分"),
]  # fmt: skip


@pytest.fixture(scope="module")
def repairer():
    words = load_release(sample_pack()).lexicon.spoken
    return Repairer(words.terms, words.kept)


@pytest.mark.parametrize(("heard", "meant"), MISHEARD)
def test_what_sounds_like_a_term_becomes_the_term(repairer, heard, meant):
    assert repairer.repaired(f"我要{heard}一下") == f"我要{meant}一下"


@pytest.mark.parametrize(
    "said",
    ["帮我交一下电费", "推荐一个理财", "先不办这个了", "春耕要买化肥", "公积金怎么提取", "还清了"],
)
def test_words_that_are_meant_as_they_are_stay(repairer, said):
    assert repairer.repaired(said) == said


def test_no_utterance_of_the_benchmark_is_made_worse(repairer):
    rows = (ROOT / "evals/voice/calls.jsonl").read_text("utf-8").splitlines()
    texts = [json.loads(row)["text"] for row in rows]
    assert [text for text in texts if repairer.repaired(text) != text] == []

"""Any sentence-transformers cross-encoder can rank the passages, by setting."""

import pytest
from sentence_transformers import CrossEncoder
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Split
from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

from channels.bootstrap import pair_scorer
from channels.settings import Settings
from knowledge.cross_encoder import CrossEncoderPairs
from knowledge.indexing import build_index
from tests.shelf import TODAY, PairEncoder, write_pack

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A cross-encoder of one layer with random weights, in a folder."""
    folder = tmp_path_factory.mktemp("cross")
    words = {word: place for place, word in enumerate([*SPECIAL, *"补办新卡挂失利率三年手续费元"])}
    tokenizer = Tokenizer(WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Split("", "isolated")
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token="[UNK]",
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
    ).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=8,
        num_labels=1,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    return str(folder)


async def test_the_setting_puts_a_cross_encoder_in_front(model, tmp_path):
    pairs = pair_scorer(Settings(reranker=model, data_dir=tmp_path))
    assert isinstance(pairs, CrossEncoderPairs)
    encoder = PairEncoder()
    built = build_index(write_pack(tmp_path / "pack"), tmp_path / "data", encoder)
    knowledge = built.knowledge(encoder, pairs=pairs)
    hits = await knowledge.search("补办新卡工本费多少", as_of=TODAY)
    texts = [f"{hit.title} {hit.section}\n{hit.text}" for hit in hits]
    expected = CrossEncoder(model, device="cpu").predict(
        [("补办新卡工本费多少", text) for text in texts]
    )
    assert len(hits) > 1
    assert sorted(expected, reverse=True) == pytest.approx(list(expected))


def test_without_the_setting_there_is_none(tmp_path):
    assert pair_scorer(Settings(data_dir=tmp_path)) is None


def test_no_passages_need_no_model():
    assert CrossEncoderPairs("nowhere").scores("利率", []) == []

"""A folder of English documents and questions that nothing was fitted on."""

from datetime import date
from pathlib import Path

import pytest

from evals.retrieval.measure import measure
from evals.retrieval.questions import read_labelled
from knowledge.embedding import SentenceEncoder
from knowledge.folder_answer import NAMES, folder_reranker
from knowledge.reranker import load_reranker
from knowledge.search import index_folder

ROOT = Path(__file__).parents[3]
FOLDERS = ROOT / "evals" / "folders"


@pytest.mark.slow
async def test_good_questions_are_answered_and_others_are_not(tmp_path):
    encoder = SentenceEncoder(folder=ROOT / ".guitai" / "tests" / "models")
    knowledge = index_folder(FOLDERS / "library", tmp_path, encoder)
    questions = read_labelled(FOLDERS / "library.jsonl")
    found = await measure(knowledge, questions, as_of=date(2026, 11, 22))
    assert found.questions == 40
    assert found.recall_at_5 >= 0.95
    assert found.abstained_wrongly <= 0.15
    assert found.abstained >= 0.7


def test_a_chinese_folder_keeps_the_weights_of_the_pack():
    own = folder_reranker(is_chinese=True)
    assert own.answer.weights.tolist() == load_reranker().answer.weights.tolist()


def test_only_features_that_mean_the_same_in_any_language_have_weight():
    other = folder_reranker(is_chinese=False)
    assert (other.answer.weights != 0).sum() == len(NAMES)
    assert other.sentence.weights.tolist() == load_reranker().sentence.weights.tolist()

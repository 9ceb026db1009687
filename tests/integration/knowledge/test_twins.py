"""A question in English gets the English sentence of the same version, else the Chinese one."""

from dataclasses import replace
from datetime import date

import pytest

from assistant.response.grounded import Thresholds
from evals.retrieval.measure import ask_all
from evals.retrieval.questions import LabelledQuestion
from knowledge.check_documents import check_documents
from knowledge.content_problems import Problems
from knowledge.documents import read_documents
from knowledge.indexing import build_index
from knowledge.twins import Translated, Twins, is_english
from tests.shelf import LOSS, TODAY, PairEncoder, write_pack

TWIN = """---
id: debit-card-loss-en
lang: en
translation_of: debit-card-loss
kind: procedure
version: "2026-09-01"
effective_from: 2026-09-01
effective_to: null
---

# Debit card loss

## How to report

You can report a lost debit card in mobile banking. The card stops at once!

- Call the hotline
- Go to any branch

## Charges

Reporting is free, a new card costs CNY 5.
"""
QUESTION = "how much is a new card? 补办新卡工本费多少"  # PairEncoder knows no English
FEE = "借记卡挂失不收取手续费，补办新卡每张收取工本费5元。"


@pytest.fixture
def pack(tmp_path):
    folder = write_pack(tmp_path / "pack")
    write(folder, TWIN)
    return folder


def write(pack, text):
    (pack / "documents" / "loss-en.md").write_text(text, encoding="utf-8")


def opened(pack, tmp_path):
    encoder = PairEncoder()
    built = build_index(pack, tmp_path / "data", encoder)
    return built, built.knowledge(encoder)


async def first_in_english(pack, tmp_path):
    built, knowledge = opened(pack, tmp_path)
    hits = await knowledge.search(QUESTION, as_of=TODAY)
    return Twins(built.documents).in_english(hits, 5)[0]


def findings(pack, today=TODAY):
    problems = Problems()
    check_documents(pack, read_documents(pack / "documents"), set(), problems, today)
    return [one.message for one in problems.findings]


async def test_the_english_sentence_stands_for_the_chinese_one(pack, tmp_path):
    hit = await first_in_english(pack, tmp_path)
    assert (hit.document_id, hit.version) == ("debit-card-loss-en", "2026-09-01")
    assert (hit.section, hit.sentences[0].text) == (
        "Charges",
        "Reporting is free, a new card costs CNY 5.",
    )
    assert hit.sentences[0].text in hit.text
    assert findings(pack) == []


async def test_a_chinese_question_never_meets_a_twin(pack, tmp_path):
    built, knowledge = opened(pack, tmp_path)
    translated = Translated(knowledge, Twins(built.documents))
    assert await translated.search(QUESTION, as_of=TODAY, limit=9) == await knowledge.search(
        QUESTION, as_of=TODAY, limit=9
    )
    assert all(not passage.document_id.endswith("-en") for passage in built.corpus.passages)


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ('version: "2026-09-01"', 'version: "2026-03-01"', "2026-09-01 is in force"),
        ("a new card costs CNY 5.", "a new card costs money.", "lacks 5"),
        ("is free, a new", "is free. A new", "answered in Chinese"),
        ("## Charges", "Charges", "nothing of it is shown"),
        ("translation_of: debit-card-loss", "translation_of: nothing", "no such document"),
    ],
)
async def test_a_twin_that_differs_is_a_finding(pack, tmp_path, old, new, finding):
    write(pack, TWIN.replace(old, new))
    assert any(finding in message for message in findings(pack))
    hit = await first_in_english(pack, tmp_path)
    if finding != "lacks 5":  # it is still the sentence at that place
        assert (hit.document_id, hit.sentences[0].text) == ("debit-card-loss", FEE)


async def test_a_twin_of_an_earlier_version_answers_for_no_other(pack, tmp_path):
    newer = LOSS.replace("2026-09-01", "2026-11-01").replace("5元", "8元")
    older = LOSS.replace("effective_to: null", "effective_to: 2026-10-31")
    documents = pack / "documents"
    (documents / "debit-card-loss.md").write_text(older, encoding="utf-8")
    (documents / "newer.md").write_text(newer, encoding="utf-8")
    hit = await first_in_english(pack, tmp_path)
    assert hit.document_id == "debit-card-loss"
    assert "8元" in hit.sentences[0].text
    assert any("2026-11-01 is in force" in one for one in findings(pack))
    assert findings(pack, date(2026, 10, 1)) == []


@pytest.mark.parametrize(
    ("question", "expected"),
    [("How much is a new card?", True), ("ATM?", False), ("卡丢了 lost", False), ("R3", False)],
)
def test_a_name_in_latin_letters_is_not_english(question, expected):
    assert is_english(question) is expected


class InEnglish:
    """What is found for a question, as one who asked in English is shown it."""

    def __init__(self, knowledge, twins):
        self.knowledge, self.twins = knowledge, twins

    async def search(self, question, **rest):
        return self.twins.in_english(await self.knowledge.search(question, **rest), 5)


@pytest.mark.parametrize("shown", [Translated, InEnglish])
@pytest.mark.parametrize(
    ("document", "section", "words"),
    [
        ("debit-card-loss", "收费标准", "工本费5元"),
        ("debit-card-loss-en", "Charges", "a new card costs CNY 5"),
    ],
)
async def test_a_label_of_either_language_accepts_the_other(
    pack, tmp_path, document, section, words, shown
):
    built, knowledge = opened(pack, tmp_path)
    twins = Twins(built.documents)
    label = LabelledQuestion("1", QUESTION, (document,), (section,), ((words,),), "en")
    wrong = replace(label, sections=("办理方式",), wanted=(("50元",),))
    found = await ask_all(
        shown(knowledge, twins),
        [label, wrong],
        as_of=TODAY,
        thresholds=Thresholds(answer=0.0),
        twins=twins,
    )
    assert [(one.found_at(1, exactly=True), one.is_right) for one in found] == [
        (True, True),
        (False, False),
    ]

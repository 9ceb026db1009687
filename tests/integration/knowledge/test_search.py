"""Questions find the passages of the versions valid on the day, through a real index."""

import json
from datetime import date

import pytest

from assistant.errors import ContentError, KnowledgeUnavailable, ScopeUnknown
from assistant.ports.knowledge import SearchScope
from knowledge.index_chroma import open_index
from knowledge.indexing import build_index, ship_vectors
from knowledge.retriever import PassageRetriever
from knowledge.search import index_folder, read_questions, search_all, search_line
from tests.shelf import RATES, TODAY, PairEncoder, write_pack


@pytest.fixture
def pack(tmp_path):
    return write_pack(tmp_path / "pack")


@pytest.fixture
def data_dir(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def knowledge(pack, data_dir):
    encoder = PairEncoder()
    return build_index(pack, data_dir, encoder).knowledge(encoder, synonyms={"挂失": ["报失"]})


async def test_the_right_section_comes_first_with_its_best_sentence(knowledge):
    hits = await knowledge.search("补办新卡工本费多少", as_of=TODAY)
    assert hits[0].passage_id == "debit-card-loss@2026-09-01#收费标准-1"
    assert hits[0].sentences[0].text == "借记卡挂失不收取手续费，补办新卡每张收取工本费5元。"
    assert all(0 <= hit.score <= 1 for hit in hits)


async def test_traditional_characters_find_the_same(knowledge):
    simplified = await knowledge.search("挂失手续费", as_of=TODAY)
    assert await knowledge.search("掛失手續費", as_of=TODAY) == simplified


@pytest.mark.parametrize(
    ("day", "version"),
    [(TODAY, "2026-10-15"), (date(2026, 10, 14), "2026-05-01"), (date(2026, 10, 15), "2026-10-15")],
)
async def test_only_versions_valid_on_the_day_are_found(knowledge, day, version):
    hits = await knowledge.search("整存整取三年年利率", as_of=day)
    assert {hit.version for hit in hits if hit.document_id == "deposit-rates"} == {version}


async def test_a_document_for_another_audience_is_not_shown(knowledge):
    hits = await knowledge.search(
        "借记卡挂失", as_of=TODAY, scope=SearchScope(audience=frozenset({"merchant"}))
    )
    assert {hit.document_id for hit in hits} == {"deposit-rates"}


ABOUT = "kind: rates\nproducts: [time-deposit-3y]\nchannels: [web, wechat]"


@pytest.mark.parametrize(
    ("scope", "documents"),
    [
        (SearchScope(product="time-deposit-3y"), {"deposit-rates"}),
        (SearchScope(channel="voice"), {"debit-card-loss"}),
        (SearchScope(channel="web"), {"debit-card-loss", "deposit-rates"}),
        (SearchScope(product="time-deposit-3y", channel="voice"), set()),
        (SearchScope(audience=frozenset({"retail"}), channel="voice"), {"debit-card-loss"}),
    ],
)
async def test_only_documents_within_the_scope_are_found(pack, data_dir, scope, documents):
    for path in (pack / "documents").glob("deposit-rates.*"):
        text = path.read_text(encoding="utf-8").replace("kind: rates", ABOUT)
        path.write_text(text, encoding="utf-8")
    path = pack / "documents" / "debit-card-loss.md"
    text = path.read_text(encoding="utf-8").replace(
        "kind: procedure", "kind: procedure\nchannels: [web, voice]"
    )
    path.write_text(text, encoding="utf-8")
    encoder = PairEncoder()
    knowledge = build_index(pack, data_dir, encoder).knowledge(encoder)
    hits = await knowledge.search("挂失三年年利率", as_of=TODAY, limit=9, scope=scope)
    assert {hit.document_id for hit in hits} == documents


@pytest.mark.parametrize(
    ("scope", "field"),
    [
        (SearchScope(audience=frozenset({"retail", "pensioners"})), "audience"),
        (SearchScope(product="time-deposit"), "product"),
        (SearchScope(channel="fax"), "channel"),
    ],
)
async def test_a_scope_nobody_knows_is_refused_and_names_what_there_is(knowledge, scope, field):
    with pytest.raises(ScopeUnknown) as caught:
        await knowledge.search("挂失", as_of=TODAY, scope=scope)
    assert caught.value.field == field
    assert ("retail" in caught.value.known) is (field == "audience")


@pytest.mark.parametrize(
    ("question", "is_shown"), [("三年定期年利率多少", False), ("美元三年定期年利率多少", True)]
)
async def test_a_special_case_is_shown_to_those_who_name_it(pack, data_dir, question, is_shown):
    dollars = RATES.format(version="2026-10-15", end="null", rate="2.40%").replace(
        "id: deposit-rates", "id: fx-deposit-rates\nasked_by: [外币, 美元]"
    )
    (pack / "documents" / "fx.md").write_text(dollars, encoding="utf-8")
    encoder = PairEncoder()
    hits = (
        await build_index(pack, data_dir, encoder).knowledge(encoder).search(question, as_of=TODAY)
    )
    assert ("fx-deposit-rates" in {hit.document_id for hit in hits}) is is_shown


async def test_what_the_bank_puts_outside_scores_lower(pack, data_dir):
    encoder = PairEncoder()
    built = build_index(pack, data_dir, encoder)
    question = "工商银行整存整取三年年利率"
    inside = await built.knowledge(encoder).search(question, as_of=TODAY)
    outside = await built.knowledge(encoder, outside=["工商银行"]).search(question, as_of=TODAY)
    assert outside[0].score < inside[0].score


@pytest.mark.parametrize("question", ["", "  ", "?!", "\u0000"])
async def test_a_question_without_words_does_not_fail(knowledge, question):
    assert len(await knowledge.search(question, as_of=TODAY)) <= 5


async def test_an_unchanged_pack_is_opened_without_embedding(pack, data_dir, knowledge):
    again = PairEncoder()
    build_index(pack, data_dir, again)
    assert again.embedded == []


async def test_a_changed_section_is_embedded_alone_and_found(pack, data_dir, knowledge):
    path = pack / "documents" / "debit-card-loss.md"
    text = path.read_text(encoding="utf-8").replace("工本费5元", "工本费8元")
    path.write_text(text, encoding="utf-8")
    encoder = PairEncoder()
    built = build_index(pack, data_dir, encoder)
    assert len(encoder.embedded) == 2
    hits = await built.knowledge(encoder).search("补办新卡工本费", as_of=TODAY)
    assert "8元" in hits[0].text


def test_shipped_vectors_spare_the_embedding(pack, tmp_path):
    ship_vectors(pack, PairEncoder())
    encoder = PairEncoder()
    build_index(pack, tmp_path / "fresh", encoder)
    assert encoder.embedded == []


def test_a_folder_that_is_a_file_makes_knowledge_unavailable(tmp_path, pack, data_dir):
    encoder = PairEncoder()
    corpus = build_index(pack, data_dir, encoder).corpus
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(KnowledgeUnavailable):
        open_index(corpus.passages, corpus.vectors, model="m", folder=tmp_path / "file")


async def test_langchain_gets_the_same_passages(knowledge):
    retriever = PassageRetriever(knowledge=knowledge, today=lambda: TODAY, limit=2)
    found = await retriever.ainvoke("补办新卡工本费多少")
    hits = await knowledge.search("补办新卡工本费多少", as_of=TODAY, limit=2)
    assert [item.id for item in found] == [hit.passage_id for hit in hits]
    assert found[0].metadata["document_id"] == "debit-card-loss"


async def test_a_foreign_folder_is_searched_as_it_comes(tmp_path, data_dir):
    folder = tmp_path / "foreign"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "parking.md").write_text("# 停车\n\n停车每小时3元。", encoding="utf-8")
    (folder / "wifi.txt").write_text("无线网络密码在前台领取。", encoding="utf-8")
    rows = [{"id": "lunch", "title": "午餐", "content": "午餐供应到14点。"}]
    (folder / "more.json").write_text(json.dumps(rows), encoding="utf-8")
    encoder = PairEncoder()
    knowledge = index_folder(folder, data_dir, encoder)
    questions = tmp_path / "questions.jsonl"
    questions.write_text(
        '{"id":"a","question":"停车每小时多少"}\n\n{"question":"午餐供应"}\n', encoding="utf-8"
    )
    lines = [
        search_line(question, hits)
        async for question, hits in search_all(
            knowledge, read_questions(questions), as_of=TODAY, limit=1
        )
    ]
    assert [(line["id"], line["hits"][0]["document_id"]) for line in lines] == [
        ("a", "sub/parking"),
        ("3", "lunch"),
    ]
    assert set(lines[0]["hits"][0]) == {"document_id", "section", "passage_id", "score", "text"}


@pytest.mark.parametrize("name", ["a.pdf", "b.docx", "c.xlsx", "d.doc"])
def test_a_folder_without_a_readable_file_names_each(tmp_path, data_dir, name):
    (tmp_path / "f").mkdir()
    (tmp_path / "f" / name).write_bytes(b"x")
    with pytest.raises(ContentError, match=rf"^{name}: "):
        index_folder(tmp_path / "f", data_dir, PairEncoder())


def test_wrong_lines_of_a_question_file_are_all_named(tmp_path):
    path = tmp_path / "q.jsonl"
    path.write_text('{"question": 3}\nnot json\n', encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        read_questions(path)
    assert [problem.split(":")[1] for problem in caught.value.problems] == ["1", "2"]

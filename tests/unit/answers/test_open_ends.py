"""Contradicting sources are shown as such; what is not known is said, with who would know."""

import pytest

from tests.unit.answers.desk import desk, found

RULE = """---
id: {id}
kind: rates
version: "{start}"
effective_from: {start}
owner: {owner}
---
# {title}

## 利率

整存整取三年年利率为{rate}。
"""
TABLE = RULE.format(
    id="rates", start="2026-10-15", owner="资产负债部", title="利率表", rate="1.30%"
)
SHEET = RULE.format(id="sheet", start="2026-05-01", owner="零售部", title="产品说明", rate="1.40%")


async def test_two_valid_documents_that_disagree_are_both_shown_the_newer_first():
    talk = desk(hits=[*found(SHEET), *found(TABLE)], documents=[SHEET, TABLE])
    [reply] = await talk.say("三年定期利率是多少")
    assert reply.text.index("1.30%") < reply.text.index("1.40%")
    assert [one.document_id for one in reply.citations] == ["rates", "sheet"]
    assert "2026-10-15" in reply.text


async def test_two_documents_that_agree_are_no_contradiction():
    same = SHEET.replace("1.40%", "1.30%")
    talk = desk(hits=[*found(TABLE), *found(same)], documents=[TABLE, same])
    [reply] = await talk.say("三年定期利率是多少")
    assert len(reply.citations) == 1


async def test_another_term_is_another_thing_and_no_contradiction():
    other = SHEET.replace("三年年利率为1.40%", "五年年利率为1.40%")
    talk = desk(hits=[*found(TABLE), *found(other)], documents=[TABLE, other])
    [reply] = await talk.say("三年定期利率是多少")
    assert reply.response_key == "answer"


async def test_an_abstention_names_the_closest_document_and_its_owner_and_offers_a_person():
    weak = [one.model_copy(update={"score": 0.3}) for one in found(TABLE)]
    talk = desk(hits=weak, documents=[TABLE])
    [reply] = await talk.say("十年定期利率是多少")
    assert "利率表" in reply.text
    assert "资产负债部" in reply.text
    assert "/human_handoff" in {button.payload for button in reply.buttons}


async def test_nothing_near_names_nobody():
    [reply] = await desk().say("火星上有网点吗")
    assert "负责" not in reply.text


async def test_a_cell_is_told_with_the_headings_of_its_row_and_column():
    table = TABLE.replace(
        "整存整取三年年利率为1.30%。",
        "| 存期 | 年利率 | 起存金额 |\n|---|---|---|\n| 三年 | 1.30% | 50元 |",
    )
    talk = desk(hits=found(table), documents=[table])
    [reply] = await talk.say("三年定期的起存金额是多少")
    assert "三年：起存金额 50元" in reply.text
    assert "1.30%" not in reply.text
    assert reply.citations[0].quote == "| 三年 | 1.30% | 50元 |"
    assert reply.citations[0].url.endswith(f"#s-{reply.citations[0].sentence_hash}")


@pytest.mark.parametrize(
    ("sentence", "says_so"),
    [("Reporting a lost card is free.", False), ("挂失不收取费用。", True)],
)
async def test_an_answer_in_english_says_that_it_is_chinese_only_where_it_is(sentence, says_so):
    sheet = RULE.format(id="loss", start="2026-05-01", owner="零售部", title="Loss", rate="1.40%")
    sheet = sheet.replace("整存整取三年年利率为1.40%。", sentence)
    talk = desk(hits=found(sheet), documents=[sheet])
    text = await talk.text("What does it cost to report a lost card?")
    assert sentence in text
    assert ("in Chinese" in text) is says_so

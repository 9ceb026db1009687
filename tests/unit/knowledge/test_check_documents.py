"""What two documents say about each other: links, versions that ran out, figures that differ."""

from datetime import date

import pytest

from knowledge.check_documents import check_documents
from knowledge.content_problems import Problems
from knowledge.documents import read_documents
from tests.shelf import LOSS, TODAY, write_pack

SHELF = {"debit-card"}


def found(folder, today=TODAY, products=SHELF):
    problems = Problems()
    check_documents(folder, read_documents(folder / "documents"), products, problems, today)
    return [(one.file, one.line, one.message) for one in problems.findings]


@pytest.fixture
def pack(tmp_path):
    return write_pack(tmp_path)


def write(pack, name, text):
    (pack / "documents" / name).write_text(text, encoding="utf-8")


def other(text, document_id="other"):
    return LOSS.replace("id: debit-card-loss", f"id: {document_id}").replace(
        "借记卡挂失不收取手续费，补办新卡每张收取工本费5元。", text
    )


def test_documents_that_agree_are_not_mentioned(pack):
    write(pack, "other.md", other("见[挂失](debit-card-loss.md)和[网站](https://example.com)。"))
    assert found(pack) == []


@pytest.mark.parametrize("target", ["nothing.md", "/v1/documents/nothing?version=1", "../x.pdf"])
def test_a_dead_link_is_named_with_its_line(pack, target):
    write(pack, "other.md", other(f"见[说明]({target})。"))
    ((file, line, message),) = found(pack)
    assert (file, line) == ("documents/other.md", 22)
    assert target in message


def test_a_link_to_a_section_that_is_not_there_is_named(pack):
    write(pack, "other.md", other("见[费用](debit-card-loss#收费标准)和[步骤](#办理方式)。"))
    assert found(pack) == []
    write(pack, "other.md", other("见[费用](debit-card-loss#收费)。"))
    ((_, line, message),) = found(pack)
    assert line == 22
    assert "no such section" in message


def test_a_document_that_ran_out_without_a_successor_is_named(pack):
    write(pack, "other.md", other("一。").replace("effective_to: null", "effective_to: 2026-11-01"))
    assert ["ran out on 2026-11-01" in message for _, _, message in found(pack)] == [True]
    assert found(pack, date(2026, 11, 1)) == []


def test_versions_that_overlap_are_named_unless_one_was_withdrawn(pack):
    text = LOSS.replace('version: "2026-09-01"', "version: second")
    write(pack, "second.md", text)
    assert ["begins before" in message for _, _, message in found(pack)] == [True]
    write(pack, "second.md", text.replace("topics:", "known_from: 2026-09-21\ntopics:"))
    write(
        pack,
        "debit-card-loss.md",
        LOSS.replace("topics:", "known_to: 2026-09-20\ntopics:"),
    )
    assert found(pack) == []


def test_a_product_nobody_sells_is_named_once(pack):
    for name in ("a", "b"):
        text = other("一。", name).replace("topics:", "products: [debit-crad]\ntopics:")
        write(pack, f"{name}.md", text)
    ((_, _, message),) = found(pack)
    assert message == (
        'there is no product "debit-crad" (named by 2 documents); did you mean "debit-card"?'
    )


def test_one_figure_said_differently_in_two_valid_documents_is_named(pack):
    write(pack, "other.md", other("整存整取三年现行年利率为1.35%。"))
    ((_, _, message),) = found(pack)
    assert "1.30%" in message
    assert "1.35%" in message
    assert "2026-10-15" in message


def test_a_cell_of_a_table_is_held_against_what_others_say(pack):
    table = "| 整存整取存期 | 年利率 |\n|---|---|\n| 一年 | 1.00% |\n| 三年 | 1.35% |"
    write(pack, "other.md", other(table))
    ((_, _, message),) = found(pack)
    assert "1.30%" in message
    assert "1.35%" in message
    write(pack, "other.md", other(table.replace("1.35%", "1.30%")))
    assert found(pack) == []


@pytest.mark.parametrize(
    "text",
    [
        "整存整取三年年利率为1.30%。",
        "整存整取五年年利率为1.35%。",
        "三年以上房贷年利率为3.50%。",
        "年利率为9.00%。",
        "整存整取三年手续费为5元。",
    ],
)
def test_figures_of_different_things_and_equal_ones_are_no_contradiction(pack, text):
    write(pack, "other.md", other(text))
    assert found(pack) == []

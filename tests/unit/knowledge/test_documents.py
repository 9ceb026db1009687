"""A document is read whole or refused with file, line and field."""

from datetime import date

import pytest

from assistant.errors import ContentError
from knowledge.documents import parse_document, read_documents
from knowledge.lookup import DocumentLibrary
from tests.shelf import LOSS, TODAY, old_rates, write_pack


def problems_of(text):
    with pytest.raises(ContentError) as caught:
        parse_document(text, "documents/x.md")
    return caught.value.problems


def test_front_matter_and_title_are_read():
    document = parse_document(LOSS, "documents/x.md")
    assert (document.document_id, document.title) == ("debit-card-loss", "借记卡挂失")
    assert document.effective_from == date(2026, 9, 1)
    assert document.topics == ("挂失", "110")
    assert LOSS.splitlines()[document.body_line] == "# 借记卡挂失"


def test_an_unquoted_day_is_a_version_label():
    assert parse_document(old_rates(), "x.md").version == "2026-05-01"


@pytest.mark.parametrize(
    ("wrong", "right", "line", "field"),
    [
        ("kind: procedure", "kind: poem", 3, "kind"),
        ("id: debit-card-loss", "id: Debit Card", 2, "id"),
        ("effective_from: 2026-09-01", "effective_from: soon", 6, "effective_from"),
        ("effective_to: null", "effective_to: 2026-01-01", 7, "effective_to"),
        ("topics: ", "topcis: ", 8, "topcis"),
        ("kind: procedure", "id: twice", 3, "id"),
    ],
)
def test_a_wrong_field_is_named_with_its_line(wrong, right, line, field):
    assert any(
        problem.startswith(f"documents/x.md:{line}: {field}")
        for problem in problems_of(LOSS.replace(wrong, right))
    )


@pytest.mark.parametrize(
    "text", ["# no front matter\n", "---\nid: x\n", "---\n- a\n---\n", "---\nid: [\n---\n", ""]
)
def test_a_file_without_a_whole_front_matter_is_refused(text):
    assert problems_of(text)[0].startswith("documents/x.md:")


def test_all_problems_of_a_folder_are_reported_at_once(tmp_path):
    pack = write_pack(tmp_path)
    (pack / "documents" / "bad.md").write_text("nothing", encoding="utf-8")
    (pack / "documents" / "copy.md").write_text(LOSS, encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        read_documents(pack / "documents")
    assert [problem.split(":")[0] for problem in caught.value.problems] == [
        "documents/bad.md",
        "documents/debit-card-loss.md",
    ]


def test_the_library_finds_the_cited_version_and_the_one_valid_on_a_day(tmp_path):
    library = DocumentLibrary(read_documents(write_pack(tmp_path) / "documents"))
    assert library.find("deposit-rates", "2026-05-01", TODAY).version == "2026-05-01"
    assert library.find("deposit-rates", None, TODAY).version == "2026-10-15"
    assert library.find("deposit-rates", None, date(2026, 6, 1)).version == "2026-05-01"
    assert library.find("deposit-rates", None, date(2020, 1, 1)) is None
    assert library.find("deposit-rates", "1999", TODAY) is None
    assert library.find("nothing", None, TODAY) is None

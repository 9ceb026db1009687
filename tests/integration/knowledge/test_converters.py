"""Files of every format become text with its structure; whatever is wrong with one is said."""

import io
import random
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.errors import ContentError
from knowledge.chunking import passages_of
from knowledge.documents import read_documents
from knowledge.folders import survey
from knowledge.ingest.convert import Converter
from tests.office import HTML, pdf, word, workbook

FILES = {
    ".html": HTML.encode(),
    ".docx": word(),
    ".xlsx": workbook(),
    ".pdf": pdf("!Fees\nA transfer costs 5 yuan.", "A card costs 10 yuan.\n#secret words"),
    ".md": "# 题\n\n一句，5元。[^1]\n\n| a | b |\n|---|---|\n| c | 1% |\n\n[^1]: 注。\n".encode(),
    ".txt": "第一句，5元。\n第二句。".encode("gbk"),
    ".json": '[{"id": "a", "title": "题", "content": "年利率1%。"}]'.encode(),
}


@pytest.fixture(scope="module")
def converter():
    with Converter(limit_s=20) as made:
        yield made


def convert(converter, folder, ending, data=None):
    path = folder / f"f{ending}"
    path.write_bytes(FILES[ending] if data is None else data)
    return converter.convert(path)


@pytest.mark.parametrize("ending", [".html", ".docx", ".xlsx"])
def test_hidden_text_is_left_out_and_told(converter, tmp_path, ending):
    found = convert(converter, tmp_path, ending)
    assert "密语" not in found.body
    assert [one for one in found.notices if one.kind == "hidden"]


def test_html_keeps_headings_lists_spanning_cells_and_footnotes(converter, tmp_path):
    found = convert(converter, tmp_path, ".html")
    assert found.title == "个人业务收费"
    for line in (
        "# 个人业务收费",
        "转账免费（注：仅限境内）。",
        "深底白字",
        "- 甲",
        "   - 乙",
        "| 项目 | 标准 手机 | 标准 柜面 |",
        "| 转账 | 0元 | 5元（注：仅限境内） |",
        "| 转账 | 1元 | 6元 |",
    ):
        assert line in found.body.splitlines()


def test_word_keeps_headings_lists_and_merged_cells(converter, tmp_path):
    found = convert(converter, tmp_path, ".docx")
    lines = ["# 车贷办理说明", "## 利率", "- 第一条", "看得见", "| 一年 | 4.00% |"]
    assert [line for line in lines if line not in found.body.splitlines()] == []


def test_a_workbook_keeps_row_and_column_headings_and_shown_numbers(converter, tmp_path):
    body = convert(converter, tmp_path, ".xlsx").body.splitlines()
    lines = [
        "## 费率",
        "海岳银行费率表",
        "| 项目 | 个人 手机 | 个人 柜面 |",
        "| 利率 | 1.05% | 1.10% |",
    ]
    assert [line for line in lines if line not in body] == []


def test_pages_of_a_pdf_stand_on_its_passages_and_white_words_do_not(tmp_path):
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "f.pdf").write_bytes(FILES[".pdf"])
    found = survey(tmp_path / "d")
    passages = passages_of(found.documents[0])
    assert "secret" not in found.documents[0].body
    assert any("page 2" in line and "secret" in line for line in found.noticed)
    assert found.documents[0].page_of(found.documents[0].body.splitlines().index(
        "A card costs 10 yuan.") + 1) == 2  # fmt: skip
    assert passages[0].page == 1


@pytest.mark.parametrize(
    ("ending", "data", "said"),
    [
        (".pdf", b"", "empty"),
        (".docx", b"\x00\x00", "empty"),
        (".pdf", FILES[".docx"], "is a .docx file"),
        (".docx", FILES[".pdf"], "it is a PDF"),
        (".docx", FILES[".xlsx"], "is a .xlsx file"),
        (".txt", FILES[".pdf"], "it is a PDF"),
        (".docx", FILES[".docx"][:900], "damaged"),
        (".docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 99, "encrypted"),
        (".pdf", b"%PDF-1.4\nnothing", "damaged"),
        (".txt", b"abc\xff\xfe\x00\x81\x00", "UTF-8"),
        (".html", b"<html><body><p style='display:none'>x</p></body></html>", "no text"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(converter, tmp_path, ending, data, said):
    with pytest.raises(ContentError, match=said):
        convert(converter, tmp_path, ending, data)


def test_an_encrypted_pdf_is_said_to_be_encrypted(converter, tmp_path):
    locked = FILES[".pdf"].replace(
        b"/Root 1 0 R",
        b"/Root 1 0 R /ID [<00><00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4"
        b" /O <" + b"11" * 32 + b"> /U <" + b"22" * 32 + b"> >>",
    )
    with pytest.raises(ContentError, match="encrypted"):
        convert(converter, tmp_path, ".pdf", locked)


def office_with(name, content):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"0" * 60_000_000, "zip bomb"),
        (b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "entities"),
    ],
)
def test_bombs_are_not_opened(converter, tmp_path, content, said):
    with pytest.raises(ContentError, match=said):
        convert(converter, tmp_path, ".docx", office_with("word/document.xml", content))


def test_a_file_that_takes_too_long_ends_alone(tmp_path):
    deep = b"<div>" * 3_000_000 + b"x"
    with Converter(limit_s=1) as short:
        with pytest.raises(ContentError):
            convert(short, tmp_path, ".html", deep)
        assert convert(short, tmp_path, ".html").title == "个人业务收费"


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ending=st.sampled_from(sorted(FILES)), seed=st.integers(0, 10**9), cut=st.booleans())
def test_a_mutated_file_is_read_or_refused_and_harms_nothing(
    tmp_path, converter, ending, seed, cut
):
    chance = random.Random(seed)
    data = bytearray(FILES[ending])
    for _ in range(chance.randint(1, 30)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    if cut:
        del data[chance.randrange(1, len(data)) :]
    folder = tmp_path / "fuzz"
    folder.mkdir(exist_ok=True)
    (folder / "good.md").write_text("# 好\n\n一句话。", encoding="utf-8")
    for old in folder.glob("bad*"):
        old.unlink()
    (folder / f"bad{ending}").write_bytes(bytes(data))
    found = survey(folder, converter)
    assert "good" in {one.document_id for one in found.documents}
    assert len(found.documents) + len(found.unread) >= 2
    for document in found.documents:
        for passage in passages_of(document):
            for sentence in passage.sentences:
                assert passage.text[sentence.start : sentence.end] == sentence.text


def test_a_folder_is_read_around_what_cannot_be_read(tmp_path):
    for ending, data in FILES.items():
        (tmp_path / f"f{ending[1:]}{ending}").write_bytes(data)
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.4 x")
    (tmp_path / "old.doc").write_bytes(b"x")
    found = survey(tmp_path)
    assert len(found.documents) == len(FILES)
    assert [line.split(":")[0] for line in found.unread] == ["broken.pdf", "old.doc"]


def test_a_second_run_opens_no_file_again(tmp_path):
    path = tmp_path / "f.docx"
    path.write_bytes(FILES[".docx"])
    with Converter(tmp_path / "kept") as first:
        found = first.convert(path)
    with Converter(tmp_path / "kept") as second:
        assert second.convert(path) == found
        assert second._process is None


def test_a_document_of_a_pack_is_described_by_its_sidecar(tmp_path):
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "car.docx").write_bytes(FILES[".docx"])
    with pytest.raises(ContentError, match=r"car.docx:1: no sidecar"):
        read_documents(folder)
    sidecar = folder / "car.docx.yml"
    sidecar.write_text(
        "id: loan-car\nkind: product\nversion: 2026-09-01\neffective_from: 2026-09-01\n"
        "known_from: 2026-08-15\n",
        encoding="utf-8",
    )
    (document,) = read_documents(folder)
    assert (document.document_id, document.title) == ("loan-car", "车贷办理说明")
    assert document.first_known.isoformat() == "2026-08-15"
    sidecar.write_text(sidecar.read_text(encoding="utf-8") + "colour: red\n", encoding="utf-8")
    with pytest.raises(ContentError, match=r"car.docx.yml:6: colour"):
        read_documents(folder)

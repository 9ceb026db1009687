"""An answer that stands only where a section points to is found there and cited as its own."""

import pytest

from knowledge.indexing import build_index
from tests.shelf import TODAY, PairEncoder

QUESTION = "留学生汇学费收多少钱"
FEE = "每笔80元，另收电讯费100元。"
FRONT = "---\nid: {name}\nkind: faq\nversion: '1'\neffective_from: 2026-01-01\n---\n\n"
ANNEX = "# 附表\n\n## 甲类\n\n" + FEE + "\n\n## 乙类\n\n每笔30元。\n"
OTHERS = 60


def write(folder, name, body):
    (folder / f"{name}.md").write_text(FRONT.format(name=name) + body, encoding="utf-8")


def pack_with(folder, reference):
    documents = folder / "documents"
    documents.mkdir(parents=True)
    body = f"# 留学生服务\n\n## 学费汇款\n\n留学生的学费可以在网点汇出，收费见{reference}。\n"
    write(documents, "student", body)
    write(documents, "annex", ANNEX)
    for number in range(OTHERS):
        write(documents, f"other-{number}", f"# 业务{number}\n\n学费汇款业务请到{number}号窗口。\n")
    return folder


async def found(tmp_path, reference):
    encoder = PairEncoder()
    built = build_index(pack_with(tmp_path / "pack", reference), tmp_path / "data", encoder)
    hits = await built.knowledge(encoder).search(QUESTION, as_of=TODAY, limit=5)
    return {hit.passage_id: [one.text for one in hit.sentences] for hit in hits}


@pytest.mark.parametrize(
    "reference",
    [
        "[附表](annex#甲类)",
        "[附表](annex.md)",
        "[附表](/v1/documents/annex?version=1#甲类)",
        "《附表》",
    ],
)
async def test_what_a_section_points_to_is_found_with_it(tmp_path, reference):
    assert FEE in (await found(tmp_path, reference)).get("annex@1#甲类-1", [])


@pytest.mark.parametrize(
    "reference", ["附表", "[附表](https://example.com/annex)", "[附表](annex#丙类)"]
)
async def test_without_a_link_it_is_not_found(tmp_path, reference):
    assert "annex@1#甲类-1" not in await found(tmp_path, reference)

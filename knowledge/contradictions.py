"""The same figure said differently in two documents that are valid at the same time.

A figure is told apart by what it is of: the words that lead to it in a plain statement
("整存整取一年年利率为1.05%") or, in a table, the name of its row with the heading of its column
("整存整取存期 | 一年", "年利率"). Only a figure that names
its subject in full counts, so that "手续费为5元" of two services is no contradiction: what is
reported is worth a person's time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from knowledge.documents import Document
from knowledge.rows import cells_of, heads_of
from knowledge.words import normalised

_STATEMENT: Final = re.compile(
    r"(?:^|[。；;，,：:])(?P<what>[^。；;，,：:|（）()\d]{0,24}[^。；;，,：:|（）()]{3,24}?)"
    r"(?:现行|目前|均|统一)?(?:为|是|收取|:)(?:人民币)?"
    r"(?P<figure>(?:每[^\d。，；]{1,3})?\d[\d,]*(?:\.\d+)?(?P<unit>%|元|万元|个工作日|天|次))(?=[。；;，,]|$)"
)
_TERM: Final = re.compile(r"[一二两三四五六七八九十百\d]+(?:个)?(?:天|日|月|年)|活期|半年")
_METRIC: Final = re.compile(r"利率|费率|手续费|工本费|年费|管理费|违约金|限额|起存|起购|保底|比例")
_FILLER: Final = re.compile(
    r"现行|目前|本行|海岳银行?|海岳|个人|人民币|的|每年|收费标准|标准|收费|办理|价格|项目|品种|产品|存期|期限"
)
_CELL: Final = re.compile(
    r"(?:每[^\d，；]{1,3})?(?P<figure>\d[\d,]*(?:\.\d+)?)(?P<unit>%|元|万元|个工作日|天|次)起?"
)
"""A cell that is one figure and nothing else."""
_EACH: Final = re.compile(r"^每\D+")
"""每年300元 and 300元 of one thing are the same: a price list says in its heading how often."""
_LEAST: Final = 6


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two valid documents that differ.

    Attributes:
        what: What the figure is of.
        line: Line of the body of `document`.
        since: First day on which both are valid.
    """

    what: str
    document: Document
    line: int
    figure: str
    other: Document
    other_figure: str
    since: date


@dataclass(frozen=True, slots=True)
class _Figure:
    key: str
    unit: str
    figure: str
    what: str
    line: int
    document: Document


def contradictions(
    documents: Sequence[Document], today: date | None = None
) -> Iterator[Contradiction]:
    """Pairs of different figures of one thing; of each two documents the newest versions.

    Args:
        documents: Every version of every document.
        today: What ended before it is past mending; None: all count.
    """
    documents = [one for one in documents if today is None or (one.effective_to or today) >= today]
    found: dict[tuple[str, str], list[_Figure]] = {}
    for document in sorted(documents, key=lambda one: one.effective_from, reverse=True):
        for figure in _figures(document):
            found.setdefault((figure.key, figure.unit), []).append(figure)
    told: set[tuple[str, ...]] = set()
    for group in found.values():
        for place, one in enumerate(group):
            for other in group[place + 1 :]:
                key = (one.key, *sorted((one.document.document_id, other.document.document_id)))
                since = _both_valid(one.document, other.document)
                if one.figure == other.figure or since is None or key in told:
                    continue
                told.add(key)
                yield Contradiction(
                    one.what, one.document, one.line, one.figure, other.document,
                    other.figure, since,
                )  # fmt: skip


def _both_valid(one: Document, other: Document) -> date | None:
    if one.document_id == other.document_id:
        return None
    first = max(one.effective_from, other.effective_from)
    last = min(one.effective_to or date.max, other.effective_to or date.max)
    return first if first <= last else None


def _figures(document: Document) -> Iterator[_Figure]:
    lines = document.body.splitlines()
    for number, line in enumerate(lines, start=1):
        if line.lstrip().startswith("|"):
            yield from _cells(document, lines, number)
            continue
        if line.lstrip().startswith("#"):
            continue
        for match in _STATEMENT.finditer(line):
            key = _key(match["what"])
            if key:
                figure = _EACH.sub("", match["figure"].replace(",", ""))
                yield _Figure(key, match["unit"], figure, match["what"], number, document)


def _cells(document: Document, lines: Sequence[str], number: int) -> Iterator[_Figure]:
    """The figures of one row, each with what the row and its column say it is of."""
    row = cells_of(lines[number - 1])
    heads = heads_of("\n".join(lines[: number - 1]), None)
    if len(heads) != len(row):
        return
    for head, cell in zip(heads[1:], row[1:], strict=True):
        match = _CELL.fullmatch(cell)
        name = f"{heads[0]}{row[0]}" if _TERM.fullmatch(row[0]) else row[0]
        key = _key(f"{name}{head}") if match else None
        if match and key:
            figure = f"{match['figure'].replace(',', '')}{match['unit']}"
            yield _Figure(key, match["unit"], figure, f"{name} {head}", number, document)


def _key(what: str) -> str | None:
    """The subject without filler words; None when it does not name itself in full."""
    text = _FILLER.sub("", normalised(what))
    metric = _METRIC.search(text)
    subject = _METRIC.sub("", text)
    if metric is None or len(subject) < 2 or len(text) < _LEAST:  # noqa: PLR2004 - a name
        return None
    return text

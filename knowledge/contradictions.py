"""The same figure said differently in two documents that are valid at the same time.

A figure is told apart by what it is of: the words that lead to it in a plain statement
("整存整取一年年利率为1.05%") or the headings of its row and column. Only a figure that names
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
from knowledge.words import normalised

_STATEMENT: Final = re.compile(
    r"(?:^|[。；;，,：:])(?P<what>[^。；;，,：:|（）()\d]{0,24}[^。；;，,：:|（）()]{3,24}?)"
    r"(?:现行|目前|均|统一)?(?:为|是|收取|:)(?:人民币)?"
    r"(?P<figure>(?:每[^\d。，；]{1,3})?\d[\d,]*(?:\.\d+)?(?P<unit>%|元|万元|个工作日|天|次))(?=[。；;，,]|$)"
)
_TERM: Final = re.compile(r"[一二两三四五六七八九十百\d]+(?:个)?(?:天|日|月|年)|活期|半年")
_METRIC: Final = re.compile(r"利率|费率|手续费|工本费|年费|管理费|违约金|限额|起存|起购|保底|比例")
_FILLER: Final = re.compile(r"现行|目前|本行|海岳银行?|海岳|个人|人民币|的|每年|标准|收费|办理")
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
    for number, line in enumerate(document.body.splitlines(), start=1):
        if line.lstrip().startswith(("|", "#")):
            continue
        for match in _STATEMENT.finditer(line):
            key = _key(match["what"])
            if key:
                figure = match["figure"].replace(",", "")
                yield _Figure(key, match["unit"], figure, match["what"], number, document)


def _key(what: str) -> str | None:
    """The subject without filler words; None when it does not name itself in full."""
    text = _FILLER.sub("", normalised(what))
    metric = _METRIC.search(text)
    subject = _METRIC.sub("", text)
    if metric is None or len(subject) < 2 or len(text) < _LEAST:  # noqa: PLR2004 - a name
        return None
    return text

"""The shape every converter gives a document, and that shape as Markdown.

A table keeps its columns: cells that span several places stand in each of them, and several
rows of headings become one, so that every cell has one row heading and one column heading.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from knowledge.ingest.footnotes import inlined
from knowledge.ingest.notices import Notice

_RULE: Final = re.compile(r"^[-=_*\s]{3,}$")
_BLOCK_MARKS: Final[Mapping[str, str]] = {"#": "＃", "|": "｜", ">": "＞", "`": "｀", "~": "～"}
_SPACES: Final = re.compile(r"\s+")
_WIDE: Final = re.compile(r"(?<=[⺀-鿿！-｠]) (?=[⺀-鿿！-｠])")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; `level` 1 is the title."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; a reference to a footnote stands in it as `[^id]`."""

    text: str


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of a list; `number` is None for a bullet."""

    text: str
    depth: int = 0
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of equal length; the first `header_rows` of them are headings."""

    rows: tuple[tuple[str, ...], ...]
    header_rows: int = 1


@dataclass(frozen=True, slots=True)
class Footnote:
    """What `[^id]` refers to."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class PageStart:
    """From here on everything stands on this page, counted from 1."""

    number: int


Block: TypeAlias = Heading | Paragraph | Item | Table | Footnote | PageStart


@dataclass(frozen=True, slots=True)
class Converted:
    """A file as Markdown.

    Attributes:
        title: The document's own title, None when it has none.
        pages: Line of `body`, from 1, on which each page begins; empty without pages.
        notices: What was left out or taken out.
    """

    title: str | None
    body: str
    pages: tuple[tuple[int, int], ...] = ()
    notices: tuple[Notice, ...] = field(default=())


def rendered(
    blocks: Iterable[Block], *, title: str | None = None, notices: Sequence[Notice] = ()
) -> Converted:
    """Blocks as Markdown; footnotes end up in the sentences that refer to them."""
    blocks = _one_title(list(blocks))
    lines: list[str] = []
    pages: list[tuple[int, int]] = []
    notes: dict[str, str] = {}
    was_item = False
    for block in blocks:
        if isinstance(block, PageStart):
            pages.append((len(lines) + 1, block.number))
            continue
        if isinstance(block, Footnote):
            notes[block.id] = one_line(block.text)
            continue
        written = _written(block)
        if not written:
            continue
        if isinstance(block, Heading) and block.level == 1 and title is None:
            title = one_line(block.text)
        is_item = isinstance(block, Item)
        if lines and not (was_item and is_item):
            lines.append("")
        was_item = is_item
        lines.extend(written)
    body = inlined("\n".join(lines) + "\n", notes)
    return Converted(title or None, body, tuple(pages), tuple(notices))


def _one_title(blocks: Sequence[Block]) -> Sequence[Block]:
    """A title and sections of the same level: the sections go one level down."""
    headings = [block for block in blocks if isinstance(block, Heading)]
    top = [block for block in headings if block.level == 1]
    if len(top) < 2 or headings[0] is not top[0]:  # noqa: PLR2004 - more than the title
        return blocks
    return [
        Heading(block.level + 1, block.text)
        if isinstance(block, Heading) and block is not top[0]
        else block
        for block in blocks
    ]


def one_line(text: str) -> str:
    """Without line ends and doubled spaces; Chinese characters do not stand apart."""
    return _WIDE.sub("", _SPACES.sub(" ", text).strip())


def filled(rows: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """Rows of the same length, without those that are empty."""
    kept = [tuple(one_line(cell) for cell in row) for row in rows]
    kept = [row for row in kept if any(row)]
    width = max(map(len, kept), default=0)
    padded = [row + ("",) * (width - len(row)) for row in kept]
    used = [column for column in range(width) if any(row[column] for row in padded)]
    return tuple(tuple(row[column] for column in used) for row in padded)


def _written(block: Heading | Paragraph | Item | Table) -> list[str]:
    if isinstance(block, Table):
        return _table(block)
    text = _safe(block.text)
    if not text:
        return []
    if isinstance(block, Heading):
        return [f"{'#' * max(1, min(block.level, 6))} {one_line(block.text)}"]
    if isinstance(block, Item):
        mark = "-" if block.number is None else f"{block.number}."
        return [f"{'   ' * min(block.depth, 3)}{mark} {text}"]
    return [text]


def _safe(text: str) -> str:
    """A paragraph that Markdown reads as one, whatever it begins with."""
    line = one_line(text)
    if _RULE.match(line):
        return ""
    return _BLOCK_MARKS.get(line[:1], line[:1]) + line[1:]


def _table(table: Table) -> list[str]:
    rows = filled(table.rows)
    if not rows:
        return []
    if len(rows[0]) == 1:
        # One column is a list in a frame.
        return [line for (cell,) in rows for line in ("", _safe(cell))][1:]
    heads = max(0, min(table.header_rows, len(rows) - 1))
    head = _heading(rows[:heads]) if heads else ("",) * len(rows[0])
    lines = [_row(head), "|" + "---|" * len(head)]
    return lines + [_row(row) for row in rows[heads:]]


def _heading(rows: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Several rows of headings as one: "个人" over "首笔" is "个人 首笔"."""
    return tuple(
        " ".join(dict.fromkeys(row[column] for row in rows if row[column]))
        for column in range(len(rows[0]))
    )


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "｜") for cell in cells) + " |"

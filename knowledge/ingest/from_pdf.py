"""PDF to blocks: lines of words put together again, tables by their rules, pages kept.

Headings are told by size and weight, footnotes by small raised digits and small lines below.
What repeats at the edge of most pages is not text of the document.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pdfplumber

from knowledge.ingest.blocks import (
    Block,
    Converted,
    Footnote,
    Heading,
    Item,
    PageStart,
    Paragraph,
    Table,
    one_line,
    rendered,
)
from knowledge.ingest.notices import Notice, notice

MOST_PAGES: Final = 500
_TINY: Final = 2.5  # points; nobody reads smaller
_RAISED: Final = 0.75  # a footnote mark is smaller than this share of its line
_LARGER: Final = 1.12  # a heading is larger than this share of the text
_EDGE: Final = 0.08  # of the page's height: where running heads and page numbers stand
_PALE: Final = 0.97
_REPEATED: Final = 0.6
_LONGEST_HEADING: Final = 60
_BULLET: Final = re.compile(r"^[•·●○▪■◆◇‣–—-]\s*(?=\S)")
_NUMBERED: Final = re.compile(r"^(\d{1,2})[.、．)）]\s*(?=\D)")
_NOTE_LINE: Final = re.compile(r"^(?:注\s*)?[\[(（]?(\d{1,2})[\])）.:：、]?\s*(?=\S)")
_SECTION: Final = re.compile(
    r"^(?:第[一二三四五六七八九十百]+[章节条]|[一二三四五六七八九十]+、|\d+(?:\.\d+)+\s)"
)
_END: Final = re.compile(r"[。！？；：!?;:.]['\"”’）)]*$")
_CHINESE: Final = re.compile(r"[⺀-鿿！-｠]")


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    size: float  # float-ok: points on a page
    bold: bool
    left: float  # float-ok: points on a page
    right: float  # float-ok: points on a page
    top: float  # float-ok: points on a page
    bottom: float  # float-ok: points on a page


@dataclass(frozen=True, slots=True)
class _Grid:
    rows: tuple[tuple[str, ...], ...]
    top: float  # float-ok: points on a page


def convert(data: bytes) -> Converted:
    """Read a file.

    Raises:
        Exception: Whatever pdfplumber meets in a damaged file; the caller is a process of its
            own that turns it into a report.
    """
    notices: list[Notice] = []
    pages: list[list[_Line | _Grid]] = []
    with pdfplumber.open(io.BytesIO(data)) as opened:
        title = (opened.metadata or {}).get("Title")
        for number, page in enumerate(opened.pages, start=1):
            if number > MOST_PAGES:
                notices.append(notice("unread", f"page {number}", "further pages were not read"))
                break
            pages.append(_page(page, number, notices))
            page.close()
    edges = _running(pages)
    pages = [[one for one in page if _key(one) not in edges] for page in pages]
    body = _body_size(pages)
    heading_sizes = _heading_sizes(pages, body)
    blocks: list[Block] = []
    for number, page_lines in enumerate(pages, start=1):
        blocks.append(PageStart(number))
        blocks.extend(_blocks(page_lines, body, heading_sizes))
    joined = list(_joined(blocks))
    headed = any(isinstance(block, Heading) and block.level == 1 for block in joined)
    named = one_line(title) if isinstance(title, str) and not headed else None
    return rendered(joined, title=named or None, notices=notices)


def _page(page: Any, number: int, notices: list[Notice]) -> list[_Line | _Grid]:
    seen = _visible(page, number, notices)
    if not seen.chars:
        if page.images:
            notices.append(notice("unread", f"page {number}", "only a picture; no text in it"))
        return []
    found: list[_Line | _Grid] = []
    boxes: list[tuple[float, float, float, float]] = []
    for table in seen.find_tables():
        rows = table.extract()
        if len(rows) > 1 and max(map(len, rows)) > 1:
            boxes.append(table.bbox)
            cells = tuple(tuple(_cell(cell) for cell in row) for row in rows)
            found.append(_Grid(_repeat_merged(cells), table.bbox[1]))
    rest = seen.filter(lambda one: not any(_inside(one, box) for box in boxes)) if boxes else seen
    found.extend(_lines(rest))
    return sorted(found, key=lambda one: one.top)


def _visible(page: Any, number: int, notices: list[Notice]) -> Any:
    """The page without white, tiny and off-page characters."""
    painted = [
        rect
        for rect in page.rects
        if rect.get("fill") and not _is_pale(rect.get("non_stroking_color"))
    ]
    unseen: list[str] = []

    def is_seen(one: Any) -> bool:
        if one.get("object_type") != "char":
            return True
        x, y = (one["x0"] + one["x1"]) / 2, (one["top"] + one["bottom"]) / 2
        outside = not (0 <= x <= page.width and 0 <= y <= page.height)
        pale = _is_pale(one.get("non_stroking_color")) and not any(
            rect["x0"] <= x <= rect["x1"] and rect["top"] <= y <= rect["bottom"] for rect in painted
        )
        if outside or pale or one["size"] < _TINY:
            unseen.append(one["text"])
            return False
        return True

    seen = page.filter(is_seen)
    chars = seen.chars  # filters now, so that `unseen` is complete
    if "".join(unseen).strip() and chars is not None:
        notices.append(notice("hidden", f"page {number}", "".join(unseen)))
    return seen


def _is_pale(color: Any) -> bool:
    if not isinstance(color, list | tuple) or not all(
        isinstance(part, int | float) for part in color
    ):
        return False
    if len(color) == 4:  # noqa: PLR2004 - cyan, magenta, yellow, black
        return all(part <= 1 - _PALE for part in color)
    return bool(color) and all(part >= _PALE for part in color)


def _inside(one: Any, box: tuple[float, float, float, float]) -> bool:
    x, y = (one["x0"] + one["x1"]) / 2, (one["top"] + one["bottom"]) / 2
    return bool(box[0] <= x <= box[2] and box[1] <= y <= box[3])


def _lines(page: Any) -> Iterator[_Line]:
    for line in page.extract_text_lines(return_chars=True, strip=True):
        chars = line["chars"]
        size = Counter(round(one["size"], 1) for one in chars).most_common(1)[0][0]
        bold = sum("bold" in str(one["fontname"]).lower() for one in chars) * 2 > len(chars)
        text = _marked(line["text"], chars, size)
        yield _Line(text, size, bold, line["x0"], line["x1"], line["top"], line["bottom"])


def _marked(text: str, chars: Sequence[Any], size: float) -> str:
    """Raised digits after a word become references to footnotes."""
    raised = [
        one["text"].isdigit() and one["size"] < size * _RAISED and index > 0
        for index, one in enumerate(chars)
    ]
    if not any(raised) or all(raised):
        return text
    parts: list[str] = []
    number = ""
    for one, is_raised in zip(chars, raised, strict=True):
        if is_raised:
            number += one["text"]
            continue
        if number:
            parts.append(f"[^{number}]")
            number = ""
        parts.append(one["text"])
    return "".join(parts) + (f"[^{number}]" if number else "")


def _cell(text: str | None) -> str | None:
    if text is None:
        return None
    lines = text.split("\n")
    return _together(lines)


def _together(lines: Sequence[str]) -> str:
    """Lines of one paragraph: Chinese without a space between them."""
    text = lines[0] if lines else ""
    for line in lines[1:]:
        wide = _CHINESE.match(line[:1]) and _CHINESE.match(text[-1:])
        text = (
            text[:-1] + line
            if text.endswith("-") and line[:1].islower()
            else (text + ("" if wide else " ") + line)
        )
    return one_line(text)


def _repeat_merged(rows: tuple[tuple[str | None, ...], ...]) -> tuple[tuple[str, ...], ...]:
    """A place that a cell above or to the left reaches into holds None: say it again."""
    filled: list[list[str]] = []
    for y, row in enumerate(rows):
        filled.append([])
        for x, cell in enumerate(row):
            if cell is not None:
                filled[y].append(cell)
            elif x and (
                y == 0 or (rows[y - 1][x] is not None and row[x - 1] is not None and y == 0)
            ):
                filled[y].append(filled[y][x - 1])
            elif y and x < len(filled[y - 1]):
                filled[y].append(filled[y - 1][x])
            else:
                filled[y].append("")
    return tuple(map(tuple, filled))


def _key(one: _Line | _Grid) -> str:
    return re.sub(r"\d+", "0", one.text) if isinstance(one, _Line) else ""


def _running(pages: Sequence[Sequence[_Line | _Grid]]) -> set[str]:
    """Lines at the top or bottom of most pages, whatever number stands in them."""
    if len(pages) < 2:  # noqa: PLR2004 - nothing repeats on one page
        return set()
    counted: Counter[str] = Counter()
    for page in pages:
        lines = [one for one in page if isinstance(one, _Line)]
        counted.update({_key(one) for one in (*lines[:2], *lines[-2:])})
    return {key for key, count in counted.items() if key and count > len(pages) * _REPEATED}


def _body_size(pages: Sequence[Sequence[_Line | _Grid]]) -> float:
    sizes: Counter[float] = Counter()
    for page in pages:
        for one in page:
            if isinstance(one, _Line):
                sizes[one.size] += len(one.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _heading_sizes(pages: Sequence[Sequence[_Line | _Grid]], body: float) -> list[float]:
    lines = [one for page in pages for one in page if isinstance(one, _Line)]
    return sorted({one.size for one in lines if one.size >= body * _LARGER}, reverse=True)


def _blocks(
    page: Sequence[_Line | _Grid], body: float, heading_sizes: Sequence[float]
) -> Iterator[Block]:
    lines = [one for one in page if isinstance(one, _Line)]
    right = max((one.right for one in lines), default=0.0)
    paragraph: list[_Line] = []
    for one in page:
        if isinstance(one, _Grid):
            yield from _flushed(paragraph, body)
            yield Table(one.rows)
            continue
        heading = _heading(one, body, heading_sizes)
        if heading is not None:
            yield from _flushed(paragraph, body)
            yield heading
            continue
        if paragraph and _begins(one, paragraph[-1], right):
            yield from _flushed(paragraph, body)
        paragraph.append(one)
    yield from _flushed(paragraph, body)


def _heading(line: _Line, body: float, sizes: Sequence[float]) -> Heading | None:
    if len(line.text) > _LONGEST_HEADING or _END.search(line.text):
        return None
    if line.size in sizes:
        return Heading(min(sizes.index(line.size) + 1, 6), line.text)
    if line.bold and (line.size >= body):
        return Heading(min(len(sizes) + 1, 6), line.text)
    return None


def _begins(line: _Line, before: _Line, right: float) -> bool:
    """Whether a line begins a paragraph of its own."""
    height = max(before.bottom - before.top, 1.0)
    return bool(
        _BULLET.match(line.text)
        or _NUMBERED.match(line.text)
        or _SECTION.match(line.text)
        or abs(line.size - before.size) > 1
        or line.top - before.bottom > height * 0.9
        or (before.right < right - 2.5 * before.size and _END.search(before.text))
        or line.left > before.left + 1.2 * line.size
    )


def _flushed(paragraph: list[_Line], body: float) -> Iterator[Block]:
    if not paragraph:
        return
    text = _together([line.text for line in paragraph])
    small = paragraph[0].size < body - 0.5
    paragraph.clear()
    note = _NOTE_LINE.match(text) if small else None
    numbered = _NUMBERED.match(text)
    if note:
        yield Footnote(note[1], text[note.end() :])
    elif _BULLET.match(text):
        yield Item(_BULLET.sub("", text))
    elif numbered:
        yield Item(text[numbered.end() :], 0, int(numbered[1]))
    else:
        yield Paragraph(text)


def _joined(blocks: Sequence[Block]) -> Iterator[Block]:
    """A table or a sentence that goes on over the page is one; its page is where it begins."""
    held: Block | None = None
    breaks: list[Block] = []
    for block in blocks:
        if isinstance(block, PageStart | Footnote):
            breaks.append(block)
            continue
        whole = _one(held, block) if breaks and held is not None else None
        if whole is not None:
            held = whole
            continue
        if held is not None:
            yield held
        yield from breaks
        breaks.clear()
        held = block
    if held is not None:
        yield held
    yield from breaks


def _one(before: Block, block: Block) -> Block | None:
    if isinstance(before, Table) and isinstance(block, Table):
        if before.rows and block.rows and len(before.rows[0]) == len(block.rows[0]):
            again = before.rows[0] == block.rows[0]
            return Table(before.rows + block.rows[1 if again else 0 :], before.header_rows)
        return None
    if (
        isinstance(before, Paragraph)
        and isinstance(block, Paragraph)
        and not _END.search(before.text)
    ):
        return Paragraph(_together([before.text, block.text]))
    return None

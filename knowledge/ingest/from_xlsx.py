"""XLSX to blocks: each visible sheet as a section, each block of cells as a table.

Values are those Excel stored and showed last; a formula without a stored value is reported.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from openpyxl import load_workbook

from knowledge.ingest.blocks import Block, Converted, Heading, Paragraph, Table, one_line, rendered
from knowledge.ingest.grid import MOST_COLUMNS, MOST_ROWS
from knowledge.ingest.hiding import is_lost
from knowledge.ingest.notices import Notice, notice

_VISIBLE: Final = "visible"
_PERCENT: Final = re.compile(r"0(?:\.(?P<digits>0+))?%")
_FIXED: Final = re.compile(r"(?P<thousands>#,##)?0(?:\.(?P<digits>0+))?")
_CURRENCY: Final = re.compile(r'[¥￥$€]|"(?:元|¥|￥)"|元')
_PAPER_THEME: Final = 0  # of a theme the first colour is that of the paper
_HEADER_ROWS: Final = 3


def convert(data: bytes) -> Converted:
    """Read a workbook.

    Raises:
        Exception: Whatever openpyxl meets in a damaged package; the caller is a process of
            its own that turns it into a report.
    """
    book: Any = load_workbook(io.BytesIO(data), data_only=True, keep_links=False)
    formulas: Any = load_workbook(io.BytesIO(data), data_only=False, keep_links=False)
    notices: list[Notice] = []
    blocks: list[Block] = []
    for sheet in book.worksheets:
        if sheet.sheet_state != _VISIBLE:
            notices.append(notice("hidden", f"sheet {sheet.title}", "a hidden sheet"))
            continue
        blocks.append(Heading(2, str(sheet.title)))
        blocks.extend(_sheet(sheet, formulas[sheet.title], notices))
    return rendered(blocks, title=one_line(str(book.properties.title or "")), notices=notices)


def _sheet(sheet: Any, formulas: Any, notices: list[Notice]) -> Iterator[Block]:
    rows, width = min(sheet.max_row, MOST_ROWS), min(sheet.max_column, MOST_COLUMNS)
    if sheet.max_row > rows or sheet.max_column > width:
        size = f"only {rows} rows and {width} columns were read"
        notices.append(notice("unread", f"sheet {sheet.title}", size))
    spans = {
        (y, x): (area.min_row, area.min_col)
        for area in sheet.merged_cells.ranges
        for y in range(area.min_row, min(area.max_row, rows) + 1)
        for x in range(area.min_col, min(area.max_col, width) + 1)
    }
    hidden_columns = _hidden_columns(sheet, width, notices)
    area: list[list[str]] = []
    wide: list[bool] = []
    for y in range(1, rows + 1):
        cells = [
            _cell(sheet, formulas, spans.get((y, x), (y, x)), notices)
            for x in range(1, width + 1)
            if x not in hidden_columns
        ]
        if sheet.row_dimensions[y].hidden and any(cells):
            notices.append(notice("hidden", f"sheet {sheet.title}!{y}", " ".join(cells)))
        elif any(cells):
            area.append(cells)
            wide.append(any(spans.get((y, x), (0, x))[1] < x for x in range(1, width + 1)))
        else:
            yield from _area(area, wide)
            area, wide = [], []
    yield from _area(area, wide)


def _hidden_columns(sheet: Any, width: int, notices: list[Notice]) -> set[int]:
    found: set[int] = set()
    for name, column in sheet.column_dimensions.items():
        if column.hidden and column.min:
            found.update(range(column.min, min(column.max, width) + 1))
            notices.append(notice("hidden", f"sheet {sheet.title}!{name}", "a hidden column"))
    return found


def _area(area: Sequence[Sequence[str]], wide: Sequence[bool]) -> Iterator[Block]:
    """Cells without an empty row between them: lines of text above and below, a table between."""
    first, last = 0, len(area)
    while first < last and _is_line(area[first]):
        yield Paragraph(_line(area[first]))
        first += 1
    tail = last
    while tail > first and _is_line(area[tail - 1]):
        tail -= 1
    if first < tail:
        heads = 1
        while heads < min(_HEADER_ROWS, tail - first - 1) and wide[first + heads - 1]:
            heads += 1
        yield Table(tuple(tuple(row) for row in area[first:tail]), heads)
    for row in area[tail:last]:
        yield Paragraph(_line(row))


def _is_line(row: Sequence[str]) -> bool:
    return len({cell for cell in row if cell}) == 1 and (sum(map(bool, row)) > 1 or bool(row[0]))


def _line(row: Sequence[str]) -> str:
    return next(cell for cell in row if cell)


def _cell(sheet: Any, formulas: Any, place: tuple[int, int], notices: list[Notice]) -> str:
    y, x = place
    if (y, x) not in sheet._cells:  # asking for a cell would make one
        return ""
    cell = sheet.cell(y, x)
    if cell.value is None:
        if formulas.cell(y, x).data_type == "f":
            where = f"sheet {sheet.title}!{cell.coordinate}"
            notices.append(notice("unread", where, "a formula without a stored value"))
        return ""
    text = one_line(_shown(cell.value, str(cell.number_format or "")))
    if text and _is_white(cell):
        notices.append(notice("hidden", f"sheet {sheet.title}!{cell.coordinate}", text))
        return ""
    return text


def _is_white(cell: Any) -> bool:
    fill = cell.fill
    paper = _written(fill.fgColor) or "untold" if fill and fill.fill_type else ""
    ink = _written(cell.font.color) if cell.font else ""
    return cell.number_format == ";;;" or is_lost(ink, (paper,))


def _written(color: Any) -> str:
    """A colour as in a style sheet; "" where it cannot be told. Excel draws no colour thinner."""
    if color is None:
        return ""
    if color.type == "theme":
        return "white" if color.theme == _PAPER_THEME and not color.tint else ""
    return f"#{str(color.rgb)[-6:]}" if color.type == "rgb" else ""


def _shown(value: object, pattern: str) -> str:
    """A value as Excel shows it; only formats that change what is read."""
    if isinstance(value, bool | str):
        return str(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time.min else value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    # The shortest decimal that stands for the stored binary number, as Excel shows it.
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(str(value))
    percent = _PERCENT.search(pattern)
    if percent:
        return f"{number * 100:.{len(percent['digits'] or '')}f}%"
    fixed = _FIXED.search(pattern)
    sign = _CURRENCY.search(pattern)
    unit = "元" if sign and "元" in sign[0] else ""
    before = sign[0].strip('"') if sign and not unit else ""
    if fixed is None or pattern == "General":
        return f"{before}{_plain(number)}{unit}"
    comma = "," if fixed["thousands"] else ""
    return f"{before}{number:{comma}.{len(fixed['digits'] or '')}f}{unit}"


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}" if number.is_finite() else str(number)

"""DOCX to blocks: the text as Word shows it, with headings, lists, tables and footnotes.

python-docx opens the package; paragraphs are read from its XML, because footnotes, inserted
and hidden text are not in its objects.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import docx
from docx.oxml import parse_xml

from knowledge.ingest.blocks import (
    Block,
    Converted,
    Footnote,
    Heading,
    Item,
    Paragraph,
    Table,
    one_line,
    rendered,
)
from knowledge.ingest.grid import Cell, spread
from knowledge.ingest.hiding import is_lost
from knowledge.ingest.notices import Notice, notice

_Element: TypeAlias = Any
_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_HEADING_STYLE: Final = re.compile(r"^(?:heading|标题|標題) ?(\d)", re.IGNORECASE)
_TITLE_STYLE: Final = frozenset({"title", "标题", "標題"})
_LIST_STYLE: Final = re.compile(r"^list (bullet|number)", re.IGNORECASE)
_NOTE_PARTS: Final = ("footnotes", "endnotes")
_DELETED: Final = frozenset({f"{_W}del", f"{_W}moveFrom", _FALLBACK})
_OFF: Final = frozenset({"0", "false", "off", "none"})
_HEX: Final = re.compile(r"[0-9a-fA-F]{6}")
_PAPER_COLORS: Final = frozenset({"background1", "light1"})
"""Names under which a theme keeps the colour of the paper."""
_TINY_HALF_POINTS: Final = 4
_DEEPEST: Final = 20


@dataclass(slots=True)
class _File:
    styles: Mapping[str, str]
    formats: Mapping[str, tuple[_Element, ...]]
    notices: list[Notice] = field(default_factory=list)
    notes: list[Footnote] = field(default_factory=list)
    counters: dict[tuple[str, int], int] = field(default_factory=dict)
    hidden: list[str] = field(default_factory=list)


def convert(data: bytes) -> Converted:
    """Read a file.

    Raises:
        Exception: Whatever python-docx meets in a damaged package; the caller is a process
            of its own that turns it into a report.
    """
    opened: Any = docx.Document(io.BytesIO(data))
    root = opened.element
    file = _File(
        styles={style.style_id: str(style.name or "") for style in opened.styles},
        formats=_formats(opened),
    )
    _read_notes(opened, file)
    blocks = [*_blocks(root.body, file, 0), *file.notes]
    properties = opened.core_properties.title
    headed = any(isinstance(block, Heading) and block.level == 1 for block in blocks)
    title = None if headed else one_line(str(properties or "")) or None
    return rendered(blocks, title=title, notices=file.notices)


def _formats(opened: Any) -> dict[str, tuple[_Element, ...]]:
    """For each style its character format, then those of the styles it is based on."""
    found: dict[str, tuple[_Element, ...]] = {}
    for style in opened.styles:
        chain: list[_Element] = []
        at, depth = style, 0
        while at is not None and depth < _DEEPEST:
            if (format_ := at.element.find(f"{_W}rPr")) is not None:
                chain.append(format_)
            at, depth = getattr(at, "base_style", None), depth + 1
        found[style.style_id] = tuple(chain)
    return found


def _read_notes(opened: Any, file: _File) -> None:
    for relation in opened.part.rels.values():
        kind = str(relation.reltype).rsplit("/", 1)[-1]
        if relation.is_external or kind not in _NOTE_PARTS:
            continue
        for note in parse_xml(relation.target_part.blob):
            if note.get(f"{_W}type") in {None, "normal"}:
                text = " ".join(_text(each, file) for each in note.iter(f"{_W}p"))
                file.notes.append(Footnote(f"{kind}{note.get(f'{_W}id')}", one_line(text)))


def _blocks(parent: _Element, file: _File, depth: int) -> Iterator[Block]:
    for child in parent:
        if child.tag == f"{_W}p":
            yield from _paragraph(child, file)
        elif child.tag == f"{_W}tbl":
            yield from _table(child, file)
        elif child.tag not in _DELETED and depth < _DEEPEST:
            # Content controls and the like: a box around paragraphs.
            yield from _blocks(child, file, depth + 1)


def _paragraph(element: _Element, file: _File) -> Iterator[Block]:
    text = one_line(_text(element, file))
    if file.hidden:
        file.notices.append(notice("hidden", f"near “{text[:20]}”", "".join(file.hidden)))
        file.hidden.clear()
    if not text:
        return
    style = file.styles.get(_value(element, "pPr/pStyle"), "")
    level = _heading_level(element, style)
    if level:
        yield Heading(level, text)
        return
    numbering = element.find(f"{_W}pPr/{_W}numPr")
    listed = _LIST_STYLE.match(style)
    if numbering is None and listed is None:
        yield Paragraph(text)
        return
    depth = _whole(_value(element, "pPr/numPr/ilvl"))
    name = _value(element, "pPr/numPr/numId")
    if listed is not None and listed[1].lower() == "number":
        file.counters[(style, depth)] = file.counters.get((style, depth), 0) + 1
        yield Item(text, depth, file.counters[(style, depth)])
    elif name == "0":
        yield Paragraph(text)
    else:
        yield Item(text, depth)


def _heading_level(element: _Element, style: str) -> int:
    if style.lower() in _TITLE_STYLE:
        return 1
    named = _HEADING_STYLE.match(style)
    if named:
        return int(named[1])
    outline = _value(element, "pPr/outlineLvl")
    return int(outline) + 1 if outline.isdecimal() and int(outline) < 9 else 0  # noqa: PLR2004 - 9 is body text


def _text(element: _Element, file: _File) -> str:
    """The words of a paragraph in order, without what was deleted or is hidden."""
    parts: list[str] = []
    for child in element:
        if child.tag in _DELETED:
            continue
        if child.tag == f"{_W}r":
            run = _run(child, file)
            hidden = bool(run.strip()) and _is_hidden(child, element, file)
            (file.hidden if hidden else parts).append(run)
        elif child.tag != f"{_W}pPr":
            parts.append(_text(child, file))
    return "".join(parts)


def _run(element: _Element, file: _File) -> str:
    parts: list[str] = []
    for child in element:
        name = str(child.tag).removeprefix(_W)
        if name == "t":
            parts.append(child.text or "")
        elif name in {"tab", "br", "cr"}:
            parts.append(" ")
        elif name == "noBreakHyphen":
            parts.append("-")
        elif name in {"footnoteReference", "endnoteReference"}:
            parts.append(f"[^{name.removesuffix('Reference')}s{child.get(f'{_W}id')}]")
        elif child.tag not in _DELETED and name not in {"rPr", "instrText", "delText"}:
            parts.extend(f" {_text(each, file)}" for each in child.iter(f"{_W}p"))
    return "".join(parts)


def _is_hidden(run: _Element, paragraph: _Element, file: _File) -> bool:
    own = run.find(f"{_W}rPr")
    formats = [] if own is None else [own, *file.formats.get(_value(own, "rStyle"), ())]
    formats += file.formats.get(_value(paragraph, "pPr/pStyle"), ())
    vanish = (each.find(f"{_W}vanish") for each in formats)
    if _is_on(next((each for each in vanish if each is not None), None)):
        return True
    if own is not None and _is_on(own.find(f"{_W}webHidden")):
        return True
    size = next((size for each in formats if (size := _value(each, "sz"))), "")
    if size.isdecimal() and int(size) <= _TINY_HALF_POINTS:
        return True
    papers = [_value(each, "highlight") for each in formats]
    papers += [_paper(each, "shd") for each in formats]
    papers.append(_paper(paragraph, "pPr/shd"))
    papers += [_paper(cell, "tcPr/shd") for cell in run.iterancestors(f"{_W}tc")]
    return is_lost(next((ink for each in formats if (ink := _ink(each))), ""), papers)


def _ink(format_: _Element) -> str:
    """The colour of letters, as in a style sheet."""
    if _attribute(format_, "color", "themeColor") in _PAPER_COLORS:
        return "white"
    value = _value(format_, "color")
    return f"#{value}" if _HEX.fullmatch(value) else ""


def _paper(element: _Element, path: str) -> str:
    """What is painted behind, as in a style sheet; a colour of the theme cannot be told."""
    value = _attribute(element, path, "fill")
    return f"#{value}" if _HEX.fullmatch(value) else _attribute(element, path, "themeFill")


def _table(element: _Element, file: _File) -> Iterator[Block]:
    rows: list[list[Cell]] = []
    open_cells: dict[int, tuple[int, int]] = {}
    heads = 0
    for y, row in enumerate(element.iterchildren(f"{_W}tr")):
        if _is_on(row.find(f"{_W}trPr/{_W}tblHeader")) and heads == y:
            heads += 1
        rows.append([])
        x = _whole(_value(row, "trPr/gridBefore"))
        rows[y].extend([Cell("")] * min(x, 20))
        for cell in row.iter(f"{_W}tc"):
            if next(cell.iterancestors(f"{_W}tbl")) is not element:
                continue
            columns = max(1, _whole(_value(cell, "tcPr/gridSpan")))
            merge = cell.find(f"{_W}tcPr/{_W}vMerge")
            goes_on = merge is not None and merge.get(f"{_W}val", "continue") == "continue"
            if goes_on and x in open_cells:
                top, place = open_cells[x]
                above = rows[top][place]
                rows[top][place] = Cell(above.text, above.columns, y - top + 1)
            else:
                open_cells[x] = (y, len(rows[y]))
                rows[y].append(Cell(_cell(cell, file), columns))
            x += columns
    yield Table(spread(rows), max(heads, 1))


def _cell(element: _Element, file: _File) -> str:
    text = one_line(" ".join(_text(each, file) for each in element.iter(f"{_W}p")))
    if file.hidden:
        file.notices.append(notice("hidden", "table", "".join(file.hidden)))
        file.hidden.clear()
    return text


def _value(element: _Element, path: str) -> str:
    return _attribute(element, path, "val")


def _attribute(element: _Element, path: str, name: str) -> str:
    found = element.find("/".join(f"{_W}{step}" for step in path.split("/")))
    return "" if found is None else str(found.get(f"{_W}{name}") or "")


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 4 else 0  # noqa: PLR2004 - digits


def _is_on(element: _Element) -> bool:
    return element is not None and str(element.get(f"{_W}val", "1")).lower() not in _OFF

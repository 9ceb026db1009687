"""HTML to blocks: what a reader of the page sees, with its headings, lists and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from bs4 import BeautifulSoup, Comment, Tag
from bs4.element import NavigableString, PageElement

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
from knowledge.ingest.decoding import decoded
from knowledge.ingest.grid import Cell, spread
from knowledge.ingest.hiding import ink_of, is_lost, is_undrawn, paper_of, rules_of, style_of
from knowledge.ingest.notices import Notice, notice

_DEAD: Final = frozenset(
    [
        "script",
        "style",
        "template",
        "noscript",
        "head",
        "meta",
        "link",
        "object",
        "embed",
        "iframe",
        "svg",
        "canvas",
        "form",
        "button",
        "select",
        "input",
        "textarea",
        "nav",
    ]
)
_BLOCKS: Final = frozenset(
    [
        "p",
        "div",
        "section",
        "article",
        "main",
        "header",
        "footer",
        "aside",
        "ul",
        "ol",
        "li",
        "table",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "dl",
        "dt",
        "dd",
        "blockquote",
        "pre",
        "figure",
        "figcaption",
        "address",
        "hr",
        "details",
        "summary",
        "caption",
        "body",
        "html",
        "center",
    ]
)
_HEADING: Final = re.compile(r"^h([1-6])$")
_FRAGMENT: Final = re.compile(r"^#(.+)$")
_DEEPEST: Final = 200


@dataclass(slots=True)
class _Page:
    styles: Mapping[str, str]
    notes: Mapping[str, Tag]
    notices: list[Notice] = field(default_factory=list)
    lists: list[int | None] = field(default_factory=list)


def convert(data: bytes) -> Converted:
    """Read a page.

    Raises:
        ContentError: The bytes are no text.
    """
    soup = BeautifulSoup(decoded(data), "lxml")
    sheets = "\n".join(sheet.get_text() for sheet in soup.find_all("style"))
    page = _Page(rules_of(sheets), _notes(soup))
    for comment in soup.find_all(string=lambda text: isinstance(text, Comment)):
        if str(comment).strip():
            page.notices.append(notice("hidden", "comment", str(comment)))
        comment.extract()
    title = soup.title.get_text() if soup.title else ""
    _drop_hidden(soup, page)
    blocks = list(_blocks(soup.body or soup, page, 0))
    blocks += [Footnote(name, _without_back_link(tag)) for name, tag in page.notes.items()]
    headed = any(isinstance(block, Heading) and block.level == 1 for block in blocks)
    shown = None if headed else one_line(title) or None
    return rendered(blocks, title=shown, notices=page.notices)


def _drop_hidden(soup: BeautifulSoup, page: _Page) -> None:
    for tag in list(soup.find_all(True)):
        if tag.decomposed:
            continue
        if tag.name in _DEAD:
            tag.decompose()
        elif _is_hidden(tag, page):
            if text := one_line(tag.get_text(" ")):
                page.notices.append(notice("hidden", f"<{tag.name}>", text))
            tag.decompose()


def _is_hidden(tag: Tag, page: _Page) -> bool:
    style = _style(tag, page)
    if tag.has_attr("hidden") or is_undrawn(style):
        return True
    ink = ink_of(style) or (str(tag.get("color") or "") if tag.name == "font" else "")
    return bool(ink) and is_lost(ink, (_paper(one, page) for one in (tag, *tag.parents)))


def _paper(tag: Tag, page: _Page) -> str:
    return paper_of(_style(tag, page)) or str(tag.get("bgcolor") or "")


def _style(tag: Tag, page: _Page) -> str:
    classes = [str(name) for name in tag.get_attribute_list("class") if name]
    own = str(tag.get("style") or "")
    return style_of(tag.name, str(tag.get("id") or ""), classes, own, page.styles)


def _notes(soup: BeautifulSoup) -> dict[str, Tag]:
    """Targets of superscript links to this page: footnotes, by id."""
    found: dict[str, Tag] = {}
    for link in soup.find_all("a", href=_FRAGMENT):
        is_reference = link.find_parent("sup") is not None or link.find("sup") is not None
        name = str(link["href"])[1:]
        target = soup.find(id=name) if is_reference else None
        if isinstance(target, Tag) and target.name not in {"sup", "a", "body"}:
            found[name] = target
    return found


def _without_back_link(tag: Tag) -> str:
    for link in tag.find_all("a", href=_FRAGMENT):
        link.decompose()
    text = one_line(tag.get_text(" "))
    return re.sub(r"^(?:\[?\(?\d{1,2}\]?\)?[.、:：]?|[①-⑳*†])\s*", "", text)


def _blocks(parent: Tag, page: _Page, depth: int) -> Iterator[Block]:
    """Blocks below a tag; running text between them becomes paragraphs."""
    inline: list[str] = []
    for child in parent.children:
        if isinstance(child, Tag) and (child.name in _BLOCKS or _holds_blocks(child)):
            yield from _flushed(inline)
            if not any(child is note for note in page.notes.values()):
                yield from _block(child, page, depth)
        elif isinstance(child, Tag | NavigableString):
            inline.append(_inline(child, page))
    yield from _flushed(inline)


def _flushed(inline: list[str]) -> Iterator[Block]:
    for line in "".join(inline).split("\x00"):
        if text := one_line(line):
            yield Paragraph(text)
    inline.clear()


def _holds_blocks(tag: Tag) -> bool:
    return tag.find(lambda inner: inner.name in _BLOCKS) is not None


def _block(tag: Tag, page: _Page, depth: int) -> Iterator[Block]:
    heading = _HEADING.match(tag.name)
    if heading:
        yield Heading(int(heading[1]), _text(tag, page))
    elif tag.name == "table":
        yield from _table(tag, page)
    elif tag.name in {"ul", "ol"}:
        page.lists.append(int(str(tag.get("start") or 1)) if tag.name == "ol" else None)
        yield from _items(tag, page, depth)
        page.lists.pop()
    elif depth > _DEEPEST:
        yield Paragraph(_text(tag, page))
    else:
        yield from _blocks(tag, page, depth + 1)


def _items(tag: Tag, page: _Page, depth: int) -> Iterator[Block]:
    number = page.lists[-1]
    for entry in tag.find_all("li", recursive=False):
        if any(entry is note for note in page.notes.values()):
            continue
        inner = list(_blocks(entry, page, depth + 1)) if depth < _DEEPEST else []
        first = inner[0].text if inner and isinstance(inner[0], Paragraph) else ""
        if first:
            yield Item(first, len(page.lists) - 1, number)
        yield from inner[1:] if first else inner
        number = None if number is None else number + 1


def _table(tag: Tag, page: _Page) -> Iterator[Block]:
    caption = tag.find("caption")
    if isinstance(caption, Tag) and (text := _text(caption, page)):
        yield Paragraph(text)
    rows: list[list[Cell]] = []
    heads = 0
    for row in tag.find_all("tr"):
        if row.find_parent("table") is not tag:
            continue
        cells = row.find_all(["td", "th"], recursive=False)
        in_head = row.find_parent("thead") is not None or all(one.name == "th" for one in cells)
        if in_head and heads == len(rows):
            heads += 1
        rows.append(
            [Cell(_text(one, page), _span(one, "colspan"), _span(one, "rowspan")) for one in cells]
        )
    yield Table(spread(rows), max(heads, 1))


def _span(tag: Tag, name: str) -> int:
    value = str(tag.get(name) or "1").strip()
    return int(value) if value.isdecimal() and len(value) < 4 else 1  # noqa: PLR2004 - digits


def _text(tag: Tag, page: _Page) -> str:
    return one_line("".join(_inline(child, page) for child in tag.children).replace("\x00", " "))


def _inline(node: PageElement, page: _Page) -> str:
    if not isinstance(node, Tag):
        if not isinstance(node, NavigableString):
            return ""
        return " ".join(f" {node} ".split(" ")).replace("\x00", " ") if node.strip() else " "
    if node.name == "br":
        return "\x00"
    link = node if node.name == "a" else node.find("a", href=_FRAGMENT)
    if isinstance(link, Tag) and str(link.get("href") or "")[1:] in page.notes:
        return f"[^{str(link['href'])[1:]}]"
    inner = (
        node.get_text(" ")
        if not node.find(True)
        else "".join(
            _inline(child, page)
            for child in node.children
            if isinstance(child, Tag | NavigableString)
        )
    )
    return f" {inner} " if node.name in _BLOCKS else inner

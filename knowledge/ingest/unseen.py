"""Elements inside text that a reader of the page would not see, with their places.

Markdown may hold HTML. What opens a hidden element hides all until that element ends; one that
never ends hides the rest of its paragraph, or of the text where it may hold paragraphs itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import accumulate
from typing import Final

from knowledge.ingest.hiding import ink_of, is_lost, is_undrawn, paper_of, rules_of, style_of

DEAD: Final = frozenset({"script", "style", "template", "noscript"})
_VOID: Final = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr")
)
_INLINE: Final = frozenset(
    (
        *("a", "abbr", "b", "bdi", "bdo", "cite", "code", "del", "em", "font", "i", "ins", "kbd"),
        *("label", "mark", "p", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "u"),
    )
)
"""Elements that end with their paragraph at the latest."""
_TAG: Final = re.compile(r"<[a-z/]", re.IGNORECASE)
_SHEET: Final = re.compile(r"<style\b[^>]*>(.*?)(?:</style|\Z)", re.DOTALL | re.IGNORECASE)
_PARAGRAPH_END: Final = re.compile(r"\n[ \t]*\n|\Z")


def unseen(text: str) -> list[tuple[int, int]]:
    """Start and end of each hidden element, in order, the outermost only."""
    if not _TAG.search(text):
        return []
    reader = _Elements(text)
    reader.feed(text)
    reader.close()
    found: list[tuple[int, int]] = []
    for start, end in sorted(reader.hidden()):
        if not found or start >= found[-1][1]:
            found.append((start, end))
        else:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
    return found


@dataclass(frozen=True, slots=True)
class _Open:
    tag: str
    start: int
    is_hidden: bool
    paper: str


@dataclass(slots=True)
class _Found:
    stack: list[_Open] = field(default_factory=list)
    ended: list[tuple[int, int]] = field(default_factory=list)


class _Elements(HTMLParser):
    """Follows the elements of a text; positions are characters from its beginning."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self._text = text
        lines = (len(line) for line in text.split("\n"))
        self._lines = [0, *accumulate(length + 1 for length in lines)]
        self._rules = rules_of("\n".join(_SHEET.findall(text)))
        self._found = _Found()

    def hidden(self) -> Iterator[tuple[int, int]]:
        """Places of hidden elements, those that never ended included."""
        yield from self._found.ended
        for each in self._found.stack:
            if each.is_hidden:
                yield each.start, self._last(each)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that opens."""
        given = {name: value or "" for name, value in attrs}
        classes = given.get("class", "").split()
        style = style_of(tag, given.get("id", ""), classes, given.get("style", ""), self._rules)
        paper = paper_of(style) or given.get("bgcolor", "")
        papers = (paper, *(each.paper for each in reversed(self._found.stack)))
        ink = ink_of(style) or (given.get("color", "") if tag == "font" else "")
        is_hidden = tag in DEAD or "hidden" in given or is_undrawn(style) or is_lost(ink, papers)
        if tag not in _VOID:
            self._found.stack.append(_Open(tag, self._place(), is_hidden, paper))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A slash does not end an element of HTML."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Close an element and all that opened inside it."""
        stack = self._found.stack
        if not any(each.tag == tag for each in stack):
            return
        end = self._text.find(">", self._place())
        end = len(self._text) if end < 0 else end + 1
        while stack:
            closed = stack.pop()
            if closed.is_hidden:
                self._found.ended.append((closed.start, end))
            if closed.tag == tag:
                return

    def _last(self, element: _Open) -> int:
        if element.tag not in _INLINE:
            return len(self._text)
        found = _PARAGRAPH_END.search(self._text, element.start)
        return found.start() if found else len(self._text)

    def _place(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

"""Documents into passages, and passages into sentences that can be quoted.

A passage is a piece of one section: the unit that is found. A sentence is a slice of a
passage: the unit that is quoted, so it is never rewritten. Between the sentences of a
passage stand only spaces, list marks, table rules and headings of columns.

Passage ids are `{document_id}@{version}#{section}-{n}`, with `n` counted from 1 inside the
section: editing one section leaves the ids of the others alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from langchain_text_splitters import RecursiveCharacterTextSplitter
from markdown_it import MarkdownIt

from assistant.model.ids import DocumentId, PassageId
from knowledge.documents import Document
from knowledge.ingest.footnotes import NOTE
from knowledge.links import Link, links_in, slug

MAX_PASSAGE_CHARACTERS: Final = 360
"""E5 reads 512 tokens; 360 Chinese characters with title and section stay below that."""

_SENTENCE: Final = re.compile(
    # A footnote belongs to its sentence, whatever stops stand in it.
    rf"(?:{NOTE}|(?!{NOTE}).)+?(?:[。！？；!?;]+[”’」』）)】\"']*|\.(?=\s|$)[\"')]*|$)",
    re.DOTALL,
)
_LIST_MARK: Final = re.compile(r"^\s*(?:[-*+•·]|\d+[.、)）](?!\d)|>)\s*")
_TABLE_RULE: Final = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$")
_INLINE_MARKS: Final = re.compile(r"\*\*|__|`|!?\[([^\]]*)\]\([^)]*\)")
_HEADINGS: Final = re.compile(r"^h[1-6]$")

_markdown: Final = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A quotable slice of a passage: `passage.text[start:end] == text`."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A piece of one section of one version of one document.

    Attributes:
        section: Heading path below the title, joined by " / "; "" above the first heading.
        text: The piece without bold, code and link marks.
        context: Title, section and topics: what the piece is about but need not repeat.
        page: Page of the source it begins on, None without pages.
        known_from: First day the bank said so.
        known_to: Last day the bank held it to be right, None while it does.
        asked_by: Words one of which a question must hold, empty for any question.
        products: Products of the catalogue the document is about.
        channels: Where it may be told; empty: everywhere.
        links: Where its section points.
    """

    passage_id: PassageId
    document_id: DocumentId
    title: str
    section: str
    version: str
    effective_from: date
    effective_to: date | None
    audience: frozenset[str]
    text: str
    context: str
    sentences: tuple[Sentence, ...]
    page: int | None = None
    known_from: date = date.min
    known_to: date | None = None
    asked_by: tuple[str, ...] = ()
    products: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    links: tuple[Link, ...] = ()

    @property
    def heading(self) -> str:
        """Title and section in one line."""
        return f"{self.title} {self.section}".rstrip()

    @property
    def embedded_text(self) -> str:
        """What the passage's vector stands for."""
        return f"{self.heading}\n{self.text}"


@dataclass(frozen=True, slots=True)
class _Section:
    """A heading path, the blocks right below it with their lines of the body, and its links."""

    path: tuple[str, ...]
    blocks: tuple[tuple[int, str], ...]
    links: tuple[Link, ...]


def passages_of(document: Document) -> tuple[Passage, ...]:
    """Cut one document; a section without text gives none."""
    passages: list[Passage] = []
    numbers: dict[str, int] = {}
    for section in _sections(document):
        name = " / ".join(section.path)
        place = _slug(section.path)
        for line, text in _pieces(section.blocks):
            numbers[place] = numbers.get(place, 0) + 1
            passage_id = f"{document.document_id}@{document.version}#{place}-{numbers[place]}"
            passages.append(
                Passage(
                    passage_id=PassageId(passage_id),
                    document_id=document.document_id,
                    title=document.title,
                    section=name,
                    version=document.version,
                    effective_from=document.effective_from,
                    effective_to=document.effective_to,
                    audience=document.audience,
                    text=text,
                    context=" ".join((document.title, name, *document.topics)),
                    sentences=tuple(sentences_of(text)),
                    page=document.page_of(line),
                    known_from=document.first_known,
                    known_to=document.known_to,
                    asked_by=document.asked_by,
                    products=frozenset(document.products),
                    channels=frozenset(document.channels),
                    links=section.links,
                )
            )
    return tuple(passages)


def sentences_of(text: str) -> Iterator[Sentence]:
    """The quotable slices of a passage, in order; rows of a table count as sentences."""
    offset = 0
    lines = text.splitlines(keepends=True)
    for index, line in enumerate(lines):
        following = lines[index + 1] if index + 1 < len(lines) else ""
        if is_table_row(line):
            if not _TABLE_RULE.match(line) and not _TABLE_RULE.match(following):
                yield from _stripped(line, offset)
        else:
            mark = _LIST_MARK.match(line)
            start = mark.end() if mark else 0
            for match in _SENTENCE.finditer(line, start):
                yield from _stripped(match.group(), offset + match.start())
        offset += len(line)


def is_table_row(line: str) -> bool:
    """Whether a line belongs to a Markdown table."""
    return line.lstrip().startswith("|") or bool("|" in line and _TABLE_RULE.match(line))


def _stripped(text: str, offset: int) -> Iterator[Sentence]:
    bare = text.strip()
    if any(character.isalnum() for character in bare):
        start = offset + text.index(bare)
        yield Sentence(bare, start, start + len(bare))


def _slug(path: Sequence[str]) -> str:
    return "-".join(filter(None, map(slug, path))) or "body"


def _sections(document: Document) -> Iterator[_Section]:
    """Headings in order, each with the blocks right below it."""
    lines = document.body.splitlines()
    path: list[tuple[int, str]] = []
    blocks: list[tuple[int, str]] = []
    links: list[Link] = []
    tokens = _markdown.parse(document.body)
    for position, token in enumerate(tokens):
        if token.level or token.map is None or token.nesting < 0:
            continue
        if not _HEADINGS.match(token.tag):
            written = lines[slice(*token.map)]
            blocks.append((token.map[0] + 1, _plain(written)))
            links.extend(links_in("\n".join(written), document.source))
            continue
        yield _Section(tuple(name for _, name in path), tuple(blocks), tuple(links))
        blocks, links = [], []
        level, name = int(token.tag[1]), _plain([tokens[position + 1].content])
        while path and path[-1][0] >= level:
            path.pop()
        if name != document.title:
            path.append((level, name))
    yield _Section(tuple(name for _, name in path), tuple(blocks), tuple(links))


def _plain(lines: Sequence[str]) -> str:
    return _INLINE_MARKS.sub(lambda mark: mark[1] or "", "\n".join(lines)).strip()


def _pieces(blocks: Sequence[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Blocks packed together up to the limit; one that is longer by itself is split.

    Yields:
        The line each piece begins on, and its text.
    """
    piece, began = "", 1
    for line, block in ((line, part) for line, whole in blocks for part in _split(whole)):
        if piece and len(piece) + len(block) + 2 > MAX_PASSAGE_CHARACTERS:
            yield began, piece
            piece = ""
        began = began if piece else line
        piece = f"{piece}\n\n{block}" if piece else block
    if piece:
        yield began, piece


def _split(block: str) -> Iterator[str]:
    if len(block) <= MAX_PASSAGE_CHARACTERS:
        if block:
            yield block
        return
    lines = block.splitlines()
    if len(lines) > 2 and _TABLE_RULE.match(lines[1]):  # noqa: PLR2004 - heading and rule
        yield from _split_table(lines)
        return
    splitter = RecursiveCharacterTextSplitter(
        separators=["\n\n", "\n", "。", "！", "？", "；", ". ", "，", " ", ""],
        keep_separator="end",
        chunk_size=MAX_PASSAGE_CHARACTERS,
        chunk_overlap=0,
        strip_whitespace=True,
    )
    yield from splitter.split_text(block)


def _split_table(lines: Sequence[str]) -> Iterator[str]:
    """Rows in groups, each group under the heading of the table: a row alone says nothing."""
    head = "\n".join(lines[:2])
    group = head
    for row in lines[2:]:
        if len(group) + len(row) > MAX_PASSAGE_CHARACTERS and group != head:
            yield group
            group = head
        group = f"{group}\n{row}"
    yield group

"""The bank's documents: Markdown files with a front matter, read into typed versions.

A document is one version of one text, valid from a day on and until a day; two files may
hold two versions of the same document id. Whatever is wrong with a file is reported with
the file, the line and the field, all problems of a folder at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias

import yaml
from pydantic import BeforeValidator, StringConstraints, ValidationError

from assistant.errors import ContentError
from assistant.model.frozen import Frozen
from assistant.model.ids import DocumentId

DocumentKind = Literal["procedure", "product", "fees", "rates", "notice", "legal", "faq"]
Audience = Literal["retail", "small_business", "county", "elder", "private", "merchant"]

_FENCE: Final = "---"
_TITLE: Final = re.compile(r"^#[ \t]+(?P<title>\S.*?)[ \t#]*$", re.MULTILINE)
_IDENTIFIER: Final = r"^[a-z0-9]+(-[a-z0-9]+)*$"


def _day_as_label(value: object) -> object:
    # An unquoted 2026-09-01 is a date to YAML, and a version label to whoever wrote it.
    return value.isoformat() if isinstance(value, date) else value


def _number_as_word(value: object) -> object:
    # 96110 and 110 are things customers search for, and numbers to YAML.
    return str(value) if isinstance(value, int) else value


Word: TypeAlias = Annotated[str, BeforeValidator(_number_as_word)]


class FrontMatter(Frozen):
    """What stands above the text.

    Attributes:
        title: None: the first `# heading` is the title.
        version: The bank's label of the version, usually its first day.
        effective_to: Last day it is valid, None while open-ended.
        owner: Department that answers for the text.
        topics: Words customers use for it; searched like the title.
    """

    id: Annotated[str, StringConstraints(pattern=_IDENTIFIER)]
    title: str | None = None
    kind: DocumentKind
    products: tuple[str, ...] = ()
    audience: tuple[Audience, ...] = ()
    channels: tuple[str, ...] = ()
    version: Annotated[str, BeforeValidator(_day_as_label), StringConstraints(min_length=1)]
    effective_from: date
    effective_to: date | None = None
    owner: str = ""
    topics: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One version of one document.

    Attributes:
        kind: A DocumentKind, or `foreign` for a file that is not of a content pack.
        effective_to: Last day it is valid, None while open-ended.
        body: The Markdown below the front matter, exactly as it stands in the file.
        source: Path of the file, for messages.
        body_line: Line of the file, from 1, on which the body starts.
    """

    document_id: DocumentId
    title: str
    kind: str
    version: str
    effective_from: date
    effective_to: date | None
    body: str
    source: str
    body_line: int = 1
    products: tuple[str, ...] = ()
    audience: frozenset[str] = frozenset()
    channels: tuple[str, ...] = ()
    owner: str = ""
    topics: tuple[str, ...] = ()

    def is_valid_on(self, day: date) -> bool:
        """Whether this version may be quoted as of `day`; both ends belong to it."""
        return self.effective_from <= day and (
            self.effective_to is None or day <= self.effective_to
        )


def read_documents(folder: Path) -> tuple[Document, ...]:
    """Read every `*.md` below `folder`, in the order of their paths.

    Raises:
        ContentError: With every problem of every file: front matter missing or wrong, no
            title, or the same id and version twice.
    """
    documents: list[Document] = []
    problems: list[str] = []
    first_source: dict[tuple[str, str], str] = {}
    for path in sorted(folder.rglob("*.md")):
        source = path.relative_to(folder.parent).as_posix()
        try:
            document = parse_document(_text_of(path, source), source)
        except ContentError as error:
            problems.extend(error.problems)
            continue
        key = (document.document_id, document.version)
        if key in first_source:
            problems.append(
                f"{source}:1: version: `{key[0]}` version `{key[1]}` is already in"
                f" {first_source[key]}; give one of them another version"
            )
        first_source.setdefault(key, source)
        documents.append(document)
    if problems:
        raise ContentError(tuple(problems))
    return tuple(documents)


def parse_document(text: str, source: str) -> Document:
    """Read one file.

    Args:
        text: The whole file.
        source: Its path, for messages.

    Raises:
        ContentError: One problem a line, each with file, line, field and what is wrong.
    """
    header, body, body_line = _split(text, source)
    values, lines = _mapping(header, source)
    try:
        front = FrontMatter.model_validate(values)
    except ValidationError as error:
        raise ContentError(_problems(error, lines, source)) from error
    if front.effective_to is not None and front.effective_to < front.effective_from:
        problem = "ends before `effective_from`; swap the two or leave it null"
        raise ContentError((f"{source}:{lines['effective_to']}: effective_to: {problem}",))
    heading = _TITLE.search(body)
    title = front.title or (heading["title"] if heading else None)
    if title is None:
        problem = "no title in the front matter and no `# heading`; write one of them"
        raise ContentError((f"{source}:{body_line}: title: {problem}",))
    return Document(
        document_id=DocumentId(front.id),
        title=title,
        kind=front.kind,
        version=front.version,
        effective_from=front.effective_from,
        effective_to=front.effective_to,
        body=body,
        source=source,
        body_line=body_line,
        products=front.products,
        audience=frozenset(front.audience),
        channels=front.channels,
        owner=front.owner,
        topics=front.topics,
    )


def _text_of(path: Path, source: str) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        problem = f"byte {error.start} is not UTF-8; save the file as UTF-8"
        raise ContentError((f"{source}:1: {problem}",)) from error


def _split(text: str, source: str) -> tuple[str, str, int]:
    lines = text.splitlines(keepends=True)
    if not lines or lines[0].strip() != _FENCE:
        problem = "no front matter; start the file with a `---` line"
        raise ContentError((f"{source}:1: {problem}",))
    for number, line in enumerate(lines[1:], start=1):
        if line.strip() == _FENCE:
            return "".join(lines[1:number]), "".join(lines[number + 1 :]), number + 2
    problem = "the front matter does not end; close it with a `---` line"
    raise ContentError((f"{source}:1: {problem}",))


def _mapping(header: str, source: str) -> tuple[Mapping[str, Any], dict[str, int]]:
    """The values, and the line of the file each key stands on."""
    try:
        loader = yaml.SafeLoader(header)
        node = loader.get_single_node()
        values: Any = loader.construct_document(node) if node is not None else None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        raise ContentError((f"{source}:{line}: not YAML: {error.problem}",)) from error
    except (yaml.YAMLError, ValueError) as error:
        # ValueError: a date such as 2026-02-30, which YAML reads but no calendar has.
        raise ContentError((f"{source}:1: not YAML: {error}",)) from error
    if not isinstance(node, yaml.MappingNode):
        raise ContentError((f"{source}:2: the front matter must be `key: value` lines",))
    lines: dict[str, int] = {}
    for key, _ in node.value:
        if key.value in lines:
            problem = f"{key.value}: written twice, first on line {lines[key.value]}"
            raise ContentError((f"{source}:{key.start_mark.line + 2}: {problem}",))
        lines[key.value] = key.start_mark.line + 2  # the fence is line 1, marks start at 0
    return values, lines


def _problems(error: ValidationError, lines: Mapping[str, int], source: str) -> tuple[str, ...]:
    return tuple(
        f"{source}:{lines.get(_name(item['loc'][:1]), 1)}: {_name(item['loc'])}: {item['msg']}"
        for item in error.errors()
    )


def _name(location: Sequence[int | str]) -> str:
    return ".".join(str(part) for part in location)

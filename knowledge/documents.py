"""The bank's documents: files with a front matter or a sidecar, read into typed versions.

A document is one version of one text, valid from a day on and until a day; two files may
hold two versions of the same document id. Markdown carries its front matter; beside every
other file (`rates.xlsx`) lies one (`rates.xlsx.yml`). Whatever is wrong with a file is
reported with the file, the line and the field, all problems of a folder at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias, get_args

import yaml
from pydantic import BeforeValidator, StringConstraints, ValidationError

from assistant.errors import ContentError
from assistant.model.frozen import Frozen
from assistant.model.ids import DocumentId
from knowledge.ingest.blocks import Converted
from knowledge.ingest.cleaning import clean
from knowledge.ingest.convert import Converter
from knowledge.ingest.footnotes import inlined
from knowledge.ingest.notices import Notice
from knowledge.ingest.sources import SourceFile, digest_of, source_files

DocumentKind = Literal["procedure", "product", "fees", "rates", "notice", "legal", "faq"]
Audience = Literal["retail", "small_business", "county", "elder", "private", "merchant"]
AUDIENCES: Final[tuple[str, ...]] = get_args(Audience)

_FENCE: Final = "---"
_TITLE: Final = re.compile(r"^#[ \t]+(?P<title>\S.*?)[ \t#]*$", re.MULTILINE)
# libyaml where it is there: ten times as fast over hundreds of files.
_Loader: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
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
        known_from: First day the bank said so; None: the day it becomes valid.
        known_to: Last day the bank held it to be right; None while it does.
        owner: Department that answers for the text.
        topics: Words customers use for it; searched like the title.
        asked_by: Words one of which a question must hold; empty: any question. For documents of
            a special case (foreign currency) that nobody means who does not name it.
        lang: Language of the text.
        translation_of: Id of the document it says the same as, in the version of the same label;
            None for an original.
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
    known_from: date | None = None
    known_to: date | None = None
    owner: str = ""
    topics: tuple[Word, ...] = ()
    asked_by: tuple[Word, ...] = ()
    lang: Literal["zh", "en"] = "zh"
    translation_of: Annotated[str, StringConstraints(pattern=_IDENTIFIER)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One version of one document.

    Attributes:
        kind: A DocumentKind, or `foreign` for a file that is not of a content pack.
        effective_to: Last day it is valid, None while open-ended.
        known_from: First day the bank said so; None: the day it becomes valid.
        known_to: Last day the bank held it to be right; None while it does.
        body: The Markdown below the front matter as a reader sees it, footnotes in their
            sentences.
        source: Path of the file, for messages.
        body_line: Line of the file, from 1, on which the body starts; 1 for a converted file.
        pages: Line of the body, from 1, and the page that begins there; empty without pages.
        digest: Hash of the file and its sidecar; what an approval is bound to.
        notices: What was taken out of the file or could not be read.
        lang: Language of the text, `zh` or `en`.
        translation_of: Id of the document it says the same as; None for an original.
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
    asked_by: tuple[str, ...] = ()
    known_from: date | None = None
    known_to: date | None = None
    pages: tuple[tuple[int, int], ...] = ()
    digest: str = ""
    notices: tuple[Notice, ...] = ()
    lang: str = "zh"
    translation_of: str | None = None

    @property
    def first_known(self) -> date:
        """First day the bank said so."""
        return self.known_from or self.effective_from

    def is_known_on(self, day: date) -> bool:
        """Whether the bank said so on `day`; both ends belong to it."""
        return self.first_known <= day and (self.known_to is None or day <= self.known_to)

    def page_of(self, line: int) -> int | None:
        """The page a line of the body stands on, None without pages."""
        return next((page for first, page in reversed(self.pages) if first <= line), None)

    def is_valid_on(self, day: date) -> bool:
        """Whether this version may be quoted as of `day`; both ends belong to it."""
        return self.effective_from <= day and (
            self.effective_to is None or day <= self.effective_to
        )


def read_documents(folder: Path, converter: Converter | None = None) -> tuple[Document, ...]:
    """Read every document below `folder`, in the order of their paths.

    Args:
        folder: The documents of a pack.
        converter: Reads what is not text; None makes one for this call.

    Raises:
        ContentError: With every problem of every file: front matter missing or wrong, no
            title, not readable, or the same id and version twice.
    """
    problems: list[str] = []
    with Converter() as own:
        documents = read_sources(source_files(folder), converter or own, problems)
    if problems:
        raise ContentError(tuple(problems))
    return documents


def read_sources(
    sources: Iterable[SourceFile], converter: Converter, problems: list[str]
) -> tuple[Document, ...]:
    """Read these files and go on after each problem; `problems` gets one line for each."""
    documents: list[Document] = []
    first_source: dict[tuple[str, str], str] = {}
    for file in sources:
        try:
            document = read_source(file, converter)
        except ContentError as error:
            problems.extend(error.problems)
            continue
        key = (document.document_id, document.version)
        if key in first_source:
            problems.append(
                f"{file.name}:1: version: `{key[0]}` version `{key[1]}` is already in"
                f" {first_source[key]}; give one of them another version"
            )
        first_source.setdefault(key, file.name)
        documents.append(document)
    return tuple(documents)


def read_source(file: SourceFile, converter: Converter) -> Document:
    """Read one file with its sidecar.

    Raises:
        ContentError: One problem a line, each with file, line, field and what is wrong.
    """
    data = _bytes_of(file.path, file.name)
    if file.is_self_described:
        return replace(parse_document(_text_of(data, file.name), file.name), digest=file.digest)
    if file.sidecar is None:
        problem = f"no sidecar; describe the file in {Path(file.name).name}.yml beside it"
        raise ContentError((f"{file.name}:1: {problem}",))
    sidecar = f"{file.name}.yml"
    try:
        converted = converter.convert(file.path, data)
    except ContentError as error:
        raise ContentError(tuple(f"{file.name}:1: {one}" for one in error.problems)) from error
    header = _text_of(_bytes_of(file.sidecar, sidecar), sidecar)
    front, lines = _front(header, sidecar, 1)
    document = _document(front, lines, converted, sidecar)
    return replace(document, source=file.name, digest=file.digest)


def parse_document(text: str, source: str) -> Document:
    """Read one file.

    Args:
        text: The whole file.
        source: Its path, for messages.

    Raises:
        ContentError: One problem a line, each with file, line, field and what is wrong.
    """
    header, body, body_line = _split(text, source)
    front, lines = _front(header, source, 2)  # the fence is line 1
    shown, notices = clean(body)
    converted = Converted(None, inlined(shown), (), notices)
    document = _document(front, lines, converted, source)
    return replace(document, body_line=body_line, digest=digest_of(text.encode()))


def _document(
    front: FrontMatter, lines: Mapping[str, int], converted: Converted, source: str
) -> Document:
    for start, end in (("effective_from", "effective_to"), ("known_from", "known_to")):
        first, last = getattr(front, start) or front.effective_from, getattr(front, end)
        if last is not None and last < first:
            problem = f"ends before `{start}`; swap the two or leave it null"
            raise ContentError((f"{source}:{lines[end]}: {end}: {problem}",))
    heading = _TITLE.search(converted.body)
    title = front.title or converted.title or (heading["title"] if heading else None)
    if title is None:
        problem = "no title in the front matter and no `# heading`; write one of them"
        raise ContentError((f"{source}:{max(lines.values(), default=0) + 2}: title: {problem}",))
    return Document(
        document_id=DocumentId(front.id),
        title=title,
        kind=front.kind,
        version=front.version,
        effective_from=front.effective_from,
        effective_to=front.effective_to,
        body=converted.body,
        source=source,
        products=front.products,
        audience=frozenset(front.audience),
        channels=front.channels,
        owner=front.owner,
        topics=front.topics,
        asked_by=front.asked_by,
        known_from=front.known_from,
        known_to=front.known_to,
        pages=converted.pages,
        notices=converted.notices,
        lang=front.lang,
        translation_of=front.translation_of,
    )


def _front(header: str, source: str, first_line: int) -> tuple[FrontMatter, Mapping[str, int]]:
    values, lines = _mapping(header, source, first_line)
    try:
        return FrontMatter.model_validate(values), lines
    except ValidationError as error:
        raise ContentError(_problems(error, lines, source)) from error


def _bytes_of(path: Path, source: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ContentError((f"{source}:1: cannot be read: {error.strerror}",)) from error


def _text_of(data: bytes, source: str) -> str:
    try:
        return data.decode("utf-8-sig")
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


def _mapping(header: str, source: str, first_line: int) -> tuple[Mapping[str, Any], dict[str, int]]:
    """The values, and the line of the file each key stands on."""
    try:
        loader = _Loader(header)
        node = loader.get_single_node()
        values: Any = loader.construct_document(node) if node is not None else None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + first_line if error.problem_mark else 1
        raise ContentError((f"{source}:{line}: not YAML: {error.problem}",)) from error
    except (yaml.YAMLError, ValueError) as error:
        # ValueError: a date such as 2026-02-30, which YAML reads but no calendar has.
        raise ContentError((f"{source}:1: not YAML: {error}",)) from error
    if not isinstance(node, yaml.MappingNode):
        raise ContentError((f"{source}:{first_line}: the front matter must be `key: value` lines",))
    lines: dict[str, int] = {}
    for key, _ in node.value:
        if key.value in lines:
            problem = f"{key.value}: written twice, first on line {lines[key.value]}"
            raise ContentError((f"{source}:{key.start_mark.line + first_line}: {problem}",))
        lines[key.value] = key.start_mark.line + first_line  # marks start at 0
    return values, lines


def _problems(error: ValidationError, lines: Mapping[str, int], source: str) -> tuple[str, ...]:
    return tuple(
        f"{source}:{lines.get(_name(item['loc'][:1]), 1)}: {_name(item['loc'])}: {item['msg']}"
        for item in error.errors()
    )


def _name(location: Sequence[int | str]) -> str:
    return ".".join(str(part) for part in location)

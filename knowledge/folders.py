"""Folders of documents that are not a content pack: files of every format as they come.

The id of a document is its path without the ending. A front matter or a sidecar is read as far
as it is understood and never required. A file that cannot be read costs only itself.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import yaml

from assistant.errors import ContentError
from assistant.model.ids import DocumentId
from knowledge.documents import Document
from knowledge.ingest.blocks import Converted
from knowledge.ingest.cleaning import clean
from knowledge.ingest.convert import ENDINGS, Converter
from knowledge.ingest.decoding import decoded
from knowledge.ingest.safety import examine
from knowledge.ingest.sources import SIDECAR
from knowledge.vectors import Progress

_HEADER: Final = re.compile(
    r"\A---[ \t]*\r?\n(?P<yaml>.*?)^---[ \t]*\r?\n", re.DOTALL | re.MULTILINE
)
_HEADING: Final = re.compile(r"^#{1,2}[ \t]+(?P<title>\S.*?)[ \t#]*$", re.MULTILINE)
_JSON: Final = ".json"
_OLD_FORMATS: Final = frozenset({".doc", ".xls", ".ppt", ".pptx", ".rtf", ".odt", ".wps", ".et"})
_VERSION_CHARACTERS: Final = 8


@dataclass(frozen=True, slots=True)
class FolderReport:
    """What became of a folder.

    Attributes:
        unread: One line for each file that is not among the documents, and why.
        noticed: One line for each thing that was taken out of a file or left unread in it.
    """

    documents: tuple[Document, ...]
    unread: tuple[str, ...]
    noticed: tuple[str, ...]


def read_folder(folder: Path) -> tuple[Document, ...]:
    """Every document of a folder that can be read; see `survey`."""
    return survey(folder).documents


def survey(
    folder: Path, converter: Converter | None = None, progress: Progress | None = None
) -> FolderReport:
    """Read every document below a folder; hidden files are passed over.

    Args:
        folder: Any folder.
        converter: Reads what is not text; None makes one for this call.
        progress: Told how many files were read.

    Raises:
        ContentError: The folder is missing or holds no document that can be read.
    """
    if not folder.is_dir():
        raise ContentError((f"{folder}: not a folder",))
    documents: list[Document] = []
    unread: list[str] = []
    files = list(_files(folder))
    with Converter() as own:
        for number, path in enumerate(files, start=1):
            name = path.relative_to(folder)
            try:
                documents.extend(_read(path, name, converter or own))
            except ContentError as error:
                unread.extend(
                    one if one.startswith(f"{name}:") else f"{name}: {one}"
                    for one in error.problems
                )
            except OSError as error:
                unread.append(f"{name}: cannot be read: {error.strerror}")
            if progress is not None:
                progress(number, len(files))
    if not documents:
        kinds = ", ".join((*ENDINGS, _JSON))
        raise ContentError(tuple(unread) or (f"{folder}: no document in it ({kinds})",))
    noticed = [f"{one.source}: {each}" for one in documents for each in one.notices]
    return FolderReport(_distinct(documents), tuple(unread), tuple(noticed))


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        known = path.suffix.lower() in {*ENDINGS, _JSON, *_OLD_FORMATS}
        if known and path.is_file() and not any(part.startswith((".", "~$")) for part in parts):
            yield path


def _read(path: Path, name: Path, converter: Converter) -> Iterator[Document]:
    ending = path.suffix.lower()
    if ending in _OLD_FORMATS:
        msg = f"{ending} files are not read; save it as .docx, .xlsx or .pdf"
        raise ContentError((msg,))
    data = path.read_bytes()
    if ending == _JSON:
        examine(data, ending)
        yield from _json(decoded(data), name)
        return
    converted = converter.convert(path, data)
    header = _HEADER.match(converted.body)
    beside = path.with_name(path.name + SIDECAR)
    if header:
        front = _front(header["yaml"])
        lines = converted.body.count("\n", 0, header.end())
        converted = replace(converted, body=converted.body[header.end() :])
        converted = replace(converted, pages=tuple((n - lines, p) for n, p in converted.pages))
    else:
        front = _front(beside.read_text("utf-8", "replace")) if beside.is_file() else {}
    heading = _HEADING.search(converted.body) if ending != ".txt" else None
    title = front.get("title") or converted.title or (heading["title"] if heading else name.stem)
    yield _document(str(front.get("id") or _path_id(name)), str(title), converted, name)


def _json(text: str, name: Path) -> Iterator[Document]:
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise ContentError((f"{name}:{error.lineno}: not JSON: {error.msg}",)) from error
    except (RecursionError, ValueError) as error:
        raise ContentError(("not JSON that can be read: nested too deeply",)) from error
    items = content if isinstance(content, list) else [content]
    for number, item in enumerate(items):
        if not isinstance(item, Mapping) or not isinstance(item.get("content"), str):
            problem = f"item {number}: content: needs an object with `id`, `title`, `content`"
            raise ContentError((problem,))
        fallback = _path_id(name) if len(items) == 1 else f"{_path_id(name)}/{number}"
        body, notices = clean(item["content"])
        yield _document(
            str(item.get("id") or fallback),
            str(item.get("title") or item.get("id") or name.stem),
            Converted(None, body, (), notices),
            name,
        )


def _front(header: str) -> Mapping[str, Any]:
    try:
        values = yaml.safe_load(header)
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    return values if isinstance(values, Mapping) else {}


def _path_id(name: Path) -> str:
    return name.with_suffix("").as_posix()


def _distinct(documents: list[Document]) -> tuple[Document, ...]:
    """`a.md` beside `a.pdf` would be one id; the ending then tells them apart."""
    count: Counter[str] = Counter(one.document_id for one in documents)
    seen: Counter[str] = Counter()
    kept: list[Document] = []
    for one in documents:
        if count[one.document_id] > 1:
            seen[one.document_id] += 1
            name = f"{one.document_id}{Path(one.source).suffix}"
            if seen[one.document_id] > 1 and name in {each.document_id for each in kept}:
                name = f"{name}/{seen[one.document_id]}"
            one = replace(one, document_id=DocumentId(name))
        kept.append(one)
    return tuple(kept)


def _document(document_id: str, title: str, converted: Converted, name: Path) -> Document:
    # The hash stands for the version: the folder says nothing about days.
    digest = hashlib.sha256(converted.body.encode("utf-8", "replace")).hexdigest()
    return Document(
        document_id=DocumentId(document_id),
        title=title,
        kind="foreign",
        version=digest[:_VERSION_CHARACTERS],
        effective_from=date.min,
        effective_to=None,
        body=converted.body,
        source=name.as_posix(),
        pages=converted.pages,
        digest=digest,
        notices=converted.notices,
    )

"""Folders of documents that are not a content pack: Markdown, text and JSON as they come.

The id of a document is its path without the ending. A front matter is read as far as it is
understood and never required.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import yaml

from assistant.errors import ContentError
from assistant.model.ids import DocumentId
from knowledge.documents import Document

_HEADER: Final = re.compile(
    r"\A---[ \t]*\r?\n(?P<yaml>.*?)^---[ \t]*\r?\n", re.DOTALL | re.MULTILINE
)
_HEADING: Final = re.compile(r"^#{1,2}[ \t]+(?P<title>\S.*?)[ \t#]*$", re.MULTILINE)
_NOT_YET: Final = frozenset({".pdf", ".docx", ".doc", ".html", ".htm"})
_VERSION_CHARACTERS: Final = 8


def read_folder(folder: Path) -> tuple[Document, ...]:
    """Read every document below a folder; other files and hidden ones are passed over.

    Raises:
        ContentError: The folder is missing or holds no document, or files cannot be read;
            each problem names its file.
    """
    if not folder.is_dir():
        raise ContentError((f"{folder}: not a folder",))
    documents: list[Document] = []
    problems: list[str] = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if not path.is_file() or any(part.startswith(".") for part in name.parts):
            continue
        try:
            documents.extend(_read(path, name))
        except ContentError as error:
            problems.extend(error.problems)
    if not documents and not problems:
        problems.append(f"{folder}: no .md, .txt or .json document in it")
    if problems:
        raise ContentError(tuple(problems))
    return tuple(documents)


def _read(path: Path, name: Path) -> Iterator[Document]:
    ending = path.suffix.lower()
    if ending in _NOT_YET:
        problem = f"{ending} files are not readable yet; save it as Markdown or text"
        raise ContentError((f"{name}: {problem}",))
    reader = _READERS.get(ending)
    if reader is not None:
        try:
            yield from reader(path.read_text(encoding="utf-8-sig"), name)
        except UnicodeDecodeError as error:
            problem = f"byte {error.start} is not UTF-8; save the file as UTF-8"
            raise ContentError((f"{name}: {problem}",)) from error


def _markdown(text: str, name: Path) -> Iterator[Document]:
    header = _HEADER.match(text)
    front = _front(header["yaml"]) if header else {}
    body = text[header.end() :] if header else text
    heading = _HEADING.search(body)
    title = front.get("title") or (heading["title"] if heading else name.stem)
    yield _document(str(front.get("id") or _path_id(name)), str(title), body, name)


def _text(text: str, name: Path) -> Iterator[Document]:
    yield _document(_path_id(name), name.stem, text, name)


def _json(text: str, name: Path) -> Iterator[Document]:
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise ContentError((f"{name}:{error.lineno}: not JSON: {error.msg}",)) from error
    items = content if isinstance(content, list) else [content]
    for number, item in enumerate(items):
        if not isinstance(item, Mapping) or not isinstance(item.get("content"), str):
            problem = f"item {number}: content: needs an object with `id`, `title`, `content`"
            raise ContentError((f"{name}: {problem}",))
        fallback = _path_id(name) if len(items) == 1 else f"{_path_id(name)}/{number}"
        yield _document(
            str(item.get("id") or fallback),
            str(item.get("title") or item.get("id") or name.stem),
            item["content"],
            name,
        )


_READERS: Final[Mapping[str, Callable[[str, Path], Iterator[Document]]]] = {
    ".md": _markdown,
    ".markdown": _markdown,
    ".txt": _text,
    ".json": _json,
}


def _front(header: str) -> Mapping[str, Any]:
    try:
        values = yaml.safe_load(header)
    except (yaml.YAMLError, ValueError):
        return {}
    return values if isinstance(values, Mapping) else {}


def _path_id(name: Path) -> str:
    return name.with_suffix("").as_posix()


def _document(document_id: str, title: str, body: str, name: Path) -> Document:
    # The hash stands for the version: the folder says nothing about days.
    version = hashlib.sha256(body.encode()).hexdigest()[:_VERSION_CHARACTERS]
    return Document(
        document_id=DocumentId(document_id),
        title=title,
        kind="foreign",
        version=version,
        effective_from=date.min,
        effective_to=None,
        body=body,
        source=name.as_posix(),
    )

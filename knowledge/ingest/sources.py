"""The files of a documents folder: which of them are documents, and what each one hashes to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from knowledge.ingest.convert import ENDINGS, TEXT_ENDINGS

SIDECAR: Final = ".yml"
"""`rates.xlsx.yml` describes `rates.xlsx`."""
_SELF_DESCRIBED: Final = (".md", ".markdown")
_TEXT: Final = (*TEXT_ENDINGS, ".html", ".htm", SIDECAR)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One document as it lies in the folder.

    Attributes:
        name: Path with the folder's own name in front, for messages and for the ledger.
        sidecar: The file that describes it, None when there is none.
        digest: Hash of the file and its sidecar.
    """

    path: Path
    name: str
    sidecar: Path | None
    digest: str

    @property
    def is_self_described(self) -> bool:
        """Whether the description stands in the file itself."""
        return self.path.suffix.lower() in _SELF_DESCRIBED and self.sidecar is None


def source_files(folder: Path) -> tuple[SourceFile, ...]:
    """Every document below a folder, by path; hidden files and others are passed over."""
    return tuple(_sources(folder))


def digest_of(data: bytes, sidecar: bytes | None = None) -> str:
    """SHA-256 over a file and its sidecar; ends of lines do not count in text."""
    content = hashlib.sha256(data)
    if sidecar is not None:
        content.update(b"\x00" + sidecar)
    return content.hexdigest()


def _sources(folder: Path) -> Iterator[SourceFile]:
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        hidden = any(part.startswith((".", "~$")) for part in parts)
        if hidden or path.suffix.lower() not in ENDINGS or not path.is_file():
            continue
        beside = path.with_name(path.name + SIDECAR)
        sidecar = beside if beside.is_file() else None
        yield SourceFile(
            path=path,
            name=path.relative_to(folder.parent).as_posix(),
            sidecar=sidecar,
            digest=digest_of(_content(path), _content(sidecar) if sidecar else None),
        )


def _content(path: Path) -> bytes:
    data = path.read_bytes()
    if path.suffix.lower() not in _TEXT:
        return data
    return data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")

"""Everything that is wrong with a content pack, for `guitai check`.

All errors of the loader, and what only a person in no hurry wants to know: files nobody
reads, wordings nobody says, document versions that overlap, products without a document.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Set
from pathlib import Path
from typing import Final

from assistant.errors import ContentError
from assistant.model.ids import ActionName
from knowledge.content_problems import Finding, Place, Problems
from knowledge.content_usage import check_usage
from knowledge.documents import Document, parse_document
from knowledge.loader import DEFAULTS, Pack, read

_DOCUMENTS: Final = "documents"
_LINE: Final = re.compile(
    r"(?P<file>.+?):(?P<line>\d+): (?:(?P<field>[\w.\[\]-]+): )?(?P<what>.+)", re.DOTALL
)


def check(
    folder: Path,
    *,
    defaults: Path | None = DEFAULTS,
    gateway_knows: Callable[[ActionName], bool] | None = None,
    said_by_code: Set[str] = frozenset(),
    runs: Callable[[ActionName], bool] | None = None,
) -> list[Finding]:
    """Check a pack.

    Args:
        folder: The pack.
        defaults: Read first; None for a pack that brings everything itself.
        gateway_knows: Whether an action can be run that the domain does not list.
        said_by_code: Responses the engine or the actions name, hence never "unused".
        runs: Whether an action the domain lists can be run; None does not look.

    Returns:
        Findings by file and line; the pack can be used when none is an error.
    """
    problems = Problems()
    pack = read(folder, problems, defaults=defaults, gateway_knows=gateway_knows)
    for name in pack.unread:
        problems.warn(Place(name, 1), "nothing reads this file; move it or remove it")
    check_usage(pack, said_by_code, problems, runs)
    _check_documents(folder, pack, problems)
    return sorted(problems.findings, key=lambda item: (item.file, item.line, item.message))


def _check_documents(folder: Path, pack: Pack, problems: Problems) -> None:
    documents = _read_documents(folder, problems)
    _check_versions(folder, documents, problems)
    ids = {document.document_id for document in documents}
    for product in pack.release.products:
        if product.document not in ids:
            place = pack.shelf.places[product.id]
            problems.error(
                place, f'product {product.id}: there is no document "{product.document}"'
            )


def _read_documents(folder: Path, problems: Problems) -> list[Document]:
    found: list[Document] = []
    for path in sorted((folder / _DOCUMENTS).rglob("*.md")):
        source = path.relative_to(folder).as_posix()
        try:
            found.append(parse_document(path.read_text(encoding="utf-8-sig"), source))
        except ContentError as error:
            for line in error.problems:
                problems.error(*_taken_apart(line, source))
        except UnicodeDecodeError:
            problems.error(Place(source, 1), "not UTF-8; save the file with UTF-8 encoding")
        except OSError as error:
            problems.error(Place(source, 1), f"cannot be read: {error.strerror}")
    return found


def _taken_apart(line: str, source: str) -> tuple[Place, str]:
    match = _LINE.fullmatch(line)
    if match is None:
        return Place(source, 1), line
    return Place(match["file"], int(match["line"]), match["field"] or ""), match["what"]


def _check_versions(folder: Path, documents: list[Document], problems: Problems) -> None:
    """On any day at most one version of a document may be in force."""
    by_id: dict[str, list[Document]] = {}
    for document in documents:
        by_id.setdefault(document.document_id, []).append(document)
    for versions in by_id.values():
        versions.sort(key=lambda one: (one.effective_from, one.version))
        for earlier, later in itertools.pairwise(versions):
            place = _place_of(folder, later.source, "effective_from")
            if earlier.version == later.version:
                problems.error(place, f"version {later.version} is also in {earlier.source}")
            elif earlier.effective_to is None or earlier.effective_to >= later.effective_from:
                problems.error(
                    place,
                    f"begins before {earlier.source} ends; set effective_to of {earlier.source}",
                )


def _place_of(folder: Path, source: str, key: str) -> Place:
    """Where a key of the front matter stands."""
    lines = (folder / source).read_text(encoding="utf-8-sig").splitlines()
    line = next((number for number, text in enumerate(lines, 1) if text.startswith(f"{key}:")), 1)
    return Place(source, line, key)

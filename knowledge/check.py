"""Everything that is wrong with a content pack, for `guitai check`.

All errors of the loader, and what only a person in no hurry wants to know: files nobody
reads, wordings nobody says, document versions that overlap, products without a document.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Final

from assistant.model.ids import ActionName
from knowledge.check_answers import check_answers
from knowledge.check_documents import check_approvals, check_documents
from knowledge.check_polyphones import Finder, check_polyphones
from knowledge.check_spoken import check_spoken
from knowledge.check_undo import check_undo
from knowledge.content_problems import Finding, Place, Problems
from knowledge.content_usage import Code, check_usage
from knowledge.documents import Document, read_sources
from knowledge.ingest.convert import Converter
from knowledge.ingest.sources import source_files
from knowledge.loader import DEFAULTS, Pack, read
from knowledge.shelf import DOCUMENTS_FOLDER

_LINE: Final = re.compile(
    r"(?P<file>.+?):(?P<line>\d+): (?:(?P<field>[\w.\[\]-]+): )?(?P<what>.+)", re.DOTALL
)


def check(
    folder: Path,
    *,
    defaults: Path | None = DEFAULTS,
    gateway_knows: Callable[[ActionName], bool] | None = None,
    code: Code | None = None,
    today: date | None = None,
    polyphones: Finder | None = None,
) -> list[Finding]:
    """Check a pack.

    Args:
        folder: The pack.
        defaults: Read first; None for a pack that brings everything itself.
        gateway_knows: Whether an action can be run that the domain does not list.
        code: What the engine and the actions behind the pack say, read and run; None does not look.
        today: The bank's day, to find documents that have run out; None does not look.
        polyphones: How the synthesiser cuts a reply, to find guessed readings; None does not look.

    Returns:
        Findings by file and line; the pack can be used when none is an error.
    """
    problems = Problems()
    pack = read(folder, problems, defaults=defaults, gateway_knows=gateway_knows)
    for name in pack.unread:
        problems.warn(Place(name, 1), "nothing reads this file; move it or remove it")
    code = code or Code()
    check_usage(pack, code, problems)
    check_spoken(pack, problems)
    if polyphones is not None:
        check_polyphones(pack, polyphones, problems)
    if code.is_change is not None:
        check_undo(pack, code.is_change, problems)
    _check_documents(folder, pack, problems, today)
    return sorted(problems.findings, key=lambda item: (item.file, item.line, item.message))


def _check_documents(folder: Path, pack: Pack, problems: Problems, today: date | None) -> None:
    documents = _read_documents(folder, problems)
    check_approvals(folder, problems)
    check_answers(pack.release, documents, problems, today)
    check_documents(
        folder, documents, {product.id for product in pack.release.products}, problems, today
    )
    ids = {document.document_id for document in documents}
    for product in pack.release.products:
        if product.document not in ids:
            place = pack.shelf.places[product.id]
            problems.error(
                place, f'product {product.id}: there is no document "{product.document}"'
            )


def _read_documents(folder: Path, problems: Problems) -> list[Document]:
    found: list[str] = []
    with Converter() as converter:
        documents = read_sources(source_files(folder / DOCUMENTS_FOLDER), converter, found)
    for line in found:
        problems.error(*_taken_apart(line, DOCUMENTS_FOLDER))
    return list(documents)


def _taken_apart(line: str, source: str) -> tuple[Place, str]:
    match = _LINE.fullmatch(line)
    if match is None:
        return Place(source, 1), line
    return Place(match["file"], int(match["line"]), match["field"] or ""), match["what"]

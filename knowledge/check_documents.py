"""What is wrong between documents: versions, links, approvals, products, figures."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from assistant.errors import ContentError
from knowledge.chunking import passages_of
from knowledge.content_problems import Place, Problems, did_you_mean
from knowledge.contradictions import contradictions
from knowledge.documents import Document
from knowledge.ingest.approvals import Ledger
from knowledge.ingest.sources import SIDECAR, source_files
from knowledge.links import LINK, link_to, slug
from knowledge.shelf import DOCUMENTS_FOLDER, approval_required
from knowledge.twins import twin_faults

_HEADING: Final = re.compile(r"^#{1,6}[ \t]+(\S.*?)[ \t#]*$", re.MULTILINE)
_MOST_NAMED: Final = 10


def check_documents(
    folder: Path,
    documents: Sequence[Document],
    products: Collection[str],
    problems: Problems,
    today: date | None,
) -> None:
    """Everything about documents that one of them alone does not show.

    Args:
        folder: The pack.
        documents: Every version of every document that can be read.
        products: Ids of the products of the pack.
        problems: Where findings go.
        today: The bank's day; None does not look for documents that have run out.
    """
    by_id: dict[str, list[Document]] = {}
    for document in documents:
        by_id.setdefault(document.document_id, []).append(document)
    for versions in by_id.values():
        versions.sort(key=lambda one: (one.effective_from, one.version))
        _check_versions(folder, versions, problems)
        if today is not None:
            _check_run_out(folder, versions, problems, today)
    _check_products(folder, documents, products, problems)
    for document in documents:
        _check_links(folder, document, by_id, problems)
        for each in document.notices:
            problems.warn(Place(document.source, 1), str(each))
    for twin, fault in twin_faults(documents, today):
        problems.warn(place_of(folder, twin, key="translation_of"), fault)
    for found in contradictions(documents, today):
        problems.warn(
            place_of(folder, found.document, found.line),
            f"{found.what} is {found.figure} here and {found.other_figure} in"
            f" {found.other.source}; both are valid from {found.since}",
        )


def check_approvals(folder: Path, problems: Problems) -> None:
    """Name the documents nobody else has released; they are never answered from."""
    if not approval_required(folder):
        return
    documents = folder / DOCUMENTS_FOLDER
    try:
        standings = Ledger(documents).standings(source_files(documents)).values()
    except ContentError as error:
        for problem in error.problems:
            file, line, what = [*problem.split(":", 2), "", ""][:3]
            problems.error(Place(file, int(line) if line.isdecimal() else 1), what.strip())
        return
    waiting = [one for one in standings if one.status != "approved"]
    for one in waiting[:_MOST_NAMED]:
        edited = ", edited since it was approved" if one.edited else ""
        what = f"{one.status}{edited}: not answered from until a second person approves it"
        problems.warn(Place(f"{DOCUMENTS_FOLDER}/{one.file}", 1), what)
    if len(waiting) > _MOST_NAMED:
        rest = ", ".join(one.file for one in waiting[_MOST_NAMED:])
        what = f"{len(waiting) - _MOST_NAMED} more wait for approval: {rest}"
        problems.warn(Place(DOCUMENTS_FOLDER, 1), what)


def place_of(folder: Path, document: Document, line: int = 0, key: str = "") -> Place:
    """Where a key of the description, or a line of the body, stands."""
    path = folder / document.source
    beside = path.with_name(path.name + SIDECAR)
    if line and not beside.is_file():
        return Place(document.source, document.body_line + line - 1, key)
    if line:
        return Place(document.source, 1, key)
    path = beside if beside.is_file() else path
    lines = path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    found = next((number for number, text in enumerate(lines, 1) if text.startswith(f"{key}:")), 1)
    return Place(path.relative_to(folder).as_posix(), found, key)


def _check_versions(folder: Path, versions: Sequence[Document], problems: Problems) -> None:
    """On any day at most one version of a document may be in force."""
    for earlier, later in itertools.pairwise(versions):
        if earlier.known_to is not None and earlier.known_to < later.first_known:
            continue  # withdrawn before the later one was published: a correction
        if earlier.version == later.version:
            continue  # said where the files are read
        if earlier.effective_to is None or earlier.effective_to >= later.effective_from:
            problems.error(
                place_of(folder, later, key="effective_from"),
                f"begins before {earlier.source} ends; set effective_to of {earlier.source}",
            )


def _check_run_out(
    folder: Path, versions: Sequence[Document], problems: Problems, today: date
) -> None:
    last = max(versions, key=lambda one: one.effective_to or date.max)
    if last.effective_to is not None and last.effective_to < today:
        problems.warn(
            place_of(folder, last, key="effective_to"),
            f"{last.document_id} ran out on {last.effective_to} and no later version follows;"
            " write one, or remove the document from what is sold",
        )


def _check_links(
    folder: Path,
    document: Document,
    by_id: Mapping[str, Sequence[Document]],
    problems: Problems,
) -> None:
    ids = by_id.keys()
    for line, target in _links(document.body):
        link = link_to(target, document.source)
        if link is None:
            continue
        named = next((name for name in link.names if name in ids), None)
        path = (folder / document.source).parent / target.partition("#")[0]
        if link.names and named is None and not path.is_file():
            hint = did_you_mean(link.names[-1], ids)
            what = f"links to {target}, and there is no such document{hint}"
            problems.warn(place_of(folder, document, line), what)
        elif link.section and link.section not in _headings(by_id[named or document.document_id]):
            what = f"links to {target}, and the document has no such section"
            problems.warn(place_of(folder, document, line), what)


def _headings(versions: Sequence[Document]) -> set[str]:
    """Headings of every version as links name them."""
    found = {slug(match[1]) for one in versions for match in _HEADING.finditer(one.body)}
    parts = [passage.section.split(" / ") for one in versions for passage in passages_of(one)]
    return found | {"-".join(map(slug, each)) for each in parts}


def _links(body: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(body.splitlines(), start=1):
        for match in LINK.finditer(line):
            yield number, match["target"]


def _check_products(
    folder: Path, documents: Sequence[Document], products: Collection[str], problems: Problems
) -> None:
    """One finding for each unknown product, however many documents name it."""
    unknown: dict[str, list[Document]] = {}
    for document in documents:
        for product in document.products:
            if products and product not in products:
                unknown.setdefault(product, []).append(document)
    for product, named in unknown.items():
        more = f" (named by {len(named)} documents)" if len(named) > 1 else ""
        what = f'there is no product "{product}"{more}{did_you_mean(product, products)}'
        problems.warn(place_of(folder, named[0], key="products"), what)

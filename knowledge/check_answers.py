"""Approved answers and calculations held against the documents they rest on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from assistant.model.approved import ApprovedAnswer, Rest
from assistant.model.release import Release
from knowledge.chunking import passages_of
from knowledge.content_problems import Place, Problems
from knowledge.documents import Document


def check_answers(
    release: Release, documents: Sequence[Document], problems: Problems, today: date | None
) -> None:
    """Report approved answers that have expired, and calculations without their document.

    Args:
        release: Names them.
        documents: Every version of every document.
        problems: Where faults are reported.
        today: The bank's day; None does not look for what has run out.
    """
    for answer in release.approved:
        for rest in answer.rests_on:
            _check_rest(answer, rest, documents, problems, today)
    ids = {document.document_id for document in documents}
    for calculator in release.calculators.values():
        sources = [one.source for one in calculator.inputs if one.source is not None]
        for source in sources:
            if source.document not in ids and not source.owner:
                problems.error(
                    _place(calculator.source),
                    f'calculation {calculator.id}: there is no document "{source.document}";'
                    " name an owner to say who knows as long as there is none",
                )


def _check_rest(
    answer: ApprovedAnswer,
    rest: Rest,
    documents: Iterable[Document],
    problems: Problems,
    today: date | None,
) -> None:
    versions = [one for one in documents if one.document_id == rest.document]
    approved = next((one for one in versions if one.version == rest.version), None)
    place = _place(answer.source)
    if approved is None:
        problems.error(
            place,
            f"approved answer {answer.id}: there is no version {rest.version} of {rest.document}",
        )
        return
    if not _holds(approved, rest):
        problems.error(
            place,
            f'approved answer {answer.id}: "{rest.sentence[:40]}" is no sentence of'
            f" {rest.document} {rest.version}; copy it as it stands",
        )
    if today is None or approved.is_valid_on(today):
        return
    present = next((one for one in versions if one.is_valid_on(today)), None)
    now = f"; in force is {present.version}, see whether it still holds" if present else ""
    problems.warn(
        place,
        f"approved answer {answer.id} has expired with {rest.document} {rest.version}{now}",
    )


def _holds(document: Document, rest: Rest) -> bool:
    return any(
        sentence.text == rest.sentence
        for passage in passages_of(document)
        for sentence in passage.sentences
    )


def _place(source: str) -> Place:
    file, _, line = source.rpartition(":")
    return Place(file, int(line))

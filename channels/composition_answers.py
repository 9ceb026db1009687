"""Approved answers held against number proof when content is checked, not when it is said."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.errors import ContentError
from assistant.model.approved import ApprovedAnswer, Rest
from assistant.model.ids import PassageId
from assistant.model.message import Citation
from assistant.response.proof import Source, prove
from channels.bootstrap import load_release
from channels.settings import Settings
from knowledge.content_problems import Finding


def unproved_wordings(settings: Settings) -> list[Finding]:
    """Approved wordings with a figure that no sentence they rest on has.

    A pack with errors is not looked at: they are found elsewhere.
    """
    try:
        release = load_release(settings.content_dir)
    except ContentError:
        return []
    return [finding for answer in release.approved for finding in _unproved(answer)]


def _unproved(answer: ApprovedAnswer) -> Iterator[Finding]:
    sources = [Source(_citation(answer, rest)) for rest in answer.rests_on]
    file, _, line = answer.source.rpartition(":")
    for locale, text in answer.wording.items():
        for sentence in prove(text, sources).unproved:
            yield Finding(
                "error",
                file,
                int(line),
                f"answers.{answer.id}.wording.{locale}",
                f'"{sentence[:60]}" has a figure or a bound that no sentence it rests on has',
            )


def _citation(answer: ApprovedAnswer, rest: Rest) -> Citation:
    return Citation(
        document_id=rest.document,
        title="",
        section="",
        version=rest.version,
        effective_from=answer.approved_on,
        effective_to=None,
        quote=rest.sentence,
        url="",
        passage_id=PassageId(""),
    )

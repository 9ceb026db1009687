"""Gaps of the documents, mined from the log of a deployment, each with a draft to work from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.acting.context import BANK_ZONE
from assistant.gaps import MINED, Gap, OpenQuestion, grouped, open_questions
from assistant.ports import PassageHit
from channels.bootstrap import make_brain
from channels.composition_log import machine_clock, open_log, reader
from channels.settings import Settings
from knowledge.vectors import Progress

_CLOSEST = 3


@dataclass(frozen=True, slots=True)
class GapReport:
    """A gap and what its closing may start from.

    Attributes:
        closest: Passages nearest to it, best first; they did not answer.
        owner: Department that answers for the nearest one, "" when nothing is near.
    """

    gap: Gap
    closest: Sequence[PassageHit]
    owner: str


async def mine_gaps(
    settings: Settings, limit: int, by: str | None = None, progress: Progress | None = None
) -> list[GapReport]:
    """The gaps asked for most; that their conversations are read is written down.

    Args:
        settings: Log, pack and data folder.
        limit: Most gaps.
        by: Who reads; None: the account of this machine.
        progress: Told how far embedding is.

    Raises:
        StoreUnavailable: The log does not answer.
        KnowledgeUnavailable: The index cannot be opened.
    """
    brain = make_brain(settings, progress)
    questions: list[OpenQuestion] = []
    async with open_log(settings) as log:
        conversations = await log.store.holding(MINED)
        await log.reads.note(conversations, reader(by), "gaps")
        for conversation_id in conversations:
            stored = await log.store.load(conversation_id)
            questions += open_questions(conversation_id, stored, brain.release.lexicon)
    today = machine_clock().now().astimezone(BANK_ZONE).date()
    reports = []
    for gap in grouped(questions, brain.encoder)[:limit]:
        hits = await brain.knowledge.search(gap.example, as_of=today, limit=_CLOSEST)
        nearest = brain.library.find(hits[0].document_id, hits[0].version, today) if hits else None
        reports.append(GapReport(gap, hits, nearest.owner if nearest is not None else ""))
    return reports

"""Customer questions with the document and section that answer them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class LabelledQuestion:
    """One question.

    Attributes:
        document_id: None when the bank's documents do not answer it.
        answer_contains: Words a right quotation holds; "" when nobody wrote them down.
    """

    id: str
    text: str
    document_id: str | None
    section: str | None
    answer_contains: str
    lang: str


def read_labelled(path: Path) -> tuple[LabelledQuestion, ...]:
    """Read a `.jsonl` file of labelled questions."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    return tuple(
        LabelledQuestion(
            id=row["id"],
            text=row["question"],
            document_id=row["document_id"],
            section=row.get("section"),
            answer_contains=row.get("answer_contains") or "",
            lang=row.get("lang", "zh-Hans"),
        )
        for row in rows
    )


def halves(
    questions: Iterable[LabelledQuestion],
) -> tuple[tuple[LabelledQuestion, ...], tuple[LabelledQuestion, ...]]:
    """(for tuning, for measuring): every second question, so that both hold every subject."""
    every = tuple(questions)
    return every[0::2], every[1::2]

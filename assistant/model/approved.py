"""Approved answers: a fixed wording for a question, as long as what it rests on stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from assistant.model.evidence import sentence_hash
from assistant.model.ids import DocumentId


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """A sentence an approved answer rests on.

    Attributes:
        version: The version that was in force when the wording was approved.
        sentence: As it stands there.
    """

    document: DocumentId
    version: str
    sentence: str

    @property
    def hash(self) -> str:
        """Hash of the sentence, as citations carry it."""
        return sentence_hash(self.sentence)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovedAnswer:
    """A wording two people signed.

    Attributes:
        questions: Ways to ask, in any language.
        wording: By locale.
        maker: Who wrote it.
        checker: Somebody else, who approved it.
        source: File and line.
    """

    id: str
    questions: tuple[str, ...]
    wording: Mapping[str, str]
    rests_on: tuple[Rest, ...]
    maker: str
    checker: str
    approved_on: date
    source: str = ""

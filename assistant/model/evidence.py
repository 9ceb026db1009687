"""What a figure in a reply rests on, so that years later it can still be shown why it was said."""

from __future__ import annotations

import hashlib
from typing import Final, Literal

from assistant.model.frozen import Frozen
from assistant.model.ids import DocumentId, PassageId

_HASH_LENGTH: Final = 16
Basis = Literal["sentence", "heading", "metadata", "customer", "formula"]


def sentence_hash(text: str) -> str:
    """SHA-256 of a quoted sentence, its first 16 hexadecimal characters."""
    return hashlib.sha256(text.encode()).hexdigest()[:_HASH_LENGTH]


def anchor_of(text: str) -> str:
    """Name of the sentence inside the page of its document: what follows `#` in a link."""
    return f"s-{sentence_hash(text)}"


class BoundFigure(Frozen):
    """A figure of a reply and what it is bound to.

    Attributes:
        text: As the customer reads it.
        figure: Kind, value and unit in the exact form of `assistant.model.figures`.
        basis: A cited sentence; a heading above it (title, section, column); the dates of the
            document version; the customer's own words; a formula with shown inputs.
        sentence_hash: Of the cited sentence, "" for figures that stand in none.
        start: Place of the figure in the cited sentence.
        end: After its last character.
        formula: Name and step of the calculation it came from.
    """

    text: str
    figure: str
    basis: Basis
    document_id: DocumentId | None = None
    version: str = ""
    passage_id: PassageId | None = None
    sentence_hash: str = ""
    start: int = 0
    end: int = 0
    formula: str = ""

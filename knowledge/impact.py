"""What became of a sentence in a newer version of its document."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from assistant.errors import ContentError
from knowledge.chunking import is_table_row, passages_of
from knowledge.documents import Document

_ALIKE: Final = 0.5
_SAME_SECTION: Final = 0.2
_SUBJECT: Final = 0.9
_FIGURE: Final = re.compile(r"\d[\d.,]*")
_SPACES: Final = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Change:
    """A sentence that was changed, or is gone.

    Attributes:
        new: What stands in its place; None when nothing does.
    """

    old: str
    new: str | None
    section: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """A version of a document against earlier ones.

    Attributes:
        earlier: Labels of the versions whose sentences may have changed.
    """

    to: Document
    earlier: frozenset[str]
    sentences: tuple[tuple[str, str], ...]
    same: frozenset[str]

    def change_of(self, quote: str, section: str) -> Change | None:
        """What became of a quoted sentence; None while it stands as it was."""
        if _plain(quote) in self.same:
            return None
        return Change(quote, _successor(quote, section, self.sentences), section)


def compare(
    versions: Sequence[Document], document_id: str, start: str | None, end: str | None
) -> Comparison:
    """Prepare to compare.

    Args:
        versions: Every version of the document that the pack holds.
        document_id: For messages.
        start: Label of the earlier version; None: the one before, and an edited `end` itself.
        end: Label of the newer version; None: the newest.

    Raises:
        ContentError: There is no such document or version.
    """
    ordered = sorted(versions, key=lambda one: (one.effective_from, one.version))
    labels = [one.version for one in ordered]
    if not ordered:
        raise ContentError((f"there is no document {document_id} that may be answered from",))
    if end is not None and end not in labels:
        raise ContentError((f"{document_id} has no version {end}; it has {', '.join(labels)}",))
    place = len(labels) - 1 if end is None else labels.index(end)
    to = ordered[place]
    earlier = {start} if start is not None else {*labels[max(0, place - 1) : place + 1]}
    sentences = tuple(
        (passage.section, sentence.text)
        for passage in passages_of(to)
        for sentence in passage.sentences
    )
    return Comparison(
        to, frozenset(earlier), sentences, frozenset(_plain(text) for _, text in sentences)
    )


def _successor(quote: str, section: str, sentences: Iterable[tuple[str, str]]) -> str | None:
    best, found = 0.0, None
    for other_section, text in sentences:
        if is_table_row(text) != is_table_row(quote):
            continue
        likeness = _likeness(quote, text) + _SAME_SECTION * (other_section == section)
        if likeness > best:
            best, found = likeness, text
    return found if best >= _ALIKE + _SAME_SECTION / 2 else None


def _likeness(one: str, other: str) -> float:
    if is_table_row(one) and _head(one) == _head(other):
        return 1.0
    if is_table_row(one):
        return 0.0  # another row says something about something else
    # What a figure is of tells more than the figure, which is what changes.
    subject = _ratio(_FIGURE.sub("#", one), _FIGURE.sub("#", other))
    return _SUBJECT * subject + (1 - _SUBJECT) * _ratio(one, other)


def _ratio(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()


def _head(row: str) -> str:
    return row.strip().strip("|").split("|")[0].strip()


def _plain(text: str) -> str:
    return _SPACES.sub("", text)


def versions_of(documents: Collection[Document], document_id: str) -> list[Document]:
    """Every version of one document."""
    return [one for one in documents if one.document_id == document_id]

"""Customer questions with the section that answers them and the words of a right sentence."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from assistant.errors import ContentError
from assistant.ports.knowledge import PassageHit
from knowledge.chunking import Passage

PRACTICE: Final = "practice"
_BOTH: Final = " / "


@dataclass(frozen=True, slots=True)
class LabelledQuestion:
    """One question.

    Attributes:
        documents: Those that answer it; empty when the bank's documents do not.
        sections: Headings under which the answer stands; empty: anywhere in the documents.
        wanted: Each entry is one right sentence, by the fragments it holds; empty when
            nobody wrote them down.
        also: Sentences that say the same elsewhere: document, section, quotation. Found by the
            rule of `evals.retrieval.widen`.
        version: The only version that answers, for a question about a day; else "".
        context: Questions asked before, oldest first.
        kind: The file it is from: what it tries.
    """

    id: str
    text: str
    documents: tuple[str, ...]
    sections: tuple[str, ...]
    wanted: tuple[tuple[str, ...], ...]
    lang: str
    version: str = ""
    context: tuple[str, ...] = ()
    kind: str = ""
    also: tuple[tuple[str, str, str], ...] = ()

    @property
    def is_answerable(self) -> bool:
        """Whether the documents answer it."""
        return bool(self.documents)

    def is_right_document(self, hit: PassageHit | Passage) -> bool:
        """Whether a passage is of a right document in the right version."""
        return self._is_labelled_document(hit) or any(
            hit.document_id == document for document, _, _ in self.also
        )

    def is_right_section(self, hit: PassageHit | Passage) -> bool:
        """Whether a passage is of a right section, too."""
        return self.is_labelled_section(hit) or any(
            (hit.document_id, hit.section) == (document, section)
            for document, section, _ in self.also
        )

    def is_right_quote(self, quote: str, document_id: str, version: str) -> bool:
        """Whether a quotation says what was wanted; a figure must be the whole figure."""
        return self.is_labelled_quote(quote, document_id, version) or any(
            (document_id, quote) == (document, sentence) for document, _, sentence in self.also
        )

    def is_labelled_section(self, hit: PassageHit | Passage) -> bool:
        """Whether the label itself names the section."""
        ends = hit.section.rsplit(" / ", maxsplit=1)[-1]
        return self._is_labelled_document(hit) and (
            not self.sections or hit.section in self.sections or ends in self.sections
        )

    def is_labelled_quote(self, quote: str, document_id: str, version: str) -> bool:
        """Whether the label itself accepts the quotation."""
        if document_id not in self.documents or self.version not in {"", version}:
            return False
        return not self.wanted or bool(self.held_by(quote))

    def held_by(self, quote: str) -> tuple[tuple[str, ...], ...]:
        """Those of the wanted fragments that a quotation holds."""
        text = _plain(quote)
        return tuple(
            fragments
            for fragments in self.wanted
            if all(_holds(text, fragment) for fragment in fragments)
        )

    def _is_labelled_document(self, hit: PassageHit | Passage) -> bool:
        return hit.document_id in self.documents and self.version in {"", hit.version}


def read_labelled(path: Path) -> tuple[LabelledQuestion, ...]:
    """Read a `.jsonl` file of labelled questions, or every one of a folder.

    Raises:
        ContentError: With every line that is not a labelled question.
    """
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    found: list[LabelledQuestion] = []
    problems: list[str] = []
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8-sig").splitlines(), start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                found.append(_labelled(row, file.stem, number))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                problems.append(
                    f'{file.name}:{number}: needs {{"question", "document_id"}}: {error}'
                )
    if problems:
        raise ContentError(tuple(problems))
    return tuple(found)


def split(
    questions: Iterable[LabelledQuestion],
) -> tuple[tuple[LabelledQuestion, ...], tuple[LabelledQuestion, ...]]:
    """(development, test): by a hash of the id, so that a new question moves no other.

    Questions of a kind that begins with `practice` are only ever for development.
    """
    development: list[LabelledQuestion] = []
    test: list[LabelledQuestion] = []
    for question in questions:
        is_test = not question.kind.startswith(PRACTICE) and _hash(question.id) % 2
        (test if is_test else development).append(question)
    return tuple(development), tuple(test)


def _hash(text: str) -> int:
    return hashlib.sha256(text.encode()).digest()[0]


def _labelled(row: Mapping[str, Any], kind: str, number: int) -> LabelledQuestion:
    return LabelledQuestion(
        id=str(row.get("id", number)),
        text=row["question"],
        documents=_several(row["document_id"]),
        sections=_several(row.get("section")),
        wanted=tuple(
            tuple(_plain(part) for part in one.split(_BOTH))
            for one in _several(row.get("answer_contains"))
        ),
        lang=row.get("lang", "zh-Hans"),
        version=row.get("version") or "",
        context=_several(row.get("context")),
        kind=kind,
        also=tuple(
            (each["document_id"], each["section"], each["quote"]) for each in row.get("also", ())
        ),
    )


def _several(value: str | list[str] | None) -> tuple[str, ...]:
    if not value:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _holds(text: str, fragment: str) -> bool:
    """Whether a text holds a fragment, and not only the end of a longer figure or term."""
    before = r"(?<!\d)(?<!\d[.,])" if fragment[:1].isdigit() else ""
    after = r"(?![\d])" if fragment[-1:].isdigit() else ""
    return re.search(f"{before}{re.escape(fragment)}{after}", text) is not None

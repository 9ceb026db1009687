"""Who wrote a document and who released it: the ledger `documents/approvals.jsonl`.

One line for each decision, added and never changed, newest last. A decision counts for one
content: the hash of the file and its sidecar. After any edit the document is a draft again,
without anybody having to notice the edit.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final, Literal

from pydantic import AwareDatetime, ValidationError

from assistant.errors import ContentError
from assistant.model.frozen import Frozen
from knowledge.ingest.sources import SourceFile

LEDGER: Final = "approvals.jsonl"
Deed = Literal["submit", "approve", "reject"]
Status = Literal["draft", "submitted", "approved", "rejected"]
_STATUS: Final[Mapping[Deed, Status]] = {
    "submit": "submitted",
    "approve": "approved",
    "reject": "rejected",
}


class Decision(Frozen):
    """One line of the ledger.

    Attributes:
        file: Path of the document below the documents folder.
        digest: SHA-256 of the content it is about.
        by: Name of the colleague.
        publish_on: First day it may be answered from; None: at once.
        reason: Why it was turned down, or a remark.
    """

    file: str
    digest: str
    deed: Deed
    by: str
    at: AwareDatetime
    publish_on: date | None = None
    reason: str = ""


class Standing(Frozen):
    """Where a document stands in its present content.

    Attributes:
        edited: It was approved before in another content.
    """

    file: str
    digest: str
    status: Status
    maker: str = ""
    checker: str = ""
    publish_on: date | None = None
    edited: bool = False


class Ledger:
    """Decisions about the documents of one folder."""

    def __init__(self, folder: Path) -> None:
        """Read the ledger; a folder without one has none.

        Raises:
            ContentError: Lines that are no decisions.
        """
        self._path = folder / LEDGER
        self._decisions = list(_read(self._path))

    def history(self, file: str) -> Sequence[Decision]:
        """Every decision about a document, oldest first."""
        return [one for one in self._decisions if one.file == file]

    def standing(self, file: str, digest: str) -> Standing:
        """Where a document stands in this content."""
        return _standing(file, digest, self.history(file))

    def standings(self, sources: Iterable[SourceFile]) -> Mapping[str, Standing]:
        """Where each document stands, by the name of its file below the folder."""
        by_file: dict[str, list[Decision]] = {}
        for one in self._decisions:
            by_file.setdefault(one.file, []).append(one)
        return {
            file_of(source): _standing(
                file_of(source), source.digest, by_file.get(file_of(source), ())
            )
            for source in sources
        }

    def add(self, decisions: Sequence[Decision]) -> None:
        """Write decisions at the end of the ledger, all at once.

        Raises:
            ContentError: A rule is broken; nothing was written.
        """
        problems = [problem for one in decisions if (problem := self._problem(one))]
        if problems:
            raise ContentError(tuple(problems))
        lines = "".join(
            json.dumps(one.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False)
            + "\n"
            for one in decisions
        )
        with self._path.open("a", encoding="utf-8") as file:
            file.write(lines)
        self._decisions.extend(decisions)

    def _problem(self, one: Decision) -> str | None:
        now = self.standing(one.file, one.digest)
        place = f"{one.file}: {one.deed}"
        if not one.by.strip():
            return f"{place}: needs the name of a colleague"
        if one.deed == "submit":
            return f"{place}: already {now.status}" if now.status in _IN_HAND else None
        if now.status != "submitted" and not (one.deed == "reject" and now.status == "approved"):
            return f"{place}: it is {now.status}, not submitted"
        if one.deed == "approve" and _same(one.by, now.maker):
            return f"{place}: {one.by} wrote it; a second person approves"
        return None


_IN_HAND: Final = frozenset({"submitted", "approved"})


def file_of(source: SourceFile) -> str:
    """The name of a document in the ledger: its path below the documents folder."""
    return source.name.partition("/")[2]


def _standing(file: str, digest: str, history: Sequence[Decision]) -> Standing:
    of_this = [one for one in history if one.digest == digest]
    edited = any(one.deed == "approve" and one.digest != digest for one in history)
    if not of_this:
        return Standing(file=file, digest=digest, status="draft", edited=edited)
    last = of_this[-1]
    maker = next((one.by for one in reversed(of_this) if one.deed == "submit"), "")
    return Standing(
        file=file,
        digest=digest,
        status=_STATUS[last.deed],
        maker=maker,
        checker=last.by if last.deed != "submit" else "",
        publish_on=last.publish_on if last.deed == "approve" else None,
        edited=edited and last.deed != "approve",
    )


def _same(one: str, other: str) -> bool:
    return "".join(one.split()).casefold() == "".join(other.split()).casefold()


def _read(path: Path) -> Iterable[Decision]:
    if not path.is_file():
        return []
    decisions: list[Decision] = []
    problems: list[str] = []
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            one = Decision.model_validate_json(line)
        except ValidationError as error:
            problems.append(f"documents/{LEDGER}:{number}: {error.errors()[0]['msg']}")
            continue
        before = [each for each in decisions if each.file == one.file]
        if one.deed == "approve" and _same(one.by, _standing("", one.digest, before).maker):
            problems.append(f"documents/{LEDGER}:{number}: by: maker and checker are one person")
        decisions.append(one)
    if problems:
        raise ContentError(tuple(problems))
    return decisions

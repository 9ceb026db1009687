"""One message taken apart: what each stage of the local understander saw, and what it decided.

Nothing is decided here. The understander itself reads the message, with a classifier that notes
what it was asked; the rest shows what the same functions find in the same words.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Literal

from assistant.model.commands import Command, CorrectSlot, SetSlot, StartFlow
from assistant.model.flow import Flow
from assistant.model.ids import SlotName
from assistant.model.release import Release
from assistant.model.tracker import Tracker
from assistant.ports import Classifier, IntentScores
from assistant.understanding.local import LocalUnderstander
from assistant.understanding.normalise import Normalised, has_words, normalise, to_simplified
from assistant.understanding.plan_cut import pieces as cut_pieces
from assistant.understanding.slots import asked_slot, may_move_money
from assistant.understanding.thresholds import Thresholds
from assistant.understanding.values.extract import Wanted, extract
from assistant.understanding.wordrules import WordRules

Span = tuple[int, int]
Cause = Literal["form", "script", "lexicon"]
_EDGES = frozenset({"fillers", "politeness"})
"""Lists that only trim the ends of a message; inside other words they mean nothing."""


@dataclass(frozen=True, slots=True)
class Change:
    """Words that were brought to their standard form.

    Attributes:
        words: As the customer wrote them.
        standard: As they are read.
        span: Place in the message, characters, end excluded.
        by: Full width and case (`form`), Traditional to Simplified (`script`), or a rewrite of
            the bank's (`lexicon`).
    """

    words: str
    standard: str
    span: Span
    by: Cause


@dataclass(frozen=True, slots=True)
class SeenValue:
    """A value in the message.

    Attributes:
        slot: The slot a command gives it to; None when no task under way wants it.
    """

    kind: str
    value: str
    words: str
    span: Span
    slot: SlotName | None


@dataclass(frozen=True, slots=True)
class ListedWords:
    """Words of the message that stand in one of the bank's lists.

    Attributes:
        name: The list (`human_handoff`, `question`, …).
        is_whole: Whether the message is nothing but them.
    """

    name: str
    words: str
    span: Span
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the message that may hold a wish of its own.

    Attributes:
        was_read: Whether the understander had it scored while looking for several wishes.
    """

    words: str
    span: Span
    scores: IntentScores
    was_read: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Everything seen in one message.

    Attributes:
        scores: Of the message as a whole; None when it is a button or holds no words.
        pieces: Empty when there is nothing to cut.
        by: Stage that decided: button, rules, classifier.
        is_plan: Whether the commands came from the pieces.
        asked: Slot of the open question.
        under_way: Tasks of the conversation.
    """

    text: str
    normalised: str
    changes: tuple[Change, ...]
    values: tuple[SeenValue, ...]
    listed: tuple[ListedWords, ...]
    scores: IntentScores | None
    pieces: tuple[Piece, ...]
    commands: tuple[Command, ...]
    by: str
    is_plan: bool
    asked: SlotName | None
    under_way: tuple[str, ...]
    limits: Thresholds


@dataclass(slots=True)
class _Noting:
    """Implements the port Classifier: another one, remembering what it was asked."""

    inner: Classifier
    asked: list[str] = field(default_factory=list)

    def classify(self, text: str) -> IntentScores:
        """See the port."""
        self.asked.append(text)
        return self.inner.classify(text)


async def inspect(owner: LocalUnderstander, text: str, tracker: Tracker, release: Release) -> Trace:
    """Read one message and keep what was seen on the way.

    Args:
        owner: Its rules, classifier and thresholds decide.
        text: The readable message.
        tracker: State of the conversation.
        release: Names the flows, slots and words.
    """
    noting = _Noting(owner.classifier)
    understood = await replace(owner, classifier=noting).understand(text, tracker, release)
    message = normalise(text, release.lexicon.rewrites)
    is_read = understood.by != "button" and has_words(message.text)
    parts = [p.read for p in cut_pieces(message, WordRules(release.lexicon))] if is_read else []
    return Trace(
        text=text,
        normalised=message.text,
        changes=tuple(_changes(message, text)),
        values=_values(message, understood.commands, owner, tracker, release) if is_read else (),
        listed=tuple(_listed(message, release)) if is_read else (),
        scores=owner.classifier.classify(message.text) if is_read else None,
        pieces=tuple(_pieces(parts, text, noting)) if len(parts) > 1 else (),
        commands=understood.commands,
        by=understood.by,
        # Scores of the whole message come with every other decision of the classifier's.
        is_plan=understood.by == "classifier" and not understood.scores,
        asked=tracker.asked.slot if tracker.asked is not None else None,
        under_way=tuple(frame.flow for frame in tracker.stack),
        limits=owner.thresholds,
    )


def _changes(message: Normalised, text: str) -> Iterator[Change]:
    """Runs of characters that are not what they were, each for one cause."""
    origins = message.origins
    causes = [_cause(message, text, at) for at in range(len(message.text))]
    at = 0
    for cause, run in groupby(causes):
        end = at + len([*run])
        if cause is not None:
            first, last = origins[at], origins[end]
            yield Change(text[first:last], message.text[at:end], (first, last), cause)
        at = end


def _cause(message: Normalised, text: str, at: int) -> Cause | None:
    """What made the character what it is; None when it is as it was written."""
    first, after = message.origins[at], message.origins[at + 1]
    written, standard = text[first], message.text[at]
    if written == standard:
        # The same character at a place that is wider or narrower now: part of a rewrite.
        return None if after == first + 1 else "lexicon"
    formed = unicodedata.normalize("NFKC", written).lower()
    if standard in formed:
        return "form"
    return "script" if standard in to_simplified(formed) else "lexicon"


def _values(
    message: Normalised,
    commands: Sequence[Command],
    owner: LocalUnderstander,
    tracker: Tracker,
    release: Release,
) -> tuple[SeenValue, ...]:
    """What the extractors find, then what a command took besides (a choice, a whole answer)."""
    taken = {c.span: c for c in commands if isinstance(c, SetSlot | CorrectSlot) and c.span}
    moves_money = any(may_move_money(flow) for flow in _flows(commands, tracker, release))
    wanted = Wanted(asked_slot(tracker, release), moves_money, owner.today())
    seen: list[SeenValue] = []
    for found in extract(message, wanted, release.lexicon):
        span = message.span(*found.said)
        command = taken.pop(span, None)
        slot = command.slot if command else None
        words = message.said(*found.said)
        seen.append(SeenValue(found.kind, found.value, words, span, slot))
    for span, command in taken.items():
        kind = release.slots[command.slot].kind
        words = message.original[span[0] : span[1]]
        seen.append(SeenValue(kind, str(command.value), words, span, command.slot))
    return tuple(sorted(seen, key=lambda value: value.span))


def _flows(commands: Sequence[Command], tracker: Tracker, release: Release) -> list[Flow]:
    started = [command.flow for command in commands if isinstance(command, StartFlow)]
    return [release.flows[name] for name in (*started, *(f.flow for f in tracker.stack))]


def _listed(message: Normalised, release: Release) -> Iterator[ListedWords]:
    rules = WordRules(release.lexicon)
    whole = rules.whole(message)
    if whole is not None:
        yield ListedWords(whole, message.original, (0, len(message.original)), is_whole=True)
    for name in sorted(
        n for n in release.lexicon.commands if n not in _EDGES and not n.startswith("plan_")
    ):
        for start, end in rules.places(name, message.text):
            words = message.said(start, end)
            yield ListedWords(name, words, message.span(start, end), is_whole=False)


def _pieces(parts: Sequence[Normalised], text: str, noting: _Noting) -> Iterator[Piece]:
    for part in parts:
        first, last = part.span(0, len(part.text))
        scores, was_read = noting.inner.classify(part.text), part.text in noting.asked
        yield Piece(text[first:last].strip(), (first, last), scores, was_read)

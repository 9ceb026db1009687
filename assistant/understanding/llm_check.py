"""What of a model's proposal is taken: known names, values of the customer's own words, no yes.

A model that obeys an attacker may propose anything. What gets past this module is a task the
customer may start anyway, a value that stands in the customer's message, or plain talk; each
change still waits for the customer's own yes to a read-back, and for its proofs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from assistant.model.commands import (
    CancelFlow,
    CannotHandle,
    ChitChat,
    Clarify,
    Command,
    CorrectSlot,
    Goodbye,
    Greet,
    HumanHandoff,
    Repeat,
    SearchKnowledge,
    SetSlot,
    SkipQuestion,
    StartFlow,
    Thanks,
    Wait,
)
from assistant.model.flow import Flow
from assistant.model.ids import FlowId, SlotName
from assistant.model.release import SlotDefinition
from assistant.model.tracker import Tracker
from assistant.understanding.llm_offer import Offer
from assistant.understanding.llm_prompt import MOST_COMMANDS
from assistant.understanding.masking import Masked
from assistant.understanding.normalise import Normalised, normalise
from assistant.understanding.slots import fill
from assistant.understanding.values.extract import Wanted, choice_of, extract
from assistant.understanding.values.found import Found

UNMEASURED: Final = 0.5
"""Confidence where the classifier had no probability: what a model says of itself means nothing."""
_FREE_KINDS: Final = frozenset({"text", "name", "payee"})
"""Kinds whose value may be any words of the message."""
_LONGEST_PAYEE: Final = 20
_FEWEST_OPTIONS: Final = 2
_MOST_OPTIONS: Final = 3
_PLAIN: Final[Mapping[str, Command]] = {
    "repeat": Repeat(),
    "wait": Wait(),
    "skip_question": SkipQuestion(),
    "greet": Greet(),
    "thanks": Thanks(),
    "goodbye": Goodbye(),
    "chitchat": ChitChat(),
}


class _Proposed(BaseModel):
    """One command as a model writes it; whatever else it adds is not read."""

    model_config = ConfigDict(extra="ignore")

    command: str
    flow: str | None = None
    slot: str | None = None
    value: str | int | float | None = None


class _Answer(BaseModel):
    """A model's whole answer."""

    model_config = ConfigDict(extra="ignore")

    commands: list[JsonValue] = Field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What a proposal is held against.

    Attributes:
        original: The customer's message as written.
        message: The same, normalised.
        masked: The same as the model saw it.
        scores: The classifier's probabilities.
        today: The bank's day.
    """

    original: str
    message: Normalised
    masked: Masked
    offer: Offer
    tracker: Tracker
    scores: Mapping[str, float]
    today: date


def accepted(arguments: JsonValue, moment: Moment) -> tuple[Command, ...]:
    """The commands of a proposal that hold; nothing when none does.

    Args:
        arguments: As the model gave them, unchecked.
        moment: The customer's words and where the conversation stands.
    """
    return _Check(moment).commands(_proposed(arguments))


def _proposed(arguments: JsonValue) -> list[_Proposed]:
    try:
        answer = _Answer.model_validate(arguments)
    except ValidationError:
        return []
    proposed: list[_Proposed] = []
    for each in answer.commands[:MOST_COMMANDS]:
        try:
            proposed.append(_Proposed.model_validate(each))
        except ValidationError:
            continue
    return proposed


@dataclass(slots=True)
class _Check:
    """One proposal being checked."""

    moment: Moment
    filled: dict[SlotName, SetSlot | CorrectSlot] = field(default_factory=dict)

    def commands(self, proposed: Sequence[_Proposed]) -> tuple[Command, ...]:
        """Tasks first, then their values, then the rest, without repetitions."""
        flows = self._starts(proposed)
        starts: list[Command] = [
            StartFlow(flow=flow.id, confidence=self._confidence(flow.id)) for flow in flows
        ]
        candidates = self.moment.offer.slots_of((*flows, *self.moment.offer.active.values()))
        self._own_values(flows)
        for each in proposed:
            self._take_value(each, candidates)
        talk = [*self._clarified(proposed), *(t for p in proposed for t in self._talk(p))]
        meant: list[Command] = [*starts, *self.filled.values(), *talk]
        return tuple(dict.fromkeys(_without_surrender(meant)))

    def _starts(self, proposed: Sequence[_Proposed]) -> list[Flow]:
        offered = self.moment.offer.flows
        ids = [FlowId(p.flow) for p in proposed if p.command == "start_flow" and p.flow]
        return [offered[flow_id] for flow_id in dict.fromkeys(ids) if flow_id in offered]

    def _own_values(self, flows: Sequence[Flow]) -> None:
        """What our extractors find for the tasks; it stands against whatever a model says."""
        if not flows:
            return
        moves_money = any("amount" in flow.own_slots() for flow in flows)
        found = self._found(Wanted(None, moves_money, self.moment.today))
        slots = [*self.moment.offer.slots_of(flows).values()]
        for value in fill(found, slots, self.moment.message):
            self.filled[value.slot] = value

    def _take_value(
        self, proposed: _Proposed, candidates: Mapping[SlotName, SlotDefinition]
    ) -> None:
        slot = candidates.get(SlotName(proposed.slot or ""))
        if proposed.command not in {"set_slot", "correct_slot"} or slot is None:
            return
        if slot.name in self.filled or proposed.value is None:
            return
        value = self._value(slot, str(proposed.value))
        if value is None:
            return
        corrects = proposed.command == "correct_slot" and slot.name in self.moment.tracker.slots
        kind = CorrectSlot if corrects else SetSlot
        self.filled[slot.name] = kind(
            slot=slot.name, value=value[0], span=value[1], confidence=UNMEASURED
        )

    def _value(self, slot: SlotDefinition, raw: str) -> tuple[str, tuple[int, int]] | None:
        """The slot's value when the customer's own words hold it."""
        message = self.moment.message
        words = self.moment.masked.originals.get(raw.strip(), raw)
        lexicon = self.moment.offer.release.lexicon
        said = normalise(words.strip(), lexicon.rewrites)
        if slot.type == "categorical" or slot.choices:
            choice = choice_of(message, slot)
            mine = choice_of(said, slot)
            same = choice is not None and mine is not None and choice.value == mine.value
            return _of(choice, message) if choice is not None and same else None
        wanted = Wanted(slot, slot.kind == "amount", self.moment.today)
        meant = {each.value for each in extract(said, wanted, lexicon) if each.kind == slot.kind}
        matching = [f for f in self._found(wanted) if f.kind == slot.kind and f.value in meant]
        if matching:
            return _of(max(matching, key=lambda each: each.start), message)
        return self._literal(slot, said.text) if slot.kind in _FREE_KINDS else None

    def _literal(self, slot: SlotDefinition, said: str) -> tuple[str, tuple[int, int]] | None:
        text = self.moment.message.text
        start = text.find(said) if said else -1
        if start < 0 or _cuts_a_word(text, start, start + len(said)):
            return None
        if slot.kind == "payee" and (len(said) > _LONGEST_PAYEE or any(map(str.isdigit, said))):
            return None
        span = self.moment.message.span(start, start + len(said))
        return self.moment.original[slice(*span)], span

    def _found(self, wanted: Wanted) -> list[Found]:
        return extract(self.moment.message, wanted, self.moment.offer.release.lexicon)

    def _clarified(self, proposed: Sequence[_Proposed]) -> Iterator[Clarify]:
        named = [FlowId(p.flow) for p in proposed if p.command == "clarify" and p.flow]
        options = [flow for flow in dict.fromkeys(named) if flow in self.moment.offer.flows]
        if len(options) >= _FEWEST_OPTIONS:
            yield Clarify(options=tuple(options[:_MOST_OPTIONS]), confidence=UNMEASURED)

    def _talk(self, proposed: _Proposed) -> Iterator[Command]:
        asked = self.moment.tracker.asked
        is_read_back = asked is not None and asked.confirms is not None
        plain = _PLAIN.get(proposed.command)
        if plain is not None:
            yield plain.model_copy(update={"confidence": self._confidence(proposed.command)})
        elif proposed.command == "search_knowledge":
            # The customer's own words, never the model's: they are what documents are searched for.
            confidence = self._confidence("search_knowledge")
            yield SearchKnowledge(question=self.moment.original, confidence=confidence)
        elif proposed.command == "cancel_flow" and self.moment.tracker.stack:
            yield CancelFlow(confidence=self._confidence("cancel"))
        elif proposed.command == "human_handoff" and not is_read_back:
            yield HumanHandoff(confidence=UNMEASURED)
        elif proposed.command == "cannot_handle":
            yield CannotHandle(reason="out_of_scope", confidence=UNMEASURED)

    def _confidence(self, label: str) -> float:
        return self.moment.scores.get(label, UNMEASURED)


def _without_surrender(meant: Sequence[Command]) -> list[Command]:
    """The commands without a `cannot_handle` that stands beside something that fits."""
    if all(isinstance(command, CannotHandle) for command in meant):
        return [*meant]
    return [command for command in meant if not isinstance(command, CannotHandle)]


def _of(found: Found, message: Normalised) -> tuple[str, tuple[int, int]]:
    return found.value, message.span(found.start, found.end)


def _cuts_a_word(text: str, start: int, end: int) -> bool:
    """Whether the piece is part of a longer word or number, such as 500 of 5000."""
    before = start > 0 and _joins(text[start - 1]) and _joins(text[start])
    after = end < len(text) and _joins(text[end - 1]) and _joins(text[end])
    return before or after


def _joins(character: str) -> bool:
    return character.isascii() and character.isalnum()

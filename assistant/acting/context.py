"""What one turn carries with it while it acts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from pydantic import JsonValue

from assistant.acting.display import as_preferred
from assistant.acting.recap import slot_words
from assistant.compliance.review import review
from assistant.dialogue.log import TurnLog
from assistant.dialogue.runner import Runner
from assistant.model.events import ReplyReviewed, Said
from assistant.model.flow import END
from assistant.model.frozen import Facts
from assistant.model.ids import FlowId, ResponseKey, SlotName
from assistant.model.message import Button, Citation, ReplyPart
from assistant.ports import (
    ActionGateway,
    ChatModel,
    Clock,
    Documents,
    HandoffDesk,
    IdentityProofs,
    IdSource,
    Knowledge,
    NoDocuments,
    Privacy,
    ReviewQueue,
)
from assistant.ports.moves import Moves, NoMoves
from assistant.ports.risk import NoScamWatch, ScamWatch
from assistant.ports.wake_ups import NoWakeUps, WakeUp, WakeUpStore
from assistant.response.render import Renderer, pick

BANK_ZONE = ZoneInfo("Asia/Shanghai")
"""The bank's day begins at midnight here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything outside that a turn may touch.

    Attributes:
        documents: Whole documents by name, for calculations and approved answers.
        phrasing: A language model that may phrase cited sentences; None for none.
        scam: Listens for scams.
        privacy: The register of personal data; None where none is kept.
        wake_ups: What is to be told at a later time.
        moves: Open tasks and the tokens by which they go on in another channel.
    """

    actions: ActionGateway
    identity: IdentityProofs
    knowledge: Knowledge
    desk: HandoffDesk
    reviews: ReviewQueue
    clock: Clock
    ids: IdSource
    documents: Documents = field(default_factory=NoDocuments)
    phrasing: ChatModel | None = None
    scam: ScamWatch = field(default_factory=NoScamWatch)
    privacy: Privacy | None = None
    wake_ups: WakeUpStore = field(default_factory=NoWakeUps)
    moves: Moves = field(default_factory=NoMoves)


@dataclass(slots=True, kw_only=True)
class TurnContext:
    """One turn in the making.

    Attributes:
        text: The customer's words, unmasked; kept only as long as the turn.
        secrets: Codes and numbers given in this turn, by slot; never stored.
        notes: Sentences due with the next reply; wording has a place for them, or they follow it.
        wakes: Noted by `ends.note_wake_ups` once the turn has come to its end.
        flush: Stores the events recorded so far; called before each change at the bank.
    """

    ports: Ports
    log: TurnLog
    runner: Runner
    renderer: Renderer
    flush: Callable[[], Awaitable[None]]
    text: str = ""
    secrets: dict[SlotName, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    wakes: list[WakeUp] = field(default_factory=list)

    def today(self) -> date:
        """The bank's present day."""
        return self.ports.clock.now().astimezone(BANK_ZONE).date()

    def say(
        self,
        key: ResponseKey | str,
        facts: Facts | None = None,
        *,
        buttons: tuple[Button, ...] = (),
        citations: tuple[Citation, ...] = (),
        to: str = "",
    ) -> None:
        """Render approved wording, review it, and put it into the log."""
        note = "".join(self.notes)
        self.notes.clear()
        part = self.renderer.part(
            ResponseKey(key),
            self.with_names({**(facts or {}), "undo_note": note}),
            self.log.tracker,
            buttons=buttons,
            citations=citations,
        )
        if note and note not in part.text:
            part = part.model_copy(update={"text": f"{part.text}\n{note}"})
        if note and part.card is not None:
            part = part.model_copy(update={"card": {**part.card, "undo": note}})
        self.say_part(part, to)

    def say_part(self, part: ReplyPart, to: str = "") -> None:
        """Review one bubble and put what may leave into the log.

        Args:
            part: The bubble.
            to: Place it is for; "" for where the turn's message came from.
        """
        ours = part.model_copy(update={"text": _without_quoted(part.text, self.log.tracker.slots)})
        rule = review(ours, self.log.release.review_rules).rule
        if rule is not None:
            self.log.add(ReplyReviewed, rule=rule.id, verdict=rule.verdict, withheld=part.text)
            part = self.renderer.part(rule.replace_with, {}, self.log.tracker)
        if part.text or part.card:
            part = as_preferred(part, self.log.tracker, self.renderer)
            self.log.add(Said, part=part, to=to)

    def reason_text(self, reason: ResponseKey | None) -> str:
        """The bank's words for why something was refused."""
        key = ResponseKey(f"utter_{reason}") if reason else ResponseKey("utter_reason_other")
        if not self.renderer.has(key):
            key = ResponseKey("utter_reason_other")
        return self.renderer.part(key, {}, self.log.tracker).text

    def flow_name(self, flow: str) -> str:
        """What the customer is told a task is called."""
        found = self.log.release.flows.get(FlowId(flow))
        return pick(found.name, self.log.tracker.locale) if found else flow

    def with_names(self, facts: Facts) -> Facts:
        """The facts, and beside each `…_flow` the task's name as `…_name`."""
        named: Facts = {}
        for name, value in facts.items():
            if name.endswith("_flow") and isinstance(value, str) and value != END:
                named[name.removesuffix("_flow") + "_name"] = self.flow_name(value)
            elif isinstance(value, list):
                named[name] = [self._named(item, facts) for item in value]
        return {**facts, **named}

    def _named(self, item: JsonValue, facts: Facts) -> JsonValue:
        """An item of a list that speaks of a task or a slot, in words the customer knows."""
        if isinstance(item, dict) and isinstance(item.get("slot"), str):
            learnt = facts.get("waiting_facts")
            known = learnt if isinstance(learnt, dict) else {}
            slot = SlotName(str(item["slot"]))
            return {**item, **slot_words(slot, known, self.log.tracker, self.renderer)}
        if isinstance(item, dict) and isinstance(item.get("flow"), str):
            return {**item, "name": self.flow_name(str(item["flow"]))}
        return item


def _without_quoted(text: str, slots: Mapping[str, JsonValue]) -> str:
    """The bank's own words: what the customer said and is quoted as saying promises nothing."""
    for value in slots.values():
        if isinstance(value, str) and value:
            text = text.replace(f"“{value}”", "“”")
    return text

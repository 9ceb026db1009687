"""A receipt of one change: what was asked, read back, confirmed and done, out of the log.

The log is the truth, so a receipt is made from it when it is asked for, and is the same each time.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from assistant.acting.context import BANK_ZONE
from assistant.acting.proofs import proofs_held
from assistant.acting.undo import NOTE, undo_facts
from assistant.conversation import Conversations
from assistant.model.events import (
    ActionFinished,
    Confirmed,
    Event,
    FlowStarted,
    MessageReceived,
    ReviewDecided,
    Said,
    TurnFinished,
)
from assistant.model.frozen import Facts
from assistant.model.ids import ConversationId, CustomerId, FlowId, ReceiptId, ResponseKey
from assistant.model.release import Release
from assistant.model.tracker import Tracker
from assistant.notary.receipts import write_receipt
from assistant.notary.roots import Signer
from assistant.reads import Reads
from assistant.response.render import Renderer, pick

_TEXT: Final = ResponseKey("utter_receipt_text")

TaskEvent = TypeVar("TaskEvent", FlowStarted, Confirmed)

Find = Callable[[CustomerId, ReceiptId], Awaitable[ConversationId | None]]
"""The conversation in which a customer's change was done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipts:
    """Makes receipts for the customers they belong to.

    Attributes:
        signer: Gives the key when it is first needed.
        reads: Where it is written down that a colleague looks at one.
    """

    find: Find
    conversations: Conversations
    release: Release
    signer: Callable[[], Signer]
    reads: Reads = field(default_factory=Reads)

    async def show(
        self, customer_id: CustomerId, receipt_id: ReceiptId, colleague: str
    ) -> bytes | None:
        """The same file for a colleague; that it was looked at is written down first.

        Raises:
            StoreUnavailable: It could not be written down, so it is not shown.
        """
        conversation_id = await self.find(customer_id, receipt_id)
        if conversation_id is None:
            return None
        await self.reads.note((conversation_id,), colleague, "receipt")
        return await self.issue(customer_id, receipt_id)

    async def issue(self, customer_id: CustomerId, receipt_id: ReceiptId) -> bytes | None:
        """The signed file; None when this customer has no such receipt, or it was erased.

        Raises:
            StoreUnavailable: The database did not answer.
        """
        conversation_id = await self.find(customer_id, receipt_id)
        if conversation_id is None:
            return None
        stored = await self.conversations.store.load(conversation_id)
        events = [each.event for each in stored]
        deed = _deed(events, receipt_id)
        if deed is None:
            return None
        tracker = Tracker.replay(conversation_id, events[: events.index(deed) + 1])
        if tracker.customer_id != customer_id:
            return None
        body = self._body(deed, tracker)
        return write_receipt({**body, "text": self._text(body, deed, tracker)}, self.signer())

    def _body(self, deed: ActionFinished, tracker: Tracker) -> dict[str, Any]:
        started = _last(tracker.events, FlowStarted, deed)
        confirmed = _last(tracker.events, Confirmed, deed)
        proofs = [
            {"proof": "code", "target": each.target, "at": each.at.isoformat()}
            for each in proofs_held(tracker)
            if (each.purpose or "").startswith(f"{deed.action}:")
        ]
        approved = any(isinstance(e, ReviewDecided) for e in tracker.in_turn(deed.turn))
        return {
            "receipt_id": deed.receipt_id,
            "conversation_id": tracker.conversation_id,
            "customer_id": tracker.customer_id,
            "asked": _asked(tracker.events, started),
            "flow": started.flow if started else None,
            "read_back": _read_back(tracker.events, confirmed),
            "confirmed": _confirmed(confirmed),
            "done": {
                "action": deed.action,
                "outcome": deed.outcome,
                "at": deed.at.isoformat(),
                "reconciled": deed.reconciled,
                "bank_reference": deed.facts.get("reference"),
                "facts": dict(deed.facts),
                "key": deed.idempotency_key,
            },
            "undo": None if deed.undo is None else deed.undo.model_dump(mode="json"),
            "content": {"fingerprint": deed.release},
            "authority": {
                "level": _level(tracker.events),
                "proofs": proofs,
                "reviewed_by_colleague": approved,
                "channel": tracker.channel,
            },
            "sandbox": bool(deed.facts.get("is_sandbox", False)),
        }

    def _text(self, body: dict[str, Any], deed: ActionFinished, tracker: Tracker) -> str:
        """The same for people, in the language of the conversation."""
        flow = self.release.flows.get(FlowId(str(body["flow"])))
        confirmed = body["confirmed"] or {}
        facts: Facts = {
            "receipt_id": str(deed.receipt_id),
            "task": pick(flow.name, tracker.locale) if flow else str(deed.action),
            "asked": body["asked"]["text"],
            "read_back": body["read_back"]["text"],
            "confirmed_at": str(confirmed.get("at", "")),
            "undo_note": _undo_note(deed, tracker, self.release),
            "done_at": f"{deed.at.astimezone(BANK_ZONE):%Y-%m-%d %H:%M:%S}",
            "level": body["authority"]["level"],
            "codes": len(body["authority"]["proofs"]),
            "fingerprint": str(deed.release)[:12],
            "is_sandbox": body["sandbox"],
        }
        return Renderer(self.release).part(_TEXT, facts, tracker).text


def _undo_note(deed: ActionFinished, tracker: Tracker, release: Release) -> str:
    """Whether and until when it can be taken back, as the customer was told."""
    renderer = Renderer(release)
    if deed.undo is None or not renderer.has(NOTE):
        return ""
    facts: Facts = {"undo_stage": "after", **undo_facts(deed.undo, tracker.locale)}
    flow = release.flows.get(deed.undo.task) if deed.undo.task is not None else None
    facts["undo_name"] = pick(flow.name, tracker.locale) if flow is not None else ""
    return renderer.part(NOTE, facts, tracker).text


def _deed(events: Sequence[Event], receipt_id: ReceiptId) -> ActionFinished | None:
    for event in events:
        if not isinstance(event, ActionFinished) or event.outcome != "done":
            continue
        if event.receipt_id == receipt_id:
            return event
    return None


def _last(events: Sequence[Event], kind: type[TaskEvent], deed: ActionFinished) -> TaskEvent | None:
    """The last event of the kind that belongs to the task of the deed."""
    found = [e for e in events if isinstance(e, kind) and e.frame_id == deed.frame_id]
    return found[-1] if found else None


def _asked(events: Sequence[Event], started: FlowStarted | None) -> dict[str, Any]:
    """The customer's words that began the task, masked as the log has them."""
    turn = started.turn if started else 0
    said = [e for e in events if isinstance(e, MessageReceived) and e.turn == turn]
    text = "\n".join(each.text or each.button or "" for each in said)
    return {"text": text, "at": said[0].at.isoformat() if said else None}


def _read_back(events: Sequence[Event], confirmed: Confirmed | None) -> dict[str, Any]:
    """What the customer said yes to, word for word."""
    if confirmed is None:
        return {"text": "", "at": None}
    end = events.index(confirmed)
    shown = [
        e
        for e in events[:end]
        if isinstance(e, Said) and str(e.part.response_key).startswith("ask_confirm")
    ]
    if not shown:
        return {"text": "", "at": None}
    return {"text": shown[-1].part.text, "at": shown[-1].at.isoformat()}


def _confirmed(confirmed: Confirmed | None) -> dict[str, Any] | None:
    if confirmed is None:
        return None
    return {"at": confirmed.at.isoformat(), "arguments_sha256": confirmed.digest}


def _level(events: Sequence[Event]) -> int:
    """Assurance at the end of the last turn before, or of the sign-in."""
    levels = [int(e.level) for e in events if isinstance(e, TurnFinished)]
    return levels[-1] if levels else 0

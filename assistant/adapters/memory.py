"""Everything in memory: for tests and for talking in a terminal. Nothing survives the process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from assistant.adapters.broadcast import MemoryBroadcast
from assistant.adapters.desk import SECONDS_PER_TICKET
from assistant.adapters.locks import MemoryLock
from assistant.adapters.numbering import cites, customer_of, leaves_turn_open, number
from assistant.errors import ConversationMoved
from assistant.model.events import Event
from assistant.model.ids import ConversationId, CustomerId, DocumentId, ReviewId, TicketId
from assistant.ports import (
    Clock,
    ConversationHead,
    IdSource,
    Review,
    ReviewRequest,
    ReviewStatus,
    StoredEvent,
    Ticket,
    Verdict,
)

__all__ = [
    "MemoryBroadcast",
    "MemoryDesk",
    "MemoryEventStore",
    "MemoryLock",
    "MemoryReviewQueue",
]


@dataclass(slots=True)
class _Log:
    events: list[StoredEvent] = field(default_factory=list)
    frames: list[StoredEvent] = field(default_factory=list)
    customer_id: CustomerId | None = None
    open_turn: bool = False


@dataclass(slots=True)
class MemoryEventStore:
    """Implements the EventStore port."""

    _logs: dict[ConversationId, _Log] = field(default_factory=dict)

    async def append(
        self, conversation_id: ConversationId, after_seq: int, events: Sequence[Event]
    ) -> list[StoredEvent]:
        """See the port."""
        if not events:
            return []
        log = self._logs.get(conversation_id, _Log())
        if len(log.events) != after_seq:
            msg = f"The conversation does not end at {after_seq}."
            raise ConversationMoved(msg)
        stored = [record.stored for record in number(events, after_seq, len(log.frames))]
        self._logs[conversation_id] = log
        log.events += stored
        log.frames += [each for each in stored if each.frame_seq is not None]
        log.customer_id = customer_of(events) or log.customer_id
        is_open = leaves_turn_open(events)
        log.open_turn = log.open_turn if is_open is None else is_open
        return stored

    async def load(self, conversation_id: ConversationId) -> list[StoredEvent]:
        """See the port."""
        log = self._logs.get(conversation_id)
        return list(log.events) if log else []

    async def frames(
        self, conversation_id: ConversationId, after: int, limit: int
    ) -> list[StoredEvent]:
        """See the port."""
        log = self._logs.get(conversation_id)
        return log.frames[after : after + limit] if log else []

    async def head(self, conversation_id: ConversationId) -> ConversationHead | None:
        """See the port."""
        log = self._logs.get(conversation_id)
        if log is None:
            return None
        return ConversationHead(
            conversation_id=conversation_id,
            customer_id=log.customer_id,
            last_seq=len(log.events),
            last_frame_seq=len(log.frames),
        )

    async def unfinished(self) -> list[ConversationId]:
        """See the port."""
        return [conversation_id for conversation_id, log in self._logs.items() if log.open_turn]

    async def citing(self, document_id: DocumentId) -> list[ConversationId]:
        """See the port."""
        first = {
            conversation_id: next(
                (one.event.at for one in log.events if cites(one.event, document_id)), None
            )
            for conversation_id, log in self._logs.items()
        }
        found = [(at, each) for each, at in first.items() if at is not None]
        return [conversation_id for _, conversation_id in sorted(found)]

    async def holding(
        self, types: Sequence[str], customer_id: CustomerId | None = None
    ) -> list[ConversationId]:
        """See the port."""
        found = [
            (min(times), conversation_id)
            for conversation_id, log in self._logs.items()
            if (times := [one.event.at for one in log.events if one.event.type in types])
            and customer_id in {None, log.customer_id}
        ]
        return [conversation_id for _, conversation_id in sorted(found)]


@dataclass(slots=True)
class MemoryDesk:
    """Implements the HandoffDesk port.

    Attributes:
        seconds_per_ticket: For the estimated wait: position times this.
    """

    clock: Clock
    ids: IdSource
    seconds_per_ticket: int = SECONDS_PER_TICKET
    _tickets: dict[TicketId, Ticket] = field(default_factory=dict)

    async def request(
        self,
        conversation_id: ConversationId,
        customer_id: CustomerId | None,
        reason: str,
        summary: str,
    ) -> Ticket:
        """See the port."""
        for ticket in await self.open_tickets():
            if ticket.conversation_id == conversation_id:
                return ticket
        ticket = Ticket(
            ticket_id=TicketId(self.ids.new("h")),
            conversation_id=conversation_id,
            customer_id=customer_id,
            reason=reason,
            summary=summary,
            status="waiting",
            position=0,
            eta_s=0,
            created_at=self.clock.now(),
        )
        self._tickets[ticket.ticket_id] = ticket
        return self._placed(ticket)

    async def open_tickets(self) -> list[Ticket]:
        """See the port."""
        return [self._placed(each) for each in self._tickets.values() if each.status != "closed"]

    async def find(self, ticket_id: TicketId) -> Ticket | None:
        """See the port."""
        ticket = self._tickets.get(ticket_id)
        return self._placed(ticket) if ticket else None

    async def accept(self, ticket_id: TicketId, colleague: str) -> Ticket | None:
        """See the port; the colleague who has it already gets it again."""
        ticket = self._tickets.get(ticket_id)
        if ticket is None or ticket.status == "closed" or ticket.colleague not in {None, colleague}:
            return None
        taken = ticket.model_copy(update={"status": "accepted", "colleague": colleague})
        self._tickets[ticket_id] = taken
        return taken

    async def close(self, ticket_id: TicketId) -> None:
        """See the port."""
        if ticket := self._tickets.get(ticket_id):
            self._tickets[ticket_id] = ticket.model_copy(update={"status": "closed"})

    def _placed(self, ticket: Ticket) -> Ticket:
        if ticket.status != "waiting":
            return ticket
        waiting = [each.ticket_id for each in self._tickets.values() if each.status == "waiting"]
        position = waiting.index(ticket.ticket_id) + 1
        eta_s = position * self.seconds_per_ticket
        return ticket.model_copy(update={"position": position, "eta_s": eta_s})


@dataclass(slots=True)
class MemoryReviewQueue:
    """Implements the ReviewQueue port."""

    clock: Clock
    ids: IdSource
    _reviews: dict[ReviewId, Review] = field(default_factory=dict)

    async def submit(self, request: ReviewRequest) -> Review:
        """See the port."""
        for review in await self.waiting():
            if _matter(review.request) == _matter(request):
                return review
        review = Review(
            review_id=ReviewId(self.ids.new("r")),
            request=request,
            status="waiting",
            created_at=self.clock.now(),
        )
        self._reviews[review.review_id] = review
        return review

    async def find(self, review_id: ReviewId) -> Review | None:
        """See the port."""
        return self._reviews.get(review_id)

    async def waiting(self) -> list[Review]:
        """See the port."""
        return [review for review in self._reviews.values() if review.is_open()]

    async def claim(self, review_id: ReviewId, colleague: str) -> Review | None:
        """See the port."""
        review = self._reviews.get(review_id)
        if review is None or review.status != "waiting":
            return None
        if review.colleague not in {None, colleague}:
            return None
        return self._keep(review, {"colleague": colleague})

    async def give_back(self, review_id: ReviewId, colleague: str) -> None:
        """See the port."""
        review = self._reviews.get(review_id)
        if review is not None and (review.status, review.colleague) == ("waiting", colleague):
            self._keep(review, {"colleague": None})

    async def end(self, review_id: ReviewId, code: str) -> Review | None:
        """See the port."""
        review = self._reviews.get(review_id)
        if review is None or not review.is_open():
            return None
        return self._decided(review, Verdict(approved=False, colleague="", code=code), "refused")

    async def decided(self) -> list[Review]:
        """See the port."""
        open_ones = {"approved", "refused"}
        return [review for review in self._reviews.values() if review.status in open_ones]

    async def decide(self, review_id: ReviewId, verdict: Verdict) -> Review | None:
        """See the port."""
        review = self._reviews.get(review_id)
        if review is None:
            return None
        status = review.after(verdict)
        if status is None:
            return review if review.is_given(verdict) else None
        return self._decided(review, verdict, status)

    async def close(self, review_id: ReviewId) -> None:
        """See the port."""
        review = self._reviews.get(review_id)
        if review is not None and not review.is_open():
            self._keep(review, {"status": "closed"})

    def _decided(self, review: Review, verdict: Verdict, status: ReviewStatus) -> Review:
        changes = {
            "status": status,
            "approved": None if status == "seconding" else verdict.approved,
            "colleague": verdict.colleague,
            "reason": verdict.note,
            "decided_at": self.clock.now(),
            "verdicts": (*review.verdicts, verdict),
        }
        return self._keep(review, changes)

    def _keep(self, review: Review, changes: Mapping[str, object]) -> Review:
        self._reviews[review.review_id] = review.model_copy(update=changes)
        return self._reviews[review.review_id]


def _matter(request: ReviewRequest) -> tuple[str, str, str]:
    """Two requests with the same are one matter."""
    return (request.customer_id, request.action, request.arguments_sha256)

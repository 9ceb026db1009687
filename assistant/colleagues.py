"""Colleagues: the queue, taking a conversation over, answering in it, handing it back."""

from __future__ import annotations

from dataclasses import dataclass, field

from assistant.conversation import Conversation, Conversations
from assistant.errors import ConversationNotFound
from assistant.model.events import HandoffAccepted, HandoffEnded, Said
from assistant.model.ids import ConversationId, ResponseKey, TicketId
from assistant.model.message import ReplyPart
from assistant.model.tracker import Tracker
from assistant.ports import HandoffDesk, StoredEvent, Ticket
from assistant.reads import Reads
from assistant.response.render import Renderer


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleagues:
    """What the desk may do.

    Attributes:
        reads: Where it is written down who reads what.
    """

    desk: HandoffDesk
    conversations: Conversations
    reads: Reads = field(default_factory=Reads)

    async def queue(self, colleague: str) -> list[Ticket]:
        """Open tickets, oldest first; that a colleague sees their summaries is written down.

        Raises:
            StoreUnavailable: It could not be written down, so nothing is shown.
        """
        tickets = await self.desk.open_tickets()
        listed = {str(each.ticket_id): each.conversation_id for each in tickets}
        await self.reads.note_listed(listed, colleague, "handoff")
        return tickets

    async def accept(self, ticket_id: TicketId, colleague: str) -> Ticket | None:
        """Take a ticket.

        Returns:
            None when another colleague has it or it is closed.
        """
        ticket = await self.desk.accept(ticket_id, colleague)
        if ticket is None:
            return None
        async with self.conversations.hold_any(ticket.conversation_id) as held:
            if held.log.tracker.colleague != colleague:
                held.log.add(HandoffAccepted, ticket=ticket_id, colleague=colleague)
                self._announce(held, "utter_colleague_joined", colleague)
                await held.flush()
        return ticket

    async def say(self, ticket_id: TicketId, colleague: str, text: str) -> None:
        """Answer the customer; only the colleague who took the ticket may.

        Raises:
            ConversationNotFound: No such ticket, or it is another colleague's.
        """
        ticket = await self._own(ticket_id, colleague)
        async with self.conversations.hold_any(ticket.conversation_id) as held:
            part = ReplyPart(text=text, ai_generated=False)
            held.log.add(Said, part=part, author="colleague")
            await held.flush()

    async def close(self, ticket_id: TicketId, colleague: str) -> None:
        """Hand the conversation back to the assistant.

        Raises:
            ConversationNotFound: No such ticket, or it is another colleague's.
        """
        ticket = await self._own(ticket_id, colleague)
        await self.desk.close(ticket_id)
        async with self.conversations.hold_any(ticket.conversation_id) as held:
            held.log.add(HandoffEnded, ticket=ticket_id)
            self._announce(held, "utter_colleague_left", colleague)
            await held.flush()

    async def timeline(self, conversation_id: ConversationId, colleague: str) -> list[StoredEvent]:
        """Everything people see of one conversation; that this colleague reads it is written down.

        Raises:
            ConversationNotFound: Unknown.
            StoreUnavailable: It could not be written down, so it is not shown.
        """
        stored = await self._read(conversation_id, colleague)
        return [event for event in stored if event.frame_seq]

    async def tracker(self, conversation_id: ConversationId, colleague: str) -> Tracker:
        """How one conversation stands; that this colleague looks is written down.

        Raises:
            ConversationNotFound: Unknown.
            StoreUnavailable: It could not be written down, so it is not shown.
        """
        stored = await self._read(conversation_id, colleague)
        return Tracker.replay(conversation_id, (each.event for each in stored))

    async def _read(self, conversation_id: ConversationId, colleague: str) -> list[StoredEvent]:
        """The log, once it is written down that the colleague reads it."""
        await self.reads.note((conversation_id,), colleague, "timeline")
        stored = await self.conversations.store.load(conversation_id)
        if not stored:
            raise ConversationNotFound
        return stored

    async def _own(self, ticket_id: TicketId, colleague: str) -> Ticket:
        ticket = await self.desk.find(ticket_id)
        if ticket is None or ticket.colleague != colleague or ticket.status != "accepted":
            raise ConversationNotFound
        return ticket

    def _announce(self, held: Conversation, key: str, colleague: str) -> None:
        renderer = Renderer(self.conversations.release)
        part = renderer.part(ResponseKey(key), {"colleague": colleague}, held.log.tracker)
        held.log.add(Said, part=part)

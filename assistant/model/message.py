"""What comes in and what goes out, the same for every channel."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import AwareDatetime, JsonValue

from assistant.model.assurance import Assurance
from assistant.model.frozen import Facts, Frozen
from assistant.model.ids import (
    ConversationId,
    CustomerId,
    DocumentId,
    MessageId,
    PassageId,
    ResponseKey,
)

Locale = Literal["zh-Hans", "zh-Hant", "en"]


class SignIn(Frozen):
    """Who the channel says is speaking, from a verified token; never from the message.

    Attributes:
        customer_id: The bank's id of the customer.
        level: Assurance the channel vouches for.
        at: When the sign-in happened, UTC; decay counts from here or from the last turn.
        session: Tells sign-ins of one customer apart; "" where the channel has no better name
            for them than the instant.
    """

    customer_id: CustomerId
    level: Assurance
    at: AwareDatetime
    session: str = ""

    @property
    def session_id(self) -> str:
        """Name of the session."""
        return self.session or self.at.isoformat()


class InboundMessage(Frozen):
    """One customer message.

    Attributes:
        message_id: Chosen by the sender; the same id is the same message.
        text: The customer's words, "" when a button was pressed.
        button: Payload of a pressed button, e.g. "/affirm".
        sign_in: The verified sign-in the message came with; None for a visitor.
        origin: Where it came from as the channel sees it, hashed; "" when it cannot tell. What a
            visitor proved counts for this origin only.
        patience_ms: How long words that surely lack their rest may wait for it.
        door: Conversation it came through, when it was continued in this one.
    """

    message_id: MessageId
    conversation_id: ConversationId
    text: str = ""
    button: str | None = None
    channel: str = "web"
    sign_in: SignIn | None = None
    origin: str = ""
    patience_ms: int = 0
    door: str = ""


class Button(Frozen):
    """A choice offered below a reply; pressing it sends the payload."""

    title: str
    payload: str


class Citation(Frozen):
    """The sentence a reply rests on, and the document version it stands in.

    Attributes:
        version: The bank's version label of the document.
        effective_to: Last day it is valid, None while open-ended.
        quote: The sentence itself, word for word.
        url: Path that opens the document at the sentence.
        page: Page of the source document, where it has pages.
        sentence_hash: Of the quote, see `assistant.model.evidence`.
        start: Place of the quote in its passage, characters.
        end: After its last character.
    """

    document_id: DocumentId
    title: str
    section: str
    version: str
    effective_from: date
    effective_to: date | None
    quote: str
    url: str
    passage_id: PassageId
    page: int | None = None
    sentence_hash: str = ""
    start: int = 0
    end: int = 0


class ReplyPart(Frozen):
    """One bubble of a reply.

    Attributes:
        response_key: Approved wording it was made from, without the `utter_` prefix.
        card: Structured content for pages that can show it (read-back, receipt, table).
        ai_generated: True for everything the assistant says; False for a colleague.
        display: How the customer wants pages to show it; None while that is not known.
    """

    text: str
    response_key: ResponseKey | None = None
    buttons: tuple[Button, ...] = ()
    citations: tuple[Citation, ...] = ()
    card: Facts | None = None
    ai_generated: bool = True
    display: Literal["standard", "elder"] | None = None


class Turn(Frozen):
    """What one message led to, as the public contract shows it.

    Attributes:
        turn: Number within the conversation, from 1.
        level: Assurance after the turn.
        events: Public events, masked, oldest first.
        continued_in: Conversation that answered, when the message's own is continued there.
    """

    turn: int
    level: int
    replies: tuple[ReplyPart, ...]
    events: tuple[dict[str, JsonValue], ...]
    continued_in: ConversationId | None = None

"""Bodies of the HTTP API, as OpenAPI shows them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    model_validator,
)

from assistant.model.ids import ConversationId, CustomerId, DocumentId
from assistant.model.message import Locale, Turn

ID_PATTERN = r"^[A-Za-z0-9._:-]{1,128}$"
"""Ids stand in the log as they are, so no words of a customer fit into one."""

MAX_PAYLOAD = 1000

ClientId = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
"""Chosen by the client: the same id is the same message."""


def _storable(words: str) -> str:
    """Words as any store and any reader can take them.

    JSON may escape half a surrogate pair, which is no character, and NUL, which PostgreSQL
    does not store (its manual, section 8.3).

    Raises:
        ValueError: Half a surrogate pair.
    """
    try:
        words.encode()
    except UnicodeEncodeError as error:
        msg = "not Unicode text"
        raise ValueError(msg) from error
    return words.replace("\0", "")


Words = Annotated[str, AfterValidator(_storable)]
"""What a person wrote."""

Payload = Annotated[
    str, StringConstraints(min_length=1, max_length=MAX_PAYLOAD), AfterValidator(_storable)
]
"""Payload of a pressed button."""

Comment = Annotated[str, StringConstraints(max_length=1000), AfterValidator(_storable)]
Rating = Annotated[int, Field(ge=-1, le=5, strict=True)]
"""-1 and 1 are thumbs down and up; 1 to 5 are stars."""


class Body(BaseModel):
    """A request body: closed to unknown fields, so that a typo never disappears."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class OpenConversation(Body):
    """How to open a conversation."""

    locale: Locale | None = Field(default=None, examples=["zh-Hans"])
    channel: Literal["web"] = "web"


class ConversationOpened(BaseModel):
    """The new conversation."""

    conversation_id: ConversationId = Field(examples=["c_01KAN5Q0Z3W8"])


class PostMessage(Body):
    """One message: words, or a pressed button."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"message_id": "m-1", "text": "帮我把尾号6688的卡锁了"},
                {"message_id": "m-2", "button": "/affirm"},
            ]
        }
    )

    message_id: ClientId
    text: Words | None = None
    button: Payload | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> PostMessage:
        if (self.text is None) == (self.button is None):
            msg = "exactly one of text and button"
            raise ValueError(msg)
        return self


class BringToken(Body):
    """A token of a task that was begun in another channel."""

    token: Annotated[str, StringConstraints(min_length=1, max_length=64, strip_whitespace=True)]


class TaskGoesOn(BaseModel):
    """The conversation that has the task, and its turn: the open question, asked here."""

    conversation_id: ConversationId
    turn: Turn


class Feedback(Body):
    """What the customer thought of a turn; without a turn, of the conversation."""

    turn: int | None = Field(default=None, ge=1, strict=True)
    rating: Rating = Field(examples=[1])
    reason: Comment = ""


class Timeline(BaseModel):
    """What people see of a conversation: durable frames of the stream, oldest first."""

    conversation_id: ConversationId
    epoch: int
    head_seq: int
    frames: list[dict[str, JsonValue]]


class StreamTicket(BaseModel):
    """A one-time ticket for the stream."""

    ticket: str
    expires_at: datetime


class SampleSignIn(Body):
    """Sign in as a sample customer."""

    customer_id: ClientId = Field(examples=["C1001"])
    level: int = Field(default=3, ge=1, le=4, strict=True)


class SignedInAs(BaseModel):
    """A token for the Authorization header."""

    token: str
    level: int = Field(examples=[3])


class SampleColleague(Body):
    """Sign in as a colleague of the sample bank."""

    colleague: Annotated[
        Words, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)
    ] = Field(examples=["李静"])


class ColleagueSignedIn(BaseModel):
    """A colleague's token for the Authorization header."""

    token: str


class SampleCustomer(BaseModel):
    """A customer of the sample bank."""

    customer_id: CustomerId = Field(examples=["C1001"])
    name: str = Field(examples=["林晓"])
    who: str = Field(examples=["24 · 新芽"])


class DocumentSection(BaseModel):
    """A part of a document under one heading; `text` is Markdown."""

    heading: str
    text: str


class CitedDocument(BaseModel):
    """One version of one of the bank's documents.

    Attributes:
        effective_to: Last day it is valid, null while open-ended.
        owner: Department that answers for it.
    """

    document_id: DocumentId
    title: str
    version: str
    effective_from: date
    effective_to: date | None
    owner: str
    sections: list[DocumentSection]


class Health(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    """Whether messages can be answered, with each dependency.

    Attributes:
        checks: Dependency to `ok`, or to what is wrong with it.
    """

    status: Literal["ready", "not_ready"]
    release: str
    checks: dict[str, str]

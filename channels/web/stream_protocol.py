"""What a page may send over the stream, read strictly."""

from __future__ import annotations

import json
from typing import Annotated, Final, Literal

from pydantic import Field, JsonValue, TypeAdapter, ValidationError

from assistant.model.frozen import Frozen
from assistant.model.message import Locale
from channels.web.bodies import ClientId, Comment, Payload, PostMessage, Rating, Words

MAX_FRAME_BYTES: Final = 32 * 1024
HISTORY_LIMIT: Final = 100
"""Most frames one `history` gives."""


class BadFrame(Exception):  # noqa: N818 - a state, not a fault
    """The frame is not one a page may send.

    Attributes:
        detail: What is wrong, for engineers; never the frame itself.
    """

    def __init__(self, detail: str) -> None:
        """Keep what is wrong."""
        super().__init__(detail)
        self.detail = detail


class HelloBody(Frozen):
    """Opens or resumes a conversation.

    Attributes:
        ticket: From `POST /v1/tickets`.
        last_seq: Number of the last durable frame the page holds.
        epoch: Of the numbering that `last_seq` belongs to.
    """

    ticket: ClientId
    conv: ClientId | None = None
    last_seq: Annotated[int, Field(ge=0)] = 0
    epoch: int | str | None = None
    locale: Locale | None = None


class SendBody(Frozen):
    """A message: words, or a pressed button."""

    cmid: ClientId
    text: Words | None = None
    button: Payload | None = None


class SeqBody(Frozen):
    """A page has, or has shown, everything up to this number."""

    seq: Annotated[int, Field(ge=0)]


class NoBody(Frozen):
    """Nothing to say besides the type."""


class FeedbackBody(Frozen):
    """What the customer thought of a turn."""

    turn: Annotated[int, Field(ge=1)] | None = None
    rating: Rating
    comment: Comment = ""


class HistoryBody(Frozen):
    """Asks for older frames."""

    before_seq: Annotated[int, Field(ge=0)]
    limit: Annotated[int, Field(ge=1, le=HISTORY_LIMIT)] = 50


class _Envelope(Frozen):
    v: Literal[1]
    conv: str | None = None
    epoch: int | str | None = None
    seq: int | None = None
    ts: str | None = None


class Hello(_Envelope):
    """`hello`."""

    type: Literal["hello"]
    body: HelloBody


class Send(_Envelope):
    """`send`."""

    type: Literal["send"]
    body: SendBody


class Seen(_Envelope):
    """`ack` and `read`."""

    type: Literal["ack", "read"]
    body: SeqBody


class Typing(_Envelope):
    """`typing`."""

    type: Literal["typing"]
    body: NoBody = NoBody()


class CancelRun(_Envelope):
    """`run.cancel`: stop previews. The turn itself goes on."""

    type: Literal["run.cancel"]
    body: NoBody = NoBody()


class Rate(_Envelope):
    """`feedback`."""

    type: Literal["feedback"]
    body: FeedbackBody


class RequestHandoff(_Envelope):
    """`handoff.request`."""

    type: Literal["handoff.request"]
    body: NoBody = NoBody()


class History(_Envelope):
    """`history`."""

    type: Literal["history"]
    body: HistoryBody


ClientFrame = Hello | Send | Seen | Typing | CancelRun | Rate | RequestHandoff | History

_FRAMES: Final[TypeAdapter[ClientFrame]] = TypeAdapter(
    Annotated[ClientFrame, Field(discriminator="type")]
)


def parse(text: str) -> ClientFrame:
    """Read one frame.

    Raises:
        BadFrame: It is not JSON, not one of ours, or a field is wrong.
    """
    try:
        given: JsonValue = json.loads(text)
    except (ValueError, RecursionError) as error:
        msg = "not JSON"
        raise BadFrame(msg) from error
    try:
        frame = _FRAMES.validate_python(given)
        if isinstance(frame, Send):
            _one_of_text_and_button(frame.body)
    except ValidationError as error:
        # Where and what kind, never the value: it may be personal data.
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])[:100]
        msg = f"{first['type']} at {place or 'frame'}"
        raise BadFrame(msg) from error
    return frame


def _one_of_text_and_button(body: SendBody) -> None:
    PostMessage(message_id=body.cmid, text=body.text, button=body.button)

"""Events to numbered records, the same for every store.

What a store returns is read back from the JSON it keeps: whoever folds the returned events
has the tracker that a replay of the log will rebuild, down to the last character.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic_core import PydanticSerializationError

from assistant.model.events import (
    EVENTS,
    ChannelChanged,
    Event,
    MessageReceived,
    Said,
    SignedIn,
    StackChanged,
    StepUpPassed,
    TurnFinished,
)
from assistant.model.ids import CustomerId, DocumentId
from assistant.ports import StoredEvent


@dataclass(frozen=True, slots=True)
class Record:
    """An event as stored.

    Attributes:
        payload: The event as JSON.
    """

    stored: StoredEvent
    payload: str


def number(events: Iterable[Event], after_seq: int, after_frame_seq: int) -> list[Record]:
    """Give each event its number in the log and each shown one its number among those."""
    records = []
    frame_seq = after_frame_seq
    for seq, event in enumerate(events, start=after_seq + 1):
        frame_seq += event.shown
        payload = to_json(event)
        stored = from_json(payload, seq, frame_seq if event.shown else None)
        records.append(Record(stored, payload))
    return records


def to_json(event: Event) -> str:
    """The event as JSON; half a surrogate pair, which no encoding can carry, becomes U+FFFD."""
    try:
        return EVENTS.dump_json(event).decode()
    except PydanticSerializationError:
        mended = _mend(EVENTS.dump_python(event))
        return EVENTS.dump_json(EVENTS.validate_python(mended)).decode()


def from_json(payload: str | bytes, seq: int, frame_seq: int | None) -> StoredEvent:
    """A stored event from its row."""
    # The event was validated a moment ago; doing it again costs more than everything else here.
    return StoredEvent.model_construct(
        seq=seq, frame_seq=frame_seq, event=EVENTS.validate_json(payload)
    )


def leaves_turn_open(events: Sequence[Event]) -> bool | None:
    """Whether a message has been received and its turn not finished; None when unchanged."""
    for event in reversed(events):
        if isinstance(event, MessageReceived | TurnFinished):
            return isinstance(event, MessageReceived)
    return None


def open_task_of(events: Sequence[Event]) -> dict[str, str | None]:
    """What these events change of the task under way and of where it is spoken about."""
    told: dict[str, str | None] = {}
    for event in events:
        if isinstance(event, StackChanged):
            flows = [frame.flow for frame in event.stack if frame.kind == "flow"]
            told["open_flow"] = flows[-1] if flows else None
        elif isinstance(event, MessageReceived) and event.beside:
            continue
        elif isinstance(event, ChannelChanged | MessageReceived):
            told["channel"] = event.channel
    return told


def customer_of(events: Sequence[Event]) -> CustomerId | None:
    """The customer these events tell of; None when they do not."""
    for event in reversed(events):
        if isinstance(event, SignedIn | StepUpPassed) and event.customer_id is not None:
            return event.customer_id
    return None


def cited_documents(event: Event) -> list[DocumentId]:
    """The documents a reply cites, in the order of their ids; none for other events."""
    if not isinstance(event, Said):
        return []
    return sorted({one.document_id for one in event.part.citations})


def cites(event: Event, document_id: DocumentId) -> bool:
    """Whether an event is a reply that cites a version of this document."""
    return document_id in cited_documents(event)


def _mend(value: object) -> object:
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case dict():
            return {_mend(key): _mend(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_mend(inner) for inner in value]
        case _:
            return value

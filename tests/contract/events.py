"""Random events of every kind, and a short turn, for the tests of stores."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import get_args

from hypothesis import strategies as st
from pydantic import AwareDatetime, JsonValue

from assistant.model.events import Event, MessageReceived, Said, SlotSet, TurnFinished
from assistant.model.ids import CustomerId, Fingerprint, MessageId, SlotName
from assistant.model.message import ReplyPart

AT = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)

words = st.text(max_size=12)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=5,
)
st.register_type_strategy(JsonValue, json_values)
st.register_type_strategy(int, st.integers(0, 10_000))
st.register_type_strategy(CustomerId, st.text("C0123456789", min_size=1, max_size=6))
st.register_type_strategy(Fingerprint, st.text("0123456789abcdef", min_size=1, max_size=16))
st.register_type_strategy(float, st.floats(0, 1e6))
st.register_type_strategy(
    AwareDatetime,
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds are naive by Hypothesis's rule
)

KINDS = get_args(get_args(Event)[0])
events = st.sampled_from(KINDS).flatmap(st.from_type)
batches = st.lists(st.lists(events, min_size=1, max_size=4), max_size=6)


def turn(number, text="查余额"):
    """The events of one small turn; three of the four are shown."""
    stamp = {"at": AT, "turn": number, "release": Fingerprint("r1")}
    message_id = MessageId(f"m{number}")
    return [
        MessageReceived(**stamp, message_id=message_id, text=text, channel="web"),
        SlotSet(**stamp, slot=SlotName("card"), value="6688", origin="customer"),
        Said(**stamp, part=ReplyPart(text="…")),
        TurnFinished(**stamp, message_id=message_id, level=3),
    ]

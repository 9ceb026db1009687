"""Every EventStore passes the same tests. A new one is added to `store` and gains every test."""

import asyncio
from collections import Counter
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings

from assistant.adapters.event_store import SqlEventStore
from assistant.adapters.memory import MemoryEventStore
from assistant.errors import ConversationMoved
from assistant.model.assurance import Assurance
from assistant.model.events import (
    Abstained,
    MessageReceived,
    Said,
    SignedIn,
    StepUpPassed,
    TurnFinished,
)
from assistant.model.ids import ConversationId, CustomerId, Fingerprint
from assistant.model.message import Citation, ReplyPart
from assistant.model.tracker import Tracker
from tests.contract.events import AT, batches, turn

C1 = ConversationId("c1")
C2 = ConversationId("c2")
STAMP = {"at": AT, "turn": 1, "release": Fingerprint("r1")}
fresh_ids = (ConversationId(f"property-{n}") for n in count())


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request):
    match request.param:
        case "sqlite":
            return SqlEventStore(request.getfixturevalue("sqlite_engine"))
        case "postgresql":
            return SqlEventStore(request.getfixturevalue("postgres_engine"))
        case _:
            return MemoryEventStore()


async def test_an_unknown_conversation_is_empty_and_has_no_head(store):
    assert await store.load(C1) == []
    assert await store.frames(C1, 0, 10) == []
    assert await store.head(C1) is None
    assert await store.unfinished() == []


async def test_what_was_appended_is_loaded_in_order_with_its_numbers(store):
    first = await store.append(C1, 0, turn(1))
    second = await store.append(C1, 4, turn(2))

    assert await store.load(C1) == first + second
    assert [each.event for each in first + second] == turn(1) + turn(2)
    assert [each.seq for each in first + second] == [1, 2, 3, 4, 5, 6, 7, 8]


async def test_only_shown_events_get_frame_numbers_and_those_have_no_gaps(store):
    in_between = SignedIn(
        **STAMP, customer_id=CustomerId("C1001"), level=Assurance.BOUND_CARD, signed_in_at=AT
    )
    stored = await store.append(C1, 0, [in_between, *turn(1)])
    stored += await store.append(C1, 5, [in_between, *turn(2)])

    assert [each.frame_seq for each in stored] == [None, 1, 2, 3, 4, None, 5, 6, 7, 8]


async def test_frames_resume_after_a_number_and_stop_at_the_limit(store):
    await store.append(C1, 0, turn(1) + turn(2) + turn(3))

    assert [each.frame_seq for each in await store.frames(C1, 5, 3)] == [6, 7, 8]
    assert [each.frame_seq for each in await store.frames(C1, 10, 50)] == [11, 12]
    assert await store.frames(C1, 12, 50) == []


async def test_the_head_tells_where_the_log_ends(store):
    await store.append(C1, 0, turn(1))
    head = await store.head(C1)
    assert (head.last_seq, head.last_frame_seq, head.customer_id) == (4, 4, None)


async def test_the_head_keeps_the_customer_of_the_last_sign_in_or_step_up(store):
    signed_in = SignedIn(
        **STAMP, customer_id=CustomerId("C1001"), level=Assurance.BOUND_CARD, signed_in_at=AT
    )
    passed = {**STAMP, "proof": "code", "level": Assurance.FULL}
    await store.append(C1, 0, [signed_in])
    await store.append(C1, 1, [StepUpPassed(**passed), *turn(1)])
    assert (await store.head(C1)).customer_id == "C1001"

    await store.append(C1, 6, [StepUpPassed(**passed, customer_id=CustomerId("C1002"))])
    assert (await store.head(C1)).customer_id == "C1002"


@pytest.mark.parametrize("after_seq", [0, 3, 5])
async def test_a_writer_who_missed_or_imagined_events_is_refused(store, after_seq):
    await store.append(C1, 0, turn(1))
    with pytest.raises(ConversationMoved):
        await store.append(C1, after_seq, turn(2))
    assert len(await store.load(C1)) == 4


async def test_a_conversation_that_does_not_exist_cannot_be_continued(store):
    with pytest.raises(ConversationMoved):
        await store.append(C1, 3, turn(1))
    assert await store.head(C1) is None


async def test_no_events_change_nothing(store):
    assert await store.append(C1, 0, []) == []
    assert await store.head(C1) is None


@pytest.mark.parametrize("written_before", [0, 4])
async def test_of_two_writers_racing_exactly_one_wins(store, written_before):
    await store.append(C1, 0, turn(1)[:written_before])

    outcomes = await asyncio.gather(
        *(store.append(C1, written_before, turn(n)) for n in range(2, 10)),
        return_exceptions=True,
    )

    assert Counter(type(each) for each in outcomes) == {list: 1, ConversationMoved: 7}
    winner = next(each for each in outcomes if isinstance(each, list))
    assert (await store.load(C1))[written_before:] == winner


async def test_conversations_do_not_disturb_each_other(store):
    ids = [ConversationId(f"c{n}") for n in range(20)]
    await asyncio.gather(*(store.append(each, 0, turn(1)) for each in ids))
    for each in ids:
        assert (await store.head(each)).last_seq == 4


async def test_a_turn_without_its_end_is_found_after_a_crash(store):
    await store.append(C1, 0, turn(1))
    await store.append(C2, 0, turn(1)[:2])
    assert await store.unfinished() == [C2]

    await store.append(C2, 2, turn(1)[2:3])
    assert await store.unfinished() == [C2]

    await store.append(C2, 3, turn(1)[3:])
    assert await store.unfinished() == []


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("好\ud83d!", "好�!"),
        ("\ud83d\ude00", "😀"),
        ("nul\x00, bell\x07", "nul\x00, bell\x07"),
        ("𠮷野家 ¥1,000 🏦\u202e", "𠮷野家 ¥1,000 🏦\u202e"),
    ],
)
async def test_any_text_is_kept_and_half_a_surrogate_pair_is_replaced(store, typed, kept):
    stored = await store.append(C1, 0, turn(1, text=typed))
    assert stored[0].event.text == kept
    assert await store.load(C1) == stored


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(batches=batches)
async def test_replaying_the_log_rebuilds_the_tracker(store, batches):
    conversation_id = next(fresh_ids)
    live = Tracker(conversation_id)
    appended = []
    for batch in batches:
        stored = await store.append(conversation_id, len(appended), batch)
        for each in stored:
            live.record(each.event)
        appended += stored

    loaded = await store.load(conversation_id)
    frames = [each for each in loaded if each.event.shown]

    assert [each.event for each in loaded] == [event for batch in batches for event in batch]
    assert loaded == appended
    assert [each.seq for each in loaded] == list(range(1, len(loaded) + 1))
    assert [each.frame_seq for each in frames] == list(range(1, len(frames) + 1))
    assert await store.frames(conversation_id, 0, 1000) == frames
    assert Tracker.replay(conversation_id, (each.event for each in loaded)) == live
    assert (conversation_id in await store.unfinished()) == _is_open(loaded)


def _is_open(stored):
    edges = [e.event for e in stored if isinstance(e.event, MessageReceived | TurnFinished)]
    return bool(edges) and isinstance(edges[-1], MessageReceived)


async def test_conversations_that_cite_a_document_are_found_oldest_first(store):
    def cited(document_id, minute):
        citation = Citation(
            document_id=document_id,
            title="t",
            section="",
            version="1",
            effective_from=AT.date(),
            effective_to=None,
            quote="q",
            url="/",
            passage_id="p",
        )
        stamp = STAMP | {"at": AT + timedelta(minutes=minute)}
        return Said(**stamp, part=ReplyPart(text="q", citations=(citation,)))

    await store.append(C1, 0, [*turn(1), cited("rates", 5), cited("rates", 6)])
    await store.append(C2, 0, [*turn(1), cited("rates", 2)])
    await store.append(ConversationId("c3"), 0, [*turn(1, text='"document_id":"rates"')])
    await store.append(ConversationId("c4"), 0, [cited("rates-2", 1)])

    assert await store.citing("rates") == [C2, C1]
    assert await store.citing("nothing") == []


async def test_conversations_are_found_by_the_types_of_their_events(store):
    for conversation, minute in ((C1, 2), (C2, 1)):
        stamp = STAMP | {"at": AT + timedelta(minutes=minute)}
        gone = Abstained(**stamp, question="q", reason="not_sure")
        await store.append(conversation, 0, [gone])
    assert await store.holding(["abstained", "feedback_given"]) == [C2, C1]
    assert await store.holding(["feedback_given"]) == []

"""A message that breaks its turn: taken up again a few times, then given up, and said so."""

import pytest

from assistant.model.events import MessageReceived, Said, TurnFinished, TurnResumed
from assistant.turn import MAX_RESUMED
from tests.unit.dialogue.test_bursts import line  # noqa: F401 - a fixture

POISON = "crash 一下"


async def broken(line):  # noqa: F811 - the fixture
    line = await line(patience_ms=0)
    with pytest.raises(RuntimeError):
        await line.send("m1", POISON)
    return line


async def test_it_is_given_up_after_some_starts_and_the_customer_is_told(line):  # noqa: F811
    line = await broken(line)
    for _ in range(MAX_RESUMED + 3):
        await line.assistant.recover()
    # Counted before each try, so that a try which ends the process is counted too.
    assert len(await line.events(TurnResumed)) == MAX_RESUMED
    assert line.listener.heard == [POISON] * (MAX_RESUMED + 1)
    (said,) = await line.events(Said)
    assert said.part.response_key == "internal_error"
    assert len(await line.events(TurnFinished)) == 1


async def test_sending_it_again_is_no_way_round(line):  # noqa: F811
    line = await broken(line)
    for _ in range(MAX_RESUMED):
        with pytest.raises(RuntimeError):
            await line.send("m1", POISON)
    turn = await line.send("m1", POISON)
    assert [reply.response_key for reply in turn.replies] == ["internal_error"]
    assert await line.send("m1", POISON) == turn
    assert len(line.listener.heard) == MAX_RESUMED + 1


async def test_the_next_message_is_answered_at_once(line):  # noqa: F811
    line = await broken(line)
    turn = await line.send("m2", "锁卡")
    assert turn.turn == 2
    assert turn.replies
    # What came before it is not answered any more, and its own turn not twice.
    finished = await line.events(TurnFinished)
    again = await line.send("m1", POISON)
    assert (again.turn, again.replies) == (1, ())
    assert await line.assistant.recover() == 0
    assert await line.events(TurnFinished) == finished
    assert len(await line.events(MessageReceived)) == 2

"""What any ReviewQueue promises, held against the one in memory and the one in a database."""

import pytest

from assistant.adapters.database import open_engine
from assistant.adapters.memory import MemoryReviewQueue
from assistant.adapters.review import SqlReviewQueue
from assistant.adapters.schema import upgrade_engine
from assistant.ports import ReviewRequest
from tests.fakes import SequentialIds


@pytest.fixture(params=["memory", "sqlite"])
async def queue(request, clock, tmp_path):
    if request.param == "memory":
        yield MemoryReviewQueue(clock, SequentialIds())
        return
    engine = open_engine(f"sqlite:///{tmp_path / 'reviews.db'}")
    await upgrade_engine(engine)
    yield SqlReviewQueue(engine, clock, SequentialIds())
    await engine.dispose()


def asked(card="6688", epoch="f_1"):
    return ReviewRequest(
        action="reset_card_pin",
        flow="reset_card_pin",
        conversation_id="c_1",
        customer_id="C1001",
        arguments={"card": card},
        arguments_sha256=f"digest of {card}",
        epoch=epoch,
    )


async def test_the_same_matter_waits_once(queue):
    first = await queue.submit(asked())
    again = await queue.submit(asked(epoch="f_2"))
    other = await queue.submit(asked("3021"))
    assert again == first
    assert [review.review_id for review in await queue.waiting()] == [
        first.review_id,
        other.review_id,
    ]


async def test_a_decision_is_taken_once(queue):
    review = await queue.submit(asked())
    decided = await queue.decide(review.review_id, approved=True, colleague="li", reason="seen")
    assert (decided.status, decided.approved, decided.reason) == ("approved", True, "seen")
    same = await queue.decide(review.review_id, approved=True, colleague="li", reason="again")
    assert same == decided
    for approved, colleague in ((False, "li"), (True, "wang")):
        kept = await queue.decide(
            review.review_id, approved=approved, colleague=colleague, reason=""
        )
        assert kept is None
    assert await queue.waiting() == []


async def test_what_is_decided_waits_to_be_told_until_it_is_closed(queue):
    review = await queue.submit(asked())
    await queue.close(review.review_id)
    assert (await queue.find(review.review_id)).status == "waiting"
    await queue.decide(review.review_id, approved=False, colleague="li", reason="not the same")
    assert [one.review_id for one in await queue.decided()] == [review.review_id]
    await queue.close(review.review_id)
    assert await queue.decided() == []
    closed = await queue.find(review.review_id)
    assert (closed.status, closed.approved) == ("closed", False)


async def test_a_matter_decided_before_may_be_asked_again(queue):
    review = await queue.submit(asked())
    await queue.decide(review.review_id, approved=False, colleague="li", reason="")
    assert (await queue.submit(asked())).review_id != review.review_id


async def test_an_unknown_review_is_nobodys(queue):
    assert await queue.find("r_none") is None
    assert await queue.decide("r_none", approved=True, colleague="li", reason="") is None

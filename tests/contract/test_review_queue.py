"""What any ReviewQueue promises, held against the one in memory and the one in a database."""

import asyncio

import pytest

from assistant.adapters.memory import MemoryReviewQueue
from assistant.adapters.review import SqlReviewQueue
from assistant.ports import ReviewRequest, Verdict
from tests.fakes import SequentialIds


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def queue(request, clock):
    if request.param == "memory":
        return MemoryReviewQueue(clock, SequentialIds())
    name = {"sqlite": "sqlite_engine", "postgresql": "postgres_engine"}[request.param]
    return SqlReviewQueue(request.getfixturevalue(name), clock, SequentialIds())


def asked(card="6688", epoch="f_1", **changes):
    return ReviewRequest(
        action="reset_card_pin",
        flow="reset_card_pin",
        conversation_id="c_1",
        customer_id="C1001",
        arguments={"card": card},
        arguments_sha256=f"digest of {card}",
        epoch=epoch,
        **changes,
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
    decided = await queue.decide(
        review.review_id, Verdict(approved=True, colleague="li", note="seen")
    )
    assert (decided.status, decided.approved, decided.reason) == ("approved", True, "seen")
    same = await queue.decide(
        review.review_id, Verdict(approved=True, colleague="li", note="again")
    )
    assert same == decided
    for approved, colleague in ((False, "li"), (True, "wang")):
        kept = await queue.decide(
            review.review_id, Verdict(approved=approved, colleague=colleague, note="")
        )
        assert kept is None
    assert await queue.waiting() == []


async def test_what_is_decided_waits_to_be_told_until_it_is_closed(queue):
    review = await queue.submit(asked())
    await queue.close(review.review_id)
    assert (await queue.find(review.review_id)).status == "waiting"
    await queue.decide(
        review.review_id, Verdict(approved=False, colleague="li", note="not the same")
    )
    assert [one.review_id for one in await queue.decided()] == [review.review_id]
    await queue.close(review.review_id)
    assert await queue.decided() == []
    closed = await queue.find(review.review_id)
    assert (closed.status, closed.approved) == ("closed", False)


async def test_a_matter_decided_before_may_be_asked_again(queue):
    review = await queue.submit(asked())
    await queue.decide(review.review_id, Verdict(approved=False, colleague="li", note=""))
    assert (await queue.submit(asked())).review_id != review.review_id


async def test_an_unknown_review_is_nobodys(queue):
    assert await queue.find("r_none") is None
    assert await queue.decide("r_none", Verdict(approved=True, colleague="li", note="")) is None


async def test_one_colleague_at_a_time_takes_it(queue):
    review = (await queue.submit(asked())).review_id
    taken = await asyncio.gather(*(queue.claim(review, name) for name in ("li", "wang", "li")))
    (owner,) = {each.colleague for each in taken if each}
    other = "wang" if owner == "li" else "li"
    assert await queue.decide(review, Verdict(approved=True, colleague=other)) is None
    await queue.give_back(review, other)
    assert (await queue.find(review)).colleague == owner
    await queue.give_back(review, owner)
    assert (await queue.claim(review, other)).colleague == other
    assert (await queue.decide(review, Verdict(approved=True, colleague=other))).approved
    assert await queue.claim(review, other) is None


async def test_two_colleagues_approve_where_four_eyes_are_needed(queue):
    review = (await queue.submit(asked(four_eyes=True))).review_id
    first = Verdict(approved=True, colleague="li", checks=("face",), note="seen")
    half = await queue.decide(review, first)
    assert (half.status, half.approved) == ("seconding", None)
    assert await queue.decide(review, first) == half
    assert [each.review_id for each in await queue.waiting()] == [review]
    assert (await queue.submit(asked(four_eyes=True, epoch="f_9"))).review_id == review
    assert await queue.decided() == []
    await queue.close(review)
    both = await queue.decide(review, Verdict(approved=True, colleague="wang"))
    assert (both.status, both.approved) == ("approved", True)
    assert [each.colleague for each in both.verdicts] == ["li", "wang"]
    assert both.verdicts[0] == first


async def test_the_second_colleague_may_refuse(queue):
    review = (await queue.submit(asked(four_eyes=True))).review_id
    await queue.decide(review, Verdict(approved=True, colleague="li"))
    no = Verdict(approved=False, colleague="wang", code="face_mismatch")
    refused = await queue.decide(review, no)
    assert (refused.status, refused.code) == ("refused", "face_mismatch")


async def test_what_nobody_decided_may_end_by_itself(queue):
    review = (await queue.submit(asked())).review_id
    await queue.claim(review, "li")
    ended = await queue.end(review, "expired")
    assert (ended.status, ended.approved, ended.code) == ("refused", False, "expired")
    assert await queue.end(review, "expired") is None
    assert await queue.decide(review, Verdict(approved=True, colleague="li")) is None

"""Every task × every level × every code × every review: allowed, asked or refused as required.

What is expected follows from `required.py` alone. The guards are the real ones over the real
policies, and what conditions ask about (is the payee new, is the limit raised) comes from the
sandbox bank; only the last hop, the change itself, is left out.
"""

from datetime import timedelta
from itertools import product

import pytest

from actions.catalogue import ACTIONS
from actions.gateway import Gateway
from assistant.adapters.memory import MemoryReviewQueue
from assistant.model.assurance import Assurance
from assistant.model.ids import CustomerId, FrameId, ReviewId
from assistant.model.undo import rule_for
from assistant.ports import ActionResult, Proof, ReviewRequest, Verdict
from tests.fakes import SequentialIds
from tests.integration.actions.required import CASES
from tests.integration.actions.world import CONVERSATION, POLICIES, request, with_code

LADDER = {0: ("phone", 1), 1: ("identity", 2), 2: ("card", 3), 3: ("code", 4)}
CODES = (
    "none",
    "held",
    "first_only",
    "at_five_minutes",
    "expired",
    "other_action",
    "other_values",
    "other_number",
    "level_only",
)
REVIEWS = ("none", "approved", "refused", "waiting", "other_values", "other_customer", "unknown")
GOOD_CODES = {"held", "at_five_minutes"}


class Guards(Gateway):
    """The gateway up to the point where the bank would be asked."""

    async def _change(self, request):
        return ActionResult(outcome="done")

    async def _ask(self, request, key):
        return ActionResult(outcome="done")

    async def _is_under_way(self, request):
        return False  # nothing here was sent before


def is_offered(task):
    """A change without a policy, and what there is no action for, is not offered at all."""
    action = ACTIONS.get(task)
    return action is not None and (task in POLICIES or not action.is_change)


def expected(case, level, codes, review, again=True):
    """What has to happen: ("done",), ("refused", reason), ("step_up", proof, level, target)…"""
    if not is_offered(case.task):
        return ("refused", "reason_not_offered")
    if review != "none":
        allowed = case.review and review == "approved"
        return ("done",) if allowed else ("refused", "reason_not_approved")
    if level < case.level:
        return ("step_up", *LADDER[level], "reserved")
    if case.identity and level < 2:
        return ("step_up", "identity", 2, "reserved")
    if case.name == "new_payee" and not again:
        return ("again",)
    for place, target in enumerate(case.codes):
        held = codes in GOOD_CODES or (codes == "first_only" and place == 0)
        if not held:
            return ("step_up", "code", level, target)
    return ("review",) if case.review else ("done",)


def told(result):
    if result.again:
        return ("again",)
    if result.step_up is not None:
        step = result.step_up
        return ("step_up", step.proof, int(step.level), step.target)
    if result.review is not None:
        return ("review",)
    return ("done",) if result.outcome == "done" else (result.outcome, result.reason)


def holding(asked, codes, case, gateway):
    """The request with the one-time codes of one row of the walk."""
    targets = case.codes or ("reserved",)
    now, digest = gateway.clock.now(), gateway.digest(asked.action, asked.slots)
    ages = {"held": 0, "at_five_minutes": 300, "expired": 301}
    if codes in ages:
        return with_code(asked, gateway, *targets, age_s=ages[codes])
    if codes == "first_only":
        return with_code(asked, gateway, targets[0])
    other = "lock_card" if case.task != "lock_card" else "unlock_card"
    purposes = {
        "other_action": f"{other}:{digest}",
        "other_values": f"{case.task}:{'0' * 64}",
        "other_number": f"{case.task}:{digest}",
        "level_only": "level:4",
    }
    if codes not in purposes:
        return asked
    elsewhere = ("another_slot",) if codes == "other_number" else targets
    proofs = tuple(
        Proof(purpose=purposes[codes], target=target, at=now - timedelta(seconds=1))
        for target in elsewhere
    )
    return asked.model_copy(update={"proofs": proofs})


async def decided(queue, asked, digest):
    """A review of each kind that the walk tries to use, by name."""

    async def made(approved, **changes):
        body = {
            "action": asked.action,
            "flow": asked.action,
            "conversation_id": CONVERSATION,
            "customer_id": asked.customer_id,
            "arguments": {},
            "arguments_sha256": digest,
            "epoch": asked.epoch,
            **changes,
        }
        review = await queue.submit(ReviewRequest(**body))
        if approved is not None:
            await queue.decide(review.review_id, Verdict(approved=approved, colleague="li"))
        return review.review_id

    return {
        "none": None,
        "approved": await made(True),
        "refused": await made(False),
        "waiting": await made(None),
        "other_values": await made(True, arguments_sha256="0" * 64),
        "other_customer": await made(True, customer_id=CustomerId("C1002")),
        "unknown": ReviewId("r_nobody"),
    }


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_each_task_is_allowed_asked_or_refused_as_required(case, world):
    queue = MemoryReviewQueue(world.clock, SequentialIds())
    gateway = Guards(**vars_of(world.gateway(reviews=queue)))
    slots = dict(case.slots)
    if slots.get("payee") == "known":
        slots["payee"] = await known_payee(world)
    plain = request(case.task, slots, gateway=gateway)
    reviews = await decided(queue, plain, plain.confirmed_digest)
    for level, codes, review, again in product(Assurance, CODES, REVIEWS, (True, False)):
        asked = holding(plain.model_copy(update={"assurance": level}), codes, case, gateway)
        asked = asked.model_copy(update={"review": reviews[review], "confirmed_again": again})
        got = told(await gateway.run(asked))
        assert got == expected(case, level, codes, review, again), (level, codes, review, again)


@pytest.mark.parametrize("case", [one for one in CASES if is_offered(one.task)], ids=str)
async def test_each_change_can_be_taken_back_as_required(case, world):
    gateway = Guards(**vars_of(world.gateway()))
    slots = dict(case.slots)
    if slots.get("payee") == "known":
        slots["payee"] = await known_payee(world)
    asked = request(case.task, slots, gateway=gateway)
    policy = POLICIES.get(case.task)
    names = {"slots": slots, "facts": (await gateway.outlook(asked)).facts}
    rule = rule_for(policy.undo, names) if policy is not None else None
    way = "" if rule is None else rule.task or rule.way
    assert way == case.undo


@pytest.mark.parametrize("case", [one for one in CASES if is_offered(one.task)], ids=str)
async def test_what_is_safeguarded_is_also_read_back(case):
    if case.codes or case.review or case.level == Assurance.FULL:
        assert POLICIES[case.task].confirmed


def test_no_policy_exists_that_the_table_does_not_know():
    known = {case.task for case in CASES}
    reads = {name for name in POLICIES if name in ACTIONS and not ACTIONS[name].is_change}
    engine = {"recommend_product"}
    assert set(POLICIES) - reads - engine <= known


async def test_the_cool_off_stops_transfers_and_nothing_else(world):
    gateway = world.gateway()
    payee = await known_payee(world)
    changed = request("update_phone", {"phone": "13900002001"}, gateway=gateway)
    done = await gateway.run(with_code(changed, gateway, "reserved", "phone"))
    assert done.outcome == "done"

    async def tried(task, slots, number):
        asked = request(task, slots, gateway=gateway, epoch=FrameId(f"f_cool_{number}"))
        return await gateway.run(with_code(asked, gateway, "reserved"))

    transfer = ("transfer_money", {"payee": payee, "amount": "10"})
    for number, amount in enumerate(("10", "5000")):
        result = await tried(transfer[0], {"payee": payee, "amount": amount}, number)
        assert (result.outcome, result.reason) == ("refused", "reason_cool_off_active")
    for number, (task, slots) in enumerate(
        [
            ("lock_card", {"card": "6688"}),
            ("unlock_card", {"card": "6688"}),
            ("set_card_limit", {"card": "6688", "card_limit": "1000"}),
            ("update_address", {"address": "海岳市滨江路18号3单元502室"}),
        ],
        start=10,
    ):
        assert (await tried(task, slots, number)).outcome == "done", task
    await world.control.post("/sandbox/clock", json={"advance_s": 24 * 3600 - 1})
    assert (await tried(*transfer, 20)).reason == "reason_cool_off_active"
    await world.control.post("/sandbox/clock", json={"advance_s": 1})
    assert (await tried(*transfer, 21)).outcome == "done"


async def known_payee(world):
    found = await world.gateway().run(request("validate_payee", {"payee": "妈妈"}))
    return found.slots["payee"]


def vars_of(gateway):
    names = [name for name in Gateway.__dataclass_fields__ if not name.startswith("_")]
    return {name: getattr(gateway, name) for name in names}

"""Step-up authentication in conversation: the smallest proof, asked, checked, remembered."""

from __future__ import annotations

from assistant.acting.context import TurnContext
from assistant.dialogue.stack import active_task, cancel, drop, push_pattern, remember
from assistant.errors import BankRefused, BankUnavailable
from assistant.model.assurance import Assurance
from assistant.model.events import (
    CodeSent,
    SlotSet,
    StepUpFailed,
    StepUpPassed,
    StepUpRequested,
)
from assistant.model.flow import END
from assistant.model.ids import ActionName, CustomerId, SlotName
from assistant.model.tracker import Tracker
from assistant.ports import Proof, StepUp

PATTERN = "pattern_step_up"
_CODE = SlotName("one_time_code")
_PHONE = SlotName("step_up_phone")
_IDENTITY = (SlotName("step_up_name"), SlotName("step_up_id_number"))
_CARD = SlotName("step_up_card_number")
_SPENT = frozenset({"expired", "used", "other_purpose"})
"""Reasons for which no digits could be right."""

_FACTORS = {_IDENTITY[0]: "name", _IDENTITY[1]: "id_number", _CARD: "card_number"}


def proofs_held(tracker: Tracker) -> tuple[Proof, ...]:
    """Passed one-time codes, for the gateway, which judges their freshness."""
    return tuple(
        Proof(purpose=passed.purpose, target=passed.target, at=passed.at)
        for passed in tracker.proofs
        if passed.proof == "code"
    )


def ask_for_proof(step_up: StepUp, action: ActionName | None, context: TurnContext) -> None:
    """Open the pattern that asks for one proof; the task waits below."""
    purpose = step_up.purpose or f"level:{int(step_up.level)}"
    context.log.add(
        StepUpRequested,
        proof=step_up.proof,
        level=step_up.level,
        action=action,
        purpose=purpose,
        target=step_up.target,
    )
    task = active_task(context.log)
    push_pattern(
        context.log,
        PATTERN,
        {
            "proof": step_up.proof,
            "level": int(step_up.level),
            "purpose": purpose,
            "target": step_up.target,
            "needed_flow": task.flow if task else "",
            "can_sign_in": context.log.tracker.signed_in is None,
        },
    )


def drop_needless_proof(context: TurnContext) -> None:
    """A sign-in meanwhile may have proved what the open pattern asks for."""
    tracker = context.log.tracker
    top = tracker.top
    if top is None or top.flow != PATTERN or top.step == END:
        return
    if top.context.get("proof") != "code" and context.runner.level >= _level(context):
        drop(context.log, top)


async def send_code(context: TurnContext) -> bool:
    """`action_send_code`: to the reserved number, or to the number a slot holds."""
    tracker = context.log.tracker
    facts = tracker.stack[-1].context
    proof, target = str(facts.get("proof")), str(facts.get("target"))
    purpose = str(facts.get("purpose"))
    phone: str | None = None
    if proof == "phone":
        phone = str(tracker.slots.get(_PHONE))
    elif target != "reserved":
        phone = str(tracker.slots.get(target))
    try:
        ticket = await context.ports.identity.send_code(
            tracker.conversation_id,
            purpose,
            customer_id=None if phone else tracker.customer_id,
            phone=phone,
        )
    except BankRefused as refusal:
        remember(
            context.log, {"code_sent": False, "reason_text": context.reason_text(refusal.reason)}
        )
    except BankUnavailable:
        context.say("utter_bank_unavailable")
        return False
    else:
        context.log.add(
            CodeSent,
            code_id=ticket.code_id,
            purpose=purpose,
            masked_phone=ticket.masked_phone,
            expires_at=ticket.expires_at,
            target=target,
        )
        remember(
            context.log,
            {
                "code_sent": True,
                "masked_phone": ticket.masked_phone,
                "expires_at": ticket.expires_at.isoformat(),
            },
        )
    context.runner.leave_step()
    return True


async def verify_code(context: TurnContext) -> bool:
    """`action_verify_code`: the code is in this turn's memory only.

    A code that cannot be right any more, whatever digits were typed, is followed by a new one.
    """
    tracker = context.log.tracker
    code, sent = context.secrets.get(_CODE), _sent_for(tracker)
    context.log.add(SlotSet, slot=_CODE, value=None, origin="reset")
    if code is None or sent is None:  # the process stopped, or that code was for something else
        _renew(context)
        return True
    try:
        check = await context.ports.identity.check_code(sent.code_id, code, sent.purpose)
    except BankRefused:  # the bank knows no such code
        _renew(context)
        return True
    if not check.verified and check.reason in _SPENT:
        context.log.add(
            StepUpFailed, proof="code", reason=check.reason, attempts_left=check.attempts_left
        )
        _renew(context)
        return True
    if not check.verified:
        _fail(context, check.reason or "wrong", check.attempts_left)
    elif tracker.stack[-1].context.get("proof") == "phone":
        phone = str(tracker.slots.get(_PHONE))
        await _match({"phone": phone}, None, context)
    else:
        _pass(context, tracker.customer_id)
    context.runner.leave_step()
    return True


async def match_identity(context: TurnContext) -> bool:
    """`action_match_identity`: name and ID number, or the card number, against the bank."""
    tracker = context.log.tracker
    factors = {
        name: context.secrets.get(slot) or str(tracker.slots[slot])
        for slot, name in _FACTORS.items()
        if tracker.slots.get(slot) is not None
    }
    await _match(factors, tracker.customer_id, context)
    for slot in _FACTORS:
        if tracker.slots.get(slot) is not None:
            context.log.add(SlotSet, slot=slot, value=None, origin="reset")
    context.runner.leave_step()
    return True


async def stop_task(context: TurnContext) -> bool:
    """`action_step_up_failed`: the task ends here; the pattern offers a person."""
    context.runner.leave_step()
    task = active_task(context.log)
    if task is not None:
        cancel(context.log, task, "step_up_failed")
    return True


def _sent_for(tracker: Tracker) -> CodeSent | None:
    """The code that was sent for what is asked now; one for other values or another number is none.

    A code that could not be sent must not leave an older one to be taken in its place.
    """
    facts, sent = tracker.stack[-1].context, tracker.code
    asked = (str(facts.get("purpose")), str(facts.get("target")))
    return sent if sent is not None and (sent.purpose, sent.target) == asked else None


def _renew(context: TurnContext) -> None:
    remember(context.log, {"verified": False, "attempts_left": 1, "code_lost": True})
    context.runner.leave_step()


async def _match(
    factors: dict[str, str], customer_id: CustomerId | None, context: TurnContext
) -> None:
    try:
        matched = await context.ports.identity.match(factors, customer_id)
    except BankRefused:  # too many misses: right and wrong are answered alike
        _fail(context, "locked", 0)
        return
    if matched is None:
        tries = context.log.tracker.stack[-1].context.get("tries")
        used = (tries if isinstance(tries, int) else 0) + 1
        remember(context.log, {"tries": used})
        _fail(context, "not_matched", max(0, 3 - used))
    else:
        _pass(context, matched)


def _pass(context: TurnContext, customer_id: CustomerId | None) -> None:
    facts = context.log.tracker.stack[-1].context
    level = max(context.runner.level, _level(context))
    context.log.add(
        StepUpPassed,
        proof=str(facts.get("proof")),
        level=level,
        customer_id=customer_id,
        purpose=str(facts.get("purpose")),
        target=str(facts.get("target")),
    )
    context.runner.level = level
    remember(context.log, {"verified": True, "code_lost": False})


def _fail(context: TurnContext, reason: str, attempts_left: int) -> None:
    proof = str(context.log.tracker.stack[-1].context.get("proof"))
    context.log.add(StepUpFailed, proof=proof, reason=reason, attempts_left=attempts_left)
    remember(
        context.log,
        {
            "verified": False,
            "attempts_left": attempts_left,
            "failure": reason,
            "code_lost": False,
        },
    )


def _level(context: TurnContext) -> Assurance:
    level = context.log.tracker.stack[-1].context.get("level")
    return Assurance(level if isinstance(level, int) else Assurance.VISITOR)

"""Running a bank action from a flow: guards answered in conversation, the outcome recorded."""

from __future__ import annotations

from assistant.acting.context import TurnContext
from assistant.acting.proofs import ask_for_proof, proofs_held
from assistant.acting.review import submit_review
from assistant.acting.risk import hold, note_risk, scam_score
from assistant.dialogue.runner import Run, mark_checked
from assistant.dialogue.stack import (
    OUTCOME_SLOTS,
    active_task,
    cancel,
    drop,
    flow_of,
    prefill_mark,
    push_pattern,
    remember,
    skip_mark,
)
from assistant.model.events import ActionFinished, Confirmed, LocaleChanged, SlotSet
from assistant.model.frozen import Facts
from assistant.model.ids import ActionName, SlotName
from assistant.ports import ActionRequest, ActionResult, ActionSay, ReviewNeeded

_PREFILL = "prefill_"
_ERROR_PATTERN = "pattern_internal_error"
_UNANSWERED = "reason_bank_unavailable"


async def run_bank_action(decision: Run, context: TurnContext) -> bool:
    """Run one action of the gateway.

    Returns:
        Whether the turn goes on; False leaves the next word to the customer.
    """
    actions = context.ports.actions
    request = _request(decision.action, context)
    if actions.is_change(decision.action):
        await context.flush()
    result = await actions.run(request)
    note_risk(decision.action, result.risk, context)
    if result.step_up is not None:
        ask_for_proof(result.step_up, decision.action, context)
        return True
    if result.review is not None:
        await _to_colleague(decision.action, result, result.review, context)
        return True
    _keep(result, context)
    if decision.asks or decision.validates or decision.action.startswith(_PREFILL):
        return _settle_question(decision, result, context)
    context.log.add(
        ActionFinished,
        action=decision.action,
        outcome=result.outcome,
        frame_id=request.epoch,
        reason=result.reason,
        receipt_id=result.receipt_id,
        idempotency_key=result.idempotency_key,
        facts=result.facts,
    )
    outcome, reason = OUTCOME_SLOTS
    context.log.add(SlotSet, slot=outcome, value=result.outcome, origin="action")
    context.log.add(SlotSet, slot=reason, value=result.reason, origin="action")
    if result.locale is not None:
        context.log.add(LocaleChanged, locale=result.locale, locale_chosen=True)
    _speak(result, context)
    if result.outcome != "done" and not _is_told(context):
        _stop_task(result, context)
    else:
        context.runner.leave_step()
    return True


async def _to_colleague(
    action: ActionName, result: ActionResult, needed: ReviewNeeded, context: TurnContext
) -> None:
    if result.risk is not None:
        await hold(action, needed, result.risk, context)
    else:
        await submit_review(action, needed, context)


def _is_told(context: TurnContext) -> bool:
    """Whether the flow asks how the action ended; flows written for Rasa do not."""
    for frame in reversed(context.log.tracker.stack):
        steps = flow_of(context.log, frame).steps.values()
        ways = [way.condition for step in steps for way in step.next if way.condition is not None]
        if any(("slots", slot) in way.names() for way in ways for slot in OUTCOME_SLOTS):
            return True
        if frame.kind != "call":
            return False
    return False


def _stop_task(result: ActionResult, context: TurnContext) -> None:
    """What the flow would say next may not be true: say how it ended and leave the task."""
    frame = context.log.tracker.stack[-1]
    if frame.kind == "pattern":
        drop(context.log, frame)
    else:
        task = active_task(context.log)
        cancel(context.log, task or frame, f"action_{result.outcome}")
    if result.outcome == "unknown":
        context.say("utter_action_unknown", outcome_facts(result, context))
    elif result.reason == _UNANSWERED and frame.flow != _ERROR_PATTERN:
        push_pattern(context.log, _ERROR_PATTERN, {"error_type": "action_failed"})
    else:
        context.say("utter_action_refused", outcome_facts(result, context))


def outcome_facts(result: ActionResult, context: TurnContext) -> Facts:
    """What responses may say about an outcome."""
    facts: Facts = {**result.facts, "receipt_id": result.receipt_id or ""}
    if result.outcome == "refused":
        facts["reason_text"] = context.reason_text(result.reason)
    return facts


def _request(action: ActionName, context: TurnContext) -> ActionRequest:
    tracker = context.log.tracker
    frame = tracker.stack[-1]
    confirmed = _confirmed(tracker.confirmed, action, frame.frame_id)
    return ActionRequest(
        action=action,
        conversation_id=tracker.conversation_id,
        customer_id=tracker.customer_id,
        slots={**tracker.slots},
        epoch=frame.frame_id,
        assurance=context.runner.level,
        proofs=proofs_held(tracker),
        confirmed_digest=confirmed.digest if confirmed else None,
        confirmed_at=confirmed.at if confirmed else None,
        channel=tracker.channel,
        locale=tracker.locale,
        text=context.text,
        turn=tracker.turn,
        scam=scam_score(context),
    )


def _confirmed(confirmed: Confirmed | None, action: ActionName, frame_id: str) -> Confirmed | None:
    if confirmed is None or confirmed.action != action or confirmed.frame_id != frame_id:
        return None
    return confirmed


def _keep(result: ActionResult, context: TurnContext) -> None:
    for slot, value in result.slots.items():
        if context.log.tracker.slots.get(slot) != value:
            context.log.add(SlotSet, slot=SlotName(slot), value=value, origin="action")
    known = context.log.tracker.stack[-1].context.get("facts")
    facts = {**(known if isinstance(known, dict) else {}), **outcome_facts(result, context)}
    remember(context.log, {"facts": facts})


def _settle_question(decision: Run, result: ActionResult, context: TurnContext) -> bool:
    """After `action_ask_…`, `validate_…` or `prefill_…`: the flow stays at its question."""
    if result.outcome == "refused":
        if decision.action.startswith(_PREFILL):  # to be asked again before the question is
            slot = SlotName(decision.action.removeprefix(_PREFILL))
            remember(context.log, {prefill_mark(slot): None})
        context.say("utter_action_refused", outcome_facts(result, context))
        return False
    _speak(result, context)
    if result.skip:
        remember(context.log, {skip_mark(SlotName(decision.action.removeprefix(_PREFILL))): True})
    if decision.validates:
        mark_checked(context.log, decision.validates)
    return not decision.asks


def _speak(result: ActionResult, context: TurnContext) -> None:
    for say in result.says:
        _say(say, context)


def _say(say: ActionSay, context: TurnContext) -> None:
    if say.response_key is not None:
        context.say(say.response_key, {**say.facts}, buttons=say.buttons)
    elif say.text or say.buttons or say.custom:
        part = context.renderer.plain(say.text or "", say.buttons, say.custom)
        context.say_part(part)

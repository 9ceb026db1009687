"""Running a bank action from a flow: guards answered in conversation, the outcome recorded."""

from __future__ import annotations

from assistant.acting.context import TurnContext
from assistant.acting.ends import record_end
from assistant.acting.half_done import call_colleague, is_half_done
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
    turned_down_mark,
)
from assistant.model.events import Confirmed, Frame, LocaleChanged, SlotSet
from assistant.model.frozen import Facts
from assistant.model.ids import ActionName, ResponseKey, SlotName
from assistant.ports import ActionRequest, ActionResult, ActionSay, ReviewNeeded

_PREFILL = "prefill_"
_ERROR_PATTERN = "pattern_internal_error"
_UNANSWERED = "reason_bank_unavailable"
AGAIN_PATTERN = "pattern_confirm_again"


async def run_bank_action(decision: Run, context: TurnContext) -> bool:
    """Run one action of the gateway.

    Returns:
        Whether the turn goes on; False leaves the next word to the customer.
    """
    actions = context.ports.actions
    request = request_of(decision.action, context)
    if actions.is_change(decision.action):
        await context.flush()
    result = await actions.run(request)
    note_risk(decision.action, result.risk, context)
    if await _is_missing_something(result, request, context):
        return True
    _keep(result, context)
    is_question = decision.asks or decision.validates or decision.action.startswith(_PREFILL)
    if not is_question or result.outcome == "refused":  # no refusal is told that is not recorded
        record_end(decision.action, result, context, request.epoch)
    if is_question:
        return _settle_question(decision, result, context)
    outcome, reason = OUTCOME_SLOTS
    context.log.add(SlotSet, slot=outcome, value=result.outcome, origin="action")
    context.log.add(SlotSet, slot=reason, value=result.reason, origin="action")
    if result.locale is not None:
        context.log.add(LocaleChanged, locale=result.locale, locale_chosen=True)
    _speak(result, context)
    if is_half_done(result):  # no flow's own words for "unknown" say that nobody keeps asking
        _leave_task(result, context)
        await call_colleague(context)
    elif result.outcome != "done" and not _is_told(context):
        stop_task(result, context)
    else:
        context.runner.leave_step()
    return True


async def _is_missing_something(
    result: ActionResult, request: ActionRequest, context: TurnContext
) -> bool:
    """Ask for what the gateway wants first: a proof, a second yes, a colleague."""
    if result.step_up is not None:
        ask_for_proof(result.step_up, request.action, context)
    elif result.again:
        ask_again(request.action, request, context)
    elif result.review is not None:
        await _to_colleague(request.action, result, result.review, context)
    else:
        return False
    return True


def ask_again(action: ActionName, request: ActionRequest, context: TurnContext) -> None:
    """Open the second question about what cannot be taken back; the task waits below.

    The values are repeated: in the pack's own short form, or by the read-back once more.
    """
    tracker = context.log.tracker
    own = ResponseKey(f"utter_again_{action}")
    facts: Facts = {**tracker.stack[-1].context}
    if context.renderer.has(own):
        values = context.renderer.part(own, context.with_names(facts), tracker).text
    else:
        values = next(
            (each.part.text for each in reversed(tracker.last_said()) if each.part.text), ""
        )
    task = active_task(context.log)
    push_pattern(
        context.log,
        AGAIN_PATTERN,
        {
            "action": action,
            "digest": request.confirmed_digest,
            "task_frame": request.epoch,
            "needed_flow": task.flow if task else "",
            "values": values,
        },
    )


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


def stop_task(result: ActionResult, context: TurnContext) -> None:
    """What the flow would say next may not be true: say how it ended and leave the task."""
    frame = _leave_task(result, context)
    if result.outcome == "unknown":
        context.say("utter_action_unknown", outcome_facts(result, context))
    elif result.reason == _UNANSWERED and frame.flow != _ERROR_PATTERN:
        push_pattern(context.log, _ERROR_PATTERN, {"error_type": "action_failed"})
    else:
        context.say("utter_action_refused", outcome_facts(result, context))


def _leave_task(result: ActionResult, context: TurnContext) -> Frame:
    """Leave the task, or the pattern, that asked for the action.

    Returns:
        The frame that asked.
    """
    frame = context.log.tracker.stack[-1]
    if frame.kind == "pattern":
        drop(context.log, frame)
    else:
        task = active_task(context.log)
        cancel(context.log, task or frame, f"action_{result.outcome}")
    return frame


def outcome_facts(result: ActionResult, context: TurnContext) -> Facts:
    """What responses may say about an outcome."""
    facts: Facts = {**result.facts, "receipt_id": result.receipt_id or ""}
    if result.outcome == "refused":
        facts["reason_text"] = context.reason_text(result.reason)
    return facts


def request_of(action: ActionName, context: TurnContext) -> ActionRequest:
    """What the active frame would ask of the gateway now."""
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
        confirmed_again=confirmed is not None and confirmed.again,
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
        is_told = bool(result.says)  # words that name nothing ("信用卡") are dropped in silence
        if is_told and context.log.tracker.slots.get(decision.validates) is None:
            remember(context.log, {turned_down_mark(decision.validates): True})
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

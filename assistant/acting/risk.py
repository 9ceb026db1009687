"""What was decided about the risk of a change: noted; a hold is told and queued for a colleague."""

from __future__ import annotations

from assistant.acting.context import TurnContext
from assistant.acting.review import submit_review
from assistant.acting.scam import TALK_CODE, codes_of, heard_lately
from assistant.dialogue.stack import active_task, cancel
from assistant.model.events import RiskDecided
from assistant.model.frozen import Facts
from assistant.model.ids import ActionName, ResponseKey
from assistant.ports import ReviewNeeded
from assistant.ports.risk import RiskVerdict

_CANCELLED = "risk_hold"


def scam_score(context: TurnContext) -> int:
    """What the conversation sounded like lately, thousandths."""
    heard = heard_lately(context)
    return heard.score if heard is not None else 0


def note_risk(action: ActionName, verdict: RiskVerdict | None, context: TurnContext) -> None:
    """Record a decision once: asked again after a code, the same decision is no news."""
    if verdict is None:
        return
    heard = heard_lately(context)
    codes = verdict.reason_codes
    if heard is not None and TALK_CODE in codes:
        codes = tuple(dict.fromkeys((*codes_of(heard), *codes)))
    known = [e for e in context.log.tracker.events if isinstance(e, RiskDecided)]
    if known and known[-1].input_sha256 == verdict.input_sha256 != "":
        return
    context.log.add(
        RiskDecided,
        decision=verdict.decision,
        action=action,
        reason_codes=codes,
        category=verdict.category,
        score=verdict.score,
        rule_version=verdict.rule_version,
        input_sha256=verdict.input_sha256,
        hold_hours=verdict.hold_hours,
    )


async def hold(
    action: ActionName, needed: ReviewNeeded, verdict: RiskVerdict, context: TurnContext
) -> None:
    """Queue the change for a colleague, leave the task and say so; the money stays.

    Raises:
        StoreUnavailable: Nothing was queued.
    """
    log = context.log
    frame = log.tracker.stack[-1]
    task = active_task(log) or frame
    await submit_review(action, needed, context)
    ticket = next(reversed(log.tracker.reviews), "")
    key = ResponseKey(f"utter_risk_category_{verdict.category}")
    text = context.renderer.part(key, {}, log.tracker).text if context.renderer.has(key) else ""
    facts: Facts = {
        "risk_text": text,
        "held_flow": task.flow,
        "hold_hours": verdict.hold_hours or log.release.risk.hold_hours,
        "ticket": ticket,
    }
    if any(each.frame_id == task.frame_id for each in log.tracker.stack):
        cancel(log, task, _CANCELLED)
    context.say("utter_risk_hold", facts)

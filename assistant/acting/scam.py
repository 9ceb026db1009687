"""Scam awareness in the turn: slow down, name what it sounds like, offer family and a person.

Nothing is ever held that keeps harm away, nobody is accused, and a question about scams stays a
question. What was heard is an event, so that a change asked for later in the same conversation
meets the risk rules with it (`docs/risk.md`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from assistant.acting.context import TurnContext
from assistant.dialogue.stack import active_task, cancel, flow_of, push_pattern, remember
from assistant.model.assurance import Assurance
from assistant.model.commands import (
    CannotHandle,
    ChitChat,
    Clarify,
    Command,
    HumanHandoff,
    SearchKnowledge,
    StartFlow,
)
from assistant.model.events import Frame, MessageReceived, RiskDecided, ScamHeard
from assistant.model.frozen import Facts
from assistant.model.ids import ActionName, FlowId, ResponseKey
from assistant.model.tracker import Tracker
from assistant.ports import ActionRequest
from assistant.ports.risk import ScamReading

PATTERN: Final = "pattern_scam_warning"
TALK_CODE: Final = "scam_talk"
_CATEGORY: Final = "scam"
_EARLIER: Final = 3
_SHORTEST: Final = 4
"""Characters; a yes, a number or a name says nothing by itself."""
_LASTS: Final = timedelta(hours=24)
"""What was heard counts as long as a hold would."""
_CONTACT: Final = ActionName("find_trusted_contact")
_INSTRUCTED: Final = "instructed"


def listen(
    text: str, commands: Sequence[Command], context: TurnContext
) -> tuple[tuple[Command, ...], ScamHeard | None]:
    """Hear one message, before its commands are carried out.

    Args:
        text: The customer's words, or a button's payload, which says nothing about a scam.
        commands: As understood.
        context: The turn.

    Returns:
        The commands to carry out, without the helpless ones when there is a warning instead;
        and what was heard, None when nothing was.
    """
    policy = context.log.release.risk
    if PATTERN not in context.log.release.flows:
        return tuple(commands), None
    starts_money = _starts(commands, policy.money_flows)
    is_read = len(text) >= _SHORTEST and not text.startswith("/")
    heard = _hear(text, commands, context, starts_money=starts_money) if is_read else None
    before = heard_lately(context)
    if heard is None and not (starts_money and before is not None):
        return tuple(commands), None
    keeps_away = _starts(commands, policy.protective_flows)
    is_person = any(isinstance(command, HumanHandoff) for command in commands)
    task = active_task(context.log)
    is_telling = task is not None and task.flow in policy.protective_flows
    is_safe = is_person or keeps_away or is_telling
    warns = not is_safe and _is_news(heard, before, starts_money=starts_money)
    source = heard or before
    if source is None:
        return tuple(commands), None
    event = context.log.add(
        ScamHeard,
        pattern=source.pattern or (before.pattern if before is not None else ""),
        score=source.score,
        signs=source.signs,
        warned=warns,
    )
    if keeps_away and not is_person and before is None and event.pattern:
        context.say("utter_scam_named", scam_facts(event, context))
    if not warns:
        return tuple(commands), event
    kept = [c for c in commands if not isinstance(c, CannotHandle | Clarify | ChitChat)]
    return tuple(kept), event


def warn(heard: ScamHeard, context: TurnContext) -> None:
    """Put the warning on top, before the task that waits; a hold is noted when money is asked."""
    log = context.log
    task = _money_task(context)
    if task is not None:
        log.add(
            RiskDecided,
            decision="hold",
            action=ActionName(task.flow),
            reason_codes=codes_of(heard),
            category=_CATEGORY,
            hold_hours=log.release.risk.hold_hours,
        )
    top = log.tracker.top
    if top is not None and top.flow == PATTERN:
        return
    push_pattern(log, PATTERN, {**scam_facts(heard, context), "has_task": task is not None})


async def find_contact(context: TurnContext) -> bool:
    """`action_scam_contact`: somebody of the family the customer has sent money to before."""
    contact: Facts = {}
    tracker = context.log.tracker
    known = tracker.customer_id is not None and context.runner.level >= Assurance.REAL_NAME
    if known and context.ports.actions.knows(_CONTACT):
        result = await context.ports.actions.run(
            ActionRequest(
                action=_CONTACT,
                conversation_id=tracker.conversation_id,
                customer_id=tracker.customer_id,
                slots={},
                epoch=tracker.stack[-1].frame_id,
                assurance=context.runner.level,
                locale=tracker.locale,
            )
        )
        contact = result.facts if result.outcome == "done" else {}
    remember(context.log, {"contact_name": "", "contact_note": "", **contact})
    context.runner.leave_step()
    return True


async def stop_task(context: TurnContext) -> bool:
    """`action_stop_risky_task`: give up the task that would move money."""
    context.runner.leave_step()
    task = _money_task(context)
    if task is not None:
        cancel(context.log, task, _CATEGORY)
    return True


def heard_lately(context: TurnContext) -> ScamHeard | None:
    """What was heard in this conversation, as long as it counts."""
    heard = context.log.tracker.scam
    if heard is None or context.ports.clock.now() - heard.at > _LASTS:
        return None
    return heard


def codes_of(heard: ScamHeard) -> tuple[str, ...]:
    """Reason codes for colleagues: the talk, the kind, the signs of pressure."""
    kind = (f"scam_{heard.pattern}",) if heard.pattern else ()
    signs = (f"sign_{sign}" for sign in heard.signs if sign != heard.pattern)
    return tuple(dict.fromkeys((TALK_CODE, *kind, *signs)))


def scam_facts(heard: ScamHeard, context: TurnContext) -> Facts:
    """What responses may say: the kind in the bank's words."""
    key = ResponseKey(f"utter_scam_{heard.pattern or 'unknown'}")
    if not context.renderer.has(key):
        key = ResponseKey("utter_scam_unknown")
    text = context.renderer.part(key, {}, context.log.tracker).text
    return {"scam_pattern": heard.pattern, "scam_text": text}


def _hear(
    text: str, commands: Sequence[Command], context: TurnContext, *, starts_money: bool
) -> ScamReading | None:
    policy, tracker = context.log.release.risk, context.log.tracker
    reading = context.ports.scam.read(text, _earlier(tracker))
    sounds = reading.score >= policy.alert_at
    if not sounds or not (starts_money or reading.is_alarm(policy.alert_at)):
        return None
    only_asks = bool(commands) and all(isinstance(c, SearchKnowledge) for c in commands)
    if only_asks and reading.stance in {"asks", "others"} and _INSTRUCTED not in reading.signs:
        return None
    return reading


def _earlier(tracker: Tracker) -> list[str]:
    said = [
        event.text
        for event in tracker.events
        if isinstance(event, MessageReceived) and event.turn < tracker.turn and event.text
    ]
    return said[-_EARLIER:]


def _starts(commands: Sequence[Command], flows: frozenset[FlowId]) -> bool:
    return any(isinstance(c, StartFlow) and c.flow in flows for c in commands)


def _is_news(heard: ScamReading | None, before: ScamHeard | None, *, starts_money: bool) -> bool:
    """Whether to say it: the first time, of another kind, or before another payment."""
    if before is None or starts_money:
        return True
    return heard is not None and bool(heard.pattern) and heard.pattern != before.pattern


def _money_task(context: TurnContext) -> Frame | None:
    task = active_task(context.log)
    if task is None or flow_of(context.log, task).id not in context.log.release.risk.money_flows:
        return None
    return task

"""A task that moves between channels: offered, gone on with, held elsewhere, taken along.

One conversation has one speaker. While a task is under way in one channel, an answer from another
is not taken but told where the task is held; only the wish to go on here, or another wish, moves
the conversation, and the channel it leaves is told. Who comes from another conversation of the
same customer has that conversation continued in the one that has the task.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from assistant.acting.context import TurnContext
from assistant.acting.proofs import ask_for_proof
from assistant.dialogue.stack import push_pattern, remember
from assistant.dialogue.tasks import leave_patterns
from assistant.model.assurance import Assurance
from assistant.model.channels import place_of
from assistant.model.commands import (
    Affirm,
    AskOutcome,
    Command,
    Deny,
    GoOn,
    Greet,
    HumanHandoff,
    MoveTask,
    SearchKnowledge,
    SetSlot,
    StartFlow,
    UndoDone,
)
from assistant.model.events import (
    Asked,
    ChannelChanged,
    ConversationContinued,
    SignedIn,
    SlotSet,
    TaskHeld,
    TaskOffered,
)
from assistant.model.frozen import Facts
from assistant.model.ids import ConversationId, ResponseKey, SlotName
from assistant.model.tracker import Tracker
from assistant.ports import StepUp
from assistant.ports.moves import OpenTask
from assistant.security.assurance import level_now
from assistant.security.sessions import level_of_sign_in

LIFETIME: Final = timedelta(minutes=10)
"""Of a token: as long as a code's page, and as the highest level without a turn."""

_HELD_FOR: Final = timedelta(minutes=10)
"""How long a channel holds a task without a turn; then whoever speaks goes on with it."""

_JUST_NOW: Final = timedelta(minutes=30)
"""How old a task may be that is offered unasked: as long as a bound card's level lasts idle."""

_LATELY: Final = timedelta(hours=24)
"""How old a task may be that the customer asks for."""

_TRIES: Final = 3
PATTERN: Final = "pattern_go_on"
_NUMBER: Final = SlotName("task_number")
_WISHES: Final = (StartFlow, SearchKnowledge, HumanHandoff, UndoDone, AskOutcome, GoOn, MoveTask)
"""What is no answer to the open question, so that saying it here means to be here."""


async def heard_beside(
    commands: Sequence[Command], context: TurnContext
) -> tuple[Command, ...] | None:
    """Words from another channel than the one that has the task.

    Returns:
        What they mean here, once the conversation has moved; None when they were not taken.
    """
    tracker = context.log.tracker
    place = _place_of_words(tracker)
    is_yes = all(isinstance(each, Affirm) for each in commands) and bool(commands)
    wants_here = is_yes and tracker.held_off == place
    if not (wants_here or _is_stale(context) or _is_wish(commands)):
        _say_held(place, context)
        return None
    _move_here(context)
    return (GoOn(),) if wants_here else tuple(commands)


async def going_on(commands: Sequence[Command], context: TurnContext) -> tuple[Command, ...]:
    """Carry out what is about channels; what remains is for the dialogue."""
    tracker = context.log.tracker
    offer = tracker.offer
    if offer is not None and offer.turn == tracker.turn - 1:
        answered = _answer_offer(commands, offer, context)
        if answered is not None:
            return answered
    if any(isinstance(each, GoOn) for each in commands):
        rest = tuple(each for each in commands if not isinstance(each, GoOn))
        return (*await _go_on(context), *rest)
    if any(isinstance(each, MoveTask) for each in commands):
        await _give_token(context)
        return tuple(each for each in commands if not isinstance(each, MoveTask))
    if _answers_what_is_over(commands, tracker):
        return (AskOutcome(),)
    return await _offered(commands, context)


async def take_number(context: TurnContext) -> bool:
    """`action_go_on`: the number of a task, and the proof that it is this customer's."""
    log, tracker = context.log, context.log.tracker
    number = str(tracker.slots.get(_NUMBER) or "")
    facts, moves, now = tracker.stack[-1].context, context.ports.moves, context.ports.clock.now()
    by = tracker.conversation_id
    found = await moves.find(number, by, now)
    is_known = tracker.customer_id is not None and context.runner.level >= Assurance.PHONE
    if found is not None and not is_known and not facts.get("proof_asked"):
        remember(log, {"proof_asked": True})
        ask_for_proof(StepUp(proof="phone", level=Assurance.PHONE, purpose=None), None, context)
        return True
    log.add(SlotSet, slot=_NUMBER, value=None, origin="reset")
    is_theirs = is_known and found is not None and found.customer_id == tracker.customer_id
    if found is not None and is_theirs and await moves.spend(number, by, now):
        remember(log, {"found": True})
        context.runner.leave_step()
        _continue(found.conversation_id, context)
        return True
    used = facts.get("tries")
    tries = (used if isinstance(used, int) else 0) + 1
    remember(log, {"found": False, "tries": tries, "may_try": found is None and tries < _TRIES})
    context.runner.leave_step()
    return True


def _move_here(context: TurnContext) -> None:
    """The customer speaks here from now on, at the level that this session has of itself."""
    log, tracker = context.log, context.log.tracker
    words, speaker = tracker.beside, tracker.speaker
    if words is None or speaker is None:
        return
    log.add(
        ChannelChanged,
        channel=words.channel,
        was=speaker.place,
        door=words.door,
        origin=words.origin,
    )
    now = context.ports.clock.now()
    sign_in = words.sign_in
    if sign_in is not None:
        level = level_of_sign_in(tracker, sign_in, level_now(tracker, now), now, moved=True)
        if level is not None:
            log.add(
                SignedIn,
                customer_id=sign_in.customer_id,
                level=level,
                signed_in_at=sign_in.at,
                session=sign_in.session_id,
            )
    context.runner.level = level_now(tracker, now)
    facts: Facts = {"place": _place_name(words.channel, context)}
    context.say("utter_task_moved_away", facts, to=speaker.place)


def _say_held(place: str, context: TurnContext) -> None:
    tracker = context.log.tracker
    context.log.add(TaskHeld, place=place)
    held_in = tracker.speaker.place if tracker.speaker else ""
    context.say("utter_task_held", {**_task_facts(tracker), "place": _place_name(held_in, context)})


async def _go_on(context: TurnContext) -> tuple[Command, ...]:
    log, tracker = context.log, context.log.tracker
    if tracker.task is not None:
        # What was asked in another place, or at another level, is asked anew from where it stands.
        leave_patterns(log)
        log.add(Asked, slot=None)
        return ()
    if tracker.speaker is not None and tracker.speaker.door:
        return (AskOutcome(),)  # came here for a task that is over by now
    if tracker.customer_id is None or context.runner.level < Assurance.PHONE:
        push_pattern(log, PATTERN)
        return ()
    found = await _find(context, _LATELY)
    if found is None:
        context.say("utter_task_none")
    else:
        _continue(found.conversation_id, context)
    return ()


def _answer_offer(
    commands: Sequence[Command], offer: TaskOffered, context: TurnContext
) -> tuple[Command, ...] | None:
    if any(isinstance(each, Affirm | GoOn) for each in commands):
        _continue(offer.conversation_id, context)
        return ()
    if commands and all(isinstance(each, Deny) for each in commands):
        if offer.wish is not None:
            return (StartFlow(flow=offer.wish),)
        context.say("utter_task_left")
        return ()
    return None


async def _offered(commands: Sequence[Command], context: TurnContext) -> tuple[Command, ...]:
    """Offer what was just begun in another channel to whoever begins here with nothing of it."""
    tracker = context.log.tracker
    is_fresh = tracker.task is None and tracker.offer is None and tracker.colleague is None
    is_known = tracker.customer_id is not None and context.runner.level >= Assurance.PHONE
    wish = next((each.flow for each in commands if isinstance(each, StartFlow)), None)
    is_bare = len(commands) == 1 and isinstance(commands[0], Greet | StartFlow)
    if not (is_fresh and is_known and is_bare):
        return tuple(commands)
    found = await _find(context, _JUST_NOW, elsewhere=True)
    if found is None or wish not in {None, found.flow}:
        return tuple(commands)
    context.log.add(TaskOffered, conversation_id=found.conversation_id, flow=found.flow, wish=wish)
    place = _place_name(place_of(found.channel), context)
    context.say("utter_task_offer", {"offered_flow": found.flow, "place": place})
    return ()


async def _find(
    context: TurnContext, within: timedelta, *, elsewhere: bool = False
) -> OpenTask | None:
    """The newest task of the customer that another conversation has.

    Args:
        context: Of the turn.
        within: How old it may be.
        elsewhere: Only one of another channel.
    """
    tracker = context.log.tracker
    if tracker.customer_id is None:
        return None
    since = context.ports.clock.now() - within
    here = place_of(tracker.channel)
    for task in await context.ports.moves.open_tasks(tracker.customer_id, since):
        is_here = task.conversation_id == tracker.conversation_id
        if not is_here and not (elsewhere and place_of(task.channel) == here):
            return task
    return None


async def _give_token(context: TurnContext) -> None:
    tracker = context.log.tracker
    if tracker.task is None:
        context.say("utter_task_none")
        return
    if tracker.customer_id is None or context.runner.level < Assurance.PHONE:
        context.say("utter_task_unknown_customer")
        return
    now = context.ports.clock.now()
    token = await context.ports.moves.issue(
        tracker.conversation_id, tracker.customer_id, now, now + LIFETIME
    )
    number = f"{token.number[:4]} {token.number[4:]}"
    minutes = LIFETIME // timedelta(minutes=1)
    facts: Facts = {
        **_task_facts(tracker),
        "number": number,
        "link": token.link,
        "minutes": minutes,
    }
    context.say("utter_task_token" if token.link else "utter_task_number", facts)


def _continue(target: ConversationId, context: TurnContext) -> None:
    context.log.add(ConversationContinued, into=target)


def _answers_what_is_over(commands: Sequence[Command], tracker: Tracker) -> bool:
    """A yes or a no from another channel than the one in which the task came to its end."""
    is_answer = bool(commands) and all(isinstance(each, Affirm | Deny) for each in commands)
    has_ended = tracker.task is None and tracker.asked is None and tracker.last_deed() is not None
    return is_answer and has_ended and tracker.changed_place


def _is_stale(context: TurnContext) -> bool:
    last = context.log.tracker.last_turn_at
    return last is None or context.ports.clock.now() - last > _HELD_FOR


def _is_wish(commands: Sequence[Command]) -> bool:
    return any(isinstance(each, _WISHES) for each in commands) and not all(
        isinstance(each, SetSlot) for each in commands
    )


def _place_of_words(tracker: Tracker) -> str:
    return place_of(tracker.beside.channel) if tracker.beside else ""


def _task_facts(tracker: Tracker) -> Facts:
    return {"held_flow": tracker.task.flow} if tracker.task else {}


def _place_name(place: str, context: TurnContext) -> str:
    """What customers call a channel."""
    key = ResponseKey(f"utter_place_{place_of(place)}")
    known = key if context.renderer.has(key) else ResponseKey("utter_place_other")
    return context.renderer.part(known, {}, context.log.tracker).text

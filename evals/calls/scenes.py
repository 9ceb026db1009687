"""What is tried in a lab. Each scene ends in facts, and in whether they are as they should be."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue

from assistant.model.events import StepUpPassed
from channels.voice.call_parts import Engines
from evals.calls.asterisk import Asterisk
from evals.calls.listening import errors_in, greeting_of, turns_of, words_of
from evals.calls.phones import playing_callers, speaking_caller
from evals.calls.places import Places
from evals.calls.server import Server, Told
from evals.calls.tape import RATE, Tape

Facts = dict[str, JsonValue]

AUDIOSOCKET: Final = "100"
WEBSOCKET: Final = "101"
_CALLER: Final = "zm_yunxi"
_QUESTION: Final = "信用卡怎么挂失？"
_OVER_THE_ANSWER: Final = "信用卡年费怎么收？"
_PERSON: Final = "我要转人工服务。"
_WISH: Final = "我要查余额。"
_PHONE: Final = "13800001001"
_CODE: Final = "246810"
"""A customer of the sandbox bank, and the code it accepts."""
_GREETING_MS: Final = 13_000
_ANSWER_MS: Final = 11_000
"""After a question, until the caller speaks over the answer."""
_REST_MS: Final = 20_000
_PROMPT_MS: Final = 12_000
"""Until a key is asked for: keys may be pressed over the prompt, but not before it."""
_HANDED_OVER_MS: Final = 45_000
"""What is said to twenty callers who are handed over is made for each of them."""
_SETTLE_S: Final = 2.0
_MOST_ERRORS: Final = 0.4
"""The recogniser that judges is itself wrong in a fifth of real speech."""
_MOST_TO_STOP_MS: Final = 1_000
"""Without an interruption our words would have gone on for many seconds."""
_AT_ONCE: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Everything a scene plays with."""

    places: Places
    asterisk: Asterisk
    server: Server
    engines: Engines

    async def said(self, words: str) -> bytes:
        """A caller's words, at 8 kHz."""
        return await self.engines.synthesiser.speak(words, rate=RATE, voice=_CALLER)

    def persons(self) -> int:
        """How many calls the dialplan went on with."""
        return self.asterisk.noted("person")

    async def told(self) -> list[Told]:
        """Conversations of the calls that are over."""
        await asyncio.sleep(_SETTLE_S)
        return await self.server.new_calls()

    async def told_one(self) -> Told:
        """The conversation of the one call that is over; an empty one when it never began."""
        told = await self.told()
        return told[0] if told else Told(())


async def conversation(stage: Stage, number: str) -> Facts:
    """A question, another one over the answer, then the wish for a person."""
    question, second, person = [
        await stage.said(each) for each in (_QUESTION, _OVER_THE_ANSWER, _PERSON)
    ]
    sound = (
        _quiet(_GREETING_MS) + question + _quiet(_ANSWER_MS) + second + _quiet(2 * _REST_MS)
        + person + _quiet(_REST_MS)
    )  # fmt: skip
    before = stage.persons()
    call = await speaking_caller(stage.places, number, sound, f"conversation-{number}")
    told = await stage.told_one()
    turns, greeting = turns_of(call), greeting_of(call)
    spans = [greeting, *(each.answer for each in turns[:2])]
    heard = [await words_of(call.heard, each, stage.engines) for each in spans]
    said = ["".join(stage.engines.clauses(each)) for each in told.said]
    errors = [errors_in(*each) for each in zip(heard, said, strict=False)]
    went_on = stage.persons() - before
    stopped_ms = turns[1].stopped_ms if len(turns) > 1 else None
    return {
        "good": (
            len(errors) == len(spans)
            and max(errors) <= _MOST_ERRORS
            and len(told.heard) >= 3  # noqa: PLR2004 - the caller's three
            and stopped_ms is not None
            and stopped_ms < _MOST_TO_STOP_MS
            and told.asked_for_person
            and went_on == 1
        ),
        "taken": list(told.heard),
        "heard": list(heard),
        "heard_errors": list(errors),
        "greeted_after_ms": greeting[0].from_ms if greeting else None,
        "waited_ms": [each.waited_ms for each in turns],
        "stopped_ms": stopped_ms,
        "went_on_to_a_person": went_on,
    }


async def keys(stage: Stage, number: str) -> Facts:
    """A wish, then telephone number and code by key: one wrong digit and they prove nothing."""
    tape = Tape().silence(_GREETING_MS).speech(await stage.said(_WISH))
    tape.silence(_PROMPT_MS).keys(f"{_PHONE}#").silence(_PROMPT_MS).keys(_CODE)
    tape.silence(_REST_MS)
    went_well = await playing_callers(stage.places, number, tape, f"keys-{number}")
    told = await stage.told_one()
    proved = [each for each in told.events if isinstance(each, StepUpPassed)]
    return {
        "good": went_well == 1 and len(proved) == 1,
        "calls_completed": went_well,
        "taken": list(told.heard),
        "number_and_code_proved": len(proved),
        "said": list(told.said),
    }


async def twenty(stage: Stage, number: str) -> Facts:
    """Twenty calls at once, each greeted, each asking for a person by key."""
    before, used = stage.persons(), stage.server.cpu_s()
    tape = Tape().silence(_GREETING_MS).keys("0").silence(_HANDED_OVER_MS)
    went_well = await playing_callers(
        stage.places, number, tape, f"twenty-{number}", calls=_AT_ONCE
    )
    told = await stage.told()
    asked = sum(each.asked_for_person for each in told)
    went_on = stage.persons() - before
    now = stage.server.cpu_s()
    return {
        "good": [went_well, len(told), asked, went_on] == [_AT_ONCE] * 4,
        "calls_completed": went_well,
        "conversations": len(told),
        "keys_arrived": asked,
        "went_on_to_a_person": went_on,
        "cpu_s": {name: round(now[name] - used[name], 1) for name in now},
    }


async def silent(stage: Stage, number: str) -> Facts:
    """A caller who says nothing: the assistant ends the call, and nobody else's telephone rings."""
    before = stage.persons()
    tape = Tape().silence(180_000)
    went_well = await playing_callers(
        stage.places, number, tape, f"silent-{number}", waits_for_end=True
    )
    told = await stage.told()
    went_on = stage.persons() - before
    return {
        "good": went_well == 1 and went_on == 0 and not any(e.asked_for_person for e in told),
        "ended_by_us": went_well,
        "went_on_to_a_person": went_on,
    }


Scene = Callable[[Stage], Awaitable[Facts]]


def _of(play: Callable[[Stage, str], Awaitable[Facts]], number: str) -> Scene:
    return lambda stage: play(stage, number)


SCENES: Final[dict[str, Scene]] = {
    "audiosocket-conversation": _of(conversation, AUDIOSOCKET),
    "websocket-conversation": _of(conversation, WEBSOCKET),
    "audiosocket-keys": _of(keys, AUDIOSOCKET),
    "websocket-keys": _of(keys, WEBSOCKET),
    "audiosocket-twenty": _of(twenty, AUDIOSOCKET),
    "audiosocket-silent": _of(silent, AUDIOSOCKET),
    "websocket-silent": _of(silent, WEBSOCKET),
}


def _quiet(ms: int) -> bytes:
    return bytes(2 * RATE * ms // 1000)

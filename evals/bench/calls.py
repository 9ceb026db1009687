"""`guitai bench calls`: calls held at once with the real engines, in real time.

Each caller is a page: its sound comes in 20 ms pieces at the speed of speech, ours is taken as it
comes. Measured at the server: from the last sample of a caller's sentence to our first sample, from
the first sample of an interruption to the message that stops us, and pauses inside our clauses.
Wall time: the load and the cores are told with it, for a busy machine measures itself.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from channels.bootstrap import Brain, build, make_brain
from channels.cli.configuration import read_settings
from channels.composition_speech import open_speech, require_speech
from channels.composition_understanding import local_of
from channels.service import Service
from channels.settings import Settings
from channels.voice.call_parts import Engines
from channels.voice.calls import Calls
from channels.voice.carry import Line, serve
from channels.voice.leg_websocket import PageWire
from channels.voice.sound import length
from channels.voice.wire import Message
from evals.bench.measure import p50, percentile
from evals.printing import print_json

_PIECE_MS: Final = 20
_FIXED: Final = "你好"
_QUESTIONS: Final = ("借记卡挂失怎么办理", "信用卡年费怎么收", "定期存款提前支取利息怎么算")
_STOP: Final = "等一下先别说了"
_VOICE: Final = "zm_yunxi"
_LONGEST_S: Final = 60.0
_QUIET_MS: Final = 1_000.0
_P95: Final = 0.95
_WORKER_DEADLINE_S: Final = 60.0


def calls(
    *,
    at_once: Annotated[int, typer.Option(min=1, max=20, help="Calls at the same time.")] = 4,
    turns: Annotated[int, typer.Option(min=1, max=50, help="Turns of each call.")] = 4,
) -> None:
    """Waiting, stopping and gaps of calls with the real engines, in real time; JSON."""
    settings = read_settings()
    require_speech(settings)
    print_json(asyncio.run(_measured(settings, at_once, turns)))


@dataclass(slots=True)
class _Caller:
    """One page in a call, and what it noted.

    Attributes:
        sounds: Words to their sound at the call's rate.
    """

    sounds: dict[str, bytes]
    wire: PageWire = field(default_factory=PageWire)
    fixed_ms: list[float] = field(default_factory=list)
    fresh_ms: list[float] = field(default_factory=list)
    stop_ms: list[float] = field(default_factory=list)
    _coming: asyncio.Queue[bytes | None] = field(default_factory=asyncio.Queue)
    _heard_ms: float = 0.0
    _heard: asyncio.Event = field(default_factory=asyncio.Event)
    _stopped: asyncio.Event = field(default_factory=asyncio.Event)

    async def receive(self) -> Message | None:
        return await self._coming.get()

    async def send(self, message: Message) -> None:
        if isinstance(message, bytes):
            self._heard_ms = _now_ms()
            self._heard.set()
        elif '"clear"' in message:
            self._stopped.set()

    async def hear_prompts(self) -> None:
        """Ask for every fixed prompt of `talk`, once."""
        await self._until_quiet(first=True)
        for words in (_FIXED, _STOP):
            await self._ask(words)
            await self._until_quiet()
        self._coming.put_nowait(None)

    async def talk(self, turns: int) -> None:
        """Alternate what is answered by a fixed prompt and what is not; interrupt each answer."""
        await self._until_quiet(first=True)
        for turn in range(turns):
            self.fixed_ms.append(await self._ask(_FIXED))
            await self._until_quiet()
            self.fresh_ms.append(await self._ask(_QUESTIONS[turn % len(_QUESTIONS)]))
            await self._interrupt()
            await self._until_quiet()
        self._coming.put_nowait(None)

    async def _ask(self, words: str) -> float:
        await self._say(self.sounds[words])
        self._heard.clear()
        ended_ms = _now_ms()
        waited = asyncio.create_task(self._heard.wait())
        while not waited.done() and _now_ms() - ended_ms < _LONGEST_S * 1000:
            await self._silence(_PIECE_MS)
        waited.cancel()
        return self._heard_ms - ended_ms if self._heard.is_set() else _LONGEST_S * 1000

    async def _interrupt(self) -> None:
        """Speak over our answer, as soon as one is heard."""
        asked_ms = _now_ms()
        while _now_ms() - self._heard_ms > 2 * _PIECE_MS:
            if _now_ms() - asked_ms > _QUIET_MS:
                return
            await self._silence(_PIECE_MS)
        self._stopped.clear()
        began_ms = _now_ms()
        speaking = asyncio.create_task(self._say(self.sounds[_STOP]))
        stopped = asyncio.create_task(self._stopped.wait())
        done, _ = await asyncio.wait([stopped, speaking], return_when=asyncio.FIRST_COMPLETED)
        if stopped in done:
            self.stop_ms.append(_now_ms() - began_ms)
        stopped.cancel()
        await speaking

    async def _until_quiet(self, *, first: bool = False) -> None:
        """Until nothing was heard for a second."""
        began_ms = _now_ms()
        while first and not self._heard.is_set() and _now_ms() - began_ms < _LONGEST_S * 1000:
            await self._silence(_PIECE_MS)
        while _now_ms() - self._heard_ms < _QUIET_MS:
            await self._silence(_PIECE_MS)

    async def _silence(self, ms: int) -> None:
        await self._say(bytes(length(ms, self.wire.rate)))

    async def _say(self, sound: bytes) -> None:
        step = length(_PIECE_MS, self.wire.rate)
        due_s = asyncio.get_running_loop().time()
        for at in range(0, len(sound), step):
            self._coming.put_nowait(sound[at : at + step])
            due_s += _PIECE_MS / 1000
            await asyncio.sleep(max(0.0, due_s - asyncio.get_running_loop().time()))


async def _measured(settings: Settings, at_once: int, turns: int) -> dict[str, Any]:
    brain = await asyncio.to_thread(make_brain, settings)
    with tempfile.TemporaryDirectory(prefix="guitai-bench-") as name:
        scratch = settings.model_copy(
            update={
                "data_dir": Path(name),
                "speech_models": settings.speech_models or settings.data_dir / "speech",
                "speech_deadline_s": _WORKER_DEADLINE_S,
            }
        )
        async with build(scratch, brain=brain) as service:
            return await _with_engines(scratch, brain, service, at_once, turns)


async def _with_engines(
    settings: Settings, brain: Brain, service: Service, at_once: int, turns: int
) -> dict[str, Any]:
    classifier = local_of(brain.understander(service.clock)).classifier
    async with open_speech(settings, brain.release, classifier=classifier) as engines:
        assert engines is not None  # noqa: S101 - what lacks was asked before
        sounds = await _sounds(engines)
        # In a running service these prompts stand ready.
        await _call(service, engines, _Caller(sounds), _Caller.hear_prompts)
        callers = [_Caller(sounds) for _ in range(at_once)]
        talk = partial(_Caller.talk, turns=turns)
        gaps = await asyncio.gather(*(_call(service, engines, each, talk) for each in callers))
    return {
        "at_once": at_once,
        "cores": os.cpu_count(),
        "load": [round(each, 1) for each in os.getloadavg()],
        "fixed_ms": _spread([ms for each in callers for ms in each.fixed_ms]),
        "fresh_ms": _spread([ms for each in callers for ms in each.fresh_ms]),
        "stop_ms": _spread([ms for each in callers for ms in each.stop_ms]),
        "gaps": sum(gaps),
    }


async def _call(
    service: Service, engines: Engines, caller: _Caller, talk: Callable[[_Caller], Awaitable[None]]
) -> int:
    """Hold one call; how often our sound stopped inside a clause."""
    opened = await service.assistant.conversations.open(channel="voice")
    call = Calls(service=service, engines=engines).join(caller.wire, opened, origin="bench")
    line = Line(receive=caller.receive, send=caller.send)
    serving = asyncio.create_task(serve(line, caller.wire, call))
    await talk(caller)
    await serving
    return call.gaps


async def _sounds(engines: Engines) -> dict[str, bytes]:
    rate = PageWire().rate
    said = (_FIXED, *_QUESTIONS, _STOP)
    return {
        words: await engines.synthesiser.speak(words, rate=rate, voice=_VOICE) for words in said
    }


def _spread(values: Sequence[float]) -> dict[str, float]:
    if not values:
        return {"count": 0.0}
    return {"count": len(values), "p50": round(p50(values)), "p95": round(percentile(values, _P95))}


def _now_ms() -> float:
    return asyncio.get_running_loop().time() * 1000

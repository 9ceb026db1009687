"""A caller, engines that know what they are given, a far end that plays: in virtual time."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field

import numpy as np

from assistant.errors import StoreUnavailable
from assistant.model.message import Button, ReplyPart
from assistant.model.spoken import SpokenWords
from channels.voice.call_parts import CallTimes, Engines
from channels.voice.expected import Expected
from channels.voice.keypad import Capture
from channels.voice.leg_websocket import PageWire
from channels.voice.listener_words import ListenerWords
from channels.voice.session import Call
from channels.voice.sound import duration_ms, length
from channels.voice.speech import FRAME_MS, Heard, SpeechUnavailable
from channels.voice.talk import Answer
from channels.voice.turns import Expecting
from channels.voice.wire import Audio, Key, Played
from tests.fakes import FixedClock

STEP_MS = 20
SHORTEST = SpokenWords(
    back_channels=("嗯", "好", "好的", "对"),
    hums=("嗯", "嗯嗯", "喂"),
    yes=("好", "对", "是", "确认", "可以"),
    person=("人工",),
)


@dataclass
class Vocabulary:
    """Utterances and the loudness that stands for each."""

    texts: list[str] = field(default_factory=lambda: [""])

    def sound_of(self, text, ms, rate):
        if text not in self.texts:
            self.texts.append(text)
        loudness = 100 + self.texts.index(text)
        return np.full(ms * rate // 1000, loudness, "<i2").tobytes()

    def text_of(self, pcm):
        values = np.frombuffer(pcm, "<i2")
        spoken = values[values >= 100]
        at = int(np.bincount(spoken).argmax()) - 100 if len(spoken) else 0
        return self.texts[at] if at < len(self.texts) else ""


@dataclass
class FakeRecogniser:
    """Knows what was said by its loudness."""

    vocabulary: Vocabulary
    heard: list[bytes] = field(default_factory=list)
    fails: bool = False

    async def recognise(self, pcm, rate, expected=()):
        self.heard.append(pcm)
        if self.fails:
            raise SpeechUnavailable(reason="too_late")
        return Heard(self.vocabulary.text_of(pcm))


@dataclass
class FakeSynthesiser:
    """Speaks ten characters a second, as sound that is no speech of the caller."""

    spoken: list[tuple[str, float]] = field(default_factory=list)
    fails: bool = False

    async def speak(self, clause, *, rate, voice="", speed=1.0):
        if self.fails:
            raise SpeechUnavailable(reason="not_reached")
        self.spoken.append((clause, speed))
        return bytes([1, 0]) * (len(clause) * rate // 10)


@dataclass
class FakeDetector:
    """Anything loud is speech."""

    rate: int
    rest: bytes = b""

    def feed(self, pcm):
        data, size = self.rest + pcm, length(FRAME_MS, self.rate)
        frames = [data[at : at + size] for at in range(0, len(data) - size + 1, size)]
        self.rest = data[len(frames) * size :]
        return [0.9 if np.frombuffer(frame, "<i2").max() >= 100 else 0.02 for frame in frames]

    def reset(self):
        self.rest = b""


def engines(vocabulary=None, recogniser=None, synthesiser=None):
    vocabulary = vocabulary or Vocabulary()
    return Engines(
        recogniser=recogniser or FakeRecogniser(vocabulary),
        synthesiser=synthesiser or FakeSynthesiser(),
        detector=FakeDetector,
        clauses=lambda text: [each for each in text.replace("\n", "。").split("。") if each],
        repair=lambda text: text,
    )


@dataclass
class ScriptedTalk:
    """A conversation that answers from a list, and remembers what it was told."""

    answers: list[object]
    told: list[str] = field(default_factory=list)
    may_go_on: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self):
        self.may_go_on.set()

    def words(self, key, **values):
        return values.get("title", "") + f"[{key}]"

    async def greet(self):
        return self._next()

    async def say(self, text="", button=None):
        self.told.append(text or button)
        await self.may_go_on.wait()
        return self._next()

    def _next(self):
        answer = self.answers.pop(0) if self.answers else answer_of("好")
        if answer == "down":
            raise StoreUnavailable
        return answer


def answer_of(text, expects=None, **fields):
    buttons = tuple(Button(title=t, payload=p) for t, p in fields.pop("buttons", ()))
    card = fields.pop("card", None)
    display = fields.pop("display", None)
    part = ReplyPart(text=text, buttons=buttons, card=card, display=display)
    return Answer(parts=(part,), expected=expects or Expected(), **fields)


CONFIRM = Expected(pause=Expecting.CHOICE, is_confirmation=True)
CODE = Expected(pause=Expecting.NUMBER, secret=Capture(most=6))
AMOUNT = Expected(pause=Expecting.NUMBER, typed=Capture(most=9, is_secret=False))


@dataclass
class Phone:
    """One call on a virtual clock.

    Attributes:
        frames: Text frames the page got, as objects.
        heard_ms: When sound was heard by the caller, milliseconds of the call.
    """

    talk: ScriptedTalk
    engines: Engines
    vocabulary: Vocabulary
    wire: object = field(default_factory=PageWire)
    clock: FixedClock = field(default_factory=FixedClock)
    times: CallTimes = field(default_factory=CallTimes)
    frames: list[dict] = field(default_factory=list)
    raw: list[object] = field(default_factory=list)
    call: Call = None
    marks_come_back: bool = True
    running: asyncio.Task = None
    _queue: list[object] = field(default_factory=list)
    _played_ms: float = 0.0

    @classmethod
    async def ring(cls, *answers, wire=None, **parts):
        vocabulary = Vocabulary()
        talk = ScriptedTalk([answer_of("您好我是智能助手"), *answers])
        phone = cls(talk, engines(vocabulary, **parts), vocabulary, wire=wire or PageWire())
        phone.call = Call(
            wire=phone.wire,
            engines=phone.engines,
            talk=talk,
            clock=phone.clock,
            listener=ListenerWords(SHORTEST),
            times=phone.times,
        )
        phone.running = asyncio.create_task(phone.call.run())
        await phone.settle()
        return phone

    @property
    def spoken(self):
        return [clause for clause, _ in self.engines.synthesiser.spoken]

    @property
    def queued_ms(self):
        """Sound the far end holds."""
        return sum(each for each in self._queue if not isinstance(each, str))

    async def settle(self):
        for _ in range(12):
            await asyncio.sleep(0)

    async def pass_ms(self, ms, sound=None):
        """Let time pass while the caller is silent, or speaks."""
        rate = self.wire.rate
        sound = sound if sound is not None else bytes(length(ms, rate))
        step = length(STEP_MS, rate)
        for at in range(0, len(sound), step):
            self.call.take(Audio(sound[at : at + step]))
            self.clock.advance(STEP_MS / 1000)
            await self._tick()
            if self.call.ended:
                return

    async def say(self, text, ms=800, pause_ms=1300):
        """Speak, then be silent long enough for a turn to end."""
        await self.pass_ms(ms, self.vocabulary.sound_of(text, ms, self.wire.rate))
        await self.pass_ms(pause_ms)

    async def press(self, keys):
        for digit in keys:
            self.call.take(Key(digit))
            await self.pass_ms(100)

    async def until_silent(self):
        for _ in range(3000):
            await self.pass_ms(STEP_MS)
            if self.call._pacer.is_silent(self.call._now_ms) and not self._queue:
                return

    async def hang_up(self):
        assert not self.running.done(), self.running
        self.running.cancel()
        await asyncio.wait([self.running])

    async def _tick(self):
        await self.settle()
        for message in self.call.tick():
            self.raw.append(message)
            if isinstance(message, bytes):
                self._queue.append(duration_ms(message, self.wire.rate))
            else:
                self._take(json.loads(message))
        self._play()
        await self.settle()

    def _take(self, frame):
        self.frames.append(frame)
        if frame.get("type") == "mark":
            self._queue.append(frame["body"]["mark"])
        if frame.get("type") == "clear":
            self._queue.clear()

    def _play(self):
        """The far end plays 20 ms, and tells which marks it reached."""
        left = STEP_MS
        while self._queue and (isinstance(self._queue[0], str) or left > 0):
            first = self._queue.pop(0)
            if isinstance(first, str):
                if self.marks_come_back:
                    self.call.take(Played(first))
            else:
                left -= first

    def kinds(self):
        return [frame["type"] for frame in self.frames]

"""One call, from its start to its end: what is heard and typed becomes turns, replies are spoken.

Sound and keys go in by `take`, what is to be sent comes out of `tick`, and `run` lets the words of
the caller have their turns one after another. Words of ours are taken back when the caller speaks;
what the bank was asked to do never is.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from pydantic import JsonValue

from assistant.errors import AssistantError, MessageInvalid
from assistant.model.message import ReplyPart
from assistant.ports import Clock
from channels.rendering import Words
from channels.voice.call_items import Entry, Utterance
from channels.voice.call_parts import CallTimes, Engines
from channels.voice.ears import Ears
from channels.voice.expected import Expected
from channels.voice.keypad import (
    CANCEL,
    CONFIRM,
    PERSON,
    Command,
    Entered,
    GivenUp,
    KeyEvent,
    Keypad,
    Pressed,
)
from channels.voice.lines import lines_of
from channels.voice.listener_words import ListenerWords, bare
from channels.voice.mouth import Line, Mouth
from channels.voice.pacing import Pacer
from channels.voice.patience import Patience, Remedy
from channels.voice.speech import Heard
from channels.voice.talk import PERSON as ASK_PERSON
from channels.voice.talk import Answer, Talk
from channels.voice.turns import Expecting, Started, Turns
from channels.voice.wire import Audio, CallEnded, Key, Message, Played, Signal, Wire

_log = logging.getLogger(__name__)

_SECRETS_GIVEN_UP: Final = 2
_LAST_WORDS_MS: Final = 1_500.0
_TELLS: Final = {Remedy.ASK_AGAIN: "utter_voice_again", Remedy.KEYPAD: "utter_voice_keypad"}


_Item = Utterance | Entry
Asking = Callable[[], Awaitable[Answer]]


@dataclass(slots=True, kw_only=True, repr=False)
class Call:
    """One call.

    Attributes:
        listener: What the caller's shortest words are.
        ended: Nothing more is sent, and the connection is to be closed.
    """

    wire: Wire
    engines: Engines
    talk: Talk
    words: Words
    clock: Clock
    listener: ListenerWords = field(default_factory=ListenerWords)
    times: CallTimes = field(default_factory=CallTimes)
    ended: bool = False
    _ears: Ears = field(init=False)
    _mouth: Mouth = field(init=False)
    _pacer: Pacer = field(init=False)
    _patience: Patience = field(init=False)
    _keypad: Keypad = field(default_factory=Keypad)
    _expected: Expected = field(default_factory=Expected)
    _buttons: tuple[str, ...] = ()
    _items: asyncio.Queue[_Item] = field(default_factory=asyncio.Queue)
    _out: list[Message] = field(default_factory=list)
    _leaving: list[Message] | None = None
    _busy: bool = True
    _over_text: bool = False
    _interrupted: bool = False
    _was_speaking: bool = False
    _secrets_given_up: int = 0
    _silent_ms: float = 0.0

    def __post_init__(self) -> None:
        self._pacer = Pacer(self.wire)
        self._mouth = Mouth(self.engines, self._pacer)
        turns = Turns(times=self.times.turns)
        self._ears = Ears(self.engines, turns, self.wire.rate)
        self._patience = Patience(self._now_ms, times=self.times.patience)

    async def run(self) -> None:
        """Greet, then give each message of the caller its turn, until the call ends."""
        try:
            await self._turn(self.talk.greet)
            pieces: list[str] = []
            while True:
                self._busy = False
                item = await self._items.get()
                self._busy = True
                if isinstance(item, Entry):
                    pieces.clear()
                    await self._pass_on(item)
                    continue
                heard = await item.recognition
                text = self._taken(item, heard)
                if text is None:
                    continue
                pieces.append(text)
                # Words not yet passed on and those that follow at once are one message.
                if not self._ears.turns.is_open and self._items.empty():
                    await self._pass_on(Entry("".join(pieces)))
                    pieces.clear()
        finally:
            await self._mouth.close()

    @property
    def gaps(self) -> int:
        """How often our sound stopped within a clause."""
        return self._pacer.gaps

    def take(self, signal: Signal) -> None:
        """Take what came from the far end."""
        match signal:
            case Audio(pcm16):
                self._hear(pcm16)
            case Key(digit):
                self._press(digit)
            case Played(mark):
                self._pacer.reached(mark)
            case CallEnded():
                self.ended = True
            case _:
                pass

    def tick(self) -> list[Message]:
        """What is to be sent now; called every 20 ms or so."""
        now = self._now_ms
        self._after_speaking(now)
        key = self._keypad.tick(now)
        if key is not None:
            self._keyed(key)
        remedy = self._patience.tick(now) if self._leaving is None else None
        if remedy is not None:
            self._remedy(remedy, is_silence=True)
        messages = self._out + self._pacer.due(now)
        self._out = []
        if self._leaving is not None and self._has_finished(now):
            messages += self._leaving
            self.ended = True
        return messages

    def leave(self) -> None:
        """End the call now, with whatever the protocol says for a goodbye."""
        self._out += self._mouth.interrupt(self._now_ms)
        self._leaving = self.wire.hang_up()

    # Hearing

    def _hear(self, pcm16: bytes) -> None:
        if self._leaving is not None:
            return
        self._ears.turns.speaking = self._mouth.is_speaking(self._now_ms)
        for known in self._ears.hear(pcm16):
            if isinstance(known, Started):
                self._began()
            else:
                self._items.put_nowait(Utterance(known, self._over_text, self._interrupted))
                self._tell("speech", {"state": "stopped"})

    def _began(self) -> None:
        now = self._now_ms
        self._patience.disturbed()
        self._tell("speech", {"state": "started"})
        is_speaking = self._mouth.is_speaking(now)
        self._over_text = is_speaking and not self._mouth.may_be_interrupted()
        self._interrupted = is_speaking and not self._over_text
        if self._interrupted:
            self._out += self._mouth.interrupt(now)

    def _taken(self, item: Utterance, heard: Heard) -> str | None:
        """The words of an utterance that is a message; None for one that is none."""
        text = heard.text
        words = bare(text)
        if item.over_text and not self.listener.wants_person(words):
            return None
        if item.interrupted and (self._is_listening(words) or self._is_too_early(words)):
            self._mouth.go_on()
            return None
        if not words or (self.listener.is_hum(words) and self._expected.is_confirmation):
            remedy = self._patience.not_understood()
            if item.interrupted and remedy is Remedy.ASK_AGAIN:
                # A cough: there was nothing to understand.
                self._mouth.go_on()
            else:
                self._remedy(remedy, is_silence=False)
            return None
        self._patience.understood(self._now_ms)
        self._tell("transcript", {"text": text, "final": True, "role": "customer"})
        return text

    def _is_listening(self, words: str) -> bool:
        if self.listener.is_hum(words):
            return True
        return self.listener.is_listening(words) and self._expected.pause is not Expecting.CHOICE

    def _is_too_early(self, words: str) -> bool:
        """A yes to what was not read back to its end is none yet."""
        return self._expected.is_confirmation and self.listener.is_yes(words) and self._mouth.owes()

    # Keys

    def _press(self, digit: str) -> None:
        if self._leaving is not None:
            return
        now = self._now_ms
        self._patience.understood(now)
        if self._mouth.is_speaking(now):
            self._out += self._mouth.interrupt(now)
        if self._keypad.capture is None and self._expected.typed is not None and digit.isdigit():
            self._keypad.collect(self._expected.typed, now)
        self._keyed(self._keypad.press(digit, now))

    def _keyed(self, event: KeyEvent) -> None:
        match event:
            case Entered(digits):
                self._listen_again()
                self._items.put_nowait(Entry(digits.take()))
            case Command(key):
                self._command(key)
            case GivenUp():
                self._give_up()
            case Pressed(count):
                self._tell("keys", {"count": count})

    def _command(self, key: str) -> None:
        if key == PERSON:
            self._items.put_nowait(Entry(button=ASK_PERSON))
        elif key == CONFIRM and self._expected.is_confirmation and self._mouth.owes():
            self._mouth.go_on()
        elif key in {CONFIRM, CANCEL} and self._expected.is_confirmation and not self._buttons:
            button = "/affirm" if key == CONFIRM else "/deny"
            self._items.put_nowait(Entry(button=button))
        elif key.isdigit() and int(key) <= len(self._buttons):
            self._items.put_nowait(Entry(button=self._buttons[int(key) - 1]))

    def _give_up(self) -> None:
        """Nobody typed the secret: ask once more, then a person."""
        self._listen_again()
        if self._expected.secret is None:
            return
        self._secrets_given_up += 1
        if self._secrets_given_up >= _SECRETS_GIVEN_UP:
            self._items.put_nowait(Entry(button=ASK_PERSON))
            return
        self._collect()
        self._say("utter_voice_type")

    def _collect(self) -> None:
        """Before the prompt for a secret is over nothing is listened to any more."""
        capture = self._expected.secret
        if capture is None:
            return
        self._ears.shut()
        self._keypad.collect(capture, self._now_ms)
        body: dict[str, JsonValue] = {"max": capture.most, "end": capture.end, "secret": True}
        self._tell("keypad", {"keypad": body})

    def _listen_again(self) -> None:
        if self._ears.is_shut:
            self._ears.open()
            self._tell("keypad", {"keypad": None})

    # Turns and words

    async def _pass_on(self, message: Entry) -> None:
        async def say() -> Answer:
            return await self.talk.say(message.text, message.button)

        await self._turn(say)

    async def _turn(self, ask: Asking) -> None:
        try:
            answer = await ask()
        except MessageInvalid:
            self._remedy(self._patience.not_understood(), is_silence=False)
        except AssistantError as error:
            _log.warning("a turn of a call failed: %s", error.code)
            self._say("utter_voice_trouble")
        else:
            self._answered(answer)

    def _answered(self, answer: Answer) -> None:
        self._expected = answer.expected
        turns = self._ears.turns
        turns.expecting = answer.expected.pause
        self._ears.expected = answer.expected
        if any(part.display == "elder" for part in answer.parts):
            turns.is_slow, self._mouth.speed = True, self.times.slow_speed
        self._buttons = tuple(
            button.payload for part in answer.parts[-1:] for button in part.buttons
        )
        if answer.ticket is not None:
            self._leaving = self.wire.hand_over(answer.ticket)
        elif answer.expected.secret is not None:
            self._collect()
        else:
            self._keypad.cancel()
            self._listen_again()
        self._mouth.forget()
        is_overtaken = turns.is_open or not self._items.empty()
        if is_overtaken and answer.expected.is_confirmation:
            self._set_aside()
        elif is_overtaken and not answer.has_acted and self._leaving is None:
            # The caller goes on speaking: these words would only come too late.
            return
        self._say_parts(answer.parts)

    def _set_aside(self) -> None:
        """What was begun before a read-back is said can be no answer to it."""
        self._over_text = True
        waiting = [self._items.get_nowait() for _ in range(self._items.qsize())]
        for item in waiting:
            aside = replace(item, over_text=True) if isinstance(item, Utterance) else item
            self._items.put_nowait(aside)

    def _say_parts(self, parts: Sequence[ReplyPart]) -> None:
        for part in parts:
            self._tell("transcript", {"text": part.text, "final": True, "role": "assistant"})
        is_owed = self._expected.is_confirmation
        self._mouth.say(lines_of(parts, self.engines.clauses, self.words, is_owed=is_owed))
        self._was_speaking = True

    def _say(self, key: str) -> None:
        self._mouth.say([Line(clause) for clause in self.engines.clauses(self.words(key))])
        self._was_speaking = True

    # Silence, trouble, the end

    def _after_speaking(self, now_ms: float) -> None:
        if self._mouth.is_mute and self._leaving is None:
            # Nothing can be said any more: the call goes to people, by the gateway's own way.
            self._leaving = self.wire.hand_over("")
        is_speaking = self._mouth.is_speaking(now_ms)
        if self._was_speaking and not is_speaking:
            self._keypad.start_waiting(now_ms)
        self._was_speaking = is_speaking
        is_quiet = not (is_speaking or self._busy or self._ears.is_shut)
        if is_quiet and not self._ears.turns.is_open and self._keypad.capture is None:
            self._patience.silent_from(now_ms)
        else:
            self._patience.disturbed()

    def _remedy(self, remedy: Remedy, *, is_silence: bool) -> None:
        if remedy is Remedy.PERSON:
            self._items.put_nowait(Entry(button=ASK_PERSON))
        elif remedy is Remedy.END:
            self._leaving = self.wire.hang_up()
            self._say("utter_voice_bye")
        elif remedy is Remedy.ASK_AGAIN and is_silence:
            self._say("utter_voice_still_there")
        else:
            self._say(_TELLS[remedy])

    def _has_finished(self, now_ms: float) -> bool:
        """Whether our last words were heard; a far end that never says so is waited for shortly."""
        if self._mouth.is_speaking(now_ms):
            self._silent_ms = now_ms
        return self._mouth.heard_out() or now_ms - self._silent_ms >= _LAST_WORDS_MS

    def _tell(self, notice: str, body: dict[str, JsonValue]) -> None:
        self._out += self.wire.tell(notice, body)

    @property
    def _now_ms(self) -> float:
        return self.clock.monotonic_ms()

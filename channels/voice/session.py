"""One call, from its start to its end: what is heard and typed becomes turns, replies are spoken.

Sound and keys go in by `take`, what is to be sent comes out of `tick`, and `run` lets the words of
the caller have their turns one after another. Words of ours are taken back when the caller speaks;
what the bank was asked to do never is.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from pydantic import JsonValue

from assistant.errors import AssistantError, MessageInvalid
from assistant.model.message import ReplyPart
from assistant.ports import Clock
from channels.voice.call_items import ASK_PERSON, Entry, Item, Utterance, choice, set_aside
from channels.voice.call_parts import CallTimes, Engines
from channels.voice.ears import Ears
from channels.voice.elsewhere import News
from channels.voice.expected import Expected
from channels.voice.keypad import CONFIRM, Command, Entered, GivenUp, KeyEvent, Keypad, Pressed
from channels.voice.leaving import Ending, Leaving
from channels.voice.lines import lines_of
from channels.voice.listener_words import ListenerWords, bare
from channels.voice.mouth import Line, Mouth
from channels.voice.pacing import Pacer
from channels.voice.patience import Patience, Remedy
from channels.voice.speech import Heard
from channels.voice.talk import Answer, Talk
from channels.voice.turns import Expecting, Started, Turns
from channels.voice.wire import Audio, CallEnded, Key, Message, Played, Signal, Wire

_log = logging.getLogger(__name__)

_SECRETS_GIVEN_UP: Final = 2
_TELLS: Final = {Remedy.ASK_AGAIN: "utter_voice_again", Remedy.KEYPAD: "utter_voice_keypad"}

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
    clock: Clock
    listener: ListenerWords = field(default_factory=ListenerWords)
    times: CallTimes = field(default_factory=CallTimes)
    ended: bool = False
    _ears: Ears = field(init=False)
    _mouth: Mouth = field(init=False)
    _pacer: Pacer = field(init=False)
    _patience: Patience = field(init=False)
    _keypad: Keypad = field(default_factory=Keypad)
    _buttons: tuple[str, ...] = ()
    _items: asyncio.Queue[Item] = field(default_factory=asyncio.Queue)
    _out: list[Message] = field(default_factory=list)
    _leaving: Leaving = field(init=False)
    _busy: bool = True
    _over_text: bool = False
    _interrupted: bool = False
    _was_speaking: bool = False
    _secrets_given_up: int = 0
    _news: list[News] = field(default_factory=list)
    _is_elsewhere: bool = False

    def __post_init__(self) -> None:
        self._pacer = Pacer(self.wire)
        self._mouth = Mouth(self.engines, self._pacer)
        self._leaving = Leaving(self.wire, self._mouth)
        turns = Turns(times=self.times.turns)
        self._ears = Ears(self.engines, turns, self.wire.rate)
        self._patience = Patience(self._now_ms, times=self.times.patience)

    async def run(self) -> None:
        """Greet, then give each message of the caller its turn, until the call ends."""
        warming = asyncio.create_task(self.engines.get_ready())
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
            warming.cancel()
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
        self._hear_of_elsewhere()
        if (key := self._keypad.tick(now)) is not None:
            self._keyed(key)
        remedy = self._patience.tick(now) if not self._leaving.is_near else None
        if remedy is not None:
            self._remedy(remedy, is_silence=True)
        messages = self._out + self._pacer.due(now)
        self._out = []
        if (goodbye := self._leaving.goodbye(now)) is not None:
            messages += goodbye
            self.ended = True
        return messages

    async def follow(self) -> None:
        """Take what other channels do to the task of the call, as long as the call lasts."""
        async for news in self.talk.news():
            self._news.append(news)

    def ends_as(self, decided: Callable[[Ending], None]) -> None:
        """Have somebody told how the call ends, before the far end learns of it."""
        self._leaving.decided = decided

    def leave(self) -> None:
        """End the call now, with whatever the protocol says for a goodbye."""
        self._out += self._mouth.interrupt(self._now_ms)
        self._leaving.hang_up()

    # Hearing

    def _hear(self, pcm16: bytes) -> None:
        if self._leaving.is_near:
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
        is_choice = self._ears.expected.pause is Expecting.CHOICE
        is_listening = self.listener.is_only_listening(words, is_choice=is_choice)
        if item.interrupted and (is_listening or self._is_too_early(words)):
            self._mouth.go_on()
            return None
        if not words or (self.listener.is_hum(words) and self._ears.expected.is_confirmation):
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

    def _is_too_early(self, words: str) -> bool:
        """A yes to what was not read back to its end is none yet."""
        return (
            self._ears.expected.is_confirmation
            and self.listener.is_yes(words)
            and self._mouth.owes()
        )

    # Keys

    def _press(self, digit: str) -> None:
        if self._leaving.is_near:
            return
        now = self._now_ms
        self._patience.understood(now)
        if self._mouth.is_speaking(now):
            self._out += self._mouth.interrupt(now)
        if (
            self._keypad.capture is None
            and self._ears.expected.typed is not None
            and digit.isdigit()
        ):
            self._keypad.collect(self._ears.expected.typed, now)
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
        is_confirmation = self._ears.expected.is_confirmation
        chosen = choice(key, self._buttons, is_confirmation=is_confirmation)
        if key == CONFIRM and is_confirmation and self._mouth.owes():
            self._mouth.go_on()
        elif chosen is not None:
            self._items.put_nowait(chosen)

    def _give_up(self) -> None:
        """Nobody typed the secret: ask once more, then a person."""
        self._listen_again()
        if self._ears.expected.secret is None:
            return
        self._secrets_given_up += 1
        if self._secrets_given_up >= _SECRETS_GIVEN_UP:
            self._items.put_nowait(Entry(button=ASK_PERSON))
            return
        self._collect()
        self._say("utter_voice_type")

    def _collect(self) -> None:
        """Before the prompt for a secret is over nothing is listened to any more."""
        capture = self._ears.expected.secret
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
        turns = self._ears.turns
        self._ears.expect(answer.expected)
        self._is_elsewhere = False
        self._news = [each for each in self._news if each.turn > answer.turn]
        if any(part.display == "elder" for part in answer.parts):
            turns.is_slow, self._mouth.speed = True, self.times.slow_speed
        self._buttons = tuple(
            button.payload for part in answer.parts[-1:] for button in part.buttons
        )
        if answer.ticket is not None:
            self._leaving.hand_over(answer.ticket)
        elif answer.expected.secret is not None:
            self._collect()
        else:
            self._keypad.cancel()
            self._listen_again()
        self._mouth.forget()
        is_overtaken = turns.is_open or not self._items.empty()
        if is_overtaken and answer.expected.is_confirmation:
            self._set_aside()
        elif is_overtaken and not answer.has_acted and not self._leaving.is_near:
            # The caller goes on speaking: these words would only come too late.
            return
        self._say_parts(answer.parts)

    def _hear_of_elsewhere(self) -> None:
        """Say once, when nobody speaks, that the task is elsewhere now; then leave it alone."""
        is_free = not (self._busy or self._ears.turns.is_open) and self._items.empty()
        if not self._news or not is_free or self._leaving.is_near:
            return
        self._out += self._mouth.interrupt(self._now_ms)
        self._ears.expect(Expected())
        self._buttons, self._is_elsewhere = (), True
        self._keypad.cancel()
        self._listen_again()
        self._mouth.forget()
        for news in self._news:
            self._tell("transcript", {"text": news.text, "final": True, "role": "assistant"})
            self._say_text(news.text)
        self._news.clear()

    def _set_aside(self) -> None:
        """What was begun before a read-back is said can be no answer to it."""
        self._over_text = True
        set_aside(self._items)

    def _say_parts(self, parts: Sequence[ReplyPart]) -> None:
        for part in parts:
            self._tell("transcript", {"text": part.text, "final": True, "role": "assistant"})
        is_owed = self._ears.expected.is_confirmation
        self._mouth.say(lines_of(parts, self.engines.clauses, self.talk.words, is_owed=is_owed))
        self._was_speaking = True

    def _say(self, key: str) -> None:
        self._say_text(self.talk.words(key))

    def _say_text(self, text: str) -> None:
        self._mouth.say([Line(clause) for clause in self.engines.clauses(text)])
        self._was_speaking = True

    # Silence, trouble, the end

    def _after_speaking(self, now_ms: float) -> None:
        if self._mouth.is_mute and not self._leaving.is_near:
            # Nothing can be said any more: the call goes to people, by the gateway's own way.
            self._leaving.hand_over("")
        is_speaking = self._mouth.is_speaking(now_ms)
        if self._was_speaking or is_speaking:
            self._keypad.start_waiting(now_ms)
        self._was_speaking = is_speaking
        is_quiet = not (is_speaking or self._busy or self._ears.is_shut or self._is_elsewhere)
        if is_quiet and not self._ears.turns.is_open and self._keypad.capture is None:
            self._patience.silent_from(now_ms)
        else:
            self._patience.disturbed()

    def _remedy(self, remedy: Remedy, *, is_silence: bool) -> None:
        if remedy is Remedy.PERSON:
            self._items.put_nowait(Entry(button=ASK_PERSON))
        elif remedy is Remedy.END:
            self._leaving.hang_up()
            self._say("utter_voice_bye")
        elif remedy is Remedy.ASK_AGAIN and is_silence:
            self._say("utter_voice_still_there")
        else:
            self._say(_TELLS[remedy])

    def _tell(self, notice: str, body: dict[str, JsonValue]) -> None:
        self._out += self.wire.tell(notice, body)

    @property
    def _now_ms(self) -> float:
        return self.clock.monotonic_ms()

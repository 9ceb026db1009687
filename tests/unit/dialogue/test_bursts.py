"""Messages that wait at the same time are one turn, in the order they came."""

import asyncio
from dataclasses import dataclass, field, replace

import pytest

from assistant.model.commands import Greet
from assistant.model.events import CommandsUnderstood, MessageReceived, TurnFinished
from assistant.model.message import InboundMessage
from assistant.model.release import Lexicon, Wordlist
from assistant.ports import Understood
from assistant.understanding.burst_words import is_unfinished, joined
from tests.unit.dialogue.talk import Talk

LEXICON = Lexicon(
    commands={
        "unfinished": Wordlist(
            exact=frozenset({"帮我", "i want to"}), contains=("转给", "i want to", "the")
        )
    }
)


@dataclass
class Listener:
    """Implements the Understander port: keeps what it was given; dies of the words "crash"."""

    heard: list = field(default_factory=list)
    is_healed: bool = False
    may_go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def understand(self, text, tracker, release):
        self.heard.append(text)
        if text == "slow":
            await self.may_go_on.wait()
        if "crash" in text and not self.is_healed:
            msg = "power cut"
            raise RuntimeError(msg)
        return Understood(commands=(Greet(),), by="rules")


class Line:
    """One conversation over which messages are sent without waiting for the answer."""

    def __init__(self, talk, patience_ms=0):
        self.listener, self.patience_ms = Listener(), patience_ms
        self.assistant = replace(talk.assistant, understander=self.listener)

    async def open(self):
        self.id = await self.assistant.conversations.open(channel="web")
        return self

    def send(self, identifier, text="", button=None):
        message = InboundMessage(
            message_id=identifier,
            conversation_id=self.id,
            text=text,
            button=button,
            patience_ms=self.patience_ms,
        )
        return asyncio.create_task(self.assistant.handle(message))

    async def events(self, kind):
        stored = await self.assistant.conversations.store.load(self.id)
        return [record.event for record in stored if isinstance(record.event, kind)]


@pytest.fixture
def line(pack):
    release = replace(pack(), lexicon=LEXICON)
    return lambda patience_ms=0: Line(Talk(release), patience_ms).open()


async def test_messages_sent_while_a_turn_runs_are_one_turn_after_it(line):
    line = await line()
    first = line.send("m1", "slow")
    await asyncio.sleep(0.01)
    rest = [line.send("m2", "五百"), line.send("m3", "不对"), line.send("m4", "六百")]
    await asyncio.sleep(0.01)
    line.listener.may_go_on.set()
    turns = [(await each).turn for each in (first, *rest)]
    assert turns == [1, 2, 2, 2]
    assert line.listener.heard == ["slow", "五百，不对，六百"]
    received = await line.events(MessageReceived)
    assert [(e.message_id, e.text, e.turn) for e in received] == [
        ("m1", "slow", 1),
        ("m2", "五百", 2),
        ("m3", "不对", 2),
        ("m4", "六百", 2),
    ]
    assert len(await line.events(TurnFinished)) == 2


async def test_an_unfinished_message_waits_for_its_rest(line):
    line = await line(patience_ms=200)
    turns = [line.send("m1", "帮我")]
    for identifier, text in (("m2", "锁一下"), ("m3", "6688那张")):
        await asyncio.sleep(0.05)
        turns.append(line.send(identifier, text))
    assert {(await each).turn for each in turns} == {1}
    assert line.listener.heard == ["帮我锁一下，6688那张"]


async def test_a_sentence_waits_for_nobody(line):
    line = await line(patience_ms=5000)
    async with asyncio.timeout(2):
        assert (await line.send("m1", "锁一下6688")).turn == 1
        assert (await line.send("m2", button="/greet")).turn == 2


async def test_a_button_ends_the_waiting_and_stands_alone(line):
    line = await line(patience_ms=5000)
    async with asyncio.timeout(2):
        words = line.send("m1", "帮我")
        await asyncio.sleep(0.01)
        button = line.send("m2", button="/affirm")
        assert ((await words).turn, (await button).turn) == (1, 2)
    assert line.listener.heard == ["帮我", "/affirm"]


async def test_what_is_said_in_full_ends_the_waiting(line):
    line = await line(patience_ms=5000)
    async with asyncio.timeout(2):
        turns = [line.send("m1", "帮我")]
        await asyncio.sleep(0.01)
        turns.append(line.send("m2", "锁一下6688。"))
        assert {(await each).turn for each in turns} == {1}


async def test_typing_on_for_ever_does_not_keep_the_turn_from_beginning(line):
    line = await line(patience_ms=60)
    turns = [line.send("m0", "帮我")]
    for number in range(1, 12):
        await asyncio.sleep(0.04)
        turns.append(line.send(f"m{number}", "锁"))
    assert (await turns[0]).turn == 1
    assert len({(await each).turn for each in turns}) > 1


async def test_a_message_of_a_burst_sent_again_is_the_same_turn(line):
    line = await line(patience_ms=100)
    burst = [line.send("m1", "帮我"), line.send("m2", "锁卡"), line.send("m1", "帮我")]
    turns = [await each for each in burst]
    again = await line.send("m2", "锁卡")
    assert {turn.turn for turn in turns} == {1}
    assert again == turns[0]
    assert len(await line.events(MessageReceived)) == 2


async def test_a_burst_cut_off_by_a_crash_is_finished_with_all_its_words(line):
    line = await line(patience_ms=100)
    burst = [
        line.send("m1", "帮我"),
        line.send("m2", "crash 一下"),
        line.send("m3", "6688那张"),
    ]
    ended = await asyncio.gather(*burst, return_exceptions=True)
    assert all(isinstance(each, RuntimeError) for each in ended)
    line.listener.is_healed = True
    await line.assistant.recover()
    assert line.listener.heard[-1] == "帮我 crash 一下，6688那张"
    assert (await line.send("m3", "6688那张")).turn == 1
    assert len(await line.events(CommandsUnderstood)) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("帮我", True),
        ("转给", True),
        ("给妈妈转，", True),
        ("well…", True),
        ("I want to", True),
        ("锁一下", False),
        ("帮我。", False),
        ("6688", False),
        ("好的", False),
        ("breathe", False),
    ],
)
def test_only_what_breaks_off_is_unfinished(text, expected):
    assert is_unfinished(text, LEXICON) is expected


@pytest.mark.parametrize(
    ("texts", "whole"),
    [
        (["帮我", "锁一下", "6688那张"], "帮我锁一下，6688那张"),
        (["转给", "妈妈", "500"], "转给妈妈，500"),
        (["I want to", "lock my card"], "I want to lock my card"),
        (["lock my card", "6688"], "lock my card, 6688"),
        (["锁卡。", "6688"], "锁卡。 6688"),
        (["好"], "好"),
    ],
)
def test_pieces_are_joined_the_way_they_would_have_been_written(texts, whole):
    assert joined(texts, LEXICON) == whole

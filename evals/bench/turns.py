"""Turns: understanding and deciding alone, and whole turns that read from the bank."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from importlib.resources import files
from itertools import product
from pathlib import Path
from typing import Final

import numpy as np

from assistant.adapters.system import SystemClock
from assistant.dialogue.decide import decide
from assistant.dialogue.log import TurnLog
from assistant.model.events import ConversationStarted, MessageReceived
from assistant.model.ids import ConversationId, MessageId
from assistant.model.tracker import Tracker
from assistant.understanding.classifier import JointClassifier
from assistant.understanding.local import LocalUnderstander
from channels.bootstrap import Brain
from channels.settings import Settings
from evals.bench.measure import Measure, p50, p99, settle
from evals.harness import Harness, Setup
from evals.nlu.rows import read_messages

TURNS: Final = 200
_WARM_UP: Final = 10
_A_CONVERSATION: Final = 10
_OPENINGS: Final = ("", "麻烦", "请", "帮我", "你好，", "劳驾", "现在", "我想")
_WISHES: Final = ("查一下余额", "看看余额", "查余额", "查一下账户余额", "看下余额还有多少")
_ENDINGS: Final = ("", "，谢谢", "吧", "，急用", "，快点")
READS: Final = tuple(
    f"{opening}{wish}{ending}" for opening, wish, ending in product(_OPENINGS, _WISHES, _ENDINGS)
)
"""All different: a sentence asked before costs no embedding and would flatter the figures."""


def varied_texts(count: int) -> list[str]:
    """Messages of every kind, spread evenly over the held-out set."""
    rows = read_messages(Path(str(files("evals"))) / "nlu" / "held_out.jsonl")
    places = np.linspace(0, len(rows) - 1, count).astype(int)
    return [rows[place].text for place in places]


async def measure_decisions(brain: Brain) -> Measure:
    """Words to commands to events, each message the first of its conversation."""
    clock = SystemClock()
    understander = brain.understander(clock)
    texts = varied_texts(TURNS)
    durations: list[float] = []
    for number, text in enumerate([*READS[:_WARM_UP], *texts]):
        log = TurnLog(Tracker(ConversationId(f"c{number}")), brain.release, clock)
        log.add(ConversationStarted, channel="web", locale="zh-Hans")
        log.add(MessageReceived, turn=1, message_id=MessageId("m"), text=text, channel="web")
        started = clock.monotonic_ms()
        understood = await understander.understand(text, log.tracker, brain.release)
        decide(understood.commands, log)
        durations.append(clock.monotonic_ms() - started)
    settle()
    measured = durations[_WARM_UP:]
    return Measure(
        name="understand and decide",
        unit="ms",
        p50=p50(measured),
        p99=p99(measured),
        budget_p50=15,
        budget_p99=50,
        peer=_without_encoder(understander, texts),
        note=f"{TURNS} messages of the held-out set, warm",
    )


async def measure_read_turns(brain: Brain, settings: Settings) -> Measure:
    """Whole turns of `check_balance`: lock, log, understand, bank, render, store."""
    durations: list[float] = []
    with tempfile.TemporaryDirectory(prefix="guitai-bench-") as folder:
        harness = Harness(brain, settings, Path(folder))
        for first in range(0, TURNS, _A_CONVERSATION):
            async with harness.open(Setup(customer="C1001")) as conversation:
                for text in READS[first : first + _A_CONVERSATION]:
                    record = await conversation.say(text)
                    durations.append(record.ms)
    measured = durations[_WARM_UP:]
    return Measure(
        name="text turn with a read action",
        unit="ms",
        p50=p50(measured),
        p99=p99(measured),
        budget_p50=40,
        budget_p99=150,
        note="SQLite; the sandbox bank runs in the same process, without a network",
    )


def _without_encoder(understander: object, texts: Sequence[str]) -> tuple[str, float] | None:
    """The same classifier without the sentence encoder: what the meaning of a sentence costs."""
    if not isinstance(understander, LocalUnderstander):
        return None
    classifier = understander.classifier
    if not isinstance(classifier, JointClassifier):
        return None
    no_meaning = np.zeros((1, len(classifier.encoder.encode([""])[0])), dtype=np.float32)
    clock = SystemClock()
    durations: list[float] = []
    for text in texts:
        started = clock.monotonic_ms()
        classifier.probabilities([text], no_meaning)
        durations.append(clock.monotonic_ms() - started)
    return "the classifier without the encoder", p50(durations)

"""Simulated customers: each wants one thing, says it in a manner of his own, and answers questions.

Everything is drawn from the seed, and clock, bank and models stand still otherwise: the same seed
gives the same transcript.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from actions.bank.sandbox.codes import SANDBOX_CODE
from assistant.model.events import ActionFinished, Answered
from assistant.model.message import ReplyPart, Turn
from channels.bootstrap import Brain
from channels.settings import Settings
from evals.harness import Conversation, Harness, Setup

_TURNS: Final = 8
_SANDBOX_CODE: Final = SANDBOX_CODE
_CUSTOMERS: Final = ("C1001", "C1002", "C1004")

Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What a customer comes for.

    Attributes:
        openings: Ways to say it.
        answers: Beginning of a question's response key to what the customer says then.
        action: The action that reaches it; None: an answer from the documents does.
    """

    name: str
    openings: tuple[str, ...]
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    action: str | None = None
    customer: str | None = None


_GOALS: Final = (
    Goal(
        name="balance",
        openings=("查一下余额", "我卡里还有多少钱", "看看账户余额", "how much money do I have"),
        action="check_balance",
    ),
    Goal(
        name="transfer",
        openings=("给妈妈转{amount}块", "转{amount}元给妈妈", "我要转账", "send {amount} to mum"),
        answers={"ask_payee": ("妈妈", "给我妈"), "ask_amount": ("{amount}", "{amount}块")},
        action="transfer_money",
        customer="C1001",
    ),
    Goal(
        name="lock a card",
        openings=("我的卡先锁一下", "锁卡", "帮我把卡锁了", "lock my card"),
        answers={"ask_card": ("6688", "尾号6688")},
        action="lock_card",
        customer="C1001",
    ),
    Goal(
        name="a question",
        openings=("卡丢了怎么办", "挂失要收费吗", "转账多久到账", "how do I report a lost card"),
    ),
)
_MANNERS: Final = ("plain", "polite", "hasty", "doubtful")
_YES: Final = {
    "plain": ("确认", "是的", "对"),
    "polite": ("确认，谢谢", "对的，麻烦了"),
    "hasty": ("嗯", "对"),
    "doubtful": ("确认", "是的"),
}


@dataclass(slots=True)
class Transcript:
    """One simulated conversation.

    Attributes:
        lines: Who said what.
        problem: Why the goal was not reached.
    """

    number: int
    customer: str
    goal: str
    manner: str
    lines: list[tuple[str, str]] = field(default_factory=list)
    is_reached: bool = False
    problem: str = ""

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self)


async def simulate_people(
    brain: Brain, settings: Settings, episodes: int, seed: int, tell: Tell | None = None
) -> list[Transcript]:
    """All conversations, each with a bank of its own."""
    found: list[Transcript] = []
    with tempfile.TemporaryDirectory(prefix="guitai-people-") as folder:
        harness = Harness(brain, settings, Path(folder))
        for number in range(episodes):
            found.append(await _one(harness, seed, number))
            if tell is not None:
                tell(number + 1, episodes)
    return found


async def _one(harness: Harness, seed: int, number: int) -> Transcript:
    draw = random.Random(f"people/{seed}/{number}")
    goal = draw.choice(_GOALS)
    customer = goal.customer or draw.choice(_CUSTOMERS)
    amount = str(draw.randint(10, 900))
    told = Transcript(number, customer, goal.name, draw.choice(_MANNERS))
    async with harness.open(Setup(customer=customer, level=4)) as conversation:
        words: str | None = _opening(goal, told.manner, amount, draw)
        while words is not None and len(told.lines) < _TURNS * 2:
            words = await _turn(conversation, goal, told, words, (amount, draw))
    if not told.is_reached and not told.problem:
        told.problem = "not after eight turns"
    return told


async def _turn(
    conversation: Conversation,
    goal: Goal,
    told: Transcript,
    words: str,
    means: tuple[str, random.Random],
) -> str | None:
    """Say it, note the reply, and find the next words; None when there is nothing more to say."""
    told.lines.append(("customer", words))
    record = await conversation.say(words)
    if record.turn is None:
        told.problem = f"refused with {record.error}"
        return None
    told.lines += [("assistant", part.text) for part in record.turn.replies]
    for event in record.events:
        if goal.action is None and isinstance(event, Answered):
            told.is_reached = True
        if isinstance(event, ActionFinished) and event.action == goal.action:
            told.is_reached = event.outcome == "done"
            told.problem = "" if told.is_reached else f"{event.outcome}: {event.reason}"
            return None
    if told.is_reached:
        return None
    return _reply(record.turn, goal, told, means)


def _reply(
    turn: Turn, goal: Goal, told: Transcript, means: tuple[str, random.Random]
) -> str | None:
    amount, draw = means
    last = turn.replies[-1] if turn.replies else ReplyPart(text="")
    key = str(last.response_key)
    if any(button.payload == "/affirm" for button in last.buttons):
        return draw.choice(_YES[told.manner])
    if "code" in key:
        return _SANDBOX_CODE
    for asked, answers in goal.answers.items():
        if asked in key:
            return draw.choice(answers).format(amount=amount)
    if last.buttons:
        return last.buttons[0].title
    told.problem = f"nothing to say to {key}"
    return None


def _opening(goal: Goal, manner: str, amount: str, draw: random.Random) -> str:
    words = draw.choice(goal.openings).format(amount=amount)
    is_chinese = not words.isascii()
    match manner:
        case "polite":
            return f"你好，{words}，谢谢" if is_chinese else f"Hello, {words}, please"
        case "hasty":
            return f"快点，{words}" if is_chinese else words
        case _:
            return words

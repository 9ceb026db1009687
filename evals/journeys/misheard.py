"""Calls in which figures are misheard: what takes effect must be what the caller meant.

A caller sends money or locks a card. Numerals are misheard with a given probability. The caller
listens to the read-back, says what it should be, types it when saying it does not help, and says
yes only to what is right. The control's callers say yes to whatever is read to them.
"""

from __future__ import annotations

import asyncio
import random
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from assistant.model.tracker import Tracker
from channels.bootstrap import Brain
from channels.voice.numbers import on_the_phone, yuan
from evals.journeys.doors import CallDoor
from evals.journeys.journey import BALANCE, CUSTOMER, begin
from evals.journeys.site import Site, open_site

MISHEARD: Final = 0.35
"""Share of utterances with figures in which one numeral is lost or heard as another."""

_SOUNDS_LIKE: Final[Mapping[str, str]] = {
    "一": "七",
    "七": "一",
    "二": "八",
    "两": "八",
    "三": "四",
    "四": "十",
    "十": "四",
    "六": "九",
    "九": "六",
    "八": "二",
    "百": "",
    "千": "",
    "零": "六",
    "幺": "六",
}
"""What a numeral is taken for on a bad line; nothing: it is swallowed."""

_A_SITE: Final = 25
_TURNS: Final = 40
_TRIES: Final = 2
"""Times a caller says a figure before typing it."""

_AMOUNT: Final = re.compile(r"转账 ([\d,]+\.\d\d)元")
_TAIL: Final = re.compile(r"锁住尾号 (\d{4})")
_CARDS: Final = ("6688", "3021")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a caller means.

    Attributes:
        figure: "1234.00" or the last four digits of a card.
        opening: How the call begins, before anything is misheard.
        spoken: The figure as it is said.
        read_back: Finds the figure in what is read to the caller.
        wrong: Says that the figure is wrong, so that it is asked for anew.
    """

    operation: str
    slot: str
    figure: str
    opening: str
    spoken: str
    read_back: re.Pattern[str]
    wrong: str

    @property
    def keys(self) -> str:
        """The figure on the keypad."""
        return self.figure.removesuffix(".00")


def wish_of(draw: random.Random) -> Wish:
    """Money in whole yuan, or a card."""
    if draw.random() < 0.3:  # noqa: PLR2004 - a third
        tail = draw.choice(_CARDS)
        said = on_the_phone(tail)
        return Wish("lock_card", "card", tail, f"锁一下尾号{said}的卡", said, _TAIL, "不是这张卡")
    amount = draw.choice((draw.randrange(10, 1_000), draw.randrange(1_000, 3_000)))
    said = yuan(str(amount))
    opening = f"给妈妈转{said}"
    figure = f"{amount}.00"
    return Wish("transfer_money", "amount", figure, opening, said, _AMOUNT, "金额不对，重新说")


@dataclass(slots=True)
class Count:
    """What a run found.

    Attributes:
        ends: `right`, `wrong`, `given_up` to calls.
        misheard: Utterances with a numeral that was not heard as it was said.
        typed: Figures typed in the end.
        failures: Number and steps of the calls in which something wrong took effect.
    """

    ends: Counter[str] = field(default_factory=Counter)
    misheard: int = 0
    corrected: int = 0
    typed: int = 0
    failures: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        completed = self.ends["right"] + self.ends["wrong"]
        return {
            "calls": self.ends.total(),
            "completed": completed,
            "right": self.ends["right"],
            "wrong": self.ends["wrong"],
            "given_up": self.ends["given_up"],
            "misheard": self.misheard,
            "corrected": self.corrected,
            "typed": self.typed,
            "failures": self.failures,
        }


@dataclass(slots=True, kw_only=True)
class Caller:
    """One caller.

    Attributes:
        listens: False for the control's, who say yes to anything.
    """

    site: Site
    call: CallDoor
    wish: Wish
    identity: Mapping[str, str]
    draw: random.Random
    count: Count
    listens: bool = True
    steps: list[str] = field(default_factory=list)
    _said: int = 0

    async def run(self) -> None:
        """Until the task is over."""
        told = await self._speak(self.wish.opening)
        for _ in range(_TURNS):
            self.site.clock.advance(2)
            asked = (await self._tracker()).asked
            slot = str(asked.slot) if asked is not None and asked.slot else None
            if slot is None:
                return
            told = await self._answer(slot, told)

    async def _answer(self, slot: str, told: str) -> str:
        if slot in self.identity:
            return await self._pass_on(self.identity[slot])
        if slot == self.wish.slot:
            return await self._figure()
        if slot.startswith("confirm_"):
            return await self._to_read_back(told)
        return await self._pass_on({"payee": "妈妈", "from_account": "6688"}.get(slot, "是的"))

    async def _to_read_back(self, told: str) -> str:
        found = self.wish.read_back.findall(told)
        heard = found[-1].replace(",", "") if found else None
        if not self.listens or heard == self.wish.figure:
            return await self._pass_on("确认")
        if heard is None:
            return await self._pass_on("再说一遍")
        self.count.corrected += 1
        if self._said < _TRIES:
            self._said += 1
            return await self._speak(f"不对，是{self.wish.spoken}")
        return await self._pass_on(self.wish.wrong)

    async def _figure(self) -> str:
        if self._said < _TRIES:
            self._said += 1
            return await self._speak(self.wish.spoken)
        self.count.typed += 1
        self.steps.append(f"[{self.wish.keys}]")
        return await self.call.type(self.wish.keys)

    async def _speak(self, words: str) -> str:
        """Say a figure over a bad line."""
        places = [at for at, sign in enumerate(words) if sign in _SOUNDS_LIKE]
        if places and self.draw.random() < MISHEARD:
            at = self.draw.choice(places)
            words = words[:at] + _SOUNDS_LIKE[words[at]] + words[at + 1 :]
            self.count.misheard += 1
        return await self._pass_on(words)

    async def _pass_on(self, words: str) -> str:
        self.steps.append(words)
        told = await self.call.say(words)
        self.steps.append(f"  < {told[:160]}")
        return told

    async def _tracker(self) -> Tracker:
        identifier = await self.call.conversation_id()
        log = await self.site.store.load(identifier)
        return Tracker.replay(identifier, (stored.event for stored in log))


async def run(
    brain: Brain,
    *,
    calls: int,
    seed: int,
    first: int = 0,
    listens: bool = True,
    tell: Callable[[int, int], None] | None = None,
) -> Count:
    """So many calls, one after the other, each few over a fresh bank."""
    count = Count()
    with tempfile.TemporaryDirectory(prefix="guitai-misheard-") as name:
        templates = Path(name) / "templates"
        for start in range(first, first + calls, _A_SITE):
            folder = Path(name) / f"site-{start}"
            await asyncio.to_thread(folder.mkdir)
            async with open_site(folder, brain, templates) as site:
                for number in range(start, min(start + _A_SITE, first + calls)):
                    await _one(site, seed, number, count, listens=listens)
                    if tell is not None:
                        tell(number + 1 - first, calls)
    return count


async def _one(site: Site, seed: int, number: int, count: Count, *, listens: bool) -> None:
    journey = await begin(site, seed, number)  # of which the bank and the papers are used
    draw = random.Random(f"misheard/{seed}/{number}")
    call = await CallDoor.open(site, CUSTOMER, 0, number * 10)
    wish = wish_of(draw)
    caller = Caller(
        site=site,
        call=call,
        wish=wish,
        identity=journey.identity,
        draw=draw,
        count=count,
        listens=listens,
    )
    try:
        await caller.run()
    finally:
        await call.leave()
    end = await _end_of(site, wish)
    count.ends[end] += 1
    if end != "right":
        count.failures.append({"number": number, "end": end, "steps": caller.steps})
    site.clock.advance(90_000)  # as in journeys: a customer who pays all day would be held up


async def _end_of(site: Site, wish: Wish) -> str:
    """How it ended, by the bank's books alone."""
    entries = await site.journal()
    if not entries:
        return "given_up"
    state = await site.state(CUSTOMER)
    if wish.operation == "lock_card":
        locked = [card["last4"] for card in state["cards"] if card["status"] == "locked"]
        return "right" if locked == [wish.figure] else "wrong"
    (entry, *more) = entries
    sent = entry["operation"] == "transfer_money" and not more
    account = next(one for one in state["accounts"] if one["last4"] == _CARDS[0])
    is_right = Decimal(account["balance"]["amount"]) == BALANCE - Decimal(wish.figure)
    return "right" if sent and is_right else "wrong"

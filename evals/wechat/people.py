"""People who write: each waits for an answer as long as a person does, then writes on."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from evals.wechat.judge import Asked, Verdict, judge
from evals.wechat.wire import Wire

_PREFIX: Final = {"service": "o-", "mini": "m-", "wecom": "wm-"}
_SHARES: Final = {"service": 0.6, "mini": 0.2, "wecom": 0.2}
_LAST_WORDS: Final = ("在吗", "还在吗", "请回复")

Signs = Callable[[str, str], str]
"""Surface and text → how the answer begins."""
Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A run.

    Attributes:
        each: Messages of one person.
        at_once: People who write at the same time.
        patience_s: How long a person waits for an answer before they write on.
        last_s: How long they wait in the end.
        hasty: Share of messages whose writer does not wait for the answer.
        batch: Messages after which the verdict so far is told.
    """

    messages: int
    seed: int = 1
    each: int = 5
    at_once: int = 8
    patience_s: float = 8.0
    last_s: float = 20.0
    hasty: float = 0.0
    first: int = 0
    batch: int = 500


@dataclass(slots=True)
class Crowd:
    """The people of a run."""

    wire: Wire
    plan: Plan
    questions: Sequence[str]
    signs: Signs
    recap: str
    verdict: Verdict = field(default_factory=Verdict)
    _asked: list[Asked] = field(default_factory=list)
    _judged: int = 0
    _told: int = 0

    async def run(
        self, tell: Tell | None = None, report: Callable[[Verdict], None] | None = None
    ) -> Verdict:
        """Everybody, so many at once; judged batch by batch."""
        await self.wire.catch_up()
        self._judged = len(self.wire.entries)
        people = -(-self.plan.messages // self.plan.each)
        in_batch = max(1, self.plan.batch // self.plan.each)
        for start in range(self.plan.first, self.plan.first + people, in_batch):
            numbers = range(start, min(start + in_batch, self.plan.first + people))
            seats = asyncio.Semaphore(self.plan.at_once)
            await asyncio.gather(*(self._seated(seats, number, tell) for number in numbers))
            await self._judge()
            if report is not None:
                report(self.verdict)
        return self.verdict

    async def _seated(self, seats: asyncio.Semaphore, number: int, tell: Tell | None) -> None:
        async with seats:
            await self._person(number)
            if tell is not None:
                tell(len(self._asked) + self._told, self.plan.messages)

    async def _person(self, number: int) -> None:
        dice = random.Random(f"{self.plan.seed}-{number}")
        surface = dice.choices(list(_SHARES), list(_SHARES.values()))[0]
        openid = f"{_PREFIX[surface]}{self.plan.seed}p{number}"
        mine: list[Asked] = []
        for text in dice.sample(list(self.questions), self.plan.each):
            one = Asked(surface, openid, text, self.signs(surface, text))
            mine.append(one)
            await self.wire.do("say", surface=surface, openid=openid, text=text)
            if dice.random() >= self.plan.hasty:
                await self.wire.sees(openid, one.sign, self.plan.patience_s)
        for number, text in enumerate(_LAST_WORDS):
            patience_s = self.plan.patience_s if number == 0 else self.plan.last_s
            if await self._saw_all(mine, patience_s):
                break
            await self.wire.do("say", surface=surface, openid=openid, text=text)
        await self._saw_all(mine, self.plan.last_s)
        self._asked += mine

    async def _saw_all(self, mine: Sequence[Asked], seconds: float) -> bool:
        """Whether they saw every answer, after so many seconds at most."""
        seen = (self.wire.sees(one.openid, one.sign, seconds) for one in mine)
        return all(await asyncio.gather(*seen))

    async def _judge(self) -> None:
        """Judge what is over and forget it."""
        await self.wire.do("drain")
        await asyncio.sleep(0.5)
        await self.wire.catch_up()
        new = self.wire.entries[self._judged :]
        self.verdict.add(judge(new, self._asked, self.recap))
        self._judged = len(self.wire.entries)
        self._told += len(self._asked)
        self._asked.clear()


async def learn(wire: Wire, questions: Sequence[str], patience_s: float = 20.0) -> Signs:
    """How answers begin, asked by somebody new of each surface while nothing goes wrong.

    Raises:
        ValueError: One is not answered, or two begin alike.
    """
    known = {surface: await _signs(wire, surface, questions, patience_s) for surface in _PREFIX}
    return lambda surface, text: known[surface][text]


async def _signs(
    wire: Wire, surface: str, questions: Sequence[str], patience_s: float
) -> dict[str, str]:
    signs: dict[str, str] = {}
    for number, text in enumerate(questions):
        openid = f"{_PREFIX[surface]}learn{number}"
        await wire.do("say", surface=surface, openid=openid, text=text)
        if not await wire.sees(openid, "", patience_s):
            msg = f"“{text}” is not answered"
            raise ValueError(msg)
        signs[text] = wire.shown[openid][0].partition("\n")[0].strip()
    for text, sign in signs.items():
        alike = [other for other, its in signs.items() if other != text and sign in its]
        if alike:
            msg = f"“{text}” and “{alike[0]}” are answered alike: {sign}"
            raise ValueError(msg)
    return signs

"""One customer with one task, who goes from channel to channel until it is done."""

from __future__ import annotations

import asyncio
import random
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from actions.bank.sandbox.codes import SANDBOX_CODE
from assistant.model.ids import ConversationId
from assistant.model.tracker import Tracker
from evals.journeys.doors import DOORS, CallDoor, Door, WebDoor
from evals.journeys.site import Site

CUSTOMER: Final = "C1001"
PHONE: Final = "13800001001"
ACCOUNT: Final = "6688"
BALANCE: Final = Decimal("12480.55")
"""Yuan on that account on the first day (actions/bank/sandbox/seed/people.py)."""

_STEPS: Final = 60
_SECRETS: Final = frozenset(
    {"one_time_code", "step_up_phone", "step_up_name", "step_up_id_number", "step_up_card_number"}
)
"""What is not told in a chat."""

_STALE_S: Final = 700
_LINK: Final = re.compile(r"#go_on=([\w-]+)")
_NUMBER: Final = re.compile(r"编号 ?(\d{4}) ?(\d{4})")
_HELD: Final = "先不算数"
"""From the wording that says where a task is held, and asks whether to go on here."""

_YES: Final = ("是的", "确认", "对")
_GO_ON: Final = ("继续办理", "继续刚才的", "接着办")
_TAKE_TO_APP: Final = ("换到手机银行继续", "我去手机银行继续")
_TAKE_TO_CALL: Final = ("换个地方办", "我打电话接着办")


@dataclass(frozen=True, slots=True)
class Goal:
    """What the customer wants.

    Attributes:
        operation: As the bank's journal names it.
        openings: Ways to begin, from nothing said to everything said.
        answers: Slot to what the customer says when asked for it.
        amount: In yuan; None where no money moves.
    """

    operation: str
    openings: tuple[str, ...]
    answers: dict[str, str]
    amount: int | None = None


def goal_of(draw: random.Random) -> Goal:
    """A task: money without a code, money with one, or a card to be locked."""
    if draw.random() < 0.25:  # noqa: PLR2004 - a quarter
        return Goal("lock_card", ("锁卡", "帮我锁一下尾号6688的卡"), {"card": "6688"})
    is_large = draw.random() < 0.5  # noqa: PLR2004 - half
    amount = draw.randrange(1_001, 3_000) if is_large else draw.randrange(10, 900)
    openings = ("我要转账", "转钱给妈妈", f"给妈妈转{amount}块")
    answers = {"payee": "妈妈", "amount": f"{amount}块", "from_account": "6688"}
    return Goal("transfer_money", openings, answers, amount)


@dataclass(slots=True, kw_only=True)
class Journey:
    """One customer on the way.

    Attributes:
        starts_anew: Instead of going on, the task is begun again in each channel: the control.
        doors: All that were opened, in order.
        here: The one the customer uses now.
        steps: What happened, for a person to read.
        conversations: All that were opened.
    """

    site: Site
    draw: random.Random
    number: int
    goal: Goal
    identity: dict[str, str]
    starts_anew: bool = False
    doors: list[Door] = field(default_factory=list)
    alive: list[Door] = field(default_factory=list)
    here: Door | None = None
    steps: list[str] = field(default_factory=list)
    conversations: list[ConversationId] = field(default_factory=list)
    moves_left: int = 0
    is_late: bool = False

    async def run(self) -> None:
        """Live through it."""
        draw = self.draw
        self.moves_left = draw.choice((1, 1, 2, 2, 3))
        self.here = await self._open(draw.choice(("wechat", "wechat", "web", "web", "voice")))
        await self._say(draw.choice(self.goal.openings))
        await self._to_the_end()
        await self._stray(0.8)
        if self.starts_anew:
            for door in self.alive:
                self.here, self.moves_left = door, 0
                await self._to_the_end()
        for door in self.doors:
            if door.place == "wechat":
                await self.site.settle()
            await door.leave()

    async def _to_the_end(self) -> None:
        """Answer whatever is asked here, and move when it pleases."""
        draw = self.draw
        for _ in range(_STEPS):
            # Nobody who is on the telephone thinks for long.
            self.site.clock.advance(draw.randrange(1, 4 if self._door().place == "voice" else 30))
            tracker = await self.tracker()
            slot = tracker.asked.slot if tracker.asked is not None else None
            if slot is None and tracker.task is None:
                break
            await self._step(tracker, str(slot or ""))

    async def tracker(self) -> Tracker:
        """State of the conversation the customer is in."""
        door = self._door()
        identifier = await door.conversation_id()
        while True:
            log = await self.site.store.load(identifier)
            tracker = Tracker.replay(identifier, (stored.event for stored in log))
            if identifier not in self.conversations:
                self.conversations.append(identifier)
            if tracker.continued is None:
                return tracker
            identifier = tracker.continued.into

    def _door(self) -> Door:
        if self.here is None:
            raise LookupError
        return self.here

    async def _step(self, tracker: Tracker, slot: str) -> None:
        draw, here = self.draw, self._door()
        held = tracker.speaker.place if tracker.speaker is not None else here.place
        if held != here.place:
            # A call that waits for keys hears no words.
            keyed = isinstance(here, CallDoor) and here.waits_for_keys
            await self._say(SANDBOX_CODE if keyed else draw.choice(_GO_ON))
            return
        must_move = here.place == "wechat" and slot in _SECRETS
        # Nobody can go on with the task of a caller who has not said yet who they are.
        may_move = tracker.customer_id is not None and self.moves_left > 0
        wants_to = may_move and draw.random() < 0.45  # noqa: PLR2004 - often enough
        if must_move or wants_to:
            self.moves_left -= 1
            await self._move(must_move=must_move)
            return
        await self._stray(0.12)
        if slot.startswith("confirm_"):
            await self._confirm()
            return
        await self._say(self._answer(slot))

    def _answer(self, slot: str) -> str:
        known = {**self.goal.answers, **self.identity, "task_number": "00000000"}
        return known.get(slot, "不用")

    async def _confirm(self) -> None:
        """A yes; sometimes in two channels in the same moment."""
        here = self._door()
        others = [door for door in self.alive if door is not here and door.place != here.place]
        if not others or self.draw.random() < 0.6:  # noqa: PLR2004 - mostly one
            await self._say(self.draw.choice(_YES))
            return
        other = self.draw.choice(others)
        self.steps.append(f"{here.place}+{other.place}: 是的 ×2")
        told, beside = await asyncio.gather(here.say("是的"), other.say("是的"))
        self.steps += [f"  < {told[:200]}", f"  < {beside[:200]}"]

    async def _stray(self, share: float) -> None:
        """Somebody answers where the task is not any more."""
        others = [
            door
            for door in self.alive
            if door is not self.here
            # A call that waits for keys hears no words, and asks a person to help in the end.
            and not (isinstance(door, CallDoor) and door.waits_for_keys)
        ]
        if others and self.draw.random() < share:
            door = self.draw.choice(others)
            words = self.draw.choice(("是的", self.goal.answers.get("amount", "是的")))
            self.steps.append(f"{door.place} (stray): {words}")
            self.steps.append(f"  < {(await door.say(words))[:120]}")

    async def _say(self, words: str) -> str:
        here = self._door()
        self.steps.append(f"{here.place}: {words}")
        told = await here.say(words)
        self.steps.append(f"  < {told[:200]}")
        if _HELD not in told:
            return told
        self.steps.append(f"{here.place}: 好的")
        told = await here.say("好的")
        self.steps.append(f"  < {told[:200]}")
        return told

    async def _open(self, place: str) -> Door:
        number = self.number * 10 + len(self.doors)
        level = self.draw.choice((3, 3, 4))
        door = await DOORS[place].open(self.site, CUSTOMER, level, number)
        self.doors.append(door)
        self.alive.append(door)
        self.steps.append(f"-- {place}")
        self.conversations.append(await door.conversation_id())
        return door

    async def _move(self, *, must_move: bool) -> None:
        """Go on in another channel, by a token, by being recognised, or by asking."""
        here, draw = self._door(), self.draw
        targets = [place for place in DOORS if place != here.place]
        if must_move:
            targets = [place for place in targets if place != "wechat"]
        if here.place == "voice":
            targets = [place for place in targets if place != "voice"]
        target = draw.choice(targets)
        if self.starts_anew:
            self.here = await self._open(target)
            await self._say(self.goal.openings[-1])
            return
        token = await self._token(target)
        if draw.random() < 0.3:  # noqa: PLR2004 - the channel dies in the middle
            self.alive.remove(here)
            self.steps.append(f"-- {here.place} is gone")
            await here.leave()
            if draw.random() < 0.5:  # noqa: PLR2004 - and nobody hurries
                self.site.clock.advance(_STALE_S)
                self.is_late = True
        back = next((door for door in self.alive if door.place == target), None)
        if back is not None and target != "voice":
            await self._come_back(back)
        else:
            await self._arrive(target, token)

    async def _token(self, target: str) -> str:
        """A link or a number from where the customer is; "" where none is asked for."""
        tracker = await self.tracker()
        is_known = tracker.customer_id is not None
        if target == "voice" and is_known:
            told = await self._say(self.draw.choice(_TAKE_TO_CALL))
            found = _NUMBER.search(told)
            return "".join(found.groups()) if found else ""
        if target == "web" and is_known and self._door().place != "voice" and self._chance():
            found = _LINK.search(await self._say(self.draw.choice(_TAKE_TO_APP)))
            return found[1] if found else ""
        return ""

    async def _come_back(self, door: Door) -> None:
        """To a channel used before: by saying so, or by answering and being asked."""
        self.here = door
        self.steps.append(f"-- back to {door.place}")
        if self._chance():
            await self._say(self.draw.choice(_GO_ON))
            return
        await self._say("是的")

    async def _arrive(self, target: str, token: str) -> None:
        """In a channel not used so far."""
        if target == "voice" and not token:
            return  # without a number a caller cannot name the task; the customer stays
        was = (await self.tracker()).channel
        self.here = await self._open(target)
        if target == "voice":
            await self._say("继续办理")
            if "没有找到" in await self._say(token):
                await self._arrive("web", "")
        elif token and isinstance(self.here, WebDoor):
            told = await self.here.bring(token)
            self.steps += ["web: (link)", f"  < {told[:200]}"]
            if not told:
                await self._say("继续刚才的")
        elif was != target and not self.is_late and self._chance():
            await self._say("你好")
            await self._say("继续")
        else:
            await self._say("继续刚才的")

    def _chance(self) -> bool:
        return self.draw.random() < 0.5  # noqa: PLR2004 - half


async def begin(site: Site, seed: int, number: int, *, starts_anew: bool = False) -> Journey:
    """A journey over a bank as on its first day."""
    await site.reset()
    draw = random.Random(f"journeys/{seed}/{number}")
    state = await site.state(CUSTOMER)
    card = next(card for card in state["cards"] if card["last4"] == "6688")
    identity = {
        "one_time_code": SANDBOX_CODE,
        "step_up_phone": PHONE,
        "step_up_name": state["name"],
        "step_up_id_number": state["id_number"],
        "step_up_card_number": card["number"],
        "confirm_again": "是的",
    }
    return Journey(
        site=site,
        draw=draw,
        number=number,
        goal=goal_of(draw),
        identity=identity,
        starts_anew=starts_anew,
    )

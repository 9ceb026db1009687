"""One episode: a customer confirms a transfer, something breaks, and the truth is looked for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from actions.bank.sandbox.codes import SANDBOX_CODE
from assistant.errors import AssistantError
from assistant.model.assurance import Assurance
from assistant.model.events import Asked, Event
from assistant.model.ids import ConversationId, CustomerId, MessageId, SlotName
from assistant.model.message import InboundMessage, SignIn
from evals.simulate.bank import WorkerDied
from evals.simulate.plan import Fault, Plan
from evals.simulate.told import Finding, Story, asked_needlessly, is_confirmed
from evals.simulate.worker import Worker
from evals.simulate.world import World

CUSTOMER: Final = CustomerId("C1001")
ASK: Final = "/StartFlow(transfer_money)\n/SetSlots(payee=妈妈, amount={amount})"
YES: Final = "/affirm"
_CODE_SLOT: Final = SlotName("one_time_code")
_CODE: Final = f"/SetSlots({_CODE_SLOT}={SANDBOX_CODE})"
_STRIKES: Final[dict[Fault, str]] = {
    Fault.LOST_BEFORE: "lost_before",
    Fault.LATE: "late",
    Fault.LOST_AFTER: "lost_after",
    Fault.RESET_AFTER: "reset_after",
    Fault.ERROR_AFTER: "error_after",
    Fault.UNREACHABLE: "unreachable",
    Fault.KILL_BEFORE: "kill_before",
    Fault.KILL_AFTER: "kill_after",
}
_SHUT: Final = (Fault.LOCKED, Fault.FULL)
_GROUNDS: Final = frozenset({"store_unavailable"})
"""Without its counters the risk desk cannot decide, and has a payment proved by a code."""

A_DAY_S: Final = 90_000
"""Between two episodes: a customer who pays a hundred times an hour would be held up for that."""

_PAST_LEASE_S: Final = 70
_ON_ITS_WAY_S: Final = 8
"""A late request arrives within the bank's own time-out; later ones the bank must refuse."""
_LOOK_S: Final = 13
_LOOKS: Final = 16
_HELD_S: Final = 30


@dataclass(slots=True)
class Episode:
    """One customer's transfer.

    Attributes:
        answered: Turns that reached the customer.
        errors: Codes of polite refusals, such as `store.unavailable`.
    """

    world: World
    plan: Plan
    conversation: ConversationId
    sign_in: SignIn
    place: int
    story: Story = field(default_factory=Story)
    answered: int = 0
    errors: list[str] = field(default_factory=list)

    async def run(self) -> list[Finding]:
        """Live through it.

        Returns:
            What must not happen and did.
        """
        self.world.wire.lookups_left = self.plan.lookup
        await self.say(await self.world.alive(), ASK.format(amount=self.plan.amount), "ask")
        self.answered = 0
        await self._confirm()
        await self._hear()
        await self._mend()
        events = await self._events()
        self.world.wire.lookups_left = 0
        grounds = _GROUNDS if self.plan.fault in _SHUT else frozenset[str]()
        is_meant = is_confirmed(events, "yes")
        found = self.story.judge(self._effects(), is_confirmed=is_meant)
        return found + asked_needlessly(events, grounds)

    async def say(self, worker: Worker, text: str, message_id: str) -> None:
        """Send one message; an answer counts, a polite error is noted, silence is silence."""
        message = InboundMessage(
            message_id=MessageId(message_id),
            conversation_id=self.conversation,
            button=text,
            channel="web",
            sign_in=self.sign_in,
        )
        try:
            await worker.assistant.handle(message)
        except WorkerDied:
            return
        except AssistantError as error:
            self.errors.append(error.code)
            return
        self.answered += 1

    async def _confirm(self) -> None:
        plan, world, live = self.plan, self.world, await self.world.alive()
        world.wire.status_fails = plan.status_fails
        match plan.fault:
            case Fault.CRASH:
                live.life.steps_left = plan.step
                await self.say(live, YES, "yes")
                live.life.die()
            case Fault.RESTART:
                await self.say(await world.start(), YES, "yes")
            case Fault.DUPLICATE:
                copies = (self.say(live, YES, "yes") for _ in range(plan.copies))
                await asyncio.gather(*copies)
            case Fault.TWICE:
                await asyncio.gather(*(self.say(live, YES, f"yes{n}") for n in range(2)))
            case Fault.TWO_WORKERS:
                async with world.another() as second:
                    await asyncio.gather(self.say(live, YES, "yes"), self.say(second, YES, "yes"))
            case Fault.LEASE:
                await self._lapse(live)
            case fault if fault in _SHUT:
                await self._shut(live)
            case _:
                world.wire.strike = _STRIKES.get(plan.fault, "")
                await self.say(live, YES, "yes")
        world.wire.strike = ""

    async def _lapse(self, live: Worker) -> None:
        """The first worker hangs in its call until another has taken the action over."""
        async with self._held(live) as first:
            self.world.clock.advance(_PAST_LEASE_S)
            async with self.world.another() as second:
                await second.assistant.recover()
                await self._hear()
                await self.say(second, YES, "yes")
                await second.assistant.settle_unknown()
                await self._hear()
                self.world.wire.released.set()
                await first

    async def _shut(self, live: Worker) -> None:
        """The database cannot be written: from the yes on, or once the bank has committed."""
        shut = self.world.locked if self.plan.fault is Fault.LOCKED else self.world.full
        wait_s = self.plan.lock_s if self.plan.fault is Fault.LOCKED else 0.0
        if not self.plan.commits_first:
            async with shut():
                turn = asyncio.create_task(self.say(live, YES, "yes"))
                await _at_most(turn, wait_s or _HELD_S)
            await turn
            return
        async with self._held(live) as turn:
            async with shut():
                self.world.wire.released.set()
                await _at_most(turn, wait_s or _HELD_S)
            await turn

    @asynccontextmanager
    async def _held(self, live: Worker) -> AsyncIterator[asyncio.Task[None]]:
        """A turn that waits for the bank's answer, until `released`."""
        wire = self.world.wire
        wire.held.clear()
        wire.released.clear()
        wire.strike = "held_after" if self.plan.commits_first else "held_before"
        turn = asyncio.create_task(self.say(live, YES, "yes"))
        held = asyncio.create_task(wire.held.wait())
        await asyncio.wait((turn, held), return_when=asyncio.FIRST_COMPLETED, timeout=_HELD_S)
        held.cancel()
        try:
            yield turn
        finally:
            wire.released.set()

    async def _mend(self) -> None:
        """Start again what died, let the customer ask again, and look until it is known."""
        world, plan = self.world, self.plan
        if world.current is None or world.current.life.is_dead:
            world.clock.advance(plan.pause_s)
            await (await world.start()).assistant.recover()
            await self._hear()
        live = await world.alive()
        if plan.repeats or not self.answered:
            await self.say(live, YES, "yes0" if plan.fault is Fault.TWICE else "yes")
            await self._hear()
        await live.assistant.settle_unknown()
        await self._hear()
        if world.wire.late:
            world.clock.advance(_ON_ITS_WAY_S)
            await world.wire.arrive()
        if await self._is_asked_for_a_code():
            await self.say(live, _CODE, "code")
            await self._hear()
        for _ in range(_LOOKS):
            if self.story.is_over():
                break
            world.clock.advance(_LOOK_S)
            await live.assistant.recover()
            await live.assistant.settle_unknown()
            await self._hear()

    async def _is_asked_for_a_code(self) -> bool:
        asked = [e for e in await self._events() if isinstance(e, Asked)]
        return bool(asked) and asked[-1].slot == _CODE_SLOT

    async def _hear(self) -> None:
        self.story.hear(await self._events(), self._effects())

    async def _events(self) -> list[Event]:
        live = await self.world.alive()
        stored = await live.assistant.conversations.store.load(self.conversation)
        return [each.event for each in stored]

    def _effects(self) -> int:
        return len(self.world.books.effects(self.place))


async def begin(world: World, plan: Plan) -> Episode:
    """A conversation of a signed-in customer."""
    world.clock.advance(A_DAY_S)
    live = await world.alive()
    sign_in = SignIn(customer_id=CUSTOMER, level=Assurance.FULL, at=world.clock.now())
    conversation = await live.assistant.conversations.open(
        channel="web", locale=None, sign_in=sign_in
    )
    return Episode(world, plan, conversation, sign_in, world.books.place())


async def _at_most(task: asyncio.Task[None], seconds: float) -> None:
    await asyncio.wait((task,), timeout=seconds)

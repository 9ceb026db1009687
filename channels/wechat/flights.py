"""The work that pushes mean, under way in this process.

A push starts its work and waits for it a while; the work goes on when the push has to be answered
before. When it is done, what waits for the contact is sent, unless a push takes it along.
What another process left unfinished is taken over when its lease has lapsed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Final

from assistant.errors import AssistantError
from channels.draining import drained
from channels.wechat.answering import Answers
from channels.wechat.delivery import Delivery
from channels.wechat.inbox import LEASE_MS, MOST_ATTEMPTS, Inbox, Stored
from channels.wechat.messages import Arrival

_log = logging.getLogger(__name__)

_RENEW_S: Final = LEASE_MS / 3000
_AGAIN_MS: Final = 2_000
_ROUND_S: Final = 1.0
_EVERYBODY_ROUNDS: Final = 60
_HOUSEKEEPING_ROUNDS: Final = 3600
_AT_ONCE: Final = 20
_UNANSWERED: Final = frozenset({"silent", "leave"})


@dataclass(slots=True)
class Flight:
    """One push whose work is under way.

    Attributes:
        answered: Set when its turn is over, well or not.
        waiting: Requests that may still be answered in passing.
        free: Set while nobody waits: what is to be told may be sent.
        shows_typing: Whether the customer was shown that an answer is on its way.
        over: Set when nothing more is done for it here.
    """

    arrival_id: str
    contact_id: str
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: int = 0
    free: asyncio.Event = field(default_factory=asyncio.Event)
    shows_typing: bool = False
    over: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True, kw_only=True)
class Flights:
    """The work of one account in this process.

    Attributes:
        passive_s: How long a push waits for its answer.
    """

    inbox: Inbox
    answers: Answers
    delivery: Delivery
    passive_s: float
    _flights: dict[str, Flight] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _delivering: set[str] = field(default_factory=set)

    async def take(self, arrival: Arrival, since: float) -> str | None:
        """Take a push and wait for its answer as long as the platform does.

        Args:
            arrival: Verified.
            since: When the request came, in the event loop's seconds.

        Returns:
            The text of a passive reply; None to acknowledge and no more.

        Raises:
            StoreUnavailable: It was not stored.
        """
        stored = await self.inbox.store(arrival)
        flight = self._flights.get(stored.arrival_id)
        if stored.is_new and arrival.job and self.delivery.notices is not None:
            await self.delivery.notices.report(arrival.job, arrival.detail)
        if stored.is_new and arrival.kind not in _UNANSWERED:
            flight = self._start(stored, arrival, attempts=1)
        if flight is not None:
            text = await self._wait(flight, since)
            if stored.is_new or text is not None:
                return text
            # The try before this one may have taken the answer along and hung up meanwhile.
            await self._over(flight, since)
            stored = await self.inbox.store(arrival)
        if not stored.is_unheard:
            return None
        return await self.delivery.in_passing(
            stored.contact_id, stored.arrival_id, is_asked_again=True
        )

    async def unheard(self, arrival: Arrival) -> None:
        """The platform hung up before the answer to a push could be given."""
        stored = await self.inbox.store(arrival)
        await self.inbox.unheard(stored.arrival_id)

    async def enqueue(self, arrival: Arrival, since: float = 0.0) -> str | None:
        """Take a push whose platform hears its answer by the API alone.

        Raises:
            StoreUnavailable: It was not stored.
        """
        stored = await self.inbox.store(arrival)
        if stored.is_new and arrival.kind not in _UNANSWERED:
            self._start(stored, arrival, attempts=1).free.set()
        return None

    async def run(self) -> None:
        """Take over what lapsed and deliver what waits, for ever."""
        rounds = 0
        while True:
            try:
                await self.round(everybody=rounds % _EVERYBODY_ROUNDS == 0)
                if rounds % _HOUSEKEEPING_ROUNDS == 0:
                    await self.inbox.forget_old()
            except AssistantError as error:
                _log.warning("a round of the WeChat worker failed: %s", error.code)
            rounds += 1
            await asyncio.sleep(_ROUND_S)

    async def round(self, *, everybody: bool = True) -> None:
        """One look at what is left to do; see `Ledger.waiting`."""
        if await self.inbox.has_lapsed():
            for job in await self.inbox.take_over():
                if job.arrival_id not in self._flights:
                    stored = Stored(job.arrival_id, job.contact_id, is_new=False)
                    self._start(stored, job.arrival, attempts=job.attempts).free.set()
        for contact_id in await self.delivery.ledger.waiting(everybody=everybody):
            if contact_id not in self._delivering and len(self._delivering) < _AT_ONCE:
                self._delivering.add(contact_id)
                self._spawn(self._deliver(contact_id))

    async def drain(self, patience_s: float) -> None:
        """Wait for the work under way; what does not end in time is taken over later."""
        await drained(self._tasks, patience_s)

    def _start(self, stored: Stored, arrival: Arrival, attempts: int) -> Flight:
        flight = Flight(stored.arrival_id, stored.contact_id)
        self._flights[stored.arrival_id] = flight
        self._spawn(self._fly(flight, arrival, attempts))
        return flight

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _log.error("work of a push met a defect: %s", type(task.exception()).__name__)

    async def _wait(self, flight: Flight, since: float) -> str | None:
        flight.waiting += 1
        flight.free.clear()
        try:
            async with asyncio.timeout_at(since + self.passive_s):
                await flight.answered.wait()
            return await self.delivery.in_passing(flight.contact_id, flight.arrival_id)
        except TimeoutError:
            if not flight.shows_typing:
                flight.shows_typing = True
                self._spawn(self.delivery.typing(flight.contact_id))
            return None
        finally:
            flight.waiting -= 1
            if not flight.waiting:
                flight.free.set()

    async def _over(self, flight: Flight, since: float) -> None:
        """Wait for the end of a flight, as long as a push may wait."""
        left_s = since + self.passive_s - asyncio.get_running_loop().time()
        over = asyncio.ensure_future(flight.over.wait())
        await asyncio.wait({over}, timeout=max(0.0, left_s))
        over.cancel()

    async def _fly(self, flight: Flight, arrival: Arrival, attempts: int) -> None:
        renewing = asyncio.create_task(self._renew(flight.arrival_id))
        try:
            settled = await self._answer(flight, arrival, attempts)
            flight.answered.set()
            await flight.free.wait()
            if settled:
                await self.delivery.send_all(flight.contact_id)
                await self.inbox.done(flight.arrival_id)
        except AssistantError as error:
            _log.warning("a delivery was put off: %s", error.code)
        finally:
            flight.answered.set()
            renewing.cancel()
            self._flights.pop(flight.arrival_id, None)
            flight.over.set()

    async def _answer(self, flight: Flight, arrival: Arrival, attempts: int) -> bool:
        """Whether the push has had its turn, or never will."""
        try:
            await self.answers.answer(arrival, flight.arrival_id, flight.contact_id)
        except AssistantError as error:
            if error.retryable and attempts < MOST_ATTEMPTS:
                _log.warning("a push is answered later: %s", error.code)
                await self.inbox.let_go(flight.arrival_id, _AGAIN_MS)
                return False
            _log.error("a push could not be answered: %s", error.code)
        return True

    async def _renew(self, arrival_id: str) -> None:
        """Keep the lease while the work goes on."""
        while True:
            await asyncio.sleep(_RENEW_S)
            try:
                await self.inbox.keep(arrival_id)
            except AssistantError as error:
                _log.warning("the lease of a push was not renewed: %s", error.code)

    async def _deliver(self, contact_id: str) -> None:
        try:
            await self.delivery.send_all(contact_id)
        except AssistantError as error:
            _log.warning("a delivery was put off: %s", error.code)
        finally:
            self._delivering.discard(contact_id)

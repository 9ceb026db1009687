"""What the gateway adds to a change: guards, risk, ledger; the bank's own time is not counted."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

from pydantic import JsonValue

from actions.bank.port import BankApi
from actions.gateway import Gateway
from assistant.adapters.system import SystemClock
from assistant.model.assurance import Assurance
from assistant.model.ids import ActionName, ConversationId, FrameId
from assistant.model.message import SignIn
from assistant.ports import ActionRequest
from channels.bootstrap import Brain
from channels.settings import Settings
from evals.bench.measure import Measure, p50, p99, settle
from evals.harness import Harness, Setup

RUNS: Final = 200
_WARM_UP: Final = 10
_LOCK: Final = ActionName("lock_card")
_CARD: Final[Mapping[str, JsonValue]] = {"card": "6688"}


@dataclass(slots=True)
class _Stopwatch:
    """A bank that measures how long it is waited for."""

    inner: BankApi
    clock: SystemClock
    ms: float = 0.0
    calls: list[str] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        wrapped = getattr(self.inner, name)

        async def call(*values: Any, **named: Any) -> Any:
            started = self.clock.monotonic_ms()
            try:
                return await wrapped(*values, **named)
            finally:
                self.ms += self.clock.monotonic_ms() - started
                self.calls.append(name)

        return call


async def measure_gateway(brain: Brain, settings: Settings) -> Measure:
    """Locking a card again and again: each is a new intent, written, sent and ended."""
    durations: list[float] = []
    clock = SystemClock()
    with tempfile.TemporaryDirectory(prefix="guitai-bench-") as folder:
        async with _gateway(brain, settings, Path(folder)) as (gateway, bank, made):
            for number in range(RUNS + _WARM_UP):
                request = made.model_copy(update={"epoch": FrameId(f"f{number}")})
                bank.ms = 0.0
                started = clock.monotonic_ms()
                await gateway.run(request)
                durations.append(clock.monotonic_ms() - started - bank.ms)
    settle()
    measured = durations[_WARM_UP:]
    return Measure(
        name="gateway, added to a change",
        unit="ms",
        p50=p50(measured),
        p99=p99(measured),
        budget_p50=5,
        note=f"SQLite, synchronous=FULL; {RUNS} changes, the bank's own time taken off",
    )


@asynccontextmanager
async def _gateway(
    brain: Brain, settings: Settings, folder: Path
) -> AsyncIterator[tuple[Gateway, _Stopwatch, ActionRequest]]:
    harness = Harness(brain, settings, folder)
    async with harness.open(Setup(customer="C1001", level=4)) as conversation:
        gateway = cast("Gateway", conversation.assistant.ports.actions)
        bank = _Stopwatch(gateway.bank, SystemClock())
        gateway = _over(gateway, cast("BankApi", bank))
        sign_in = cast("SignIn", conversation.sign_in)
        yield (
            gateway,
            bank,
            ActionRequest(
                action=_LOCK,
                conversation_id=ConversationId(conversation.id),
                customer_id=sign_in.customer_id,
                slots=dict(_CARD),
                epoch=FrameId("f"),
                assurance=Assurance.FULL,
                confirmed_digest=gateway.digest(_LOCK, _CARD),
                confirmed_at=conversation.clock.now(),
            ),
        )


def _over(gateway: Gateway, bank: BankApi) -> Gateway:
    return Gateway(
        **{
            name: getattr(gateway, name)
            for name in gateway.__dataclass_fields__
            if name not in {"bank", "_sending"}
        },
        bank=bank,
    )

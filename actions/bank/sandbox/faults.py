"""Planned faults: what a real core bank does on a bad day, on request and exactly counted.

A fault waits for the operation it names (a flow id, or the name of a read) and is used up
after `times` calls. Waiting is asynchronous: it never holds up other callers.
"""

import asyncio
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from actions.bank.sandbox.problems import Problem

FaultKind = Literal["timeout_before", "timeout_after_commit", "error_500", "refuse", "slow"]
_HOLD_MS = 30_000
"""How long a time-out holds the connection unless told; longer than any caller waits."""
_SLOW_MS = 2_000
_MS_PER_S = 1000


class Fault(BaseModel):
    """One planned fault.

    Attributes:
        operation: Flow id of a change (`transfer_money`), or a read (`check_balance`,
            `query_transactions`), or `send_code`, `verify_code`, `identity_match`,
            `operation_status`.
        kind: `timeout_before` holds, then fails, without effect; `timeout_after_commit`
            holds and fails after the effect; `error_500` fails at once; `refuse` answers 409;
            `slow` waits, then works.
        times: Calls it strikes.
        delay_ms: Milliseconds to wait; 0 means 30000 for a time-out and 2000 for `slow`.
        after_commit: Strike after the effect instead of before (`error_500`, `slow`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    operation: str = Field(pattern=r"^[a-z][a-z_]{0,63}$")
    kind: FaultKind
    times: int = Field(default=1, ge=1, le=1000)
    delay_ms: int = Field(default=0, ge=0, le=600_000)
    after_commit: bool = False

    @property
    def refuses(self) -> bool:
        """Whether the call ends as a business refusal."""
        return self.kind == "refuse"

    @property
    def _strikes_after(self) -> bool:
        return self.kind == "timeout_after_commit" or (
            self.after_commit and self.kind in {"error_500", "slow"}
        )

    async def before_commit(self) -> None:
        """Wait or fail, if this fault strikes before the effect.

        Raises:
            Problem: 500, the call failed.
        """
        if not self._strikes_after:
            await self._strike()

    async def after_commit_done(self) -> None:
        """Wait or fail, if this fault strikes after the effect.

        Raises:
            Problem: 500, although the effect stands.
        """
        if self._strikes_after:
            await self._strike()

    async def _strike(self) -> None:
        match self.kind:
            case "slow":
                await asyncio.sleep((self.delay_ms or _SLOW_MS) / _MS_PER_S)
            case "timeout_before" | "timeout_after_commit":
                await asyncio.sleep((self.delay_ms or _HOLD_MS) / _MS_PER_S)
                raise _failed(self.kind)
            case "error_500":
                raise _failed(self.kind)
            case "refuse":
                pass


@dataclass(slots=True)
class FaultPlan:
    """Faults still to come, first planned first struck."""

    _planned: list[Fault] = field(default_factory=list)

    def plan(self, fault: Fault) -> None:
        """Add a fault behind those already planned."""
        self._planned.append(fault)

    def planned(self) -> list[Fault]:
        """What is still to come; `times` counts down."""
        return list(self._planned)

    def clear(self) -> None:
        """Forget all."""
        self._planned.clear()

    def take(self, operation: str) -> Fault | None:
        """Use up one strike of the first fault planned for the operation."""
        for place, fault in enumerate(self._planned):
            if fault.operation == operation:
                if fault.times == 1:
                    del self._planned[place]
                else:
                    left = fault.model_copy(update={"times": fault.times - 1})
                    self._planned[place] = left
                return fault
        return None


def _failed(kind: str) -> Problem:
    detail = f"Planned fault `{kind}`."
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, code=f"fault_{kind}", detail=detail)

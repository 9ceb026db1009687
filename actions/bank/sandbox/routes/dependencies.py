"""What routes of the sandbox share: the bank, the fault gate, documented problems."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Depends, Request

from actions.bank.sandbox.core import CoreBank
from actions.bank.sandbox.operations.delayed import send_due
from actions.bank.sandbox.problems import ProblemBody
from actions.bank.sandbox.refusals import Refusal, Refused

# Any: FastAPI's own type of the `responses` argument.
Responses = dict[int | str, dict[str, Any]]


def current_bank(request: Request) -> CoreBank:
    """The bank of the application that got the request, with everything sent that was due."""
    bank = request.app.state.bank
    assert isinstance(bank, CoreBank)  # noqa: S101 - narrows for the type checker
    send_due(bank.connection, bank.now())
    return bank


Bank = Annotated[CoreBank, Depends(current_bank)]


def gate(operation: str) -> Callable[[CoreBank], Awaitable[None]]:
    """Dependency that lets planned faults of a read or a light call strike.

    Nothing is committed that a caller could miss, so a fault after the commit strikes at
    the same place as one before it.
    """

    async def strike(bank: Bank) -> None:
        fault = bank.faults.take(operation)
        if fault is not None:
            await fault.before_commit()
            await fault.after_commit_done()
            if fault.refuses:
                raise Refused(Refusal.REFUSED_BY_FAULT)

    return strike


def documented(*statuses: int) -> Responses:
    """Problem documents a route may answer with, for the API's documentation."""
    return {status: {"model": ProblemBody} for status in statuses}

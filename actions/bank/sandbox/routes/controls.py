"""Controls a real bank does not have: reset, faults, clock, journal."""

import json
from datetime import timedelta
from http import HTTPStatus
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from actions.bank.sandbox.calendar import to_iso
from actions.bank.sandbox.faults import Fault
from actions.bank.sandbox.operations.base import Effect
from actions.bank.sandbox.problems import not_found
from actions.bank.sandbox.routes.dependencies import Bank, documented
from actions.bank.sandbox.wire import Answered, Journal, JournalEntry

router = APIRouter(prefix="/sandbox", tags=["sandbox"], responses=documented(422))

_A_YEAR_S = 366 * 24 * 3600


class Faults(Answered):
    """Faults still to come."""

    faults: list[Fault]


class ClockBody(BaseModel):
    """How far to move the bank's clock forward, seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    advance_s: int = Field(ge=0, le=_A_YEAR_S)


class ClockView(Answered):
    """The bank's time now, UTC."""

    now: str


class CodesBody(BaseModel):
    """How one-time codes come about: the well-known digits, or drawn at random."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    draw: Literal["fixed", "random"]


class Handset(Answered):
    """The last code a phone received; None when none was drawn for it."""

    code: str | None


class AccountStatusBody(BaseModel):
    """Freeze an account, or open it again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: Literal["open", "frozen"]


@router.post("/reset", status_code=HTTPStatus.NO_CONTENT)
async def reset(bank: Bank) -> None:
    """Restore the seed: customers, ledger, keys, codes, faults and clock."""
    bank.reset()


@router.post("/faults", status_code=HTTPStatus.CREATED)
async def plan_fault(bank: Bank, fault: Fault) -> Fault:
    """Plan a fault for an operation."""
    bank.faults.plan(fault)
    return fault


@router.get("/faults")
async def planned_faults(bank: Bank) -> Faults:
    """What is still to come."""
    return Faults(faults=bank.faults.planned())


@router.delete("/faults", status_code=HTTPStatus.NO_CONTENT)
async def forget_faults(bank: Bank) -> None:
    """Forget all planned faults."""
    bank.faults.clear()


@router.post("/clock")
async def advance_clock(bank: Bank, body: ClockBody) -> ClockView:
    """Move the bank's clock forward, so that codes expire and cool-offs end."""
    bank.ahead += timedelta(seconds=body.advance_s)
    bank.is_hour_told = True
    return ClockView(now=to_iso(bank.now()))


@router.put("/codes")
async def draw_codes(bank: Bank, body: CodesBody) -> CodesBody:
    """Draw one-time codes at random, as a real bank does; a reset ends it."""
    bank.codes.reset()
    bank.codes.is_random = body.draw == "random"
    return body


@router.get("/handsets/{phone}")
async def handset(bank: Bank, phone: str) -> Handset:
    """What the customer reads on the phone, while codes are drawn."""
    return Handset(code=bank.codes.handsets.get(phone))


@router.put("/accounts/{account_id}/status", responses=documented(404))
async def set_account_status(
    bank: Bank, account_id: str, body: AccountStatusBody
) -> AccountStatusBody:
    """Freeze an account as a court or the bank's risk department would."""
    changed = bank.connection.execute(
        "UPDATE accounts SET status = ? WHERE account_id = ? AND customer_id IS NOT NULL",
        (body.status, account_id),
    )
    if changed.rowcount == 0:
        raise not_found(code="account_not_found", detail="There is no such account.")
    return body


@router.get("/journal")
async def journal(bank: Bank) -> Journal:
    """Each effect once, with its key, in the order it happened."""
    rows = bank.connection.execute(
        "SELECT * FROM outcomes WHERE state = 'done' ORDER BY rowid"
    ).fetchall()
    return Journal(
        entries=[
            JournalEntry(
                key=row["idempotency_key"],
                operation=row["operation"],
                customer_id=row["customer_id"],
                reference=row["reference"],
                at=row["at"],
                effects=[Effect(**effect) for effect in json.loads(row["effects"])],
            )
            for row in rows
        ]
    )

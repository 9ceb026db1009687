"""Reads that belong to no customer: branches, bills by number, prices, one record."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from actions.bank.sandbox.amounts import AMOUNT_PATTERN, money, read_fen
from actions.bank.sandbox.branches import BRANCHES
from actions.bank.sandbox.operations.bills import BillKind, find_bill, is_mobile
from actions.bank.sandbox.operations.credit import terms_of
from actions.bank.sandbox.problems import not_found
from actions.bank.sandbox.routes.dependencies import Bank, documented, gate
from actions.bank.sandbox.seed.households import COMPANIES
from actions.bank.sandbox.state import read_record
from actions.bank.sandbox.wire import BillAccountView, BranchView, InstalmentOffer, RecordView

router = APIRouter(tags=["catalogue"], responses=documented(404, 422))


@router.get("/branches", dependencies=[Depends(gate("branches"))])
async def branches() -> list[BranchView]:
    """Branches that can be visited."""
    return [
        BranchView(branch_id=one.branch_id, name=one.name, city=one.city, address=one.address)
        for one in BRANCHES
    ]


@router.get("/bills/{kind}/{number}")
async def bill(bank: Bank, kind: BillKind, number: str) -> BillAccountView:
    """An account at a company, by its number: who it belongs to, masked, and what is due."""
    row = find_bill(bank.connection, kind, number)
    if row is not None:
        holder = "*" * (len(row["holder"]) - 1) + row["holder"][-1]
        return BillAccountView(
            kind=kind,
            number=number,
            company=row["company"],
            holder=holder,
            due=money(row["due_fen"]),
        )
    if kind == "phone" and is_mobile(number):
        return BillAccountView(
            kind=kind, number=number, company=COMPANIES[kind], holder="", due=money(0)
        )
    raise not_found(code="bill_not_found", detail="No such account at the company.")


@router.get("/instalment-offers")
async def instalment_offer(
    amount: Annotated[str, Query(pattern=AMOUNT_PATTERN)], term: Literal["3", "6", "12", "24"]
) -> InstalmentOffer:
    """What instalments of an amount would cost."""
    return InstalmentOffer.model_validate(terms_of(read_fen(amount), int(term)).as_json())


@router.get("/records/{record_id}")
async def record(bank: Bank, record_id: str) -> RecordView:
    """One order, case or appointment, also of somebody who was not signed in."""
    found = read_record(bank.connection, record_id)
    if found is None:
        raise not_found(code="record_not_found", detail="There is no such record.")
    return found

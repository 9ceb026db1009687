"""Receipts over HTTP: to the customer they belong to, and to colleagues, who are written down."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Response

from assistant.model.ids import CustomerId, ReceiptId
from channels.web.problems import Problem, documented
from channels.web.state import LIMITED, CurrentColleague, CurrentCustomer, CurrentWeb

_MAX_ID = 200

ReceiptPath = Annotated[str, Path(max_length=_MAX_ID, examples=["HY20261122-008123"])]

router = APIRouter(prefix="/v1", tags=["receipts"], responses=documented(404, 422))


@router.get(
    "/receipts/{receipt_id}",
    dependencies=[LIMITED],
    responses={200: {"content": {"application/json": {}}}},
)
async def read_receipt(
    receipt_id: ReceiptPath,
    web: CurrentWeb,
    sign_in: CurrentCustomer,
) -> Response:
    """The signed receipt of a change, to be kept as a file; `guitai verify-receipt` checks it.

    Raises:
        Problem: 404 for a receipt that is unknown or somebody else's.
    """
    return _file(await web.service.receipts.issue(sign_in.customer_id, ReceiptId(receipt_id)))


@router.get(
    "/staff/customers/{customer_id}/receipts/{receipt_id}",
    dependencies=[LIMITED],
    responses={200: {"content": {"application/json": {}}}, **documented(401, 403)},
)
async def show_receipt(
    customer_id: Annotated[str, Path(max_length=_MAX_ID, examples=["C1001"])],
    receipt_id: ReceiptPath,
    web: CurrentWeb,
    colleague: CurrentColleague,
) -> Response:
    """A customer's receipt for a colleague; that it was looked at is written down.

    Raises:
        Problem: 404 for a receipt this customer does not have.
    """
    receipts = web.service.receipts
    return _file(await receipts.show(CustomerId(customer_id), ReceiptId(receipt_id), colleague))


def _file(content: bytes | None) -> Response:
    if content is None:
        raise Problem(HTTPStatus.NOT_FOUND, "receipt.not_found", "There is no such receipt.")
    headers = {"Cache-Control": "no-store"}
    return Response(content, media_type="application/json", headers=headers)

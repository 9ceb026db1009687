"""Receipts over HTTP: to the customer they belong to, and to nobody else."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Response

from assistant.model.ids import ReceiptId
from channels.web.problems import Problem, documented
from channels.web.state import LIMITED, CurrentSignIn, CurrentWeb

_MAX_ID = 200

router = APIRouter(prefix="/v1", tags=["receipts"], responses=documented(401, 404, 422, 429, 503))


@router.get(
    "/receipts/{receipt_id}",
    dependencies=[LIMITED],
    responses={200: {"content": {"application/json": {}}}},
)
async def read_receipt(
    receipt_id: Annotated[str, Path(max_length=_MAX_ID, examples=["HY20261122-008123"])],
    web: CurrentWeb,
    sign_in: CurrentSignIn,
) -> Response:
    """The signed receipt of a change, to be kept as a file; `guitai verify-receipt` checks it.

    Raises:
        Problem: 401 for a visitor; 404 for a receipt that is unknown or somebody else's.
    """
    if sign_in is None:
        raise Problem(
            HTTPStatus.UNAUTHORIZED,
            "auth.required",
            "A customer's token is needed.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    content = await web.service.receipts.issue(sign_in, ReceiptId(receipt_id))
    if content is None:
        raise Problem(HTTPStatus.NOT_FOUND, "receipt.not_found", "There is no such receipt.")
    headers = {"Cache-Control": "no-store"}
    return Response(content, media_type="application/json", headers=headers)

"""One-time codes and identity matching."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field

from actions.bank.sandbox.codes import check_code, is_locked, note_failure, send_code
from actions.bank.sandbox.identity import IdentityFactors, match_identity
from actions.bank.sandbox.operations.contact import PHONE_PATTERN
from actions.bank.sandbox.problems import Problem
from actions.bank.sandbox.routes.dependencies import Bank, documented, gate
from actions.bank.sandbox.wire import CodeCheckView, CodeSentView, IdentityView

router = APIRouter(tags=["identity"])


class SendCodeBody(BaseModel):
    """Where to send a code and what it will be good for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    phone: str = Field(pattern=PHONE_PATTERN, examples=["13800001001"])
    purpose: str = Field(min_length=1, max_length=200, examples=["unlock_card"])
    conversation_id: str = Field(min_length=1, max_length=200)


class CheckCodeBody(BaseModel):
    """The digits the customer typed, and what for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str = Field(min_length=1, max_length=12, examples=["246810"])
    purpose: str = Field(min_length=1, max_length=200)


@router.post(
    "/codes",
    status_code=HTTPStatus.CREATED,
    dependencies=[Depends(gate("send_code"))],
    responses=documented(409, 422, 429),
)
async def send(bank: Bank, body: SendCodeBody) -> CodeSentView:
    """Send a one-time code; any mobile number will do, a new one too."""
    sent = send_code(
        bank.connection,
        bank.now(),
        bank.codes,
        phone=body.phone,
        purpose=body.purpose,
        conversation_id=body.conversation_id,
    )
    return CodeSentView(
        code_id=sent.code_id, masked_phone=sent.masked_phone, expires_at=sent.expires_at
    )


@router.post(
    "/codes/{code_id}/verify",
    dependencies=[Depends(gate("verify_code"))],
    responses=documented(404, 409, 422),
)
async def verify(
    bank: Bank, code_id: Annotated[str, Path(max_length=64)], body: CheckCodeBody
) -> CodeCheckView:
    """Check a one-time code; a right one is used up."""
    checked = check_code(
        bank.connection,
        bank.now(),
        bank.codes,
        code_id=code_id,
        code=body.code,
        purpose=body.purpose,
    )
    return CodeCheckView(
        verified=checked.reason is None,
        attempts_left=checked.attempts_left,
        reason=checked.reason,
    )


@router.post(
    "/identity/match",
    dependencies=[Depends(gate("identity_match"))],
    responses=documented(409, 422, 429),
)
async def match(bank: Bank, factors: IdentityFactors) -> IdentityView:
    """Whether all factors given belong to one customer; ten misses an hour lock that customer."""
    if not factors.prove_anything:
        detail = "Give at least one factor besides `customer_id`."
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, code="invalid_request", detail=detail)
    claimed, now = factors.customer_id, bank.now()
    if claimed is not None and is_locked(bank.connection, now, claimed, "identity"):
        detail = "Too many attempts for this customer; wait an hour."
        raise Problem(HTTPStatus.TOO_MANY_REQUESTS, code="identity_locked", detail=detail)
    customer_id = match_identity(bank.connection, factors)
    if claimed is not None and customer_id is None:
        note_failure(bank.connection, now, claimed, "identity")
    return IdentityView(matched=customer_id is not None, customer_id=customer_id)

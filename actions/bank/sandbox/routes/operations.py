"""Changes, one path for each, and how a change ended."""

import json
import sqlite3
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query
from fastapi.responses import JSONResponse

from actions.bank.sandbox.idempotency import Answer, Change, carry_out, outcome_of
from actions.bank.sandbox.operations.base import ChangeBody, Operation
from actions.bank.sandbox.operations.table import OPERATIONS
from actions.bank.sandbox.problems import Problem, not_found, problem_of, problem_response
from actions.bank.sandbox.routes.dependencies import Bank, documented, gate
from actions.bank.sandbox.wire import ChangeDone, ChangeStatus

_LONGEST_KEY = 200
REPLAYED_HEADER = "Idempotent-Replayed"


async def _required_key(
    idempotency_key: Annotated[
        str | None, Header(description="Same key, same effect, once. Required.")
    ] = None,
) -> str:
    if not idempotency_key:
        detail = "A change needs an `Idempotency-Key` header."
        raise Problem(HTTPStatus.BAD_REQUEST, code="idempotency_key_missing", detail=detail)
    if len(idempotency_key) > _LONGEST_KEY:
        detail = f"An idempotency key has at most {_LONGEST_KEY} characters."
        raise Problem(HTTPStatus.BAD_REQUEST, code="idempotency_key_invalid", detail=detail)
    return idempotency_key


Key = Annotated[str, Depends(_required_key)]


def _endpoint(operation: Operation[Any]) -> Callable[..., Awaitable[JSONResponse]]:
    """Make the endpoint of one operation; its body type comes from the table."""

    async def change(bank: Bank, key: Key, body: ChangeBody) -> JSONResponse:
        fault = bank.faults.take(operation.name)
        refused = fault is not None and fault.refuses
        if fault is not None:
            await fault.before_commit()
        answer = carry_out(bank, Change(operation, body, key, refused))
        if fault is not None:
            await fault.after_commit_done()
        return _write(answer)

    change.__annotations__["body"] = operation.body
    return change


def _write(answer: Answer) -> JSONResponse:
    row = answer.row
    headers = {REPLAYED_HEADER: "true"} if answer.is_replayed else None
    if row["state"] == "refused":
        body = problem_of(HTTPStatus.CONFLICT, row["code"], row["detail"])
        return problem_response(body, headers)
    done = ChangeDone(
        operation=row["operation"],
        customer_id=row["customer_id"],
        reference=row["reference"],
        at=row["at"],
        result=json.loads(row["result"]),
    )
    return JSONResponse(done.model_dump(mode="json"), headers=headers)


def _status(row: sqlite3.Row) -> ChangeStatus:
    return ChangeStatus(
        operation=row["operation"],
        state=row["state"],
        key=row["idempotency_key"],
        customer_id=row["customer_id"],
        reference=row["reference"],
        at=row["at"],
        result=json.loads(row["result"]) if row["result"] else None,
        code=row["code"],
        detail=row["detail"],
    )


router = APIRouter(prefix="/operations", tags=["changes"])


@router.get(
    "/status", dependencies=[Depends(gate("operation_status"))], responses=documented(404, 422)
)
async def operation_status(bank: Bank, key: Annotated[str, Query(min_length=1)]) -> ChangeStatus:
    """How the change with this key ended: what reconciliation asks after a lost answer."""
    row = outcome_of(bank.connection, key)
    if row is None:
        raise not_found(code="operation_not_found", detail="No change with this key took place.")
    return _status(row)


for _operation in OPERATIONS.values():
    router.add_api_route(
        f"/{_operation.name}",
        _endpoint(_operation),
        methods=["POST"],
        name=_operation.name,
        operation_id=_operation.name,
        summary=_operation.summary,
        response_model=ChangeDone,
        responses=documented(400, 404, 409, 422, 500),
    )


@router.post("/{operation}", include_in_schema=False)
async def unknown_operation(operation: str) -> None:
    """Any other name: this bank has no such change."""
    detail = f"The bank offers no `{operation}`."
    raise not_found(code="operation_unknown", detail=detail)
